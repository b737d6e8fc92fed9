"""Customers and their tokens on the command line, and what the database itself refuses."""

import io
import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from imports import vault
from imports.delivery import tokens
from imports.models import Customer, Event, Quota, Token
from imports.tests import people
from portal.models import Team

pytestmark = pytest.mark.django_db

MEGA_ID = "3f0c9a52-7d1e-4b68-9c3a-5e2f8b1d6a47"


@pytest.fixture
def typed(monkeypatch):
    """Put text on standard input."""
    return lambda text: monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def run(command, *args):
    out = StringIO()
    call_command(command, *args, stdout=out)
    return out.getvalue()


def refused(command, *args):
    """The sentence of a refusal, exit status 1."""
    with pytest.raises(CommandError) as problem:
        call_command(command, *args)
    assert problem.value.returncode == 1
    return str(problem.value)


def test_a_customer_is_added_with_its_team_and_its_slug_is_printed_alone():
    out = run("add_customer", "Acme Homes", "--mega-id", MEGA_ID, "--team", "North")

    customer = Customer.objects.get()
    assert out == "acme-homes\n"
    assert (customer.name, str(customer.mega_id)) == ("Acme Homes", MEGA_ID)
    assert (customer.team.name, customer.region, customer.requests_per_minute) == (
        "North",
        "US",
        10,
    )
    assert customer.on_duplicate == "skip"
    assert customer.token is None
    assert [(e.act, e.actor) for e in Event.objects.order_by("id")] == [
        ("team_added", None),
        ("customer_added", None),
    ]


def test_all_options_and_the_token_on_standard_input(typed):
    people.team("North")
    typed(people.TOKEN + "\n")
    options = ["--team", "north", "--region", "de", "--requests-per-minute", "60"]

    run("add_customer", "Acme", "--mega-id", MEGA_ID, *options, "--token-stdin")

    customer = Customer.objects.get()
    assert (customer.team.name, customer.region, customer.requests_per_minute) == (
        "North",
        "DE",
        60,
    )
    assert customer.token.last_four == "5e5e"
    assert vault.unseal(customer.token.sealed, customer.pk) == people.TOKEN


def test_without_a_team_the_only_one_is_taken():
    people.team("North")

    run("add_customer", "Acme", "--mega-id", MEGA_ID)

    assert Customer.objects.get().team.name == "North"


def test_without_a_team_and_with_none_or_several_there_is_a_team_of_a_fixed_name():
    run("add_customer", "Acme", "--mega-id", MEGA_ID)
    assert Team.objects.get().name == "Agency"

    people.team("North")
    run("add_customer", "Umbrella", "--mega-id", MEGA_ID[:-1] + "8")
    assert Customer.objects.get(name="Umbrella").team.name == "Agency"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--mega-id", "42"], "--mega-id is “42”, which is not a UUID"),
        (["--mega-id", MEGA_ID, "--region", "ZZ"], "--region is “ZZ”, which is not a region"),
        (["--mega-id", MEGA_ID, "--requests-per-minute", "0"], "whole number from 1 to 600"),
        (["--mega-id", MEGA_ID, "--requests-per-minute", "601"], "whole number from 1 to 600"),
        (["--mega-id", MEGA_ID, "--requests-per-minute", "ten"], "whole number from 1 to 600"),
        (["--mega-id", MEGA_ID, "--user", "who@example.com"], "Nobody with the address"),
    ],
)
def test_bad_input_is_one_sentence_and_leaves_nothing_behind(options, sentence):
    assert sentence in refused("add_customer", "Acme", *options)
    assert not Customer.objects.exists()
    assert not Team.objects.exists()


def test_a_taken_name_and_a_taken_mega_id_are_told_apart():
    run("add_customer", "Acme", "--mega-id", MEGA_ID)

    other = MEGA_ID[:-1] + "8"
    assert "called Acme" in refused("add_customer", "Acme", "--mega-id", other)
    assert "this MEGA id" in refused("add_customer", "Umbrella", "--mega-id", MEGA_ID)
    assert Customer.objects.count() == 1


