"""When each import of a key starts and ends, and how well that comes true in simulated time."""

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from imports.delivery import backlog, outlook, quota, timetable, window
from imports.delivery.pacing import Pace
from imports.delivery.timetable import Queued
from imports.models import Batch, ImportState, Priority
from imports.tests import people
from imports.tests.delivery.sending import batch
from imports.tests.delivery.simulated import START, Job, at, world
from imports.tests.delivery.test_claims import another, may_send

FRESH = quota.KeyFacts(limit=10)


def foretold(*queue, facts=FRESH):
    """Seconds until each import starts and ends; None: it has begun."""
    found = timetable.timetable(facts, queue, START)
    return {
        key: (
            one.starts_at and (one.starts_at - START).total_seconds(),
            (one.ends_at - START).total_seconds(),
        )
        for key, one in found.items()
    }


def test_a_lone_small_import_starts_and_ends_at_once():
    starts, ends = foretold(Queued(1, 3, first=True, is_new=True))[1]

    assert starts == 0
    assert ends < 3


def test_a_hundred_thousand_rows_take_twenty_minutes():
    _, ends = foretold(Queued(1, 201, first=True, is_new=True))[1]

    assert 1200 < ends < 1230


def test_imports_take_turns_so_the_small_one_ends_first():
    times = foretold(Queued(1, 100, served=-5.0), Queued(2, 10, first=True, is_new=True))

    assert times[2][0] < 7
    assert times[2][1] < times[1][1] / 4
    assert times[1][0] is None


def test_what_is_to_go_first_goes_first_and_what_is_to_go_last_last():
    urgent, idle = Queued(1, 20, priority=1, is_new=True), Queued(3, 5, priority=-1, is_new=True)
    times = foretold(Queued(2, 20, is_new=True), urgent, idle)

    assert times[1][1] < times[2][1] < times[3][0]


def test_what_can_still_be_undone_starts_after_that():
    assert foretold(Queued(1, 2, ready=10, first=True, is_new=True))[1][0] == 10


def test_an_import_whose_last_request_is_under_way_ends_when_that_is_answered():
    assert foretold(Queued(1, 0, served=-1.0))[1] == (None, pytest.approx(0.7))


def test_after_429s_it_goes_slower_until_they_are_made_up_for():
    slowed = quota.KeyFacts(limit=10, pace=Pace(left=40, until=at(600)))  # five a minute, then ten

    _, ends = foretold(Queued(1, 60), facts=slowed)[1]

    assert ends == pytest.approx(20 * 12 + 20 * 6.3 + 20 * 6, abs=30)


def test_nothing_is_foretold_while_mega_does_not_answer():
    assert foretold(Queued(1, 5), facts=quota.KeyFacts(limit=10, unclear_streak=3)) == {}


@pytest.mark.parametrize("seed", range(6))
def test_it_comes_true_when_nothing_else_happens(seed):
    dice = random.Random(seed)
    one = world("sliding", 10, seed=seed)
    jobs = [Job(dice.randint(1, 80), priority=dice.choice([0, 0, 0, 1, -1])) for _ in range(5)]
    one.run(jobs, until=0.5)
    queue = [
        Queued(
            place, job.lane.requests, job.priority, served=job.lane.served, order=job.lane.order,
            first=not job.sent,
            is_new=not job.sent, ready=0.0 if job.answered or not job.sent else 0.7,
        )
        for place, job in enumerate(jobs)
    ]  # fmt: skip
    found = timetable.timetable(one.facts(jobs), queue, at(one.now))

    one.run(jobs)
    for place, job in enumerate(jobs):
        ends = (found[place].ends_at - START).total_seconds()
        assert abs(ends - job.answered[-1]) <= 0.02 * job.answered[-1] + 61  # a turn of the key


@pytest.mark.django_db
class TestOfTheDatabase:
    def test_it_counts_what_waits_and_what_is_not_cut_yet(self, made):
        for number in range(2, 5):
            batch(made, number)
        uncut = people.an_import(made.customer)
        type(made).objects.filter(pk=uncut.pk).update(state=ImportState.QUEUED, row_count=1030)
        (key,) = [made.customer.token.quota_id]

        queue = {one.import_id: one for one in backlog.queued(key, window.database_now())}

        assert (queue[made.pk].requests, queue[uncut.pk].requests) == (3, 4)
        assert backlog.load([key])[key].requests == 7
        assert backlog.load([key])[key].company

    def test_paused_and_cancelled_imports_are_not_counted(self, made):
        batch(made, 2)
        paused = another(made.customer)
        batch(paused, 2)
        type(made).objects.filter(pk=paused.pk).update(state=ImportState.PAUSED)

        found = outlook.of(made.customer)

        assert list(found.expected) == [made.pk]
        assert [one.pk for one in outlook.held(made.customer)] == [paused.pk]

    def test_an_import_before_sending_is_told_when_it_would_start_and_end(self, made):
        may_send(made, 2)
        for number in range(2, 42):
            batch(made, number)
        Batch.objects.update(claimed_at=timezone.now() - timedelta(seconds=70))
        new = people.an_import(made.customer)

        found = outlook.before_sending(new, 3)
        type(made).objects.filter(pk=made.pk).update(priority=Priority.FIRST)
        behind = outlook.before_sending(new, 3)

        until_start = (found.expected[new.pk].starts_at - found.now).total_seconds()
        assert found.others(new) == 1
        assert 10 <= until_start <= 80
        assert found.expected[new.pk].ends_at < found.expected[made.pk].ends_at
        assert behind.expected[new.pk].starts_at > behind.expected[made.pk].ends_at - timedelta(
            minutes=1
        )
