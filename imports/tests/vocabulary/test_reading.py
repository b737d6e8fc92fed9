"""What a customer's CRM knows is read from its leads, in the background."""

import json
import logging
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from imports.delivery import (
    before,
    control,
    read_requests,
    tokens,
    window,
    word_reading,
    word_wishes,
)
from imports.delivery.before import Wish
from imports.errors import WrongState
from imports.mega.contract import SCOPE_WRITE, Answer
from imports.mega.sandbox.accounts import OWNERS
from imports.models import (
    Attempt,
    Customer,
    Event,
    OnDuplicate,
    ReadAttempt,
    ReadQuota,
    Token,
    Vocabulary,
    Word,
)
from imports.tests import people
from imports.tests.delivery import steps

pytestmark = pytest.mark.django_db
State = Vocabulary.State
ADA, BEN, _CLEO = OWNERS


def known(kind):
    return dict(Word.objects.filter(kind=kind, read_at__isnull=False).values_list("word", "name"))


def page(*leads, **more):
    return Answer(200, {}, json.dumps({"leads": leads, "next_cursor": None, **more}).encode())


def answered(acme, reply):
    """One request is answered so."""
    found = word_wishes.ask_for(acme, None)
    word_reading.settle(word_reading.take(found.pk, "w"), reply)
    found.refresh_from_db()
    return found


def test_stages_owners_and_custom_fields_in_use_are_learnt_with_their_names(crm, read):
    crm(3, stage_slug="won", owner_id=ADA)
    crm(1, {"budget": 5, "city": None})

    done = read()

    assert (done.state, done.leads, done.is_whole, done.answered) == (State.READ, 4, True, 1)
    assert known("stage") == {"won": "Won", "new": "New"}
    assert known("owner") == {ADA: "Ada Brook"}
    assert known("field") == {"budget": "", "city": ""}
    told = Event.objects.latest("pk")
    assert (told.act, told.facts) == ("words_read", {"requests": 1, "leads": 4, "words": 5})


def test_of_a_large_account_the_newest_thousand_leads_are_looked_at(crm, read, mega):
    crm(1, stage_slug="lost")
    crm(1_020)

    done = read()

    assert (done.answered, done.leads, done.total, done.is_whole) == (10, 1_000, 1_021, False)
    assert known("stage") == {"new": "New"}
    assert len(mega.reads.entries) == 10


def test_a_key_without_the_right_is_told_so_and_is_no_refused_token(crm, read, mega, acme):
    mega.register(people.TOKEN, str(acme.mega_id), scopes=[SCOPE_WRITE])

    done = read()

    assert (done.state, done.why, len(mega.reads.entries)) == (State.FAILED, "no_right", 1)
    assert acme.token.refused_at is None
    word_wishes.if_old(acme)
    assert not Vocabulary.objects.get().is_open  # the very key would be refused again


def test_another_key_of_the_account_is_asked_for_the_right_anew(crm, read, mega, acme):
    mega.register(people.TOKEN, str(acme.mega_id), scopes=[SCOPE_WRITE])
    read()
    Token.objects.update(quota=Token.objects.get().quota.__class__.objects.create(fingerprint="n"))

    word_wishes.if_old(acme)

    assert Vocabulary.objects.get().is_open


@pytest.mark.parametrize(
    ("fault", "why", "asked"),
    [
        ({"kind": "status", "status": 500, "times": 9}, "unreachable", 4),
        ({"kind": "broken_json", "times": 9}, "unreachable", 4),
        ({"kind": "drop_after_work", "times": 9}, "unreachable", 4),
        ({"kind": "status", "status": 404}, "odd", 1),
        ({"kind": "status", "status": 401}, "unauthorized", 1),
    ],
)
def test_a_mega_that_does_not_answer_well_is_given_up(crm, read, mega, fault, why, asked):
    mega.misbehave(only="read", **fault)

    done = read()

    assert (done.state, done.why) == (State.FAILED, why)
    assert ReadAttempt.objects.count() == asked
    assert Event.objects.latest("pk").facts["why"] == why


def test_an_answer_that_fails_once_is_asked_for_again(crm, read, mega):
    mega.misbehave("status", status=502, only="read")
    assert read().state == State.READ


def test_a_slow_answer_is_waited_for(crm, read, mega):
    crm(1)
    mega.misbehave("delay_before", seconds=0.5, only="read")
    assert read().leads == 1


