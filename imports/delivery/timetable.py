"""When each import of a key starts and ends: the key's requests played through to the end.

A pure function of what is known of the key and of what is queued. The first of it is played tick by
tick with the clock's own rules (`ticks`), the rest by the course that spreading foresees, at the
pace that was found. So it is as right as its premise that nothing else happens: nobody pauses or
joins, nobody else uses the key, MEGA answers as fast as lately and takes every request.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain

from imports.delivery import habits, quota
from imports.delivery.habits import Habits
from imports.delivery.ticks import PICK_UP, Ticks, has_imports
from imports.delivery.turns import REPLAY, SEND, Queued, Turns

WORK = 10_000  # exchanges that are looked at tick by tick: a fortieth of a second
AT_MOST = 20_000  # requests that are played after that; what is behind them keeps their pace
LATE = 0.1  # seconds from the moment that a slot comes free until its request is on its way


@dataclass(frozen=True, slots=True)
class Expected:
    """When an import starts (None: it has begun) and ends, as things stand."""

    starts_at: datetime | None
    ends_at: datetime


def timetable(
    facts: quota.KeyFacts,
    queue: Iterable[Queued],
    now: datetime,
    *,
    known: Habits | None = None,
    company_until: float = 0.0,
    slots: int | None = None,
) -> dict[int, Expected]:
    """Return for each queued import when it is expected to start and to end.

    `known` is how MEGA is known to answer (else judged by the last minutes), `company_until` for
    how many seconds from now others seem about to come, `slots` how many requests of the key the
    workers can carry at a time. Nothing is foretold for a key that MEGA does not answer.
    """
    if facts.unclear_streak >= quota.UNCLEAR_BEFORE_PROBING:
        return {}
    lanes = list(queue)
    company_until = max([company_until, *(one.ready for one in lanes if one.is_uncut)])
    facts = replace(facts, has_imports=has_imports(lanes))
    known = known or habits.of(facts.exchanges, facts.limit)
    under_way = {id(one): _under_way(one, known.took) for one in lanes}
    for one in lanes:
        if -1 in one.waits.values():
            one.ready = max(one.ready, under_way[id(one)])
    played = _Play(Ticks(facts, now, Turns(lanes), known, company_until, slots))
    for one in lanes:
        played.note(one, under_way[id(one)])
    played.play(lanes)
    return {one.import_id: played.expected(one) for one in lanes if one.kind == SEND}


def _under_way(one: Queued, took: float) -> float:
    """Return when the newest request that has started is answered, 0 when it should have been."""
    return 0.0 if one.served is None else max(one.served + PICK_UP + took, 0.0)


@dataclass
class _Play:
    """One play through: seconds from now at which imports begin and end."""

    ticks: Ticks
    begins: dict[int, float] = field(default_factory=dict)
    ends: dict[int, float] = field(default_factory=dict)

    def note(self, one: Queued, ends: float) -> None:
        """Note that a request of it is answered then."""
        if one.kind in (REPLAY, SEND):
            self.ends[one.import_id] = max(self.ends.get(one.import_id, 0.0), ends)

    def play(self, lanes: list[Queued]) -> None:
        for at, ends, one in chain(self.ticks.play(WORK), self._rest()):
            self.begins.setdefault(one.import_id, at)
            self.note(one, ends)
        behind = self.ticks.turns.waiting * self._period() / self.ticks.facts.limit
        for one in lanes:
            if one.requests:
                self.note(one, self.ends.get(one.import_id, 0.0) + behind)

    def _rest(self) -> Iterator[tuple[float, float, Queued]]:
        """Yield what was not played tick by tick, along the course that the clock foresees."""
        ticks, turns = self.ticks, self.ticks.turns
        if not turns.waiting:
            return
        since, moment = ticks.at, ticks.now + timedelta(seconds=ticks.at)
        course = quota.course(ticks.known(), moment)
        course.keep(self._period())
        for _ in range(min(turns.waiting, AT_MOST)):
            at = turns.ready_at(since + course.next_at())
            one = turns.next(at)
            if one is None:
                return
            course.take(at - since)
            one.start(at + ticks.habits.took)
            turns.put(one)
            yield at, at + ticks.habits.took, one

    def _period(self) -> float:
        """Return for how long a slot was held until its next request, over the last rounds."""
        starts, limit = self.ticks.starts, self.ticks.facts.limit
        rounds = len(starts) // limit - 2  # the first one may have found every slot free
        if rounds < 1:
            return quota.HOLD.total_seconds() + self.ticks.habits.took + LATE
        return (starts[-1] - starts[-1 - rounds * limit]) / rounds

    def expected(self, one: Queued) -> Expected:
        ends_at = self.ticks.now + timedelta(seconds=self.ends[one.import_id])
        begins = self.begins.get(one.import_id) if one.is_new else None
        if begins is None:
            return Expected(None, ends_at)
        return Expected(self.ticks.now + timedelta(seconds=begins), ends_at)
