"""Unlucky orders of events: no row is sent twice under two keys, lost, or sent unasked."""

import json
import uuid
import zlib
from datetime import timedelta

import pytest
from django.utils import timezone

from imports.delivery import (
    claims,
    clock,
    control,
    finish,
    keys,
    leases,
    plan,
    settle,
    unattended,
)
from imports.errors import WrongState
from imports.models import (
    Batch,
    BatchState,
    Decision,
    Event,
    Import,
    ImportState,
    MappingVersion,
    OnDuplicate,
)
from imports.tests import people
from imports.tests.delivery.steps import (
    BROKEN,
    LONG_AGO,
    answer,
    attempt_of,
    fresh,
    refused,
    results,
    reviewed,
    sent,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("status", [400, 413])
def test_what_may_have_happened_is_never_taken_apart_under_new_keys(acme, status):
    made = sent(acme, 10)
    one = made.batches.get()
    settle.record(attempt_of(one), BROKEN)

    settle.record(attempt_of(one), refused(status))

    assert fresh(one).state == BatchState.DECISION
    assert made.batches.count() == 1


@pytest.mark.parametrize(
    "reply", [refused(413), refused(400, "leads[0].contact_email is bad"), refused(400)]
)
def test_rows_with_an_outcome_do_not_go_again_when_the_repeat_is_refused(acme, reply):
    made = sent(acme, 10)
    one = made.batches.get()
    settle.record(attempt_of(one), results(one.row_numbers[:9]))

    settle.record(attempt_of(one), reply)

    assert fresh(one).state == BatchState.DECISION
    assert made.outcomes.filter(status="created").count() == made.outcomes.count() == 9
    settle.record(one.attempts.first().pk, results(one.row_numbers))
    assert fresh(one).state == BatchState.DONE


def test_a_planner_that_stood_still_through_undo_and_send_stores_nothing(acme):
    made = reviewed(acme, 10)
    control.send(made, None, on_duplicate=OnDuplicate.UPDATE, undo_seconds=0)
    planner = plan._begin(made.pk)
    parcels, done = planner.next_slice()
    control.undo(made, None)
    control.send(made, None, on_duplicate=OnDuplicate.SKIP, undo_seconds=-1)

    assert not plan._store_slice(planner, parcels, done=done)

    assert plan.plan(made.pk)
    (body,) = made.batches.values_list("body", flat=True)
    assert json.loads(zlib.decompress(body))["on_duplicate"] == "skip"


def test_nothing_is_planned_while_sending_can_be_undone(acme):
    made = reviewed(acme, 10)
    control.send(made, None, on_duplicate=OnDuplicate.SKIP, undo_seconds=10)

    assert not plan.plan(made.pk)

    control.undo(made, None)
    assert fresh(made).state == ImportState.REVIEW


@pytest.mark.parametrize("meanwhile", [ImportState.PAUSED, ImportState.BLOCKED])
def test_a_bad_first_request_asks_also_when_the_import_stood_still(acme, meanwhile):
    made = sent(acme, 600)
    first = made.batches.get(number=1)
    attempt = attempt_of(first)
    Import.objects.filter(pk=made.pk).update(state=meanwhile)

    settle.record(attempt, results(first.row_numbers, "failed"))

    assert fresh(made).question == "first_failures"
    with pytest.raises(WrongState):
        control.resume(made, None)
    Batch.objects.update(not_before=LONG_AGO)
    assert claims.claim() == []


def test_one_row_that_the_first_request_is_refused_for_is_no_fifth_of_it(acme):
    made = sent(acme, 600)

    first = made.batches.get(number=1)
    settle.record(attempt_of(first), refused(400, "leads[3].contact_email is bad"))

    assert fresh(made).state == ImportState.SENDING or fresh(made).question == ""


def test_an_import_goes_on_when_a_late_answer_settles_what_a_person_was_asked(acme):
    made = sent(acme, 600)
    first = made.batches.get(number=1)
    attempt = attempt_of(first)
    give_up_on(first)
    finish.finish_imports()
    assert fresh(made).question == "batches"
    finish.finish_imports()
    asked = Event.objects.get(act="asked")
    assert (asked.import_id, asked.facts) == (made.pk, {"question": "batches"})

    settle.record(attempt, results(first.row_numbers))
    finish.finish_imports()

    assert fresh(made).state == ImportState.QUEUED
    assert claims.claim() != []


def give_up_on(one):
    """Five workers died of it."""
    Batch.objects.filter(pk=one.pk).update(
        lease_until=timezone.now() - timedelta(seconds=1), deaths=4
    )
    leases.expire()
    assert fresh(one).state == BatchState.DECISION


@pytest.mark.parametrize("reply", [BROKEN, refused(429), refused(400), refused(500)])
def test_a_late_failure_revives_nothing_that_a_person_closed(acme, reply):
    made = sent(acme, 10)
    one = made.batches.get()
    attempt = attempt_of(one)
    give_up_on(one)
    control.decide(one, people.anna(), Decision.Choice.LEAVE)
    finish.finish_imports()

    settle.record(attempt, reply)

    assert fresh(one).state == BatchState.DROPPED
    assert fresh(made).state == ImportState.FINISHED
    Batch.objects.update(not_before=LONG_AGO)
    assert claims.claim() == []


def test_a_late_200_is_taken_even_for_what_a_person_closed(acme):
    made = sent(acme, 10)
    one = made.batches.get()
    attempt = attempt_of(one)
    give_up_on(one)
    control.decide(one, people.anna(), Decision.Choice.LEAVE)

    settle.record(attempt, results(one.row_numbers))

    assert fresh(one).state == BatchState.DONE
    assert made.outcomes.count() == 10


def test_a_decision_for_a_refused_token_ends_in_blocked(acme):
    made = sent(acme, 10)
    one = made.batches.get()
    settle.record(attempt_of(one), answer(404, {}))
    finish.finish_imports()
    acme.tokens.update(refused_at=timezone.now())

    control.decide(one, people.anna(), Decision.Choice.REPEAT)
    keys.block_refused()

    assert fresh(made).state == ImportState.BLOCKED
    assert "Set a new token" in fresh(made).reason


def test_a_file_for_another_mega_account_is_not_sent(acme):
    made = reviewed(acme, 10)
    Import.objects.update(mega_id=uuid.uuid4())

    for act in (
        lambda: control.send(made, None, on_duplicate=OnDuplicate.SKIP),
        lambda: control.start_dry_run(made, None),
    ):
        with pytest.raises(WrongState, match="meant for another account"):
            act()


def test_what_was_shown_is_what_is_confirmed(acme):
    made = reviewed(acme, 10)
    seen = made.mapping_id
    newer = MappingVersion.objects.create(lead_import=made, version=2, content={})
    Import.objects.update(mapping=newer)

    with pytest.raises(WrongState, match="Somebody changed the columns"):
        control.send(made, None, on_duplicate=OnDuplicate.SKIP, expected_mapping=seen)


def test_nothing_is_sent_in_the_name_of_somebody_who_left(acme):
    made = reviewed(acme, 10)
    ivan = people.ivan()
    Import.objects.update(created_by=ivan, once_checked="send")
    type(ivan).objects.filter(pk=ivan.pk).update(is_active=False)

    unattended.go_on()

    assert fresh(made).state == ImportState.REVIEW
    assert "may no longer import" in fresh(made).reason


def test_a_chore_that_fails_keeps_nobody_from_sending(acme, monkeypatch, caplog):
    made = sent(acme, 10)

    def stumble():
        raise ValueError("something odd was stored")

    monkeypatch.setattr(clock, "_BEFORE", (stumble,))
    monkeypatch.setattr(clock, "guard_connection", lambda: None)
    monkeypatch.setattr(clock.connection, "close", lambda: None)
    silent = clock.Nudges(*([lambda *_: False] * 9))

    claimed = clock.Clock(silent).tick()

    assert claimed == [made.batches.get().pk]
    assert "stumble failed (ValueError)" in caplog.text