def test_after_a_429_the_whole_key_waits_and_the_reading_goes_on_afterwards(crm, read, mega, acme):
    crm(2)
    mega.misbehave("status", status=429, only="read", headers={"Retry-After": "900"})
    found = word_wishes.ask_for(acme, None)

    word_reading.run(found.pk, "w")

    found.refresh_from_db()
    assert found.is_open
    assert found.not_before > timezone.now() + timedelta(minutes=14)
    Vocabulary.objects.update(not_before=steps.LONG_AGO)
    assert word_reading.take(found.pk, "w") is None  # the key itself is held
    ReadQuota.objects.update(hold_until=None)
    ReadAttempt.objects.update(remaining=None)
    assert read(ask=False).leads == 2


def test_two_who_ask_at_once_share_one_reading_and_a_minute_later_there_is_another(acme, crm, read):
    first = word_wishes.ask_for(acme, None)
    assert word_wishes.ask_for(acme, None) == first
    assert Event.objects.filter(act="words_asked").count() == 1
    read(ask=False)
    assert not word_wishes.ask_for(acme, None).is_open

    Vocabulary.objects.update(ended_at=steps.LONG_AGO)
    assert word_wishes.ask_for(acme, None).is_open


def test_two_workers_never_ask_for_the_same_page(acme, crm):
    found = word_wishes.ask_for(acme, None)
    assert word_reading.take(found.pk, "a") is not None
    assert word_reading.take(found.pk, "b") is None


def test_a_worker_that_vanished_leaves_its_page_to_the_next_and_comes_too_late(acme, crm):
    crm(1)
    found = word_wishes.ask_for(acme, None)
    lost = word_reading.take(found.pk, "gone")
    past = timezone.now() - timedelta(minutes=2)
    Vocabulary.objects.update(lease_until=past)
    ReadAttempt.objects.update(started_at=past)

    word_reading.run(found.pk, "next")
    word_reading.settle(lost, read_requests.ask(lost.request))

    found.refresh_from_db()
    assert (found.state, found.answered) == (State.READ, 1)
    assert ReadAttempt.objects.get(pk=lost.request.attempt_id).conclusion == "read"


def test_a_file_has_old_words_read_again_and_fresh_ones_left(acme, crm, read):
    word_wishes.if_old(acme)
    done = read(ask=False)
    word_wishes.if_old(acme)
    assert not Vocabulary.objects.get().is_open

    Vocabulary.objects.update(read_at=done.read_at - timedelta(days=8))
    word_wishes.if_old(acme)
    assert Vocabulary.objects.get().is_open


def test_a_customer_without_a_token_is_not_read(acme):
    Token.objects.update(retired_at=timezone.now())
    word_wishes.if_old(acme)
    assert not Vocabulary.objects.exists()
    with pytest.raises(WrongState, match="no token"):
        word_wishes.ask_for(acme, None)


def test_a_token_that_is_taken_away_meanwhile_ends_it(acme, read):
    word_wishes.ask_for(acme, None)
    Token.objects.update(refused_at=timezone.now())
    assert read(ask=False).why == "no_token"


def test_another_mega_id_begins_with_no_words_and_a_reading_of_the_former_one_ends(acme, crm, read):
    crm(1)
    Token.objects.all().delete()  # a customer that had a token keeps its MEGA id for ever
    word_wishes.ask_for(_with_token(acme), None)
    Token.objects.all().delete()
    Customer.objects.filter(pk=acme.pk).update(mega_id=uuid.uuid4())

    former = Vocabulary.objects.get()
    _with_token(Customer.objects.get(pk=acme.pk))
    assert word_reading.take(former.pk, "w") is None

    former.refresh_from_db()
    assert (former.state, former.why) == (State.FAILED, "changed")
    other = word_wishes.ask_for(Customer.objects.get(pk=acme.pk), None)
    assert other != former
    assert not other.words.exists()


def _with_token(customer):
    tokens.set_token(customer, people.TOKEN, None)
    return Customer.objects.get(pk=customer.pk)


def test_old_values_that_an_import_waits_for_go_first(acme, crm, mega):
    found = word_wishes.ask_for(acme, None)
    made = steps.reviewed(acme, 2)
    control.send(made, None, on_duplicate=OnDuplicate.UPDATE, undo_seconds=-1, wish=Wish())

    assert before.startable()
    assert word_reading.startable() == []
    assert word_reading.take(found.pk, "w") is None
    assert mega.reads.entries == []


def test_the_clock_finds_what_is_to_be_read(acme):
    assert word_reading.startable() == []
    found = word_wishes.ask_for(acme, None)
    assert word_reading.startable() == [found.pk]


