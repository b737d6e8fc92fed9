"""Old values are read before an import is planned: within their own quota, and never essential."""

from datetime import timedelta

import pytest
from django.utils import timezone

from imports.delivery import before, control, finish, plan, questions, reading
from imports.delivery.before import Wish
from imports.errors import WrongState
from imports.mega.contract import SCOPE_WRITE
from imports.mega.listed import Listed
from imports.mega.sandbox import Sandbox
from imports.mega.sandbox.listing import stamp
from imports.mega.sandbox.store import new_lead
from imports.models import (
    BeforeImage,
    BeforeRead,
    Event,
    Import,
    ImportState,
    Lead,
    OnDuplicate,
    ReadAttempt,
)
from imports.reports import balance
from imports.tests import people
from imports.tests.delivery import steps

pytestmark = pytest.mark.django_db
State = BeforeRead.State
KEEP = Wish(minutes=5)


@pytest.fixture
def mega(settings):
    with Sandbox(requests_per_minute=600) as mega:
        settings.MEGA_BASE_URL = mega.url
        settings.REPLAY_BACKOFF_BASE = 0.001
        yield mega


@pytest.fixture
def crm(mega, acme):
    """Acme's account at MEGA: fill it with `crm(0, 250)`, the people p0 to p249."""
    mega.register(people.TOKEN, str(acme.mega_id), requests_per_minute=600)

    def fill(first, last, **more):
        book = mega.service.store.book(str(acme.mega_id))
        for n in range(first, last):
            now = stamp(timezone.now() - timedelta(days=90))
            row = {"contact_email": f"p{n}@example.com", "contact_name": f"Old {n}", **more}
            book.put(new_lead(str(acme.mega_id), now, "new").merged(row, {}, now))

    return fill


def send(acme, rows=3, wish=KEEP, **more):
    """Rows 2, 3, 4 … are of p2, p3, p4 …"""
    made = steps.reviewed(acme, rows)
    control.send(made, None, on_duplicate=OnDuplicate.UPDATE, undo_seconds=-1, wish=wish, **more)
    return Import.objects.get(pk=made.pk)


def read(made):
    """What the workers do, without waiting between two requests."""
    one = BeforeRead.objects.get(lead_import=made)
    for _ in range(40):
        BeforeRead.objects.filter(pk=one.pk).update(not_before=steps.LONG_AGO)
        if reading.run(one.pk, "there:1") is not None:
            break
    one.refresh_from_db()
    made.refresh_from_db()
    return one


def kept(made):
    return {image.number: image for image in BeforeImage.objects.filter(lead_import=made)}


def test_nothing_is_planned_before_the_old_values_are_read(acme, crm):
    crm(0, 250)
    made = send(acme)
    assert not plan.plan(made.pk)

    done = read(made)

    assert (done.state, done.way, done.total, done.answered) == (State.DONE, "pages", 250, 3)
    images_of = kept(made)
    assert sorted(images_of) == [2, 3, 4]
    assert images_of[3].content["contact_name"] == "Old 3"
    assert images_of[3].content["stage_slug"] == "new"
    assert plan.plan(made.pk)
    told = Event.objects.filter(import_id=made.pk).latest("pk")
    assert (told.act, told.facts) == (
        "old_values_read", {"leads": 3, "held": 0, "requests": 3},
    )  # fmt: skip


def test_an_import_that_updates_nothing_reads_nothing(acme, crm):
    made = steps.reviewed(acme, 3)
    control.send(made, None, on_duplicate=OnDuplicate.SKIP, undo_seconds=-1, wish=KEEP)

    assert not BeforeRead.objects.exists()
    assert plan.plan(made.pk)


def test_who_does_not_want_it_is_not_kept_waiting_and_the_record_says_so(acme, crm):
    made = send(acme, wish=Wish(keep=False))

    record = BeforeRead.objects.get(lead_import=made)
    assert (record.state, record.why) == (State.NOT_KEPT, "not_wanted")
    assert plan.plan(made.pk)


def test_a_few_rows_are_searched_for_where_the_customer_has_many_leads(acme, crm, mega):
    crm(0, 1_200)

    done = read(made := send(acme, 2))

    assert (done.state, done.way) == (State.DONE, "search")
    assert [one.is_search for one in mega.reads.entries] == [False, True, True]
    assert sorted(kept(made)) == [2, 3]


def test_a_search_goes_on_to_the_phone_where_the_e_mail_finds_nobody(acme, crm, mega):
    crm(0, 1_200)
    crm(5_000, 5_001, contact_phone="(206) 555-0123")
    made = steps.reviewed(acme, 1)
    Lead.objects.filter(lead_import=made).update(
        email_key="new@example.com", phone_key="2065550123",
        body={"contact_email": "new@example.com", "contact_phone": "+12065550123"},
    )  # fmt: skip
    control.send(made, None, on_duplicate=OnDuplicate.UPDATE, undo_seconds=-1, wish=KEEP)

    read(made)

    assert kept(made)[2].content["contact_email"] == "p5000@example.com"


