"""What a clock remembers of keys that may not send yet, and what makes it look again."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from imports.delivery import checks, claims, deliver, settle, window
from imports.delivery import lookout as lookouts
from imports.delivery.lookout import LONGEST, Lookout
from imports.models import Attempt, Batch, Customer, Import, ImportState, Quota
from imports.tests import people
from imports.tests.delivery.sending import batch, created

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(made):
    """An import whose requests are spread: one was answered, the next has to wait for its turn."""
    Customer.objects.update(requests_per_minute=10)
    for number in range(2, 402):
        batch(made, number)
    lookout = Lookout()
    first = carried(lookout)
    settle.record(first, created(2))
    assert not found(lookout)
    return lookout


def carried(lookout):
    """Claim and take the only request that may start; return its attempt."""
    (one,) = claims.go_round(lookout).claimed
    return deliver.take(one, "there:1").attempt_id


def found(lookout, later=timedelta(0)):
    ids = list(Quota.objects.values_list("pk", flat=True))
    ready, _ = lookout.ready(ids, 99, window.database_now() + later)
    return [one.quota_id for one in ready]


def questions(lookout, later=timedelta(0)):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found(lookout, later)
    return len(asked)


def test_a_key_whose_turn_has_not_come_costs_no_more_than_a_glance(waiting):
    at_first = questions(Lookout())

    assert questions(waiting) == 3  # all keys, the time, a glance
    assert at_first > 3


def test_when_its_turn_comes_it_is_found(waiting):
    assert not found(waiting, timedelta(seconds=4))
    assert found(waiting, timedelta(seconds=6))


def test_an_answer_brings_no_turn_sooner_and_is_not_looked_for(waiting, made):
    again = carried_later(waiting)
    assert not found(waiting)
    settle.record(again, created(3))

    assert questions(waiting) == 3


def carried_later(lookout):
    """As if the key's turn had come, take another request."""
    Attempt.objects.update(
        started_at=timezone.now() - timedelta(seconds=7),
        ended_at=timezone.now() - timedelta(seconds=7),
    )
    lookout._quiet.clear()
    return carried(lookout)


def _more_requests_a_minute(made):
    Customer.objects.update(requests_per_minute=600)


def _mega_grants_more(made):
    Quota.objects.update(learned_limit=600)


def _nothing_else_is_to_go(made):
    newest = Batch.objects.filter(state="waiting").order_by("-number").values("pk")[1:]
    Batch.objects.filter(pk__in=newest).update(state="dropped")
    people.an_import(made.customer)


@pytest.mark.parametrize(
    "news", [_more_requests_a_minute, _mega_grants_more, _nothing_else_is_to_go]
)
def test_what_lets_a_key_send_sooner_is_noticed_at_once(waiting, made, news):
    news(made)

    assert found(waiting) == found(Lookout()) != []


def test_a_token_check_that_somebody_asks_for_is_noticed_at_once(waiting, made):
    checks.start_check(made.customer, None)

    assert questions(waiting) > 3


def test_a_claim_that_is_given_back_is_noticed(made):
    Customer.objects.update(requests_per_minute=10)
    Quota.objects.update(proved_at=None)  # one request at a time
    batch(made, 2), batch(made, 3)
    lookout = Lookout()
    (one,) = claims.go_round(lookout).claimed
    assert not found(lookout)
    assert questions(lookout) == 3

    Batch.objects.filter(pk=one).update(state="waiting", token=None)

    assert found(lookout)


def test_an_answer_is_noticed_where_it_is_what_the_key_waits_for(made):
    Quota.objects.update(proved_at=None)
    batch(made, 2), batch(made, 3)
    lookout = Lookout()
    attempt = carried(lookout)
    assert not found(lookout)

    settle.record(attempt, created(2))

    assert found(lookout)


def test_nothing_is_believed_for_long(made):
    Quota.objects.update(proved_at=None)
    batch(made, 2), batch(made, 3)
    lookout = Lookout()
    carried(lookout)
    assert not found(lookout)

    assert questions(lookout, LONGEST - timedelta(seconds=1)) == 3
    assert questions(lookout, LONGEST) > 3


def test_an_import_that_is_paused_and_resumed_is_looked_at_again(waiting, made):
    Import.objects.filter(pk=made.pk).update(state=ImportState.PAUSED)
    assert questions(waiting) > 3


def test_when_all_keys_have_news_the_rest_is_looked_at_in_the_tick_right_after(
    waiting, monkeypatch
):
    first = Quota.objects.get().pk
    second, third = (Quota.objects.create(fingerprint=f"{one:032}").pk for one in (1, 2))
    monkeypatch.setattr(lookouts, "MOST_LOOKS", 2)
    clock, now = Lookout(), window.database_now()

    found_first, coming = clock.ready([first, second, third], 99, now)
    found_next, coming_next = clock.ready([third, first], 99, now)

    assert [one.quota_id for one in found_first] == [second]
    assert now in coming  # at once, not in a second
    assert [one.quota_id for one in found_next] == [third]
    assert now not in coming_next
