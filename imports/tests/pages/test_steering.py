"""Whose import it is: its turn, and its end."""

import pytest
from django.test import Client

from imports.models import Event, Import, ImportState, Priority
from imports.tests import people
from imports.tests.pages import story
from portal.models import Role


@pytest.fixture
def bela(db):
    """Another importer of North, at his browser."""
    client = Client()
    client.user = people.person("bela@example.com", Role.IMPORTER, name="Bela Bartos")
    client.force_login(client.user)
    return client


@pytest.fixture
def going(ines, acme):
    """Ines's import, on its way."""
    made = story.answered(acme, ines.user, ["created", "failed"])
    Import.objects.filter(pk=made.pk).update(state=ImportState.SENDING, finished_at=None)
    return Import.objects.get(pk=made.pk)


def told(act):
    return [(event.actor, event.facts) for event in Event.objects.filter(act=act)]


def give_turn(client, lead_import, priority, **more):
    return client.post(f"/imports/{lead_import.pk}/send/priority/", {"priority": priority, **more})


def page_of(client, lead_import):
    return story.text(client.get(f"/imports/{lead_import.pk}/send/"))


def test_ines_lets_her_import_go_before_the_others(ines, going):
    assert "Turn of import" in page_of(ines, going)

    give_turn(ines, going, 1)

    assert Import.objects.get(pk=going.pk).priority == Priority.FIRST
    assert told("priority_set") == [(ines.user, {"from": 0, "to": 1, "own": True})]
    assert "goes: before the others." in page_of(ines, going)


def test_the_same_turn_again_is_no_event(ines, going):
    give_turn(ines, going, 0)
    assert told("priority_set") == []


def test_nonsense_changes_nothing(ines, going):
    for nonsense in ("7", "first", ""):
        assert give_turn(ines, going, nonsense).status_code == 302
    assert Import.objects.get(pk=going.pk).priority == Priority.NORMAL


def test_the_customers_page_gets_its_person_back(ines, going):
    answer = give_turn(ines, going, -1, on_customer="on")
    assert answer["Location"] == "/customers/acme/"


def test_a_colleagues_import_is_left_alone(bela, ines, going):
    page = page_of(bela, going)
    assert "Ines Iversen or a manager can change it" in page
    assert 'id="cancel"' not in page

    for path in ("priority", "cancel"):
        for answer in (
            bela.post(f"/imports/{going.pk}/send/{path}/", {"priority": 1}),
            *([bela.get(f"/imports/{going.pk}/send/cancel/")] if path == "cancel" else []),
        ):
            assert answer.status_code == 403
            assert "is Ines Iversen&#x27;s" in story.text(answer)
            assert "You may pause it" in story.text(answer)

    left = Import.objects.get(pk=going.pk)
    assert (left.state, left.priority) == (ImportState.SENDING, Priority.NORMAL)
    assert told("priority_set") == told("cancelled") == []


def test_pausing_and_resuming_it_takes_nothing_over(bela, going):
    bela.post(f"/imports/{going.pk}/send/pause/")
    bela.post(f"/imports/{going.pk}/send/resume/")
    assert Import.objects.get(pk=going.pk).vouched_by == bela.user
    assert bela.post(f"/imports/{going.pk}/send/cancel/").status_code == 403


def test_a_manager_may_and_the_trail_says_that_it_was_a_colleagues(max_, going):
    give_turn(max_, going, -1)
    max_.post(f"/imports/{going.pk}/send/cancel/")

    assert told("priority_set") == [(max_.user, {"from": 0, "to": -1, "own": False})]
    assert told("cancelled") == [(max_.user, {"own": False})]
    assert Import.objects.get(pk=going.pk).state == ImportState.CANCELLED


def test_whoever_sent_it_steers_it_too_and_so_does_everybody_where_a_command_did(bela, going):
    Import.objects.filter(pk=going.pk).update(sent_by=bela.user)
    assert give_turn(bela, going, 1).status_code == 302
    Import.objects.filter(pk=going.pk).update(created_by=None, sent_by=None)
    give_turn(bela, going, -1)
    assert Import.objects.get(pk=going.pk).priority == Priority.LAST


def test_what_is_over_has_no_turn(ines, going):
    Import.objects.filter(pk=going.pk).update(state=ImportState.FINISHED)
    give_turn(ines, going, 1)
    page = page_of(ines, going)
    assert "cannot be given another priority now" in page
    assert "Turn of import" not in page


def test_the_customers_timetable_gives_another_turn_to_those_who_may(bela, max_, ines, going):
    story.a_batch(going, [5], state="waiting")
    asked = f'aria-label="Turn of import #{going.pk}"'
    for browser, may in ((ines, True), (max_, True), (bela, False)):
        assert (asked in story.text(browser.get("/customers/acme/"))) == may
    give_turn(max_, going, 1, on_customer="on")
    assert "Before the others" in story.text(bela.get("/customers/acme/"))
