"""When each import of a key starts and ends: the key's requests played through to the end.

A pure function of what is known of the key and of what is queued. It goes by the same slots, the
same spreading and the same turns as the clock, so it is as right as its premise that nothing else
happens: nobody pauses, MEGA answers as fast as lately and takes every request.
"""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from imports.delivery import quota, spread

CLOCK_LATE = 0.2  # seconds from the moment that a slot comes free until its request is on its way
AT_MOST = 20_000  # requests that are played through; what is behind them goes on at the same pace


@dataclass(slots=True)
class Queued:
    """What is still to be sent of one import. `served` and `ready` are seconds from now."""

    import_id: int
    requests: int
    priority: int = 0
    served: float | None = None  # when it was last served; None: never
    ready: float = 0.0  # not before then: it may still be undone, or a replay waits
    first: bool = False  # its first request is answered before the second starts
    is_new: bool = False  # none of its requests has started yet

    order: int = 0  # among those that were served at the same moment

    @property
    def turn(self) -> tuple[int, float, int, int]:
        """Order of turns: priority, then who was served longest ago."""
        served = float("-inf") if self.served is None else self.served
        return -self.priority, served, self.order, self.import_id


@dataclass(frozen=True, slots=True)
class Expected:
    """When an import starts (None: it has begun) and ends, as things stand."""

    starts_at: datetime | None
    ends_at: datetime


@dataclass
class Turns:
    """Who is next: the highest priority, and within it whoever was served longest ago."""

    queue: Iterable[Queued]
    _ready: list[tuple[tuple[int, float, int, int], Queued]] = field(default_factory=list)
    _later: list[tuple[float, int, Queued]] = field(default_factory=list)
    _served: int = 0

    def __post_init__(self) -> None:
        for one in self.queue:
            self.put(one)

    def put(self, one: Queued) -> None:
        """Let an import take its turns from when it is ready."""
        if one.requests:
            heapq.heappush(self._later, (one.ready, one.import_id, one))

    def ready_at(self, at: float) -> float:
        """Return when there is somebody whose turn it can be, not before `at`."""
        return at if self._ready or not self._later else max(at, self._later[0][0])

    def next(self, at: float) -> Queued | None:
        """Take the one whose turn it is; its request is counted, and it comes back with the rest
        when it is `put`.
        """
        while self._later and self._later[0][0] <= at:
            _, _, one = heapq.heappop(self._later)
            heapq.heappush(self._ready, (one.turn, one))
        if not self._ready:
            return None
        _, one = heapq.heappop(self._ready)
        self._served += 1
        one.served, one.order = at, self._served
        one.requests -= 1
        return one


def timetable(facts: quota.KeyFacts, queue: Iterable[Queued], now: datetime) -> dict[int, Expected]:
    """Return for each queued import when it is expected to start and to end.

    Nothing is foretold for a key that MEGA does not answer: empty then.
    """
    if facts.unclear_streak >= quota.UNCLEAR_BEFORE_PROBING:
        return {}
    lanes = list(queue)
    facts = replace(facts, waiting=sum(one.requests for one in lanes))
    played = _Play(facts, now)
    played.play(lanes)
    return {one.import_id: played.expected(one) for one in lanes}


@dataclass
class _Play:
    """One play through: seconds from now at which imports begin and end."""

    facts: quota.KeyFacts
    now: datetime
    begins: dict[int, float] = field(default_factory=dict)
    ends: dict[int, float] = field(default_factory=dict)

    def play(self, lanes: list[Queued]) -> None:
        took = quota.exchange_seconds(self.facts) + CLOCK_LATE
        pace, turns = quota.course(self.facts, self.now), Turns(lanes)
        for at, one in self._requests(pace, turns):
            self.begins.setdefault(one.import_id, at)
            self.ends[one.import_id] = at + took
            if one.first:
                one.first, one.ready = False, at + took
            turns.put(one)
        behind = pace.waiting * pace.gap
        for one in lanes:
            self.ends.setdefault(one.import_id, took)
            if one.requests:
                self.ends[one.import_id] += behind

    def _requests(self, pace: spread.Course, turns: Turns) -> Iterator[tuple[float, Queued]]:
        """Yield when each request starts and whose it is."""
        earliest = float("-inf")
        for place in range(min(pace.waiting, AT_MOST)):
            at = turns.ready_at(max(pace.next_at(), earliest))
            one = turns.next(at)
            if one is None:
                return
            pace.take(at)
            earliest = self._earliest(place, at)
            yield at, one

    def _earliest(self, place: int, at: float) -> float:
        """Return when the next may start after 429s, `place` successes from now."""
        slower = replace(self.facts.pace, left=max(self.facts.pace.left - place, 0))
        moment = self.now + timedelta(seconds=at)
        if not slower.left_at(moment):
            return float("-inf")
        return at + quota.spacing(replace(self.facts, pace=slower), moment).total_seconds()

    def expected(self, one: Queued) -> Expected:
        ends_at = self.now + timedelta(seconds=self.ends[one.import_id])
        begins = self.begins.get(one.import_id) if one.is_new else None
        if begins is None:
            return Expected(None, ends_at)
        return Expected(self.now + timedelta(seconds=begins), ends_at)
