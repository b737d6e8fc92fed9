"""A review in which nothing happens: its owner is reminded, once a day and not for ever."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from imports.models import Event, Import, ImportState, MailWish, Notice
from imports.notices import courier, reminders
from imports.review import ownership
from imports.tests import people
from imports.tests.notices.telling import becomes, mailed, told
from imports.tests.pages import story
from portal.models import Membership, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def ivan(db):
    return people.ivan()


@pytest.fixture
def made(ivan, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return story.reviewed(people.customer(), ivan)


def days_pass(many):
    """Everything that happened is so many days older: events cannot be changed, so time is."""
    for model, field in ((Import, "created_at"), (Notice, "at")):
        for one in model.objects.all():
            model.objects.filter(pk=one.pk).update(
                **{field: getattr(one, field) - timedelta(days=many)}
            )


@pytest.fixture(autouse=True)
def _no_events(monkeypatch):
    """The trail is appended only, and its moments are now: the count goes by the upload."""
    none = Event.objects.none()
    monkeypatch.setattr(reminders.Event.objects, "filter", lambda **_asked: none)


def test_after_a_day_without_a_change_the_owner_is_reminded_by_mail_too(made, ivan):
    assert reminders.remind() == 0
    days_pass(1.01)

    assert reminders.remind() == 1
    assert mailed() == 1

    assert told() == [("reminder", "ivan@example.com")]
    assert mail.outbox[0].subject == f"Review still waits: import {made.pk} for Acme"
    assert "You get this because this review is yours." in mail.outbox[0].body
    assert reminders.remind() == 0


def test_once_a_day_and_seven_times_at_most(made):
    for _ in range(12):
        days_pass(1.01)
        reminders.remind()
        reminders.remind()
    assert Notice.objects.filter(kind="reminder").count() == 7


def test_whoever_it_was_handed_over_to_is_reminded(made, ivan):
    anna = people.person("anna@example.com", Role.MANAGER, made.customer.team)
    ownership.hand_over(made, ivan, anna, "please")
    days_pass(1.01)
    reminders.remind()
    assert ("reminder", "anna@example.com") in told()
    assert ("reminder", "ivan@example.com") not in told()


def test_who_wants_no_such_mail_gets_the_notice_alone(made, ivan):
    MailWish.objects.create(user=ivan, muted=["reminder"])
    days_pass(1.01)
    reminders.remind()
    assert mailed() == 0
    assert told() == [("reminder", "ivan@example.com")]


def test_nobody_is_reminded_who_may_not_see_it_any_more(made, ivan):
    Membership.objects.filter(user=ivan).delete()
    days_pass(1.01)
    reminders.remind()
    assert told() == []


@pytest.mark.parametrize("state", [ImportState.SCHEDULED, ImportState.QUEUED, ImportState.MAPPING])
def test_only_reviews_are_reminded_of(made, state):
    becomes(made, state)
    days_pass(1.01)
    assert reminders.remind() == 0


def test_an_old_review_that_everybody_forgot_is_left_alone(made):
    days_pass(31)
    assert reminders.remind() == 0


def test_what_a_command_uploaded_reminds_nobody(made):
    Import.objects.update(created_by=None)
    days_pass(1.01)
    assert reminders.remind() == 0


def test_the_courier_looks_for_it_now_and_then(made):
    days_pass(1.01)
    one = courier.Courier()
    one._tidy()
    days_pass(1.01)
    one._tidy()
    assert Notice.objects.filter(kind="reminder").count() == 1


def test_a_change_begins_the_count_anew(made, monkeypatch):
    monkeypatch.undo()
    made.refresh_from_db()
    days_pass(1.01)
    assert reminders.remind() == 0  # its events are of today
    monkeypatch.setattr(reminders, "AFTER", timedelta(0))
    assert reminders.remind() == 1
    assert timezone.now() - Notice.objects.get().at < timedelta(minutes=1)
