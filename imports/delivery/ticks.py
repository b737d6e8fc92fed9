"""The clock's ticks for one key, played ahead: who is granted a request, and when.

Every tick asks the very `quota` that the clock asks, told what would be known by then, and grants
in turns. So whatever rule is changed there (spreading, headers, probing, a pause, spacing) is
followed here. What is presumed: answers take as long as lately, and all are good.
"""

import bisect
import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.conf import settings

from imports.delivery import quota
from imports.delivery.habits import Habits, Headers
from imports.delivery.quota import Allowance, Exchange, KeyFacts
from imports.delivery.turns import DRY_RUN, SEND, Queued, Turns

HAIR = 1e-5  # seconds: no timer rings early
SHORTEST = 0.1  # seconds between two ticks at least
PICK_UP = 0.05  # from a claim until its request is on its way
LONGEST_LEAP = 10.0  # seconds in which the clock is believed to find nothing to do


@dataclass
class Ticks:
    """Plays ticks; `at` is how far it has come: seconds from now."""

    facts: KeyFacts
    now: datetime
    turns: Turns
    habits: Habits
    company_until: float = 0.0
    slots: int | None = None  # of the workers, less what carries other keys; None: any number
    at: float = 0.0
    interval: float = field(default_factory=lambda: settings.CLOCK_INTERVAL)
    starts: list[float] = field(default_factory=list)  # of the requests played so far
    looked: int = 0  # exchanges looked at: the work that was done
    _ended: list[Exchange] = field(default_factory=list)
    _flying: list[Exchange] = field(default_factory=list)  # in the order of their answers
    _flown: int = 0
    _answers: int = 0

    def __post_init__(self) -> None:
        exchanges = self.facts.exchanges
        self._ended = [one for one in exchanges if one.ended_at is not None]
        half = self.habits.took / 2
        arrived = [self._seconds(one.started_at) + half for one in self._ended]
        self._headers = Headers(self.habits.counts, self.facts.limit, arrived)
        flying = [one for one in exchanges if one.ended_at is None]
        claimed = [Exchange(self._moment(PICK_UP), None)] * self.facts.claimed
        for one in sorted([*flying, *claimed], key=lambda one: one.started_at):
            self._fly(self._seconds(one.started_at), is_dry_run=one.is_dry_run)

    def play(self, work: int) -> Iterator[tuple[float, float, Queued]]:
        """Yield when each request starts, when it is answered, and whose it is, until all have
        started or the work is done.
        """
        while self.turns.waiting and self.looked < work:
            known, now = self.known(), self._moment(self.at)
            # The course that spreading looks ahead has a slot for each request of a minute.
            self.looked += len(known.exchanges) + known.limit // 15 + 1
            allowed, dry_runs = quota.allowance(known, now), quota.dry_runs(known, now)
            granted, may_start = 0, self._room(known, allowed.may_start)
            while granted < may_start:
                one = self.turns.next(self.at, dry_runs)
                if one is None:
                    break
                granted, dry_runs = granted + 1, dry_runs - (one.kind == DRY_RUN)
                yield *self._start(one), one
            self.at = self._next_tick(allowed, granted, is_full=may_start < allowed.may_start)

    def known(self) -> KeyFacts:
        """Return what the clock would know of the key at this moment."""
        now = self._moment(self.at)
        while self._flying and _end(self._flying[0]) <= now:
            self._ended.append(self._flying.pop(0))
            self._answers += 1
        self._ended = [one for one in self._ended if _end(one) > now - quota.REMEMBERED]
        flying = [replace(e, ended_at=None, remaining=None, reset_at=None) for e in self._flying]
        pace = self.facts.pace
        return replace(
            self.facts,
            exchanges=(*self._ended, *flying),
            claimed=0,
            claimed_dry_runs=0,
            pace=replace(pace, left=max(pace.left - self._answers, 0)),
            proved=self.facts.proved or self._answers > 0,
            waiting=self.turns.waiting,
            company=self.at < self.company_until,
        )

    def _start(self, one: Queued) -> tuple[float, float]:
        started = self.at + PICK_UP
        ends = self._fly(started, is_dry_run=one.kind == DRY_RUN)
        self.starts.append(started)
        one.start(ends)
        self.turns.put(one)
        return started, ends

    def _fly(self, started: float, *, is_dry_run: bool) -> float:
        """Let a request be under way, with what its answer will say; a late one is due now.

        One takes as long as the next of the latest ones did: that some are slow and some are quick
        matters to what the headers allow.
        """
        took = self.habits.durations[self._flown % len(self.habits.durations)]
        ends = max(started + took, 0.0)
        ended_at = self._moment(ends)
        told = self._headers.answer(started + took / 2)
        left, reset_at = None, None
        if told is not None:
            left, reset_at = told[0], ended_at + timedelta(seconds=told[1])
        flown = Exchange(self._moment(started), ended_at, left, reset_at, is_dry_run)
        bisect.insort(self._flying, flown, key=_end)
        self._flown += 1
        return ends

    def _room(self, known: KeyFacts, may_start: int) -> int:
        """Return how many may start, now that workers have so many slots free."""
        if self.slots is None:
            return may_start
        return max(min(may_start, quota.share(known, self.slots - len(self._flying))), 0)

    def _next_tick(self, allowed: Allowance, granted: int, *, is_full: bool) -> float:
        """Return when the next tick is: at a full second, or when a slot comes free before that.

        Where nothing was granted, the ticks that would find nothing new are left out.
        """
        next_in = math.inf if allowed.next_at is None else self._seconds(allowed.next_at) - self.at
        next_in = min(next_in, quota.SOON) if is_full else next_in
        quiet = (
            0 if granted else max(math.ceil(self._idle(allowed, next_in) / self.interval) - 1, 0)
        )
        left_out = quiet * self.interval
        return self.at + left_out + min(max(next_in - left_out, SHORTEST), self.interval) + HAIR

    def _idle(self, allowed: Allowance, next_in: float) -> float:
        """Return for how many seconds the clock would find the same as now."""
        events = [next_in, LONGEST_LEAP]
        if self.company_until > self.at:
            events.append(self.company_until - self.at)
        if allowed.why != "turns":
            releases = (self._seconds(_end(one) + quota.HOLD) - self.at for one in self._ended)
            events.extend(release for release in releases if release > 0)
            events.extend(self._seconds(_end(one)) - self.at for one in self._flying[:1])
        if allowed.may_start:
            events.append(self.turns.later_than(self.at) - self.at)
        return min(events)

    def _moment(self, at: float) -> datetime:
        return self.now + timedelta(seconds=at)

    def _seconds(self, moment: datetime) -> float:
        return (moment - self.now).total_seconds()


def _end(exchange: Exchange) -> datetime:
    assert exchange.ended_at is not None  # noqa: S101 - only asked where it is known
    return exchange.ended_at


def has_imports(queue: list[Queued]) -> bool:
    """Whether imports are among what waits: dry runs leave them half of the minute then."""
    return any(one.kind == SEND for one in queue)
