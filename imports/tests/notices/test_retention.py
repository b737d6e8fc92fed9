"""Old notices go, with their mails and calls; what may still leave, or still asks, stays."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from imports import checks
from imports.models import Import, ImportState, Notice, Recipient, Sending, Webhook, WebhookCall
from imports.notices import courier, inbox, retention, webhooks
from imports.tests.notices.telling import becomes, told
from imports.tests.pages import story

pytestmark = pytest.mark.django_db

WAITING, SENT = Sending.State.WAITING, Sending.State.SENT
GIVEN_UP, DROPPED = Sending.State.GIVEN_UP, Sending.State.DROPPED


def ago(days):
    return timezone.now() - timedelta(days=days)


def over(made, days=91, mail=SENT, call=SENT):
    """Finished so many days ago, told, and mailed and posted with this result."""
    becomes(made, ImportState.FINISHED, finished_at=ago(days))
    told()
    notices = Notice.objects.filter(lead_import=made)
    notices.update(at=ago(days), told_at=ago(days))
    for model, state in ((Recipient, mail), (WebhookCall, call)):
        ended = None if state == WAITING else ago(days)
        model.objects.filter(notice__in=notices).update(state=state, ended_at=ended)
    return notices.get()


@pytest.fixture
def slack(made, anna):
    """The team has a webhook."""
    webhooks.put(made.customer.team, Webhook.Kind.SLACK, "https://hooks.example.com/a", anna)
    return Webhook.objects.get()


def left():
    return Notice.objects.count(), Recipient.objects.count(), WebhookCall.objects.count()


@pytest.mark.parametrize("mail", [SENT, GIVEN_UP, DROPPED])
@pytest.mark.parametrize("call", [SENT, GIVEN_UP, DROPPED])
def test_a_notice_goes_after_ninety_days_with_its_mails_and_calls(made, slack, mail, call):
    over(made, mail=mail, call=call)
    assert left() == (1, 1, 1)

    assert not retention.remove_old()

    assert left() == (0, 0, 0)
    assert Import.objects.filter(pk=made.pk).exists()
    assert Webhook.objects.filter(pk=slack.pk).exists()


def test_a_younger_one_stays(made, slack):
    over(made, days=89)
    retention.remove_old()
    assert left() == (1, 1, 1)


def test_the_days_are_a_setting(made, slack, settings):
    settings.NOTICE_DAYS = 30
    over(made, days=31)
    retention.remove_old()
    assert left() == (0, 0, 0)


def test_what_waits_to_be_sent_stays_however_old(made, slack, ivan):
    over(made, days=400, mail=WAITING)
    retention.remove_old()
    assert left() == (1, 1, 1)

    over(made, days=400, call=WAITING)
    retention.remove_old()
    assert left() == (1, 1, 1)


def test_a_notice_that_nobody_was_told_yet_stays(made):
    becomes(made, ImportState.FINISHED, finished_at=ago(400))
    Notice.objects.update(at=ago(400))
    retention.remove_old()
    assert left() == (1, 0, 0)


def test_a_mail_that_left_late_keeps_its_notice_for_its_own_time(made):
    """All couriers stood still for a year."""
    over(made, days=400)
    Recipient.objects.update(ended_at=ago(1))
    retention.remove_old()
    assert Notice.objects.exists()


def test_what_an_open_import_asks_stays(made, anna):
    becomes(made, ImportState.DECISION, question="failures")
    told()
    Notice.objects.update(told_at=ago(400))
    Recipient.objects.update(state=SENT, ended_at=ago(400))
    retention.remove_old()
    assert inbox.unread(anna) == 1


def test_old_tests_of_a_webhook_go_too(made, slack):
    for days, state in ((91, SENT), (89, GIVEN_UP), (400, WAITING)):
        ended = None if state == WAITING else ago(days)
        WebhookCall.objects.create(webhook=slack, state=state, ended_at=ended, created_at=ago(days))
    retention.remove_old()
    assert sorted(WebhookCall.objects.values_list("state", flat=True)) == [GIVEN_UP, WAITING]


def test_they_go_in_slices_the_oldest_first(made, monkeypatch):
    monkeypatch.setattr(retention, "SLICE", 2)
    Import.objects.update(finished_at=ago(1))
    for days in (100, 300, 200):
        Notice.objects.create(lead_import=made, kind="finished", told_at=ago(days))
    assert retention.remove_old()
    (rest,) = Notice.objects.all()
    assert rest.told_at > ago(101)
    assert not retention.remove_old()
    assert not Notice.objects.exists()


def test_the_courier_removes_them_slice_by_slice_and_then_rests(made, monkeypatch):
    monkeypatch.setattr(retention, "SLICE", 1)
    Import.objects.update(finished_at=ago(1))
    for _ in range(3):
        Notice.objects.create(lead_import=made, kind="finished", told_at=ago(100))
    one = courier.Courier()
    counts = []
    for _ in range(5):
        one._tidy()
        counts.append(Notice.objects.count())
    assert counts == [2, 1, 0, 0, 0]
    Notice.objects.create(lead_import=made, kind="finished", told_at=ago(100))
    one._tidy()
    assert Notice.objects.count() == 1  # till it looks again
    monkeypatch.setattr(courier, "TIDY_EVERY", 0.0)
    courier.Courier()._tidy()
    assert Notice.objects.count() == 0


def test_the_old_ones_are_found_without_looking_at_all(made):
    Import.objects.update(finished_at=ago(1))
    Notice.objects.bulk_create(
        Notice(lead_import=made, kind="finished", told_at=ago(1)) for _ in range(3000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE imports_notice")
        cursor.execute(f"EXPLAIN {retention._NOTICES}", {"days": 90, "most": retention.SLICE})
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "notice_told" in plan
    assert "Seq Scan on imports_notice" not in plan


def test_the_page_and_the_bell_are_empty_afterwards(made, ivan, slack):
    notice = over(made)
    client = Client()
    client.force_login(ivan)
    assert inbox.unread(ivan) == 1
    retention.remove_old()
    assert inbox.unread(ivan) == 0
    assert "Nothing to tell yet" in story.text(client.get("/notices/"))
    assert client.get(f"/notices/{notice.pk}/").status_code == 404


@pytest.mark.parametrize("days", [0, -1])
def test_days_that_would_remove_what_was_just_told_are_refused(settings, days):
    settings.NOTICE_DAYS = days
    [error] = checks.notice_days()
    assert error.id == "imports.E007"
    settings.NOTICE_DAYS = 1
    assert checks.notice_days() == []