def test_what_would_take_too_long_is_not_begun_and_the_record_says_why(acme, crm, mega):
    crm(1_000, 6_200)

    done = read(made := send(acme, 60, Wish(minutes=1)))

    assert (done.state, done.why, done.answered) == (State.NOT_KEPT, "too_many", 1)
    assert len(mega.reads.entries) == 1
    assert made.state == ImportState.QUEUED
    assert plan.plan(made.pk)
    told = Event.objects.filter(import_id=made.pk).latest("pk")
    assert (told.act, told.facts["why"]) == ("old_values_missed", "too_many")


def test_a_token_without_the_right_sends_without(acme, crm, mega):
    mega.register(people.TOKEN, str(acme.mega_id), scopes=[SCOPE_WRITE])

    done = read(made := send(acme))

    assert (done.state, done.why, len(mega.reads.entries)) == (State.NOT_KEPT, "no_right", 1)
    assert acme.token.refused_at is None
    assert plan.plan(made.pk)


@pytest.mark.parametrize(
    ("fault", "why", "asked"),
    [
        ({"kind": "status", "status": 503, "times": 9}, "unreachable", 4),
        ({"kind": "broken_json", "times": 9}, "unreachable", 4),
        ({"kind": "status", "status": 404}, "odd", 1),
        ({"kind": "status", "status": 401}, "unauthorized", 1),
        ({"kind": "status", "status": 302}, "odd", 1),
    ],
)
def test_a_mega_that_does_not_answer_well_is_not_waited_for(acme, crm, mega, fault, why, asked):
    mega.misbehave(only="read", **fault)

    done = read(made := send(acme))

    assert (done.state, done.why) == (State.NOT_KEPT, why)
    assert ReadAttempt.objects.count() == asked
    assert plan.plan(made.pk)


def test_an_answer_that_fails_once_is_asked_for_again(acme, crm, mega):
    crm(0, 5)
    mega.misbehave("status", status=502, only="read")

    assert read(send(acme)).state == State.DONE


def test_after_a_429_the_whole_key_waits_as_long_as_it_was_told(acme, crm, mega):
    mega.spend_reads(60, people.TOKEN)
    made = send(acme)
    one = BeforeRead.objects.get(lead_import=made)

    assert reading.run(one.pk, "there:1") is None

    one.refresh_from_db()
    wait = acme.token.quota.reading.hold_until - timezone.now()
    assert timedelta(seconds=30) < wait < timedelta(seconds=62)
    assert one.state == State.READING
    BeforeRead.objects.update(not_before=steps.LONG_AGO)
    assert reading.run(one.pk, "there:1") is None
    assert len(mega.reads.entries) == 1


def test_a_429_that_lasts_longer_than_sending_waits_ends_it(acme, crm, mega):
    mega.misbehave("status", status=429, only="read", headers={"Retry-After": "900"})

    assert read(send(acme)).why == "busy"


def test_pause_stops_the_reading_and_resume_goes_on_where_it_was(acme, crm, mega):
    crm(0, 350)
    made = send(acme)
    one = BeforeRead.objects.get(lead_import=made)
    reading.settle(asked := reading.take(one.pk, "w"), reading.ask(asked))
    control.pause(made, None)

    assert reading.take(one.pk, "w") is None
    before.tend()
    one.refresh_from_db()
    assert (one.answered, one.give_up_at) == (1, None)

    control.resume(made, None)
    before.tend()
    done = read(made)
    assert done.give_up_at > timezone.now() + timedelta(minutes=4)
    assert (done.state, done.answered) == (State.DONE, 4)


def test_a_refusal_that_comes_while_it_is_paused_decides_nothing(acme, crm, mega):
    mega.misbehave("status", status=403, only="read")
    made = send(acme)
    asked = reading.take(BeforeRead.objects.get(lead_import=made).pk, "w")
    control.pause(made, None)

    reading.settle(asked, reading.ask(asked))

    assert BeforeRead.objects.get(lead_import=made).is_open
    control.resume(made, None)
    assert read(made).state == State.DONE


def test_undo_takes_back_what_was_read_and_held(acme, crm):
    crm(0, 20, stage_slug="won")
    made = send(acme, 3, Wish(won=True))
    read(made)
    assert Lead.objects.filter(lead_import=made, verdict="excluded").count() == 3

    control.undo(made, None)

    assert not BeforeImage.objects.exists()
    assert not BeforeRead.objects.exists()
    assert Lead.objects.filter(lead_import=made, verdict="ok", reason="").count() == 3


def test_cancel_ends_the_reading(acme, crm):
    made = send(acme)
    control.cancel(made, None)

    before.tend()

    assert BeforeRead.objects.get(lead_import=made).why == "over"