def test_only_a_manager_adds_customers_in_their_own_name():
    people.ivan()
    people.anna()
    options = ["--mega-id", MEGA_ID, "--team", "North", "--user"]

    assert "not a manager" in refused("add_customer", "Acme", *options, "ivan@example.com")
    run("add_customer", "Acme", *options, "anna@example.com")
    assert Event.objects.get(act="customer_added").actor.email == "anna@example.com"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "No token was given"),
        ("sk_live_0123456789abcdef", "does not begin with mega_"),
        ("mega_0123456789abcdef", "has 21 characters"),
        ("mega_" + "g" * 64, "not a hex digit"),
    ],
)
def test_a_malformed_token_is_refused_without_being_repeated(typed, text, sentence):
    typed(text + "\n")

    answer = refused("add_customer", "Acme", "--mega-id", MEGA_ID, "--token-stdin")

    assert sentence in answer
    assert "0123456789abcdef" not in answer
    assert "gggg" not in answer
    assert not Customer.objects.exists()


def test_a_new_token_succeeds_the_old_one_which_stays_as_history(typed):
    acme, anna = people.customer(), people.anna()
    first = tokens.set_token(acme, people.TOKEN, anna)
    typed("  mega_" + "7C" * 32 + "  \n")

    answer = run("set_token", "acme", "--user", "anna@example.com")

    first.refresh_from_db()
    assert answer == "Acme now uses the token that ends in 7C7C.\n"
    assert first.retired_at is not None
    assert acme.token.set_by == anna
    assert acme.token.quota != first.quota, "a new key starts with an empty window"
    event = Event.objects.latest("id")
    assert (event.act, event.actor, event.customer_id) == ("token_set", anna, acme.pk)
    assert event.facts == {"token": acme.token.pk, "quota": acme.token.quota_id}


def test_one_key_under_two_customers_is_one_quota():
    acme, umbrella = people.customer(), people.customer("Umbrella")

    one = tokens.set_token(acme, people.TOKEN, None)
    two = tokens.set_token(umbrella, people.TOKEN, None)

    assert one.quota == two.quota
    assert bytes(one.sealed) != bytes(two.sealed)


def test_set_token_refuses_strangers_and_readers(typed):
    people.customer()
    people.sam()
    people.ivan()
    typed(people.TOKEN)

    assert "no customer" in refused("set_token", "acme", "--user", "sam@example.com")
    assert "Only managers" in refused("set_token", "acme", "--user", "ivan@example.com")
    assert "no customer “nobody”" in refused("set_token", "nobody")
    assert not Token.objects.exists()


def test_the_database_keeps_a_mega_id_once_there_was_a_token():
    acme = people.customer()
    acme.mega_id = MEGA_ID
    acme.save()
    tokens.set_token(acme, people.TOKEN, None)

    with pytest.raises(IntegrityError, match="has had a token"), transaction.atomic():
        Customer.objects.filter(pk=acme.pk).update(mega_id=MEGA_ID[:-1] + "8")
    Customer.objects.filter(pk=acme.pk).update(name="Acme & Sons", region="CA")


def test_keys_are_changed_in_three_steps_and_the_quota_stays_one(settings):
    old, new = "1" * 64, "2" * 64
    acme, umbrella = people.customer(), people.customer("Umbrella")
    settings.TOKEN_KEYS = [old]
    first = tokens.set_token(acme, people.TOKEN, None)

    settings.TOKEN_KEYS = [new, old]
    second = tokens.set_token(umbrella, people.TOKEN, None)
    assert second.quota == first.quota, "found by the old key's fingerprint"
    assert run("reseal_tokens") == "Sealed anew: 1. Every token opens with the first key.\n"

    settings.TOKEN_KEYS = [new]
    assert vault.unseal(acme.token.sealed, acme.pk) == people.TOKEN
    third = tokens.set_token(people.customer("Initech"), people.TOKEN, None)
    assert third.quota == first.quota
    assert Quota.objects.count() == 1
    assert run("reseal_tokens").startswith("Sealed anew: 0.")


def test_tokens_whose_key_is_lost_are_named(settings):
    settings.TOKEN_KEYS = ["1" * 64]
    token = tokens.set_token(people.customer(), people.TOKEN, None)
    settings.TOKEN_KEYS = ["2" * 64]

    assert f"Cannot be opened with any of TOKEN_KEYS: 1 (numbers {token.pk})" in refused(
        "reseal_tokens"
    )


def test_a_token_goes_in_and_is_nowhere_in_the_database():
    token = tokens.set_token(people.customer(), people.TOKEN, people.person("a@example.com"))

    kept = str(Token.objects.values().get(pk=token.pk)) + str(list(Event.objects.values()))
    assert people.TOKEN not in kept
    assert bytes.fromhex("5e" * 32) not in bytes(token.sealed)
    assert people.TOKEN.encode() not in bytes(token.sealed)
