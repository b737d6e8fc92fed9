"""A key's requests in simulated time: the real quota and turns, a clock's ticks, a vendor's count.

What the database and the workers do between (claim, take, settle) is done here by hand; everything
that decides is the portal's own. Seconds count from the start.
"""

import math
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from imports.delivery import pacing, quota
from imports.delivery.clock import seconds_to_rest
from imports.delivery.pacing import Pace
from imports.delivery.quota import Exchange, KeyFacts
from imports.delivery.turns import DRY_RUN, SEND, Queued, Turns
from imports.mega.sandbox.quota import Limiter, make

START = datetime(2026, 11, 3, 12, tzinfo=UTC)
INTERVAL = 1.0  # the clock's
HAIR = 1e-5  # no timer rings early
TICK = 0.05  # what a tick takes
PICK_UP = 0.05  # from a claim until the attempt begins


@dataclass
class Job:
    """An import in simulated time."""

    requests: int
    arrives: float = 0.0
    priority: int = 0
    seen: float = 0.0  # from when on the portal knows that it is about to come
    told: float = 1e9  # from when on its requests are counted, though it may still be undone
    waits: dict[int, int] = field(default_factory=lambda: {1: 0})  # who for whose answer
    kind: int = SEND
    sent: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    settled: set[float] = field(default_factory=set)  # when answered requests had started
    lane: Queued | None = None

    def is_counted(self, now: float) -> bool:
        """Whether its requests are known to be on their way."""
        return min(self.arrives, self.told) <= now

    def is_open(self, now: float) -> bool:
        """Whether it is being sent, or queued."""
        return self.is_counted(now) and len(self.answered) < self.requests

    def queued(self, place: int, now: float) -> Queued:
        """Return it as the timetable knows it."""
        gone, lane = len(self.sent), self.lane
        waits = {
            one - gone: max(awaited - gone, -1)
            for one, awaited in self.waits.items()
            if one >= gone and (awaited >= gone or self.sent[awaited] not in self.settled)
        }
        return Queued(
            place, lane.requests, self.priority, kind=self.kind, waits=waits, order=lane.order,
            served=None if lane.served is None else lane.served - now,
            ready=max(self.arrives - now, 0.0), is_new=not gone, is_uncut=self.arrives > now,
        )  # fmt: skip

    def may_start(self, now: float) -> bool:
        """Whether its next request waits for nothing but its turn."""
        awaited = self.waits.get(len(self.sent))
        return self.arrives <= now and (awaited is None or self.sent[awaited] in self.settled)

    @property
    def waited(self) -> float:
        """Seconds from its arrival to its first request."""
        return self.sent[0] - self.arrives


