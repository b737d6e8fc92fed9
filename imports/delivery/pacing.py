"""How a key goes on after 429s: evenly at first, then half as many a minute for each further one.

A 429 that our own count did not foresee shows that somebody else uses the key; how much, nobody
says. Each such 429 costs twenty successes or ten minutes, and the more are to be made up for, the
slower it goes. So about one request in 21 is refused in the long run, whatever the other one does,
until even one a minute is too many: then the waits grow, to some four minutes.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from imports.delivery import replay

SUCCESSES = 20
PERIOD = timedelta(minutes=10)
ONE_EVENT = timedelta(seconds=30)  # 429s of so long a time show one and the same thing
LONGER_WAITS = 2  # how many times the wait grows when one a minute is too many


@dataclass(frozen=True, slots=True)
class Pace:
    """What 429s have left behind: `left` successes to be made up for.

    At `until`, and every ten minutes from then on, twenty of them are forgiven.
    """

    left: int = 0
    until: datetime | None = None

    def left_at(self, now: datetime) -> int:
        """Return how many successes are still to be made up for."""
        if self.until is None:
            return 0
        if now < self.until:
            return self.left
        return max(self.left - SUCCESSES * (1 + (now - self.until) // PERIOD), 0)

    def slots(self, limit: int, now: datetime) -> int:
        """Return how many requests a minute may start: all for the first 429, then halves."""
        return max(limit >> max(_level(self.left_at(now)) - 1, 0), 1)


def after_429(
    pace: Pace, limit: int, started_at: datetime, retry_after: float | None, now: datetime
) -> tuple[Pace, timedelta]:
    """Return the pace after a request that started then was refused, and how long the key waits."""
    wait = timedelta(seconds=replay.after_too_many(retry_after))
    left = pace.left_at(now)
    is_news = not left or pace.until is None or started_at >= pace.until - PERIOD + ONE_EVENT
    most = limit.bit_length() + LONGER_WAITS
    level = min(_level(left) + is_news, most)
    wait += _longer(level - limit.bit_length(), told=retry_after is not None)
    if not is_news:
        return pace, wait
    return Pace(min(left + SUCCESSES, most * SUCCESSES), now + wait + PERIOD), wait


def _level(left: int) -> int:
    return -(-left // SUCCESSES)


def _longer(times: int, *, told: bool) -> timedelta:
    """Return how much longer to wait once one request a minute is too many.

    Whole minutes after the moment that MEGA named comes one as good; where it named none, another
    part of its window is tried each time.
    """
    longer = timedelta(minutes=2 ** max(times, 0) - 1)
    return longer if told else longer * (1 + random.random() / 3)  # noqa: S311 - no secret
