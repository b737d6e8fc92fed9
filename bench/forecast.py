"""How far off the timetable is: the expected start and end of an import, told as pages tell them.

Simulated time: random mixes of imports of one key (sizes, priorities, moments, limits, kinds of
quota, slow answers, somebody else's requests with the same key), each forecast made when an import
may be sent and held against what then happened. A share is of the time from the forecast to what
was foretold. `foreseen` counts only imports after which nobody else gave the word to send, which no
forecast can know of, and `lasting` of these the ones that go on for a minute or more; `lone` are
imports that have their key to themselves, `joined` several of a key of which others may join later
while nobody else uses it, and `joined.foreseen` the last of those. `real` is a short run of clock,
worker and HTTP. With `--full` many more mixes.
"""

import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from bench import material
from bench.engine import Portal
from bench.measure import figure
from imports.delivery import control, habits, outlook
from imports.delivery.quota import Exchange
from imports.delivery.timetable import Expected, timetable
from imports.mega.sandbox import Sandbox
from imports.models import Import, OnDuplicate
from imports.tests.delivery.simulated import Job, World, at, world
from imports.tests.road.engine import wait_for

MIXES = (60, 400)
MINUTE = 60.0
REAL, REAL_PER_MINUTE = (80, 25, 3), 60  # requests of each import
REAL_AGAIN = 15.0  # seconds after which the real timetable is asked for once more
SIZES = ((1, 3), (2, 30), (20, 120), (100, 400))  # requests
UNDO = 10.0


@dataclass(frozen=True, slots=True)
class Error:
    """A moment that was foretold, and what became of it, in seconds."""

    told: float
    expected: float
    was: float

    @property
    def seconds(self) -> float:
        return abs(self.expected - self.was)

    @property
    def share(self) -> float:
        return self.seconds / max(self.was - self.told, 1.0)


@dataclass(frozen=True, slots=True)
class Guess:
    """A forecast of an import; `start` is None where it had begun."""

    start: Error | None
    end: Error
    foreseen: bool = True

    @property
    def lasts(self) -> bool:
        return self.end.was - self.end.told >= MINUTE


def run(*, full: bool) -> None:
    """Play the mixes, then report median, 95th percentile and worst of the errors."""
    mixes = MIXES[full]
    guesses = [guess for seed in range(mixes) for guess in _mix(seed)]
    foreseen = [one for one in guesses if one.foreseen]
    _report("forecast", guesses)
    _report("forecast.foreseen", foreseen)
    _report("forecast.lasting", [one for one in foreseen if one.lasts])
    _report("forecast.lone", [one for seed in range(2 * mixes) for one in _own_key(seed, 1, 1)])
    joined = [one for seed in range(mixes) for one in _own_key(seed, 2, 6)]
    _report("forecast.joined", joined)
    _report("forecast.joined.foreseen", [one for one in joined if one.foreseen])
    _report("forecast.real", _real())


def _report(name: str, guesses: list[Guess]) -> None:
    starts = [one.start for one in guesses if one.start]
    figure(name, imports=len(guesses), **_errors("end", [one.end for one in guesses]))
    if starts:
        figure(f"{name}.start", imports=len(starts), **_errors("start", starts))


def _errors(what: str, errors: Sequence[Error]) -> dict[str, float]:
    shares = sorted(100 * one.share for one in errors)
    seconds = sorted(one.seconds for one in errors)
    ranks: dict[str, Callable[[list[float]], float]] = {
        "median": statistics.median,
        "p95": lambda values: values[int(len(values) * 0.95)],
        "worst": max,
    }
    return {
        f"{what}_{rank}_{unit}": round(of(values), digits)
        for unit, values, digits in (("percent", shares, 2), ("seconds", seconds, 1))
        for rank, of in ranks.items()
    }


def _mix(seed: int) -> list[Guess]:
    """Imports of a key that now and then somebody else uses, too."""
    dice = random.Random(seed)
    limit = dice.choice([5, 10, 10, 10, 20, 60])
    jobs = [_job(dice) for _ in range(dice.randint(1, 6))]
    foreign = tuple(60.0 * dice.random() + 60 * n for n in range(60)) if seed % 5 == 0 else ()
    return _play(dice, seed, limit, jobs, foreign)


