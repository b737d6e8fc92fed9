"""Customers and teams whose names differ only in what nobody sees."""

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from imports import customers, people
from imports.errors import BadInput
from imports.models import Customer
from imports.tests import people as persons
from imports.tests.pages import story
from portal import characters, names
from portal.models import Team

ZWSP, RLO, NBSP = "\u200b", "\u202e", "\u00a0"
MEGA_ID = "3f0c9a52-7d1e-4b68-9c3a-5e2f8b1d6a47"
FORM = {
    "mega_id": MEGA_ID, "region": "GB", "requests_per_minute": "20", "on_duplicate": "skip",
}  # fmt: skip


@pytest.mark.parametrize("name", [f"Ac{ZWSP}me", f"{RLO}Acme", "Ac\u00adme\ufeff"])
def test_a_name_that_only_looks_like_another_customers_is_refused(max_, acme, name):
    answer = max_.post("/customers/new/", FORM | {"team": acme.team_id, "name": name})
    assert answer.status_code == 422
    page = story.text(answer)
    assert "The team already has a customer called Acme, and this name differs from it only" in page
    assert "Choose a name that looks different." in page
    assert Customer.objects.count() == 1


def test_a_customer_cannot_be_renamed_to_look_like_another(max_, acme):
    persons.customer("Other")
    answer = max_.post("/customers/other/settings/", FORM | {"name": f"Acme{ZWSP}"})
    assert answer.status_code == 422
    assert "only by an invisible character (zero width space)" in story.text(answer)
    assert Customer.objects.get(slug="other").name == "Other"


def test_another_team_may_have_a_customer_of_that_name(max_, acme):
    south = persons.team("South")
    made = customers.create(Customer(team=south, name="Acme", mega_id=MEGA_ID), None)
    assert made.name == "Acme"


def test_a_name_that_hides_something_is_kept_with_a_warning(max_, db):
    answer = max_.post(
        "/customers/new/",
        FORM | {"team": persons.team().pk, "name": f"Blue {RLO}Door"},
        follow=True,
    )
    page = story.text(answer)
    assert "contains an invisible character (right-to-left override). It was kept" in page
    assert Customer.objects.get().name == f"Blue {RLO}Door"
    assert Customer.objects.get().slug == "blue-door"
    page = story.text(max_.get("/customers/blue-door/settings/"))
    assert f'value="Blue {RLO}Door"' in page
    same = FORM | {"name": f"Blue {RLO}Door", "region": "DE"}
    assert max_.post("/customers/blue-door/settings/", same).status_code == 302


def test_a_name_of_which_nothing_can_be_seen_is_refused(max_, db):
    answer = max_.post(
        "/customers/new/", FORM | {"team": persons.team().pk, "name": "\u3164\u2800"}
    )
    assert "Nothing of this name can be seen" in story.text(answer)
    assert not Customer.objects.exists()


def test_the_command_line_warns_and_refuses_alike(db, capsys):
    call_command("add_customer", f"Ac{RLO}me", "--mega-id", MEGA_ID, "--team", f"No{ZWSP}rth")
    said = capsys.readouterr()
    assert said.out == "acme\n"
    assert "The team's name No[U+200B]rth contains an invisible character" in said.err
    assert "The name Ac[U+202E]me contains an invisible character (right-to-left" in said.err
    other = MEGA_ID.replace("3f", "4f", 1)
    with pytest.raises(CommandError) as refused:
        call_command("add_customer", f"Acme{ZWSP}", "--mega-id", other, "--team", "North")
    assert "already has a customer called Ac[U+202E]me" in str(refused.value)
    assert Team.objects.count() == 1
    with pytest.raises(CommandError) as refused:
        call_command("add_customer", "Else", "--mega-id", other, "--region", f"D{RLO}E")
    assert "--region is “D[U+202E]E”, which is not a region." in str(refused.value)


@pytest.mark.parametrize("name", [f"Acme{ZWSP}", f"Ac{RLO}me", f"{NBSP}Acme"])
def test_the_database_itself_refuses_a_twin(acme, name):
    with pytest.raises(IntegrityError), transaction.atomic():
        Customer.objects.create(team=acme.team, name=name, slug="twin", mega_id=MEGA_ID)
    with pytest.raises(IntegrityError), transaction.atomic():
        Team.objects.create(name=f"No{ZWSP}rth", slug="twin")


def test_a_team_is_found_by_what_can_be_seen_of_its_name(db):
    north = persons.team("North")
    assert people.team_called(f"{RLO}n{ZWSP}orth") == north
    with pytest.raises(BadInput, match="Nothing of this team's name can be seen"):
        people.team_called(ZWSP)


def test_python_and_the_database_see_the_same(acme):
    """Each hidden character and each space, together with letters that stay."""
    every = [
        chr(code)
        for first, last in (*characters.HIDDEN, *characters.SPACES)
        for code in {first, (first + last) // 2, last}
    ]
    for character in every:
        text = f"{character}a{character}{character}é{character}"
        Customer.objects.filter(pk=acme.pk).update(name=text)
        seen = Customer.objects.values_list("name__seen", flat=True).get()
        assert seen == characters.seen(text), hex(ord(character))


def test_twins_of_before_are_told_apart_by_numbers(acme):
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX customer_name_once_seen")
    for place, name in enumerate([f"Ac{ZWSP}me", "Acme (2)", f"{RLO}Acme", "Other"]):
        Customer.objects.create(
            team=acme.team, name=name, slug=f"c{place}", mega_id=MEGA_ID[:-1] + str(place)
        )
    south = persons.team("South")
    Customer.objects.create(team=south, name=f"Ac{ZWSP}me", slug="south", mega_id=MEGA_ID)

    names.tell_twins_apart(Customer.objects, "team_id")

    found = Customer.objects.order_by("pk").values_list("name", flat=True)
    assert [*found] == ["Acme", "Acme (3)", "Acme (2)", "Acme (4)", "Other", f"Ac{ZWSP}me"]
