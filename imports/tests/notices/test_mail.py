"""Mails of notices, over a real connection to a mail server."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from imports.models import ImportState, MailWish, Recipient, Sending
from imports.notices import due, mail
from imports.tests.notices.servers import MailServer
from imports.tests.notices.telling import becomes, mailed, told
from portal.models import Membership

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)  # these tests are one transaction: its now stands still


@pytest.fixture
def server(settings):
    made = MailServer()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", made.port
    settings.EMAIL_TIMEOUT = 0.5
    settings.SITE_URL = "https://portal.example.com"
    yield made
    made.close()


def of(user):
    return Recipient.objects.get(user=user)


def make_due(**more):
    Recipient.objects.update(due_at=LONG_AGO, **more)


def test_the_mail_names_the_customer_the_counts_and_the_page(made, ivan, server):
    becomes(made, ImportState.FINISHED)

    assert mailed() == 1
    assert mailed() == 0

    [text] = server.mails
    assert "To: ivan@example.com" in text
    assert f"Subject: Finished: import {made.pk} for Acme" in text
    assert f"https://portal.example.com/imports/{made.pk}/" in text
    assert "3 rows" in text
    assert "https://portal.example.com/preferences/" in text
    assert "Auto-Submitted: auto-generated" in text
    assert f"Message-ID: <notice-{of(ivan).notice_id}-{of(ivan).pk}@portal.example.com>" in text
    assert "leads.csv" not in text
    assert (of(ivan).state, of(ivan).result) == (Sending.State.SENT, "sent")


def test_a_manager_reads_why_she_gets_it_and_what_to_do(made, anna, ivan, server):
    becomes(made, ImportState.BLOCKED, reason="MEGA says: Jane Doe +12065550123")

    mailed()

    text = next(text for text in server.mails if "To: anna@example.com" in text)
    assert "you manage the team North" in text
    assert "Set a new token" in text
    assert "Jane" not in text


def test_a_name_with_a_line_break_cannot_add_a_header(made, ivan, server):
    made.customer.name = "Acme\r\nBcc: everybody@example.com"
    made.customer.save()
    becomes(made, ImportState.FINISHED)

    mailed()

    head = server.mails[0].partition("\r\n\r\n")[0]
    assert "\r\nBcc:" not in head


def test_a_server_that_is_down_is_tried_again_later_and_other_mails_are_not_held_against_it(
    made, anna, ivan, server
):
    becomes(made, ImportState.BLOCKED)
    server.close()

    assert mailed() == 0

    tried = Recipient.objects.filter(taken=1).get()
    assert (tried.state, tried.result) == (Sending.State.WAITING, "unreachable")
    assert tried.due_at - tried.notice.at > timedelta(seconds=50)
    assert Recipient.objects.filter(taken=0).count() == 1


def test_a_server_that_says_nothing_is_left_after_its_time(made, ivan, server):
    server.silent = "MAIL"
    becomes(made, ImportState.FINISHED)

    began = time.monotonic()
    assert mailed() == 0

    assert time.monotonic() - began < 5
    assert of(ivan).result == "unreachable"
    server.silent = None
    make_due()
    assert mailed() == 1
    assert [one["result"] for one in of(ivan).tries] == ["unreachable", "sent"]


@pytest.mark.parametrize(
    ("word", "answer", "state", "result"),
    [
        ("RCPT", "550 who?", "given_up", "smtp_550"),
        ("RCPT", "450 later", "waiting", "smtp_450"),
        ("DATA", "554 no", "given_up", "smtp_554"),
        ("MAIL", "550 not you", "waiting", "smtp_550"),
    ],
)
def test_a_refusal_for_good_is_not_tried_again(made, ivan, server, word, answer, state, result):
    server.refuse[word] = answer
    becomes(made, ImportState.FINISHED)

    mailed()

    assert (of(ivan).state, of(ivan).result) == (state, result)


def test_after_its_last_try_a_mail_is_given_up(made, ivan, server):
    server.refuse["RCPT"] = "450 later"
    becomes(made, ImportState.FINISHED)

    for _ in range(len(mail.WAITS) + 3):
        mailed()
        make_due()

    assert of(ivan).state == Sending.State.GIVEN_UP
    assert of(ivan).taken == len(mail.WAITS) + 1


def test_who_lost_sight_of_the_customer_meanwhile_gets_no_mail(made, ivan, server):
    becomes(made, ImportState.FINISHED)
    told()
    Membership.objects.filter(user=ivan).delete()

    assert mailed() == 0
    assert (of(ivan).state, of(ivan).result, server.mails) == ("dropped", "no_access", [])


def test_who_left_meanwhile_gets_no_mail(made, ivan, server):
    becomes(made, ImportState.FINISHED)
    told()
    ivan.is_active = False
    ivan.save()

    assert (mailed(), server.mails) == (0, [])


def test_who_muted_it_meanwhile_gets_no_mail(made, ivan, server):
    becomes(made, ImportState.FINISHED)
    told()
    MailWish.objects.create(user=ivan, muted=["finished"])

    assert (mailed(), of(ivan).result) == (0, "not_wished")


def test_what_one_courier_took_no_other_takes_before_its_lease_is_over(made, ivan, server):
    becomes(made, ImportState.FINISHED)
    told()

    first = due.take(Recipient, mail.LEASE)
    assert first.user == ivan
    assert due.take(Recipient, mail.LEASE) is None
    assert mailed() == 0

    Recipient.objects.update(lease_until=LONG_AGO)  # it died
    assert mailed() == 1


def test_a_courier_that_slept_past_its_lease_changes_nothing_of_what_its_successor_did(
    made, ivan, server
):
    becomes(made, ImportState.FINISHED)
    told()
    sleeper = due.take(Recipient, mail.LEASE)
    Recipient.objects.update(lease_until=LONG_AGO)
    assert mailed() == 1

    due.again(sleeper, "unreachable", mail.WAITS)
    due.end(sleeper, Sending.State.GIVEN_UP, "smtp_550")

    assert of(ivan).state == Sending.State.SENT
    assert mailed() == 0


def test_a_process_that_slept_between_taking_and_sending_does_not_send(
    made, ivan, server, monkeypatch
):
    becomes(made, ImportState.FINISHED)
    told()
    now = mail.steady
    seen = iter([now(), now() + 60])
    monkeypatch.setattr(mail, "steady", lambda: next(seen))

    assert mail.send_due(lambda: True) == 0
    assert (of(ivan).result, server.mails) == ("late", [])


def test_no_address_is_logged(made, ivan, server, caplog):
    caplog.set_level("DEBUG")
    server.refuse["RCPT"] = "550 ivan@example.com is nobody"
    becomes(made, ImportState.FINISHED)

    mailed()

    assert "ivan@" not in caplog.text
    assert f"notice {of(ivan).notice_id}: mail" in caplog.text


def test_on_a_laptop_the_mail_is_a_file_of_its_owner(made, ivan, settings, tmp_path):
    settings.EMAIL_BACKEND = "portal.mail.PrivateFileBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    becomes(made, ImportState.FINISHED)

    assert mailed() == 1

    [file] = (tmp_path / "mail").iterdir()
    assert f"Subject: Finished: import {made.pk} for Acme" in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
