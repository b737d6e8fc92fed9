"""Workers that end while they are sending: what their batch is blamed for, and what not."""

from datetime import timedelta

import pytest
from django.db.models import F

from imports.delivery import control, leases, pulse, settle, window
from imports.models import Attempt, Batch, BatchState, Decision, Process, Quota
from imports.tests import people
from imports.tests.delivery.sending import (
    BROKEN,
    LONG_AGO,
    batch,
    created,
    lapse,
    state,
    taken,
)

pytestmark = pytest.mark.django_db

A_WHILE = timedelta(seconds=80)


def test_a_lost_worker_leaves_an_unknown_batch(made):
    one = batch(made, 2)
    taken(one)

    lapse(one)

    assert (state(one), one.deaths, one.reason) == (BatchState.UNKNOWN, 1, "lost")
    assert Attempt.objects.get().conclusion == "lost"
    assert not leases.runs_alone(one.pk)


def test_after_three_deaths_a_batch_runs_alone_and_after_five_it_is_set_aside(made):
    one = batch(made, 2)
    seen = []
    for _ in range(5):
        Batch.objects.update(not_before=LONG_AGO)
        taken(one)
        lapse(one)
        seen.append((state(one), leases.runs_alone(one.pk)))

    assert seen[:2] == [("unknown", False)] * 2
    assert seen[2:4] == [("unknown", True)] * 2
    assert (seen[4][0], one.reason) == ("decision", "poison")


def test_a_death_is_forgotten_once_a_worker_lived_to_tell(made):
    one = batch(made, 2)
    taken(one)
    lapse(one)
    Batch.objects.update(not_before=LONG_AGO)

    settle.record(taken(one), BROKEN)

    assert (state(one), one.deaths) == (BatchState.UNKNOWN, 0)


def lost(one, *others, survivors=(), newcomers=()):
    """Have the worker `there:1` take the batch beside others, and end; then its lease lapses.

    `survivors` still give signs of life, `newcomers` were started after that.
    """
    Batch.objects.update(not_before=LONG_AGO)
    for name in ("there:1", *others, *survivors):
        pulse.beat(pulse.sign("delivery", name), "delivery", 8, is_first=True)
    taken(one)
    Attempt.objects.filter(ended_at=None).update(started_at=F("started_at") - A_WHILE)
    Process.objects.update(since=F("since") - A_WHILE, seen_at=F("seen_at") - A_WHILE)
    for name in newcomers:
        pulse.beat(pulse.sign("delivery", name), "delivery", 8, is_first=True)
    for name in survivors:
        pulse.beat(pulse.sign("delivery", name), "delivery", 8)
    lapse(one)
    one.refresh_from_db()


def test_an_end_that_all_workers_share_is_nobody_s_fault(made):
    one = batch(made, 2)

    for place in range(6):
        lost(one, f"there:{place}2", f"elsewhere:{place}", newcomers=["there:9"])

    assert (state(one), one.deaths, one.reason) == (BatchState.UNKNOWN, 0, "lost")


def test_a_worker_that_lived_on_is_evidence_against_the_batch(made):
    one = batch(made, 2)

    lost(one, "there:2", survivors=["elsewhere:1"])

    assert one.deaths == 1


def test_a_container_that_is_started_again_under_its_name_did_not_live_on(made):
    one = batch(made, 2)

    lost(one, "elsewhere:1", newcomers=["elsewhere:1", "there:1"])

    assert one.deaths == 0


def test_whoever_came_later_or_was_gone_before_says_nothing(made):
    one = batch(made, 2)
    pulse.beat("delivery@gone:1", "delivery", 8)
    Process.objects.filter(name="delivery@gone:1").update(seen_at=LONG_AGO, since=LONG_AGO)

    lost(one, newcomers=["there:9"])

    assert one.deaths == 1  # it was the only worker: nothing speaks for the batch


def test_a_request_that_ends_the_whole_machine_each_time_is_set_aside_as_well(made, monkeypatch):
    monkeypatch.setattr(leases, "MOST_LOST", 3)
    one = batch(made, 2)

    for _ in range(3):
        lost(one, "there:2")
        assert state(one) == BatchState.UNKNOWN
    lost(one, "there:2")

    assert (state(one), one.reason, one.deaths) == (BatchState.DECISION, "lost_often", 0)

    control.decide(one, people.anna(), Decision.Choice.REPEAT)
    lost(one, "there:2")
    assert state(one) == BatchState.UNKNOWN  # as many more may be lost


def test_whoever_repeats_what_a_late_answer_settles_and_vanishes_frees_its_slot(made):
    one = batch(made, 2)
    late = taken(one)
    lapse(one)
    Batch.objects.update(not_before=LONG_AGO)
    left = taken(one)
    settle.record(late, created(2))
    assert state(one) == BatchState.DONE

    leases.close_left()
    assert Attempt.objects.get(pk=left).ended_at is None  # it may still come
    Attempt.objects.filter(pk=left).update(started_at=F("started_at") - A_WHILE)
    leases.close_left()

    assert Attempt.objects.get(pk=left).conclusion == "lost"
    facts = window.load(Quota.objects.all())[made.customer.token.quota_id]
    assert all(exchange.ended_at for exchange in facts.exchanges)
    settle.record(left, created(2))
    assert (Attempt.objects.get(pk=left).conclusion, state(one)) == ("settled", BatchState.DONE)
