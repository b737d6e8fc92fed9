"""What answers do to batches, keys and tokens; the late, the odd and the parallel ones."""

import json
import zlib
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from imports.delivery import claims, control, deliver, keys, leases, settle, tokens
from imports.errors import NotSent
from imports.mega.contract import Answer
from imports.models import (
    Attempt,
    Batch,
    BatchState,
    Decision,
    ImportState,
    Outcome,
    Process,
)
from imports.tests import people
from imports.tests.delivery.sending import BROKEN, LONG_AGO, batch, created, lapse, state, taken

pytestmark = pytest.mark.django_db


def test_a_batch_is_taken_once_however_often_it_is_asked_for(made):
    one = batch(made, 2)
    assert claims.claim() == [one.pk]

    first, second = deliver.take(one.pk, "a:1"), deliver.take(one.pk, "b:1")

    assert first is not None
    assert second is None
    assert Attempt.objects.count() == 1


@pytest.mark.parametrize("what", ["waiting", "lapsed", "paused", "refused", "retired"])
def test_what_may_not_be_sent_now_is_not_taken(made, what):
    one = batch(made, 2)
    if what != "waiting":
        assert claims.claim() == [one.pk]
    if what == "lapsed":
        Batch.objects.update(lease_until=timezone.now() - timedelta(days=7))
    if what == "paused":
        type(made).objects.update(state=ImportState.PAUSED)
    if what == "refused":
        made.customer.tokens.update(refused_at=timezone.now())
    if what == "retired":
        tokens.set_token(made.customer, "mega_" + "b2" * 32, None)

    assert deliver.take(one.pk, "there:1") is None
    assert Attempt.objects.count() == 0


def test_a_batch_that_must_wait_for_an_earlier_answer_is_not_claimed_before(made):
    first, second = batch(made, 2), batch(made, 3, after=2)

    assert claims.claim() == [first.pk]
    for not_final in ("claimed", "sending", "decision"):
        Batch.objects.filter(pk=first.pk).update(state=not_final)
        assert claims.claim() == []
    Batch.objects.filter(pk=first.pk).update(state="done")
    assert claims.claim() == [second.pk]


def test_a_paused_import_still_has_its_unknown_requests_repeated(made):
    one = batch(made, 2)
    settle.record(taken(one), BROKEN)
    type(made).objects.update(state=ImportState.PAUSED)
    Batch.objects.update(not_before=LONG_AGO)

    assert claims.claim() == [one.pk]
    assert deliver.take(one.pk, "there:1") is not None


def test_a_late_failure_of_an_earlier_attempt_says_nothing(made):
    one = batch(made, 2)
    early = taken(one)
    lapse(one)
    Batch.objects.update(not_before=LONG_AGO)
    late = taken(one)

    settle.record(early, Answer(400, {}, b"{}"))

    assert state(one) == BatchState.SENDING
    settle.record(late, created(2))
    assert state(one) == BatchState.DONE


def test_a_late_200_of_an_earlier_attempt_settles_and_the_later_one_adds_nothing(made):
    one = batch(made, 2, 3)
    early = taken(one)
    lapse(one)
    Batch.objects.update(not_before=LONG_AGO)
    late = taken(one)

    settle.record(early, created(2, 3))
    settle.record(late, created(2, 3))

    assert state(one) == BatchState.DONE
    assert set(Outcome.objects.values_list("number", "attempt_id")) == {(2, early), (3, early)}


def test_what_is_settled_stays_settled_whatever_a_repeat_is_answered(made):
    one = batch(made, 2)
    early = taken(one)
    lapse(one)
    Batch.objects.update(not_before=LONG_AGO)
    late = taken(one)
    settle.record(early, created(2))

    settle.record(late, BROKEN)

    assert state(one) == BatchState.DONE


def test_a_repeat_adds_what_the_first_answer_left_out(made):
    one = batch(made, 2, 3)
    first = taken(one)
    settle.record(first, created(2))
    assert state(one) == BatchState.UNKNOWN
    Batch.objects.update(not_before=LONG_AGO)

    second = taken(one)
    settle.record(second, created(2, 3))

    assert state(one) == BatchState.DONE
    assert set(Outcome.objects.values_list("number", "attempt_id")) == {(2, first), (3, second)}


def test_settling_twice_changes_nothing(made):
    one = batch(made, 2)
    attempt = taken(one)

    settle.record(attempt, created(2))
    settle.record(attempt, created(2))

    assert Outcome.objects.count() == 1


