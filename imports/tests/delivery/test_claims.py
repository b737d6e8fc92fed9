"""Who goes first when a key may send less than it has."""

import pytest
from django.utils import timezone

from imports.delivery import checks, claims, keys, pulse, tokens
from imports.models import Attempt, Batch, ImportState
from imports.tests import people
from imports.tests.delivery.sending import LONG_AGO, batch, lapse, taken

pytestmark = pytest.mark.django_db


def another(of):
    """A second import of the same customer that is being sent."""
    found = people.an_import(of)
    type(found).objects.filter(pk=found.pk).update(
        state=ImportState.SENDING, planned_at=timezone.now()
    )
    return found


def may_send(lead_import, requests):
    type(lead_import.customer).objects.filter(pk=lead_import.customer_id).update(
        requests_per_minute=requests
    )


def test_imports_of_one_key_take_turns_batch_by_batch(made):
    huge, small = [batch(made, n) for n in range(2, 12)], another(made.customer)
    few = [batch(small, n) for n in range(2, 5)]
    Batch.objects.filter(pk__in=[huge[0].pk, few[0].pk]).update(
        state="done", claimed_at=timezone.now()
    )
    may_send(made, 4)

    claimed = Batch.objects.filter(pk__in=claims.claim())

    served = sorted(claimed.values_list("lead_import_id", flat=True))
    assert served == [made.pk, made.pk, small.pk, small.pk]


def test_an_import_that_was_never_served_goes_before_one_that_was(made):
    first, other = batch(made, 2), another(made.customer)
    Batch.objects.filter(pk=first.pk).update(state="done", claimed_at=timezone.now())
    batch(made, 3)
    new = batch(other, 2)
    may_send(made, 1)

    assert claims.claim() == [new.pk]


def test_a_check_goes_before_everything_even_with_a_refused_token(made):
    batch(made, 2)
    check = checks.start_check(made.customer, None)
    Batch.objects.filter(pk=check.pk).update(not_before=LONG_AGO)
    may_send(made, 1)

    assert claims.claim() == [check.pk]

    Batch.objects.filter(pk=check.pk).update(state="waiting")
    made.customer.tokens.update(refused_at=timezone.now())
    assert claims.claim() == [check.pk]


def test_a_request_that_may_have_arrived_is_repeated_before_anything_new_is_risked(made):
    new, old = batch(made, 2), batch(made, 3)
    Batch.objects.filter(pk=old.pk).update(state="unknown", first_sent_at=timezone.now())
    may_send(made, 1)

    assert claims.claim() == [old.pk]
    assert new.pk not in claims.claim()


def test_a_key_in_trouble_sends_one_request_at_a_time(made):
    keys.Quota.objects.update(unclear_streak=3)
    one, two = batch(made, 2), batch(made, 3)

    assert claims.claim() == [one.pk]
    assert claims.claim() == []
    lapse(one)
    assert two.pk not in claims.claim()


def test_a_key_that_was_never_proved_sends_one_request_at_a_time(made):
    keys.Quota.objects.update(proved_at=None)
    batch(made, 2)
    batch(made, 3)

    assert len(claims.claim()) == 1
    assert claims.claim() == []


def test_the_key_that_waits_longest_goes_first_when_workers_are_scarce(made):
    taken(batch(made, 2))
    Batch.objects.update(state="done")
    Attempt.objects.update(ended_at=timezone.now())
    batch(made, 3)
    fresh = [batch(of_another_key(place), 2).pk for place in range(2)]
    pulse.beat("delivery@there:1", "delivery", 1)

    assert sorted(claims.claim()) == fresh


def of_another_key(place):
    """An import of another customer with a key of its own."""
    other = another(people.customer(f"Other{place}"))
    tokens.set_token(other.customer, "mega_" + f"{place:02d}" * 32, None)
    keys.Quota.objects.update(proved_at=timezone.now())
    return other


def test_no_more_is_claimed_than_twice_what_the_workers_can_carry(made):
    pulse.beat("delivery@there:1", "delivery", 1)
    for place in range(5):
        batch(of_another_key(place), 2)

    assert len(claims.claim()) == 2
    assert claims.claim() == []


def test_one_key_leaves_half_of_the_workers_to_others(made):
    pulse.beat("delivery@there:1", "delivery", 8)
    for number in range(2, 20):
        batch(made, number)

    assert len(claims.claim()) == 4
    assert claims.claim() == []


def test_nothing_of_a_paused_or_refused_customer_is_claimed(made):
    batch(made, 2)
    type(made).objects.update(state=ImportState.PAUSED)
    assert claims.claim() == []

    type(made).objects.update(state=ImportState.SENDING)
    made.customer.tokens.update(refused_at=timezone.now())
    assert claims.claim() == []


def test_a_queued_import_is_being_sent_from_its_first_claim_on(made):
    type(made).objects.update(state=ImportState.QUEUED)
    batch(made, 2)

    claims.claim()

    made.refresh_from_db()
    assert made.state == ImportState.SENDING
    assert made.started_at is not None
