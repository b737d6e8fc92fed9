"""How MEGA answers a key, judged by its latest answers: how fast, and what its headers will say."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from imports.delivery.quota import WINDOW, Exchange

USUAL = 0.5  # seconds, when nothing is known
LATEST = 20  # answers that are looked at
_HAIR = 1e-6  # what sums of seconds may be off by
_ROUNDED = timedelta(seconds=1.5)  # headers tell whole seconds


@dataclass(frozen=True, slots=True)
class Habits:
    """What is to be expected of answers. `counts` is '', 'sliding' or 'bucket'.

    '' is a window that is fixed, or told by no header: such a one never lowers what the portal
    counts itself, since a request holds its slot for longer than that.
    """

    durations: tuple[float, ...] = (USUAL,)  # of the latest exchanges, in seconds
    counts: str = ""

    @property
    def took(self) -> float:
        """How long an exchange takes on average."""
        return statistics.fmean(self.durations)


def of(exchanges: Sequence[Exchange], limit: int) -> Habits:
    """Return what the latest of these exchanges show."""
    ended = [e for e in exchanges if e.ended_at is not None][-LATEST:]
    took = [(e.ended_at - e.started_at).total_seconds() for e in ended if e.ended_at]
    return Habits(tuple(took) or (USUAL,), _counts(ended, limit))


def _counts(ended: Sequence[Exchange], limit: int) -> str:
    """Tell a sliding window (full again a minute after its newest request) from a bucket (full
    again the later, the emptier it is) and from a fixed one (its end does not move).
    """
    told = [
        (e.ended_at, e.remaining, e.reset_at)
        for e in ended
        if e.ended_at is not None and e.remaining is not None and e.reset_at is not None
    ]
    if not told:
        return ""
    if all(reset - end >= WINDOW - timedelta(seconds=1) for end, _, reset in told):
        return "sliding"
    ends = [reset for _, _, reset in told]
    fits = all(
        abs(reset - end - WINDOW * (limit - left) / limit) < _ROUNDED + WINDOW / limit
        for end, left, reset in told
    )
    return "bucket" if fits and max(ends) - min(ends) > 2 * _ROUNDED else ""


@dataclass
class Headers:
    """What the answers to come will say of the quota. Times: seconds from now."""

    counts: str
    limit: int
    arrivals: list[float]
    _left: float = 0.0
    _at: float = -math.inf

    def __post_init__(self) -> None:
        arrivals, self.arrivals, self._left = sorted(self.arrivals), [], float(self.limit)
        for at in arrivals:
            self.answer(at)

    def answer(self, at: float) -> tuple[int, float] | None:
        """Return what is left after a request that arrives then, and seconds until all is."""
        if self.counts == "bucket":
            pace = self.limit / 60
            grown = self._left + (at - self._at) * pace
            self._left, self._at = max(min(grown, float(self.limit)) - 1, 0.0), at
            return int(self._left + _HAIR), math.ceil((self.limit - self._left) / pace - _HAIR)
        if self.counts == "sliding":
            self.arrivals = [one for one in self.arrivals if one > at - 60] + [at]
            return max(self.limit - len(self.arrivals), 0), 60.0
        return None
