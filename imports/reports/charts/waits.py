"""When nothing new was sent, and why: told by the trail of an import and by MEGA's 429s."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from imports.audit import acts
from imports.mega.rates import RateHeaders


class Why(StrEnum):
    """What sending waited for. The codes are those of the drawing's patterns."""

    PAUSED = "paused"
    BLOCKED = "blocked"
    DECISION = "decision"
    TOLD = "told"  # Retry-After of a 429


@dataclass(frozen=True, slots=True)
class Wait:
    """A stretch of time; the end of one that lasts is the end of what is looked at."""

    why: Why
    start: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        return (self.end - self.start).total_seconds()


_OPENS = {acts.PAUSED: Why.PAUSED, acts.BLOCKED: Why.BLOCKED, acts.ASKED: Why.DECISION}
_CLOSES = (
    acts.RESUMED, acts.UNBLOCKED, acts.DECIDED, acts.SEND_UNDONE, acts.CANCELLED, acts.FINISHED,
    acts.ENDED, acts.INCONSISTENT,
)  # fmt: skip
TELLING = (*_OPENS, *_CLOSES)


def of_acts(told: Iterable[tuple[str, datetime]], until: datetime) -> list[Wait]:
    """Return the waits that an import's acts, in their order, tell of."""
    found: list[Wait] = []
    why, since = None, until
    for act, at in told:
        if act not in TELLING:
            continue
        if why is not None:
            found.append(Wait(why, since, at))
        why, since = _OPENS.get(act), at
    if why is not None:
        found.append(Wait(why, since, max(until, since)))
    return found


def of_refusals(refused: Iterable[tuple[datetime, str]], until: datetime) -> list[Wait]:
    """Return how long MEGA asked to wait; `refused` are the ends of 429s, in their order, each with
    its Retry-After. Waits that overlap are one.
    """
    found: list[Wait] = []
    for at, text in refused:
        said = RateHeaders.parse({"retry-after": text}, now=at).retry_after
        end = min(at + timedelta(seconds=said or 0), until)
        if end <= at:
            continue
        if found and at <= found[-1].end:
            found[-1] = Wait(Why.TOLD, found[-1].start, max(end, found[-1].end))
        else:
            found.append(Wait(Why.TOLD, at, end))
    return found


def within(waits: Iterable[Wait], start: datetime, end: datetime) -> list[Wait]:
    """Return what of the waits lies between two moments, in the order of time."""
    cut = [Wait(one.why, max(one.start, start), min(one.end, end)) for one in waits]
    return sorted((one for one in cut if one.end > one.start), key=lambda one: one.start)
