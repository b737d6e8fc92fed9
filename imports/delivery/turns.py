"""Whose request goes next among those that wait for one key: the order of claims, to look ahead.

The clock does the same to the database in one statement (`claims`); here it is done to numbers.
"""

import heapq
import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from imports.delivery import quota

CHECK, REPLAY, SEND, DRY_RUN = range(4)  # in the order in which they go; a dry run may go as SEND

Turn = tuple[int, int, float, int, int]


@dataclass(slots=True)
class Queued:
    """What is still to be sent of one import, or asked by one dry run. Times: seconds from now.

    `waits` tells which of the requests, counted from the next one on, start only when an earlier
    one was answered, and which; -1 is what is under way now.
    """

    import_id: int
    requests: int
    priority: int = 0
    served: float | None = None  # when it was last served; None: never
    ready: float = 0.0  # not before then: it may still be undone, or a replay waits
    waits: dict[int, int] = field(default_factory=dict)
    is_new: bool = False  # none of its requests has started yet
    is_uncut: bool = False  # its requests are made when it is ready: until then it is about to come
    kind: int = SEND

    order: int = 0  # among those that were served at the same moment
    ends: list[float] = field(default_factory=list)  # when all its requests so far are answered

    @property
    def turn(self) -> Turn:
        """Order of turns: kind, priority, then who was served longest ago."""
        served = float("-inf") if self.served is None else self.served
        return min(self.kind, SEND), -self.priority, served, self.order, self.import_id

    def start(self, ends: float) -> None:
        """Let its next request be answered then; it comes again when the answer is there that
        the one after that waits for: all are, up to that place.
        """
        latest = max(ends, self.ends[-1]) if self.ends else ends
        self.ends.append(latest)
        awaited = self.waits.get(len(self.ends))
        if awaited is not None and awaited >= 0:
            self.ready = self.ends[awaited]


@dataclass
class Turns:
    """Who is next: checks, repetitions, then by priority whoever was served longest ago."""

    queue: Iterable[Queued]
    _ready: list[tuple[Turn, int, Queued]] = field(default_factory=list)
    _later: list[tuple[float, int, int, Queued]] = field(default_factory=list)
    _asking: list[Queued] = field(default_factory=list)  # dry runs: few, and whether one yields
    _served: int = 0  # changes with time
    waiting: int = 0

    def __post_init__(self) -> None:
        for one in self.queue:
            self.waiting += one.requests
            self.put(one)

    def put(self, one: Queued) -> None:
        """Let it take its turns from when it is ready."""
        if one.requests and one.kind == DRY_RUN:
            self._asking.append(one)
        elif one.requests:
            heapq.heappush(self._later, (one.ready, one.import_id, id(one), one))

    def ready_at(self, at: float) -> float:
        """Return when there is somebody whose turn it can be, not before `at`."""
        if self._ready:
            return at
        moments = [self._later[0][0]] if self._later else []
        return max(at, min([*moments, *(one.ready for one in self._asking)], default=at))

    def later_than(self, at: float) -> float:
        """Return when the next one comes that is not ready yet at that moment."""
        later = [self._later[0][0]] if self._later else []
        later += [one.ready for one in self._asking if one.ready > at]
        return min(later, default=math.inf)

    def next(self, at: float, dry_runs: int = 1) -> Queued | None:
        """Take the one whose turn it is; its request is counted, and it comes back with the rest
        when it is `put`. `dry_runs` is how many requests of dry runs may go.
        """
        while self._later and self._later[0][0] <= at:
            *_, one = heapq.heappop(self._later)
            heapq.heappush(self._ready, (one.turn, id(one), one))
        found = self._dry_run(at) if dry_runs > 0 else None
        if found is not None and self._ready and self._goes_first(found, at):
            found = None
        if found is not None:
            self._asking.remove(found)
        elif self._ready:
            *_, found = heapq.heappop(self._ready)
        else:
            return None
        self._served, self.waiting = self._served + 1, self.waiting - 1
        found.served, found.order = at, self._served
        found.requests -= 1
        return found

    def _dry_run(self, at: float) -> Queued | None:
        ready = [one for one in self._asking if one.ready <= at]
        return min(ready, key=lambda one: (_yields(one, at), one.turn), default=None)

    def _goes_first(self, dry_run: Queued, at: float) -> bool:
        """Whether the import that is next goes before this dry run."""
        return _yields(dry_run, at) or self._ready[0][0] < dry_run.turn


def _yields(dry_run: Queued, at: float) -> bool:
    """A dry run gets its first request like an import, then what imports leave, or one at times."""
    return dry_run.served is not None and dry_run.served > at - quota.DRY_RUN_WAIT
