"""Ines uploads Beta's file for Acme: the portal says what is odd, and waits for the name."""

import pytest
from django.utils import timezone

from imports.columns import derive
from imports.delivery import control, unattended
from imports.errors import WrongState
from imports.intake.upload import Wishes
from imports.models import Event, Import, ImportState, OnceChecked, OnDuplicate, ReviewAct, Traits
from imports.review import acts, gates, guard, guard_answer
from imports.tests import people
from imports.tests.pages import story
from imports.tests.pages.conftest import *  # noqa: F403 - its people

ODD = "50 % of these people are already leads of Beta Ltd.; none of them is Acme&#x27;s."


def sheet(first, last):
    rows = (f"Ann {n},p{n}@example.com,20655{n:05d}" for n in range(first, last))
    return "Name,Email,Phone\n" + "\n".join(rows) + "\n"


def sent(customer, content):
    made = story.reviewed(customer, content=content)
    Import.objects.filter(pk=made.pk).update(
        state=ImportState.FINISHED, started_at=timezone.now(), finished_at=timezone.now()
    )
    return made


@pytest.fixture
def beta(db):
    return people.customer("Beta Ltd.")


@pytest.fixture
def mixed_up(acme, beta, ines):
    """In review for Acme; half of the people are Beta's."""
    sent(acme, sheet(5000, 5100))
    sent(beta, sheet(0, 100))
    return story.reviewed(acme, ines.user, content=sheet(50, 150))


def page_of(client, made):
    return story.text(client.get(f"/imports/{made.pk}/review/"))


def send(made, user=None):
    control.send(made, user, on_duplicate=OnDuplicate.SKIP)


def test_the_one_odd_fact_is_named_and_nothing_is_sent_until_the_name_is_typed(
    ines, acme, mixed_up
):
    assert ODD in page_of(ines, mixed_up)
    with pytest.raises(WrongState, match="50 % of these people are already leads of Beta Ltd"):
        send(mixed_up, ines.user)

    address = f"/imports/{mixed_up.pk}/review/customer/"
    wrong = ines.post(address, {"name": "Beta Ltd."})
    assert wrong.status_code == 422
    assert "“Beta Ltd.” is not the name of this import&#x27;s customer, which is Acme." in (
        story.text(wrong)
    )
    assert not ReviewAct.objects.exists()

    ines.post(address, {"name": "  aC me "})
    assert ODD not in page_of(ines, mixed_up)
    act = ReviewAct.objects.get(lead_import=mixed_up)
    assert (act.kind, act.about, act.made_by) == ("decide", "wrong_customer", ines.user)
    event = Event.objects.get(act="customer_confirmed")
    assert (event.actor, event.import_id, event.facts) == (
        ines.user, mixed_up.pk, {"odd": "people"},
    )  # fmt: skip
    send(mixed_up, ines.user)
    assert Import.objects.get(pk=mixed_up.pk).state == ImportState.QUEUED


def test_the_answer_stays_with_other_columns_and_goes_when_it_is_undone(ines, mixed_up):
    guard_answer.confirm(mixed_up, ines.user, "Acme")
    mapping = derive.mapping_of(mixed_up)
    derive.remap(mixed_up, mapping, ines.user, expected_version=mixed_up.mapping.version)
    story.check(mixed_up)
    again = Import.objects.get(pk=mixed_up.pk)
    assert gates.open_gates(again) == []

    said = "The customer&#x27;s name was typed: the file is meant for them."
    assert said in page_of(ines, again)
    acts.undo(again, ines.user, ReviewAct.objects.get().pk)
    assert [gate.code for gate in gates.open_gates(again)] == ["wrong_customer"]


def test_a_viewer_reads_it_and_may_not_answer(vera, mixed_up):
    assert "An importer of North has to type the customer's name" in page_of(vera, mixed_up)
    address = f"/imports/{mixed_up.pk}/review/customer/"
    assert vera.post(address, {"name": "Acme"}).status_code == 403


def test_another_teams_customers_are_neither_named_nor_counted(acme, ines):
    stranger = people.customer("Secret", people.team("South"))
    sent(acme, sheet(5000, 5100))
    sent(stranger, sheet(0, 100))
    made = story.reviewed(acme, ines.user, content=sheet(0, 100))
    assert gates.open_gates(made) == []
    assert Traits.objects.get(pk=made.pk).theirs == {}


def test_what_was_not_sent_to_the_other_customer_does_not_count(acme, beta, ines):
    sent(acme, sheet(5000, 5100))
    story.reviewed(beta, content=sheet(0, 100))
    made = story.reviewed(acme, ines.user, content=sheet(0, 100))
    assert gates.open_gates(made) == []


def test_what_was_sent_for_another_since_is_seen_at_the_word_to_send(acme, beta, ines):
    sent(acme, sheet(5000, 5100))
    made = story.reviewed(acme, ines.user, content=sheet(0, 100))
    sent(beta, sheet(0, 100))
    Traits.objects.filter(pk=made.pk).update(looked_at=timezone.now() - guard.STALE)

    word = {"on_duplicate": "skip", "expected_mapping": made.mapping_id, "expected_leads": 100}
    page = ines.post(f"/imports/{made.pk}/send/", word, follow=True)

    assert "100 % of these people are already leads of Beta Ltd." in story.text(page)
    assert Import.objects.get(pk=made.pk).state == ImportState.REVIEW


def test_an_office_line_that_all_share_makes_nobody_a_lead_of_beta(acme, beta, ines):
    def office(first, last):
        rows = (f"Ann {n},p{n}@example.com,2065550100" for n in range(first, last))
        return "Name,Email,Phone\n" + "\n".join(rows) + "\n"

    sent(acme, sheet(5000, 5100))
    sent(beta, office(0, 100))
    made = story.reviewed(acme, ines.user, content=office(200, 300))
    assert gates.open_gates(made) == []


def test_an_import_without_a_person_waits_for_one_with_the_sentence(acme, beta):
    sent(acme, sheet(5000, 5100))
    sent(beta, sheet(0, 100))
    wishes = Wishes(once_checked=OnceChecked.SEND)
    made = story.reviewed(acme, content=sheet(0, 100), wishes=wishes)
    unattended.go_on()

    waits = Import.objects.get(pk=made.pk)
    assert waits.state == ImportState.REVIEW
    assert "name it with --confirm-customer" in waits.reason


def test_files_that_an_earlier_release_sent_are_looked_at_when_they_are_needed(acme, beta, ines):
    sent(acme, sheet(5000, 5100))
    sent(beta, sheet(0, 100))
    Traits.objects.all().delete()
    made = story.reviewed(acme, ines.user, content=sheet(0, 100))
    assert [gate.code for gate in gates.open_gates(made)] == ["wrong_customer"]
