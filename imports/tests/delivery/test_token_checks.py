"""A token check costs a request of the quota: at most one a minute, and its result is shared."""

import pytest

from imports.audit import acts
from imports.delivery import checks, settle, tokens
from imports.models import Batch, Customer, Event
from imports.tests import people
from imports.tests.delivery.sending import LONG_AGO
from imports.tests.delivery.steps import answer, attempt_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def checked(acme):
    """Anna had the token checked, and MEGA answered."""
    check = checks.start_check(acme, people.anna())
    settle.record(attempt_of(check), answer(200, {"results": []}))
    return check


def test_who_asks_while_a_check_runs_shares_it(acme):
    running = checks.start_check(acme, people.anna())

    assert checks.start_check(acme, people.ivan()).pk == running.pk
    assert Event.objects.filter(act=acts.TOKEN_CHECKED).count() == 1


def test_who_asks_again_within_a_minute_gets_the_same_result(acme, checked):
    assert checks.start_check(acme, people.ivan()).pk == checked.pk
    assert checks.latest_check(acme).code == "ok"
    assert not checks.latest_check(acme).pending
    assert Batch.objects.count() == 1


def test_a_minute_later_it_is_asked_anew(acme, checked):
    Batch.objects.filter(pk=checked.pk).update(settled_at=LONG_AGO)

    assert checks.start_check(acme, None).pk != checked.pk


def test_a_token_that_was_set_since_is_checked_at_once(acme, checked):
    tokens.set_token(acme, "mega_" + "7c" * 32, None)

    assert checks.start_check(Customer.objects.get(pk=acme.pk), None).pk != checked.pk