def test_what_was_not_sent_is_as_if_it_had_not_been_tried(made):
    one = batch(made, 2)

    settle.record(taken(one), NotSent("Nothing was sent.", code="connect_refused"))

    assert state(one) == BatchState.WAITING
    assert (one.sends, one.first_sent_at) == (0, None)
    assert Attempt.objects.get().was_sent is False
    Batch.objects.update(not_before=LONG_AGO)
    assert claims.claim() == []  # the key rests for a moment


def test_the_age_counts_from_the_first_request_that_may_have_arrived(made):
    one = batch(made, 2)
    settle.record(taken(one), Answer(429, {"retry-after": "0"}, b"{}"))
    one.refresh_from_db()
    assert one.first_sent_at is None
    keys.Quota.objects.update(hold_until=None, spaced_until=None)
    Batch.objects.update(not_before=LONG_AGO)

    attempt = taken(one)
    settle.record(attempt, BROKEN)

    one.refresh_from_db()
    assert one.first_sent_at == Attempt.objects.get(pk=attempt).started_at


def test_eight_unclear_answers_are_enough_for_one_batch(made):
    one = batch(made, 2)
    for _ in range(8):
        Batch.objects.update(not_before=LONG_AGO)
        keys.Quota.objects.update(unclear_streak=0)  # others of the key got their answers
        settle.record(taken(one), BROKEN)

    assert state(one) == BatchState.DECISION
    assert one.sends == 8


def test_while_the_whole_key_is_in_trouble_its_batches_are_not_blamed(made):
    keys.Quota.objects.update(unclear_streak=3)
    one = batch(made, 2)

    settle.record(taken(one), BROKEN)

    assert state(one) == BatchState.UNKNOWN
    assert one.sends == 0


def test_requests_that_broke_off_together_are_repeated_as_soon_as_one_gets_through(made):
    all_of_them = [batch(made, number) for number in range(2, 10)]
    attempts = [deliver.take(pk, "there:1").attempt_id for pk in claims.claim()]
    for attempt in attempts:
        settle.record(attempt, BROKEN)
    assert claims.claim() == []
    Batch.objects.filter(pk=all_of_them[0].pk).update(not_before=LONG_AGO)

    settle.record(taken(all_of_them[0]), created(2))

    assert len(claims.claim()) == 7


def test_odd_texts_of_mega_are_stored_as_far_as_they_can_be(made):
    odd = "bad \x00 \ud800 " + "x" * 100_000
    one = batch(made, 2)
    answer = created(2, errors=[odd], ignored_custom_fields=[odd])
    answer = Answer(200, {"x-odd": "caf\xe9", "ratelimit-remaining": "9" * 40}, answer.body)

    settle.record(taken(one), answer)

    assert state(one) == BatchState.DONE
    assert Outcome.objects.get().errors[0].startswith("bad")


def test_a_lead_id_beyond_reason_does_not_stop_the_settling(made):
    one = batch(made, 2)

    settle.record(taken(one), created(2, lead_id="\x00" + "9" * 10_000, matched_by="shoe size"))

    assert state(one) == BatchState.DONE
    assert Outcome.objects.get().matched_by == ""


def test_a_request_whose_key_mega_may_have_forgotten_waits_for_a_person(made):
    old, new = batch(made, 2), batch(made, 3)
    for one in (old, new):
        settle.record(taken_of(one, claims.claim() or [new.pk]), BROKEN)
    Batch.objects.filter(pk=old.pk).update(first_sent_at=timezone.now() - timedelta(hours=21))
    Batch.objects.filter(pk=new.pk).update(first_sent_at=timezone.now() - timedelta(hours=19))

    leases.set_aside_old()

    assert (state(old), old.reason) == (BatchState.DECISION, "too_old")
    assert state(new) == BatchState.UNKNOWN


def test_claims_that_nobody_takes_are_given_back_to_what_they_were(made):
    new, old = batch(made, 2), batch(made, 3)
    settle.record(taken_of(old, claims.claim()), BROKEN)
    Batch.objects.update(not_before=LONG_AGO)
    keys.Quota.objects.update(unclear_streak=0)
    claims.claim()
    Batch.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    leases.give_back()

    assert (state(new), state(old)) == (BatchState.WAITING, BatchState.UNKNOWN)


def taken_of(one, claimed):
    assert one.pk in claimed
    return deliver.take(one.pk, "there:1").attempt_id


def test_a_nudge_that_seems_lost_is_given_again_and_not_every_moment(made):
    one = batch(made, 2)
    claims.claim()
    assert leases.to_nudge_again() == []
    Batch.objects.update(nudged_at=timezone.now() - timedelta(seconds=4))

    assert leases.to_nudge_again() == [one.pk]
    assert leases.to_nudge_again() == []