@dataclass
class Flight:
    job: Job | None
    started: float
    arrives: float
    ends: float
    is_dry_run: bool = False
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class World:
    """One key at one vendor. `foreign` are moments at which somebody else uses the key.

    `tells` is what answers say of the quota: "all", "retry_after" (of a 429 only) or "nothing".
    """

    limiter: Limiter
    configured: int
    delay: Callable[[], float] = lambda: 0.1  # one way
    foreign: tuple[float, ...] = ()
    tells: str = "all"
    now: float = 0.0
    refused: int = 0
    arrivals: list[float] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    answered: list[Exchange] = field(default_factory=list)  # all of them, in order
    flights: list[Flight] = field(default_factory=list)
    learnt: int | None = None
    proved: bool = True
    hold: float = 0.0
    pace: Pace = field(default_factory=Pace)
    foreign_refused: int = 0

    def run(self, jobs: list[Job], until: float = 1e9) -> None:
        """Send all, or up to a moment."""
        for place, job in enumerate(jobs, start=1):
            if job.lane is None:
                job.lane = Queued(
                    place, job.requests, job.priority, ready=job.arrives, kind=job.kind
                )
        self._foreign_left = deque(sorted(one for one in self.foreign if one >= self.now))
        while self.now < until and (self.flights or any(job.lane.requests for job in jobs)):
            next_in = self._tick(jobs)
            self.now += TICK + seconds_to_rest(INTERVAL, TICK, next_in - TICK) + HAIR
            self._arrive()

    def facts(self, jobs: list[Job]) -> KeyFacts:
        """What the portal knows at this moment."""
        open_ones = [job for job in jobs if job.is_counted(self.now) and job.lane.requests]
        coming = any(min(job.seen, job.told) <= self.now < job.arrives for job in jobs)
        self.exchanges = [e for e in self.exchanges if e.ended_at > at(self.now - 122)]
        flying = [
            Exchange(at(one.started), None, is_dry_run=one.is_dry_run) for one in self.flights
        ]
        return KeyFacts(
            limit=self.learnt or self.configured,
            exchanges=(*self.exchanges, *flying),
            hold_until=at(self.hold) if self.hold else None,
            pace=self.pace,
            waiting=sum(job.lane.requests for job in open_ones),
            company=coming,
            proved=self.proved,
            has_imports=any(job.kind == SEND and job.is_open(self.now) for job in jobs),
        )

    def queue(self, jobs: list[Job]) -> list[Queued]:
        """What the database would tell of all that is being sent or queued."""
        return [
            job.queued(place, self.now) for place, job in enumerate(jobs) if job.is_open(self.now)
        ]

    def _tick(self, jobs: list[Job]) -> float:
        facts = self.facts(jobs)
        if not facts.waiting:
            return math.inf
        allowed, dry_runs = (
            quota.allowance(facts, at(self.now)),
            quota.dry_runs(facts, at(self.now)),
        )
        turns = Turns([job.lane for job in jobs if job.may_start(self.now)])
        for _ in range(allowed.may_start):
            lane = turns.next(self.now, dry_runs)
            if lane is None:
                break
            job = next(job for job in jobs if job.lane is lane)
            dry_runs -= job.kind == DRY_RUN
            self._send(job)
            if job.may_start(self.now):
                turns.put(lane)
        if allowed.next_at is None:
            return math.inf
        return (allowed.next_at - at(self.now)).total_seconds()

    def _send(self, job: Job) -> None:
        there, back = self.delay(), self.delay()
        started = self.now + PICK_UP
        self.flights.append(
            Flight(job, started, started + there, started + there + back, job.kind == DRY_RUN)
        )
        job.sent.append(started)

    def _arrive(self) -> None:
        """Let the vendor see what arrived until now, in its order, and settle what came back."""
        coming = [(one.arrives, one) for one in self.flights if not one.status]
        while self._foreign_left and self._foreign_left[0] <= self.now:
            coming.append((self._foreign_left.popleft(), None))
        for moment, flight in sorted(coming, key=lambda pair: pair[0]):
            if moment > self.now:
                continue
            grant = self.limiter.take(moment)
            if flight is None:
                self.foreign_refused += not grant.allowed
                continue
            self.arrivals.append(moment)
            self.refused += not grant.allowed
            flight.status, flight.headers = 200 if grant.allowed else 429, grant.headers()
        for flight in [one for one in self.flights if one.status and one.ends <= self.now]:
            self.flights.remove(flight)
            self._settle(flight)

    def _settle(self, flight: Flight) -> None:
        job, settled = flight.job, self._answered(flight)
        self.exchanges.append(settled)
        self.answered.append(settled)
        if flight.status == 429:
            job.lane.requests += 1
            job.sent.remove(flight.started)
            self._slow_down(flight)
        else:
            job.answered.append(flight.ends)
            job.settled.add(flight.started)
            self.proved = True
            self.pace = replace(self.pace, left=max(self.pace.left - 1, 0))

    def _answered(self, flight: Flight) -> Exchange:
        told, end = flight.headers, at(flight.ends)
        if self.tells != "all":
            return Exchange(at(flight.started), end, is_dry_run=flight.is_dry_run)
        self.learnt = int(told["RateLimit-Limit"])
        reset_at = end + timedelta(seconds=int(told["RateLimit-Reset"]))
        left = int(told["RateLimit-Remaining"])
        return Exchange(at(flight.started), end, left, reset_at, flight.is_dry_run)

    def _slow_down(self, flight: Flight) -> None:
        told = None if self.tells == "nothing" else float(flight.headers["Retry-After"])
        limit = self.learnt or self.configured
        self.pace, wait = pacing.after_429(self.pace, limit, at(flight.started), told, at(self.now))
        self.hold = max(self.hold, self.now + wait.total_seconds())


def at(seconds: float) -> datetime:
    """Return a moment of the simulation."""
    return START + timedelta(seconds=seconds)


def world(kind: str, limit: int, *, seed: int = 0, slowest: float = 0.2, **more: object) -> World:
    """Return a key at a vendor of that kind; a request takes up to `slowest` seconds each way.

    Where in the vendor's window the simulation starts is drawn as well.
    """
    dice = random.Random(seed)
    limiter = make(kind, limit)
    limiter.take = _shifted(limiter.take, dice.uniform(0, 60))
    more.setdefault("delay", lambda: dice.uniform(0.01, slowest))
    return World(limiter, limit, **more)


def _shifted(take: Callable, by: float) -> Callable:
    return lambda now: take(now + by)
