"""When the requests of a key start: at once where that ends sooner, else evenly over the minute.

A key whose every slot was used in one go has none left for a whole minute, and an import that comes
in between waits that long for its first request. Spread evenly, a slot comes free every interval.
That costs at most one minute, once, and often nothing: when 21 requests are to go at ten a minute,
the last one starts after two minutes either way. So requests are spread wherever the last of them
would start no later than by a share of the whole that nobody notices.

All times here are seconds from now.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

ALONE = 1 / 28  # of the time still to go may be lost by spreading: half an hour ends a minute later
IN_COMPANY = 1 / 6  # when another import of the key is about to come, which would have to wait
LEEWAY = 1.0  # how much sooner than its turn a request may start: the clock's own interval


class Course:
    """The requests of one key from now on, one after the other.

    `slots` tells for each of the key's `limit` requests a minute when it may be used next, in
    order; `recent` when earlier requests started; `waiting` how many are to go; `period` for how
    long a slot is held.
    """

    def __init__(
        self,
        slots: Sequence[float],
        recent: Iterable[float],
        waiting: int,
        period: float,
        share: float = ALONE,
    ) -> None:
        self._slots, self._used = list(slots), 0
        self._limit = len(slots)
        self._period, self._share = period, share
        self.gap = period / self._limit
        started = sorted(recent, reverse=True)
        places = enumerate(started, start=1)
        self._turn = max((at + place * self.gap for place, at in places), default=0.0)
        self._newest = max(started[0] if started else 0.0, -self.gap)
        self.waiting = waiting

    def keep(self, period: float) -> None:
        """Let slots be held for so long from now on."""
        self._period, self.gap = period, period / self._limit

    def next_at(self) -> float:
        """Return when the next of the waiting requests may start.

        1. As soon as its slot is free, if that is what the end of all depends on.
        2. Else at an even distance from those before it.
        3. The slots that the last request does not need are free to be spread until the next one
           comes free: that loses nothing at all.
        """
        at = max(self._slots[self._used], 0.0)
        rounds, place = divmod(self.waiting - 1, self._limit)
        # The last request will have this slot: when at best, and when if all go evenly?
        last = max(self._slots[self._used + place], at)
        evenly = max(self._turn - LEEWAY, at)
        if evenly + place * self.gap - last > rounds * self._period * self._share:
            evenly = at
        free = bisect_right(self._slots, at, self._used) - self._used
        if free > place:
            return evenly
        until = self._slots[self._used + free]
        if (
            until - at < LEEWAY
        ):  # the clock does not look so often that spreading would lose nothing
            return evenly
        return max(evenly, self._newest + (until - self._newest) / (free + 1))

    def take(self, at: float) -> None:
        """Let the next request start then, or at another time not before `next_at()`."""
        self._slots.append(at + self._period)
        self._turn = max(self._turn, at) + self.gap
        self._newest = at
        self._used += 1
        self.waiting -= 1
