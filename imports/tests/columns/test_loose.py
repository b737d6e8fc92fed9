"""Headers that say a usual name and something about it."""

import pytest

from imports.columns import loose, match


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("phone_mobile", "contact_phone"),
        ("Email Address - Work", "contact_email"),
        ("TEL;CELL", "contact_phone"),
        ("Person - Email - Work", "contact_email"),
        ("primary_contact_first_name", "first_name"),
        ("Votre adresse e-mail", "contact_email"),
        ("Ihre Telefonnummer", "contact_phone"),
        ("Cell Phone 1", "contact_phone"),
        ("Billing Name", "contact_name"),
    ],
)
def test_such_a_header_is_a_sure_match(header, target):
    guess = match.propose([header], [])[0]
    assert (guess.target, guess.confidence) == (target, "synonym")


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("Phone Number 2", "contact_phone"),
        ("email-205", "contact_email"),
        ("Name 1", "contact_name"),
        ("Contact 2", "contact_name"),
        ("Email (print clearly)", "contact_email"),
    ],
)
def test_another_number_or_an_instruction_makes_it_a_guess(header, target):
    guess = match.propose([header], [])[0]
    assert (guess.target, guess.confidence) == (target, "similar")
    assert guess.reason.endswith("with something about it")


@pytest.mark.parametrize(
    "header",
    [
        "Phone - Fax", "Agent phone", "Email (agent)", "Person - Owner", "Phone 1 - Type",
        "Name (Prefix)", "Name (Company)", "Contact last", "Last contact name",
        "No contact", "Billing city", "Contact 2 owner", "2", "Contact first", "Email opened",
    ],
)  # fmt: skip
def test_what_says_something_else_is_not_found(header):
    assert loose.find(header) is None


def test_the_plain_name_goes_before_the_billing_address_and_before_a_second_number():
    headers = ["Billing Phone", "Phone 2", "Phone", "Email 2", "Email"]
    guesses = {guess.header: guess.target for guess in match.propose(headers, [])}
    assert [name for name, target in guesses.items() if target] == ["Phone", "Email"]
