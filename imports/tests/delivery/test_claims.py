"""Who goes first when a key may send less than it has."""

from datetime import timedelta

import pytest
from django.utils import timezone

from imports.delivery import checks, claims, keys, pulse, tokens
from imports.delivery.lookout import Lookout
from imports.models import (
    Attempt,
    Batch,
    DryRun,
    ImportState,
    Kind,
    MappingVersion,
    Priority,
)
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
    huge, small = [batch(made, n) for n in range(2, 13)], another(made.customer)
    few = [batch(small, n) for n in range(2, 5)]
    Batch.objects.filter(pk__in=[huge[0].pk, few[0].pk]).update(
        state="done", claimed_at=timezone.now()
    )
    may_send(made, 4)

    claimed = Batch.objects.filter(pk__in=claims.claim())

    served = sorted(claimed.values_list("lead_import_id", flat=True))
    assert served == [made.pk, made.pk, small.pk, small.pk]


def test_what_is_to_go_first_goes_before_the_others_and_what_is_to_go_last_after_them(made):
    normal = batch(made, 2)
    urgent, idle = another(made.customer), another(made.customer)
    type(made).objects.filter(pk=urgent.pk).update(priority=Priority.FIRST)
    type(made).objects.filter(pk=idle.pk).update(priority=Priority.LAST)
    last, first = batch(idle, 2), [batch(urgent, 2), batch(urgent, 3)]
    may_send(made, 1)

    order = [served_next() for _ in range(4)]

    assert order == [first[0].pk, first[1].pk, normal.pk, last.pk]


def test_what_may_have_arrived_is_repeated_before_what_is_to_go_first(made):
    old = batch(made, 2)
    Batch.objects.filter(pk=old.pk).update(state="unknown", first_sent_at=timezone.now())
    urgent = another(made.customer)
    type(made).objects.filter(pk=urgent.pk).update(priority=Priority.FIRST)
    new = batch(urgent, 2)
    may_send(made, 1)

    assert [served_next(), served_next()] == [old.pk, new.pk]


def served_next():
    """Claim one request and have it answered, as if a minute ago."""
    (claimed,) = claims.claim()
    Batch.objects.filter(pk=claimed).update(state="done")
    return claimed


def a_dry_run(lead_import, *numbers):
    """A dry run of another import of the customer, which is still in review."""
    asked = people.an_import(lead_import.customer)
    type(asked).objects.filter(pk=asked.pk).update(state=ImportState.REVIEW)
    mapping = MappingVersion.objects.create(lead_import=asked, version=1, content={})
    dry_run = DryRun.objects.create(
        lead_import=asked, mapping=mapping, on_duplicate="skip", state=DryRun.State.RUNNING
    )
    return [batch(asked, one, kind=Kind.DRY_RUN, dry_run=dry_run) for one in numbers]


def test_a_dry_run_gets_its_first_request_and_then_what_imports_leave(made):
    asked = a_dry_run(made, 2, 3, 4)
    sent = [batch(made, number) for number in range(2, 5)]
    Batch.objects.filter(pk=sent[0].pk).update(claimed_at=timezone.now())
    may_send(made, 1)

    order = [served_next() for _ in range(6)]

    assert order == [one.pk for one in (asked[0], *sent, *asked[1:])]


def test_a_dry_run_that_waited_five_minutes_gets_a_request_beside_an_import(made):
    asked = a_dry_run(made, 2, 3)
    batch(made, 2)
    long_ago = timezone.now() - timedelta(minutes=6)
    Batch.objects.filter(pk=asked[0].pk).update(state="done", claimed_at=long_ago)
    Batch.objects.create(
        customer=made.customer, lead_import=made, number=1, row_numbers=[9], rows=1, state="done",
        mega_id=made.mega_id, body=b"", body_sha256=b"", claimed_at=timezone.now(),
    )  # fmt: skip
    may_send(made, 1)

    assert claims.claim() == [asked[1].pk]


def test_beside_an_import_dry_runs_get_half_of_the_keys_minute_and_alone_all_of_it(made):
    a_dry_run(made, *range(2, 12))
    may_send(made, 10)

    assert len(claims.claim()) == 5
    assert claims.claim() == []

    type(made).objects.filter(pk=made.pk).update(state=ImportState.PAUSED)
    assert len(claims.claim()) == 5


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


def test_while_workers_are_busy_and_more_could_start_the_clock_looks_again_soon(made):
    pulse.beat("delivery@there:1", "delivery", 1)
    for place in range(3):
        batch(of_another_key(place), 2)

    first, full = claims.go_round(Lookout()), claims.go_round(Lookout())

    assert (len(first.claimed), len(full.claimed)) == (2, 0)
    assert first.next_in < 0.5
    assert full.next_in < 0.5


def test_one_key_leaves_half_of_the_workers_to_others(made):
    pulse.beat("delivery@there:1", "delivery", 8)
    for number in range(2, 20):
        batch(made, number)

    found = claims.go_round(Lookout())
    assert len(found.claimed) == 4
    assert found.next_in < 0.5  # and looks again soon, whether nobody else wanted the others
    assert claims.claim() == []


def test_customers_that_stand_still_take_no_room_from_those_that_go(made):
    pulse.beat("delivery@there:1", "delivery", 2)
    for place in range(6):
        paused = of_another_key(place)
        batch(paused, 2)
        type(paused).objects.filter(pk=paused.pk).update(state=ImportState.PAUSED)
    one = batch(made, 2)

    found = claims.go_round(Lookout())

    assert found.claimed == [one.pk]
    assert claims.go_round(Lookout()).next_in > 1


def test_what_may_have_arrived_is_repeated_though_its_import_stands_still(made):
    one = batch(made, 2, state="unknown")
    type(made).objects.update(state=ImportState.PAUSED)

    assert claims.claim() == [one.pk]


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


def test_the_halves_of_a_refused_request_go_at_once(made):
    halves = [batch(made, 2), batch(made, 3)]
    Batch.objects.update(number=1)

    assert sorted(claims.claim()) == [one.pk for one in halves]