def test_without_a_live_worker_nothing_is_claimed(made):
    batch(made, 2)
    Process.objects.update(seen_at=timezone.now() - timedelta(seconds=11))

    assert claims.claim() == []


def test_the_database_itself_refuses_a_second_outcome_and_an_unknown_state(made):
    one = batch(made, 2)
    settle.record(taken(one), created(2))
    copy = Outcome.objects.get()

    for wrong in (
        lambda: Outcome.objects.bulk_create([copy]),
        lambda: Batch.objects.update(state="maybe"),
        lambda: Batch.objects.update(rows=501),
        lambda: Batch.objects.bulk_create([Batch(**fields_of(one))]),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong()


def fields_of(one):
    """The fields for a second batch under the same key."""
    kept = ("customer_id", "lead_import_id", "rows", "mega_id", "key", "body", "body_sha256")
    return {name: getattr(one, name) for name in kept}


def test_a_tokens_refusal_belongs_to_the_token_that_was_sent(made):
    one = batch(made, 2)
    attempt = taken(one)
    tokens.set_token(made.customer, "mega_" + "b2" * 32, None)

    settle.record(attempt, Answer(401, {}, b"{}"))

    made.refresh_from_db()
    assert made.state == ImportState.SENDING
    assert made.customer.token.refused_at is None
    assert made.customer.tokens.exclude(retired_at=None).get().refused_at is not None


def test_what_mega_repeats_of_a_token_is_not_kept(made):
    raw = "mega_" + "a1" * 32
    one = batch(made, 2)
    answer = Answer(400, {"x-echo": raw}, json.dumps({"error": f"Bad token {raw}"}).encode())

    settle.record(taken(one), answer)

    assert "Bad token" in Outcome.objects.get().errors[0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT answer, headers::text FROM imports_attempt")
        body, headers = cursor.fetchone()
    for text in (zlib.decompress(bytes(body)).decode(), headers, str(Outcome.objects.get().errors)):
        assert raw not in text


@pytest.mark.parametrize("matchless", [True, False])
def test_a_request_with_a_name_alone_is_trusted_for_an_hour_only(made, matchless):
    fresh, stale = batch(made, 2, matchless=matchless), batch(made, 3, matchless=matchless)
    for one in (fresh, stale):
        settle.record(taken_of(one, claims.claim() or [stale.pk]), BROKEN)
    Batch.objects.filter(pk=fresh.pk).update(first_sent_at=timezone.now() - timedelta(minutes=59))
    Batch.objects.filter(pk=stale.pk).update(first_sent_at=timezone.now() - timedelta(minutes=61))

    leases.set_aside_old()

    assert state(fresh) == BatchState.UNKNOWN
    expected = (BatchState.DECISION, "name_only") if matchless else (BatchState.UNKNOWN, "unclear")
    assert (state(stale), stale.reason) == expected


def test_what_a_person_had_repeated_is_trusted_again_from_then_on(made):
    one = batch(made, 2, matchless=True)
    settle.record(taken(one), BROKEN)
    Batch.objects.update(first_sent_at=timezone.now() - timedelta(hours=2))
    leases.set_aside_old()
    control.decide(one, people.anna(), Decision.Choice.REPEAT)

    leases.set_aside_old()
    assert state(one) == BatchState.UNKNOWN

    Decision.objects.update(made_at=timezone.now() - timedelta(minutes=61))
    leases.set_aside_old()
    assert (state(one), one.reason) == (BatchState.DECISION, "name_only")


def test_a_batch_counts_what_was_answered_of_it(made):
    one = batch(made, 2, 3, 4)
    settle.record(taken(one), answer_of({2: "failed", 3: "updated"}))
    one.refresh_from_db()
    assert (one.answered, one.failed, one.updated) == (2, 1, 1)
    Batch.objects.update(not_before=LONG_AGO)

    settle.record(taken(one), answer_of({2: "failed", 3: "updated", 4: "created"}))

    one.refresh_from_db()
    assert (one.answered, one.failed, one.updated) == (3, 1, 1)


def test_a_late_part_of_an_answer_is_counted_too(made):
    one = batch(made, 2, 3)
    early = taken(one)
    lapse(one)

    settle.record(early, answer_of({2: "failed"}))

    one.refresh_from_db()
    assert (one.state, one.answered, one.failed) == (BatchState.UNKNOWN, 1, 1)


def answer_of(words):
    rows = [{"row_ref": str(number), "status": word} for number, word in words.items()]
    return Answer(200, {}, json.dumps({"results": rows}).encode())