def test_a_worker_that_vanished_leaves_its_page_to_the_next(acme, crm, mega):
    crm(0, 250)
    made = send(acme)
    one = BeforeRead.objects.get(lead_import=made)
    lost = reading.take(one.pk, "gone:1")
    assert reading.take(one.pk, "next:1") is None

    past = timezone.now() - timedelta(minutes=2)
    BeforeRead.objects.update(lease_until=past)
    ReadAttempt.objects.update(started_at=past)
    reading.settle(asked := reading.take(one.pk, "next:1"), reading.ask(asked))
    reading.settle(lost, reading.ask(lost))
    one.refresh_from_db()
    assert (one.answered, one.seen) == (1, 100)  # the late answer is written down, no more
    assert ReadAttempt.objects.get(pk=lost.request.attempt_id).conclusion == "read"
    done = read(made)
    assert (done.state, done.answered, sorted(kept(made))) == (State.DONE, 3, [2, 3, 4])


def test_nobody_is_waited_for_longer_than_was_allowed(acme, crm):
    made = send(acme)
    before.tend()
    assert BeforeRead.objects.get(lead_import=made).is_open

    BeforeRead.objects.update(give_up_at=steps.LONG_AGO)
    before.tend()

    done = BeforeRead.objects.get(lead_import=made)
    assert (done.state, done.why) == (State.NOT_KEPT, "out_of_time")
    assert plan.plan(made.pk)


def test_a_person_may_send_without_waiting(acme, crm):
    made = send(acme)

    before.skip(made, None)

    assert BeforeRead.objects.get(lead_import=made).why == "skipped"
    assert plan.plan(made.pk)
    with pytest.raises(WrongState):
        before.skip(made, None)


def test_won_lost_and_recently_contacted_leads_are_held_back_with_a_reason(acme, crm, mega):
    crm(2, 3, stage_slug="won")
    crm(3, 4, stage_slug="lost")
    crm(4, 7)
    recently, long_ago = timezone.now() - timedelta(days=3), timezone.now() - timedelta(days=60)
    ids = {lead["contact_email"]: lead["id"] for lead in mega.leads(str(acme.mega_id))}
    for person, moment in (("p4", recently), ("p5", long_ago)):
        mega.edit(
            str(acme.mega_id), ids[f"{person}@example.com"],
            last_interaction_at=moment.isoformat(),
        )  # fmt: skip

    done = read(made := send(acme, 5, Wish(won=True, lost=True, days=30)))

    assert done.held == 3
    reasons = dict(Lead.objects.filter(lead_import=made).values_list("number", "reason"))
    assert reasons == {
        2: "Held back: MEGA has this lead as won.",
        3: "Held back: MEGA has this lead as lost.",
        4: "Held back: somebody was in contact with this lead on "
        f"{recently:%Y-%m-%d}, within the last 30 days.",
        5: "",
        6: "",
    }
    assert plan.plan(made.pk)
    assert made.batches.get().row_numbers == [5, 6]


def test_a_person_is_asked_when_nobody_can_tell_which_leads_are_won(acme, crm, mega):
    mega.register(people.TOKEN, str(acme.mega_id), scopes=[SCOPE_WRITE])

    read(made := send(acme, 3, Wish(won=True)))

    assert (made.state, made.question) == (ImportState.DECISION, questions.NOT_HELD_BACK)
    assert "leads:read" in made.reason
    assert not plan.plan(made.pk)
    control.go_on(made, None)
    assert plan.plan(made.pk)


def test_an_import_of_which_every_row_is_held_back_ends_with_balanced_books(acme, crm):
    crm(2, 5, stage_slug="closed_won")
    read(made := send(acme, 3, Wish(won=True)))
    assert plan.plan(made.pk)
    with pytest.raises(WrongState):
        control.undo(made, None)

    assert finish.finish_imports() == [made.pk]

    made.refresh_from_db()
    sheet = balance.balance(made)
    assert (made.state, sheet.excluded, sheet.sent) == (ImportState.FINISHED, 3, 0)


@pytest.mark.parametrize(
    ("said", "is_won"),
    [("won", True), ("closed_won", True), ("Closed Won", True), ("wonder", False), ("new", False)],
)
def test_a_stage_is_won_by_its_words(said, is_won):
    assert Listed("1", {"stage_slug": said}).is_called("won") is is_won


def test_a_row_whose_e_mail_and_phone_lead_to_two_leads_keeps_both(acme, crm, mega):
    crm(2, 3)
    crm(9, 10, contact_phone="+44 20 6555 0123")
    made = steps.reviewed(acme, 1)
    Lead.objects.filter(lead_import=made).update(phone_key="2065550123")
    control.send(made, None, on_duplicate=OnDuplicate.UPDATE, undo_seconds=-1, wish=KEEP)

    read(made)

    both = BeforeImage.objects.filter(lead_import=made, number=2)
    assert {one.content["contact_email"] for one in both} == {"p2@example.com", "p9@example.com"}
