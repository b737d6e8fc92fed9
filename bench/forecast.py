"""How far off the timetable is: the expected end of an import, told when its word to send is given.

Simulated time: random mixes of imports of one key (sizes, priorities, moments, limits, kinds of
quota, slow answers, somebody else's requests with the same key), each forecast made as the pages
make it and held against what then happened. The share is of the time from the forecast to the end;
`foreseen` counts only imports after which nobody else gave the word to send, which no forecast can
know of, and `lasting` of these the ones that go on for a minute or more. `real` is a short run of
clock, worker and HTTP. With `--full` many more mixes.
"""

import random
import statistics
from dataclasses import dataclass

from django.db import transaction
from django.test import override_settings

from bench import material
from bench.engine import Portal
from bench.measure import figure
from imports.delivery import control, outlook, plan
from imports.delivery.timetable import Expected, Queued, timetable
from imports.mega.sandbox import Sandbox
from imports.models import Import, OnDuplicate
from imports.tests.delivery.simulated import Job, World, at, world
from imports.tests.road.engine import wait_for

MIXES = (60, 400)
MINUTE = 60.0
REAL, REAL_PER_MINUTE = (80, 25, 3), 60  # requests of each import
SIZES = ((1, 3), (2, 30), (20, 120), (100, 400))  # requests


@dataclass(frozen=True, slots=True)
class Guess:
    """A forecast and what became of it, in seconds."""

    told: float
    expected: float
    ended: float
    foreseen: bool

    @property
    def share(self) -> float:
        return abs(self.expected - self.ended) / max(self.ended - self.told, 1.0)

    @property
    def seconds(self) -> float:
        return abs(self.expected - self.ended)


def run(*, full: bool) -> None:
    """Play the mixes, then report median and 95th percentile of the error."""
    guesses = [guess for seed in range(MIXES[full]) for guess in _mix(seed)]
    _report("forecast", guesses)
    foreseen = [one for one in guesses if one.foreseen]
    _report("forecast.foreseen", foreseen)
    _report("forecast.lasting", [one for one in foreseen if one.ended - one.told >= MINUTE])
    _report("forecast.real", _real())


def _report(name: str, guesses: list[Guess]) -> None:
    shares = sorted(one.share for one in guesses)
    seconds = sorted(one.seconds for one in guesses)
    figure(
        name,
        imports=len(guesses),
        median_error_percent=round(100 * statistics.median(shares), 2),
        p95_error_percent=round(100 * shares[int(len(shares) * 0.95)], 2),
        median_error_seconds=round(statistics.median(seconds), 1),
        p95_error_seconds=round(seconds[int(len(seconds) * 0.95)], 1),
    )


def _mix(seed: int) -> list[Guess]:
    dice = random.Random(seed)
    limit = dice.choice([5, 10, 10, 10, 20, 60])
    jobs = [_job(dice) for _ in range(dice.randint(1, 6))]
    foreign = tuple(60.0 * dice.random() + 60 * n for n in range(60)) if seed % 5 == 0 else ()
    one = world(
        dice.choice(["fixed", "sliding", "bucket"]),
        limit,
        seed=seed,
        slowest=dice.choice([0.2, 0.5, 3.0]),
        foreign=foreign,
    )
    told: dict[int, tuple[float, Expected]] = {}
    for job in sorted(jobs, key=lambda job: job.arrives):
        one.run(jobs, until=job.arrives + 0.01)
        found = timetable(one.facts(jobs), _queue(one, jobs), at(one.now))
        place = jobs.index(job)
        if place in found:
            told[place] = one.now, found[place]
    one.run(jobs)
    last = max(job.arrives for job in jobs)
    return [
        Guess(
            moment,
            (expected.ends_at - at(0)).total_seconds(),
            jobs[place].answered[-1],
            jobs[place].arrives == last,
        )
        for place, (moment, expected) in told.items()
    ]


def _job(dice: random.Random) -> Job:
    arrives = dice.choice([0.0, dice.uniform(0, 900)])
    priority = dice.choice([0, 0, 0, 0, 1, -1])
    return Job(dice.randint(*dice.choice(SIZES)), arrives=arrives, priority=priority, seen=arrives)


def _queue(one: World, jobs: list[Job]) -> list[Queued]:
    """Return what the database would tell of the imports that are being sent or queued."""
    return [
        Queued(
            place,
            job.lane.requests,
            job.priority,
            served=job.sent[-1] - one.now if job.sent else None,
            first=not job.sent,
            is_new=not job.sent,
        )
        for place, job in enumerate(jobs)
        if job.lane and job.arrives <= one.now and len(job.answered) < job.requests
    ]


def _real() -> list[Guess]:
    """Send three imports of one key for real, and ask for the timetable as soon as they go."""
    with Sandbox(quota="sliding", requests_per_minute=REAL_PER_MINUTE) as mega, Portal() as portal:
        customer, token = material.a_customer(REAL_PER_MINUTE)
        mega.register(token, str(customer.mega_id), requests_per_minute=REAL_PER_MINUTE)
        made = [material.checked(customer, 25 + (size - 1) * 500) for size in REAL]
        portal.start("delivery")
        for one in made:
            _send(one, mega)
        seen = outlook.of(customer)
        portal.start("clock")
        return [_became(one, seen) for one in made]


def _send(made: Import, mega: Sandbox) -> None:
    with transaction.atomic(), override_settings(MEGA_BASE_URL=mega.url):
        control.send(made, None, on_duplicate=OnDuplicate.UPDATE, undo_seconds=0)
        assert plan.plan(made.pk)


def _became(made: Import, seen: outlook.Outlook) -> Guess:
    wait_for(made, patience=600.0)
    assert made.finished_at is not None
    told = seen.now.timestamp()
    expected = seen.expected[made.pk].ends_at.timestamp()
    return Guess(told, expected, made.finished_at.timestamp(), foreseen=True)
