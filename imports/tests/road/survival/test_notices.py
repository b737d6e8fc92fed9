"""Mails of notices by real couriers: once, whatever is doubled, killed or hangs."""

import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.db.models.functions import Now

from imports.delivery import control, plan
from imports.models import Import, Notice, OnDuplicate, Process, Recipient, Sending
from imports.notices import courier, due, mail, retention, tell
from imports.tests import people
from imports.tests.notices.servers import MailServer
from imports.tests.road.engine import wait_for, wait_until
from imports.tests.road.survival.own import locked
from portal.models import Membership, Role, User

pytestmark = pytest.mark.road


@pytest.fixture
def post_office(engine):
    """A mail server that the clocks of this story know, and those of the next do not."""
    server = MailServer()
    before = dict(engine.environment)
    engine.have(clock=0)
    engine.environment["EMAIL_URL"] = f"smtp://127.0.0.1:{server.port}"
    yield server
    engine.have(clock=0, **{"thrice clock": 0})
    engine.environment.clear()
    engine.environment.update(before)
    server.close()


@pytest.fixture
def max_(engine):
    """Max, who sends for the team of these stories."""
    found, _ = User.objects.get_or_create(email="max.mail@example.com", defaults={"name": "Max"})
    return found


def sent_by(person, client, path):
    """An import that the person uploaded and sent."""
    made = client.review(path)
    Membership.objects.get_or_create(
        user=person, team=client.customer.team, defaults={"role": Role.IMPORTER}
    )
    Import.objects.filter(pk=made.pk).update(created_by=person)
    control.send(made, person, on_duplicate=OnDuplicate.UPDATE, undo_seconds=0)
    plan.plan(made.pk)
    return made


def rounds(count, kind="notices"):
    """Wait for so many more signs of life of any courier, or clock."""
    seen = set()

    def enough():
        seen.update(Process.objects.filter(kind=kind).values_list("name", "seen_at"))
        return len(seen) > count

    wait_until(enough, f"{count} signs of life of {kind}")


def subjects(server):
    return [
        line.removeprefix("Subject: ").strip()
        for text in server.mails
        for line in text.splitlines()
        if line.startswith("Subject: ")
    ]


def test_two_clocks_and_every_task_three_times_mail_the_sender_once(
    engine, client_of, sheet, max_, post_office
):
    engine.have(clock=0, delivery=1, **{"thrice clock": 2})
    ines = client_of()

    made = wait_for(sent_by(max_, ines, sheet(600)))
    wait_until(lambda: post_office.mails, "the mail")
    rounds(8)

    title = f"Finished: import {made.pk} for {ines.customer.name}"
    assert subjects(post_office) == [title]
    assert "600 rows: 600 created" in post_office.mails[0]
    assert Notice.objects.filter(lead_import=made).count() == 1
    recipient = Recipient.objects.get(notice__lead_import=made)
    assert (recipient.user, recipient.taken, recipient.state) == (max_, 1, Sending.State.SENT)


def test_a_clock_that_is_killed_while_it_mails_leaves_the_mail_to_the_next(
    engine, client_of, sheet, max_, post_office
):
    post_office.silent = "DATA"
    engine.have(clock=1, delivery=1)
    made = wait_for(sent_by(max_, client_of(), sheet(30)))
    mine = Recipient.objects.filter(notice__lead_import=made)
    wait_until(lambda: mine.filter(taken=1).exists(), "the mail to be taken")

    engine.kill("clock")
    post_office.silent = None
    engine.have(clock=1, delivery=1)
    rounds(3)
    assert post_office.mails == []  # the dead one's lease holds
    mine.update(lease_until=Now() - timedelta(seconds=1))

    wait_until(lambda: post_office.mails, "the mail")
    rounds(3)
    assert len(post_office.mails) == 1
    assert mine.get().taken == 2


def test_a_mail_server_that_hangs_holds_up_neither_clock_nor_delivery(
    engine, client_of, sheet, max_, post_office
):
    post_office.silent = "EHLO"
    engine.have(clock=1, delivery=1)
    ines = client_of()
    first = wait_for(sent_by(max_, ines, sheet(30)))
    mine = Recipient.objects.filter(notice__lead_import=first, taken=1)
    wait_until(mine.exists, "the mail to be taken")

    rounds(5, "clock")
    assert mine.filter(tries=[]).exists()  # it hangs to this moment, for ten seconds in all

    wait_for(ines.send(sheet(30, start=100, name="second.csv")))
    assert post_office.mails == []


def in_thread(act):
    """What `act` returns on a connection of its own."""
    found = []

    def run():
        found.append(act())
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(10)
    return found


def test_what_one_courier_holds_the_other_leaves_alone(engine, client_of, max_, post_office):
    Recipient.objects.update(state=Sending.State.DROPPED)  # of earlier stories
    made = people.an_import(client_of().customer)
    Membership.objects.get_or_create(
        user=max_, team=made.customer.team, defaults={"role": Role.IMPORTER}
    )
    Import.objects.filter(pk=made.pk).update(created_by=max_, state="sending")
    Import.objects.filter(pk=made.pk).update(state="finished", finished_at=Now())
    notice = made.notices.get()

    with locked(notice.pk, "imports_notice"):
        assert in_thread(lambda: tell.tell(notice.pk)) == [False]
    assert tell.tell(notice.pk)
    with locked(notice.recipients.get().pk, "imports_recipient"):
        assert in_thread(lambda: due.take(Recipient, mail.LEASE)) == [None]
    assert due.take(Recipient, mail.LEASE).user == max_
    notice.recipients.update(state=Sending.State.DROPPED)

    Notice.objects.filter(pk=notice.pk).update(told_at=Now() - timedelta(days=91))
    with locked(notice.pk, "imports_notice"):
        assert in_thread(retention.remove_old) == [False]
        assert Notice.objects.filter(pk=notice.pk).exists()
    assert in_thread(retention.remove_old) == [False]
    assert not Notice.objects.filter(pk=notice.pk).exists()


def test_a_courier_that_stumbles_goes_on_and_logs_no_data(engine, post_office, caplog, monkeypatch):
    monkeypatch.setattr(courier, "PAUSE", 0.01)
    one = courier.Courier()
    met = iter([ValueError("jane@example.com"), OperationalError("jane@example.com"), None])
    seen = []

    def look():
        seen.append(next(met))
        if seen[-1]:
            raise seen[-1]
        one._stopping.set()

    one._run(look)

    assert len(seen) == 3
    assert "courier: failed (ValueError)" in caplog.text
    assert "courier: the database is away (OperationalError)" in caplog.text
    assert "jane" not in caplog.text