@pytest.mark.parametrize(
    "lead",
    [
        {"id": "1"},
        {"id": "1", "owner": None, "current_stage": None, "custom_fields": None},
        {"id": "1", "owner": "Ada", "current_stage": [], "custom_fields": ["x"]},
        {"id": "1", "owner": {"id": 5, "name": None}, "current_stage": {"slug": {}}},
        {"id": "1", "owner": {"id": "no uuid", "name": "Ada"}, "current_stage": {"slug": ""}},
        {"id": "1", "custom_fields": {"a b": 1, "": 2, "\x00\ud800": 3, "lead_line": "buyer"}},
    ],
)
def test_leads_of_odd_shapes_teach_nothing_and_break_nothing(acme, lead):
    assert answered(acme, page(lead, None, 5, total=1)).state == State.READ
    assert not Word.objects.exists()


def test_where_no_lead_came_with_custom_fields_nothing_is_known_of_them(acme):
    assert not answered(acme, page({"id": "1"}, total=1)).tells_fields


def test_a_hundred_thousand_slugs_do_not_fill_the_database(acme):
    found = word_wishes.ask_for(acme, None)
    for first in range(0, 100_000, 50_000):
        leads = [
            {"id": str(n), "custom_fields": {f"s_{first + n * 500 + k}": 1 for k in range(500)}}
            for n in range(100)
        ]
        Vocabulary.objects.update(not_before=steps.LONG_AGO)
        reply = page(*leads, next_cursor=f"c{first}")
        word_reading.settle(word_reading.take(found.pk, "w"), reply)
    assert 1_000 <= Word.objects.count() <= 1_300


@pytest.mark.parametrize("cursor", ["a\x00b", "\ud800", "c" * 100_000])
def test_a_next_page_that_cannot_be_asked_for_ends_in_words_and_not_in_a_loop(acme, cursor):
    found = word_wishes.ask_for(acme, None)
    for _ in range(read_requests.MOST_TRIES):
        Vocabulary.objects.update(not_before=steps.LONG_AGO)
        word_reading.settle(word_reading.take(found.pk, "w"), page(next_cursor=cursor))
    found.refresh_from_db()
    assert (found.state, found.why, found.place) == (State.FAILED, "unreachable", "")


def test_of_more_leads_than_were_asked_for_the_first_hundred_are_looked_at(acme):
    leads = [{"id": str(n), "custom_fields": {f"f{n}": 1}} for n in range(5_000)]
    done = answered(acme, page(*leads, total=100))
    assert (done.leads, done.is_whole, Word.objects.count()) == (100, False, 100)


def test_of_leads_only_words_are_kept(acme):
    lead = {
        "id": "1", "contact_name": "Rosa Quint", "contact_email": "rosa@example.com",
        "contact_phone": "+12065550123", "owner": {"id": ADA, "name": "Ada Brook"},
        "current_stage": {"slug": "won", "name": "Won"}, "custom_fields": {"budget": "77123"},
    }  # fmt: skip
    answered(acme, page(lead, total=1))

    kept = [
        *Word.objects.values_list(), *Vocabulary.objects.values_list(),
        *ReadAttempt.objects.values_list(), *Event.objects.values_list("facts"),
    ]  # fmt: skip
    for text in ("Rosa", "rosa@", "5550123", "77123"):
        assert text not in str(kept)
    assert Word.objects.count() == 3


def test_requests_of_former_readings_do_not_pile_up(acme, crm, read):
    crm(1)
    read()
    ReadAttempt.objects.update(started_at=timezone.now() - timedelta(days=31))
    Vocabulary.objects.update(ended_at=steps.LONG_AGO)
    read()
    assert ReadAttempt.objects.count() == 1


def test_reading_spends_nothing_of_the_quota_for_sending(acme, crm, read, mega):
    crm(250)
    key = Token.objects.get().quota
    before = window.load([key])

    read()

    assert len(mega.reads.entries) == 3
    assert window.load([key]) == before
    assert list(mega.journal.entries) == []
    assert not Attempt.objects.exists()


def test_what_no_lead_has_any_more_is_forgotten_once_all_were_read(acme, crm, read):
    crm(1)
    done = read()
    gone = Word.objects.create(
        vocabulary=done, kind="stage", word="gone", read_at=done.begun_at - timedelta(days=1)
    )
    Vocabulary.objects.update(ended_at=steps.LONG_AGO)
    read()
    assert not Word.objects.filter(pk=gone.pk).exists()


def test_no_name_of_an_owner_comes_into_a_log_or_the_trail(acme, crm, read, caplog):
    crm(1, owner_id=BEN)
    with caplog.at_level(logging.DEBUG):
        read()
    assert "Castle" not in caplog.text + str(list(Event.objects.values_list("facts", flat=True)))
