"""Sending rests on the right of the person by whose word it happens."""

import pytest

from imports.audit import acts
from imports.delivery import claims, control, rights
from imports.models import Event, Import, ImportState, OnDuplicate
from imports.tests import people
from imports.tests.delivery.steps import fresh, reviewed
from portal.models import Membership, Role, User

pytestmark = pytest.mark.django_db


def deactivated(user):
    User.objects.filter(pk=user.pk).update(is_active=False)


def removed(user):
    Membership.objects.filter(user=user).delete()


def made_a_viewer(user):
    Membership.objects.filter(user=user).update(role=Role.VIEWER)


@pytest.fixture
def ivan(acme):
    return people.person("ivan@example.com", Role.IMPORTER, acme.team)


@pytest.fixture
def made(acme, ivan):
    found = reviewed(acme, 10)
    control.send(found, ivan, on_duplicate=OnDuplicate.SKIP, undo_seconds=0)
    return fresh(found)


@pytest.mark.parametrize("loses", [deactivated, removed, made_a_viewer])
def test_nothing_new_is_sent_by_the_word_of_somebody_who_lost_the_right(made, ivan, loses):
    loses(ivan)

    rights.pause_where_lost()

    assert fresh(made).state == ImportState.PAUSED
    assert "may no longer import" in fresh(made).reason
    event = Event.objects.get(act=acts.PAUSED)
    assert (event.actor, event.import_id, event.facts) == (None, made.pk, {"why": "rights_lost"})
    assert claims.claim() == []


def test_it_goes_on_by_the_word_of_the_one_who_resumes_it(made, ivan):
    anna = people.person("anna@example.com", Role.MANAGER, made.customer.team)
    removed(ivan)
    rights.pause_where_lost()

    control.resume(fresh(made), anna)
    rights.pause_where_lost()

    assert fresh(made).state == ImportState.QUEUED
    assert (fresh(made).vouched_by, fresh(made).sent_by) == (anna, ivan)


def test_what_rests_on_a_right_that_holds_or_on_a_command_goes_on(made, acme):
    command = reviewed(acme, 5)
    control.send(command, None, on_duplicate=OnDuplicate.SKIP, undo_seconds=0)

    rights.pause_where_lost()

    assert set(Import.objects.values_list("state", flat=True)) == {ImportState.QUEUED}