def _own_key(seed: int, fewest: int, most: int) -> list[Guess]:
    """Imports of a key that nobody else uses, foretold when the word to send is given."""
    dice = random.Random(seed)
    limit = dice.choice([5, 10, 10, 10, 20, 60])
    jobs = [_job(dice) for _ in range(dice.randint(fewest, most))]
    for job in jobs:
        job.arrives, job.told, job.seen = job.arrives + UNDO, job.arrives, job.arrives
    return _play(dice, seed, limit, jobs)


def _job(dice: random.Random) -> Job:
    arrives = dice.choice([0.0, dice.uniform(0, 900)])
    priority = dice.choice([0, 0, 0, 0, 1, -1])
    return Job(dice.randint(*dice.choice(SIZES)), arrives=arrives, priority=priority, seen=arrives)


def _play(
    dice: random.Random, seed: int, limit: int, jobs: list[Job], foreign: tuple[float, ...] = ()
) -> list[Guess]:
    kind, slowest = dice.choice(["fixed", "sliding", "bucket"]), dice.choice([0.2, 0.5, 3.0])
    one = world(kind, limit, seed=seed, slowest=slowest, foreign=foreign)
    earlier = _answers(world(kind, limit, seed=-seed, slowest=slowest), [Job(20)])
    told: dict[int, tuple[float, Expected]] = {}
    for job in sorted(jobs, key=_word):
        one.run(jobs, until=_word(job) + 0.01)
        known = habits.of([*earlier, *one.answered][-habits.LATEST :], limit)
        found = timetable(one.facts(jobs), one.queue(jobs), at(one.now), known=known)
        place = jobs.index(job)
        if place in found:
            told[place] = one.now, found[place]
    one.run(jobs)
    last = max(map(_word, jobs))
    return [
        _guess(moment, expected, at(0), jobs[place].sent[0], jobs[place].answered[-1],
               foreseen=_word(jobs[place]) == last)
        for place, (moment, expected) in told.items()
    ]  # fmt: skip


def _answers(earlier: World, jobs: list[Job]) -> list[Exchange]:
    """Return how MEGA answered another key before."""
    earlier.run(jobs)
    return earlier.answered


def _word(job: Job) -> float:
    """Return when the word to send the import was given."""
    return min(job.told, job.arrives)


def _guess(
    told: float, expected: Expected, zero: datetime, started: float, ended: float, *, foreseen: bool
) -> Guess:
    end = (expected.ends_at - zero).total_seconds()
    if expected.starts_at is None:
        return Guess(None, Error(told, end, ended), foreseen)
    start = (expected.starts_at - zero).total_seconds()
    return Guess(Error(told, start, started), Error(told, end, ended), foreseen)


def _real() -> list[Guess]:
    """Send three imports of one key for real; ask for the timetable then, and again on the way."""
    with Sandbox(quota="sliding", requests_per_minute=REAL_PER_MINUTE) as mega, \
            Portal(MEGA_BASE_URL=mega.url) as portal:  # fmt: skip
        customer, token = material.a_customer(REAL_PER_MINUTE)
        mega.register(token, str(customer.mega_id), requests_per_minute=REAL_PER_MINUTE)
        made = [material.checked(customer, 25 + (size - 1) * 500) for size in REAL]
        portal.start("delivery")
        portal.start("clock")
        with transaction.atomic():
            for one in made:
                control.send(one, None, on_duplicate=OnDuplicate.UPDATE, undo_seconds=int(UNDO))
        seen = [outlook.of(customer)]
        time.sleep(UNDO + REAL_AGAIN)
        seen.append(outlook.of(customer))
        for one in made:
            wait_for(one, patience=600.0)
        return [_became(one, then) for then in seen for one in made if one.pk in then.expected]


def _became(made: Import, seen: outlook.Outlook) -> Guess:
    assert made.started_at is not None
    assert made.finished_at is not None
    zero = seen.now
    started = (made.started_at - zero).total_seconds()
    ended = (made.finished_at - zero).total_seconds()
    return _guess(0.0, seen.expected[made.pk], zero, started, ended, foreseen=True)
