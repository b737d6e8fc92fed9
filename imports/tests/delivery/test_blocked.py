"""An import whose token is refused: what lets it go on, by itself or by a person's word."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from imports.audit import acts
from imports.delivery import checks, claims, control, deliver, keys, settle, tokens
from imports.errors import NotSent
from imports.models import Batch, Event, Import, ImportState, Kind, Quota, Token
from imports.tests import people
from imports.tests.delivery.steps import BROKEN, LONG_AGO, answer, attempt_of, fresh, results, sent

pytestmark = pytest.mark.django_db

WORKS = answer(200, {"dry_run": True, "results": [{"row_ref": "check", "status": "created"}]})
NEW = "mega_" + "7c" * 32


@pytest.fixture
def blocked(acme):
    """Its first request was answered 401."""
    made = sent(acme, 600)
    settle.record(attempt_of(made.batches.get(number=1)), answer(401, {}))
    assert fresh(made).state == ImportState.BLOCKED
    return made


def check_of(customer):
    return customer.batches.filter(kind=Kind.CHECK).latest("pk")


def ago(hours):
    Import.objects.update(blocked_at=Now() - timedelta(hours=hours))


def test_it_is_written_down_since_when(blocked):
    assert fresh(blocked).blocked_at is not None


def test_a_new_token_alone_lets_nothing_go(blocked, acme):
    tokens.set_token(acme, NEW, people.anna())

    assert fresh(blocked).state == ImportState.BLOCKED
    Batch.objects.update(not_before=LONG_AGO)
    assert claims.claim() == [check_of(acme).pk]


def test_its_check_starts_by_itself_and_lets_it_go_on(blocked, acme):
    tokens.set_token(acme, NEW, people.anna())

    settle.record(attempt_of(check_of(acme)), WORKS)

    assert (fresh(blocked).state, fresh(blocked).blocked_at) == (ImportState.QUEUED, None)
    told = Event.objects.filter(import_id=blocked.pk).values_list("act", flat=True)
    assert list(told.order_by("pk"))[-1] == acts.UNBLOCKED


def test_where_nothing_is_blocked_no_request_is_spent_on_a_check(acme):
    sent(acme, 10)
    tokens.set_token(acme, NEW, people.anna())

    assert not acme.batches.filter(kind=Kind.CHECK).exists()


def test_a_new_token_that_is_refused_too_keeps_it_blocked(blocked, acme):
    tokens.set_token(acme, NEW, people.anna())

    settle.record(attempt_of(check_of(acme)), answer(403, {"error": {"message": "scope"}}))
    keys.unblock_proved()

    assert fresh(blocked).state == ImportState.BLOCKED
    assert fresh(blocked).question == ""


def test_the_check_that_left_with_the_old_token_says_nothing_about_the_new_one(blocked, acme):
    checks.start_check(acme, None)
    old = attempt_of(check_of(acme))
    tokens.set_token(acme, NEW, people.anna())
    assert acme.batches.filter(kind=Kind.CHECK).count() == 2

    settle.record(old, WORKS)
    assert fresh(blocked).state == ImportState.BLOCKED
    assert checks.latest_check(acme).pending

    settle.record(attempt_of(check_of(acme)), WORKS)
    assert fresh(blocked).state == ImportState.QUEUED


def test_a_claim_for_the_old_token_goes_with_the_new_one(blocked, acme):
    one = checks.start_check(acme, None)
    Batch.objects.update(not_before=LONG_AGO)
    assert one.pk in claims.claim()
    tokens.set_token(acme, NEW, people.anna())

    assert acme.batches.filter(kind=Kind.CHECK).count() == 1
    assert deliver.take(one.pk, "there:1") is None


def test_an_answer_to_something_else_proves_the_token_just_as_well(acme):
    made = sent(acme, 600)
    first = made.batches.get(number=1)
    settle.record(attempt_of(first), BROKEN)
    settle.record(attempt_of(first), answer(401, {}))
    tokens.set_token(acme, NEW, people.anna())
    keys.unblock_proved()
    assert fresh(made).state == ImportState.BLOCKED

    settle.record(late_attempt(first), results(first.row_numbers))
    keys.unblock_proved()

    assert fresh(made).state == ImportState.QUEUED


def late_attempt(one):
    """The repetition of what may have arrived goes on while the import is blocked."""
    Batch.objects.filter(kind=Kind.CHECK).delete()
    Quota.objects.update(unclear_streak=0)
    return attempt_of(one)


def test_a_200_to_the_old_token_proves_nothing(blocked, acme):
    late = blocked.batches.get(number=1).attempts.get()
    tokens.set_token(acme, NEW, people.anna())

    settle.record(late.pk, results(blocked.batches.get(number=1).row_numbers))
    keys.unblock_proved()

    assert fresh(blocked).state == ImportState.BLOCKED


def test_a_check_that_found_nothing_out_is_made_again_after_some_minutes(blocked, acme):
    tokens.set_token(acme, NEW, people.anna())
    for _ in range(checks.MOST_TRIES):
        Quota.objects.update(hold_until=None, unclear_streak=0)
        settle.record(attempt_of(check_of(acme)), NotSent("Nothing left.", code="refused"))
    assert checks.latest_check(acme).code == "unreachable"

    checks.ask_again()
    assert acme.batches.filter(kind=Kind.CHECK).count() == 1
    Token.objects.update(checked_at=Now() - timedelta(minutes=6))
    Batch.objects.filter(kind=Kind.CHECK).update(settled_at=Now() - timedelta(minutes=6))
    checks.ask_again()
    checks.ask_again()

    assert acme.batches.filter(kind=Kind.CHECK).count() == 2


def test_tokens_for_which_nothing_waits_are_not_checked(acme):
    sent(acme, 10)

    checks.ask_again()

    assert not acme.batches.filter(kind=Kind.CHECK).exists()


def test_within_three_days_it_goes_on_by_itself(blocked, acme):
    ago(hours=71)
    tokens.set_token(acme, NEW, people.anna())
    settle.record(attempt_of(check_of(acme)), WORKS)

    assert fresh(blocked).state == ImportState.QUEUED


def test_after_three_days_a_person_confirms(blocked, acme):
    ago(hours=73)
    tokens.set_token(acme, NEW, people.anna())
    settle.record(attempt_of(check_of(acme)), WORKS)

    asked = fresh(blocked)
    assert (asked.state, asked.question) == (ImportState.DECISION, "blocked_long")
    assert asked.reason == (
        "MEGA refused the customer's token for more than 72 hours, so nothing goes on by itself."
    )
    event = Event.objects.get(act=acts.ASKED)
    assert (event.import_id, event.facts) == (blocked.pk, {"question": "blocked_long"})
    Batch.objects.update(not_before=LONG_AGO)
    assert claims.claim() == []

    control.go_on(asked, people.ivan())
    assert fresh(blocked).state == ImportState.QUEUED
    assert claims.claim() != []


def test_a_second_long_block_is_a_question_again(blocked, acme):
    Import.objects.update(accepted=["blocked_long"])
    ago(hours=100)
    tokens.set_token(acme, NEW, people.anna())
    settle.record(attempt_of(check_of(acme)), WORKS)

    assert fresh(blocked).question == "blocked_long"


def test_resuming_with_a_refused_token_counts_from_then_on(blocked):
    Import.objects.update(state=ImportState.PAUSED, blocked_at=None)

    control.resume(blocked, None)

    assert fresh(blocked).state == ImportState.BLOCKED
    assert fresh(blocked).blocked_at is not None
