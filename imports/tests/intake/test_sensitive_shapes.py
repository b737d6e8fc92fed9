"""Cards and accounts as programs and people write them, and what is left of such cells."""

import pytest

from imports.intake.batches import SheetRow
from imports.intake.sensitive.find import find
from imports.intake.sensitive.masking import Masking

CARD = "4111111111111111"
CARDS = (CARD, "5500000000000004", "6011000000000004", "3530111333300000", "4012888888881881")
IBAN = "DE89 3704 0044 0532 0130 00"


def found(heading, *cells):
    return next((one.kind for one in find([heading], [[cell] for cell in cells])), "")


def left_of(heading, cell):
    masking = Masking.of([heading], [[cell]])
    return masking.row(SheetRow(2, [cell])).cells[0]


@pytest.mark.parametrize(
    "mark",
    ["  ", "\u200b", "\u00ad", "\u2003", "\u3000", "\u2014", "_", "/", " - ", " / ", "\u00a0 "],
)
def test_whatever_stands_between_its_groups_a_card_is_one(mark):
    cells = [mark.join((card[:4], card[4:8], card[8:12], card[12:])) for card in CARDS]
    assert found("Payment", *cells) == "card"
    assert left_of("Card number", cells[0]) == "•••• 1111"


def test_what_a_program_made_of_a_column_of_numbers_is_found():
    assert found("Card number", f"{CARD}.0") == "card"
    assert found("Payment", *(f"{card}.0" for card in CARDS)) == "card"
    assert left_of("Card number", f"{CARD},00") == "•••• 1111"
    assert found("CVV", "123.0", "456.0") == "code"
    assert left_of("CVV", "123.0") == "•••"


@pytest.mark.parametrize(
    ("cell", "mask"),
    [
        (f"{CARD} / 12/27", "•••• 1111"),
        (f"{CARD} exp 12/27", "•••• 1111"),
        (f"{CARD} cvv 123", "•••• 1111"),
        ("4111 1111 1111 1111 123", "•••• 1111"),
        (f"Visa, {CARD}, 12/27", "•••• 1111"),
    ],
)
def test_a_card_with_its_date_or_code_is_found_and_only_its_own_end_is_kept(cell, mask):
    assert found("Card number", cell) == "card"
    assert left_of("Card number", cell) == mask


def test_of_what_no_check_digit_proves_nothing_is_kept():
    assert left_of("Card number", "4111 1111 1111 1110") == "•••"
    assert left_of("Bank account", "20-00-00 55779911") == "•••"


def test_words_about_an_account_are_not_its_end():
    assert found("Notes", f"{IBAN} Deutsche Bank") == "bank"
    assert left_of("Bank account", f"{IBAN} Deutsche Bank") == "DE •••• 00"


def test_rows_that_were_not_taken_apart_are_found_by_what_is_in_them():
    """A wrong delimiter makes one long cell of each row, and cards stand behind commas in it."""
    rows = [f"Ann van der Long-Name {n},{card},asthma, {'and so on ' * 9}" for n, card in
            enumerate(CARDS)]  # fmt: skip
    assert found("Name,Payment,Notes", *rows) == "card"
    assert left_of("Name,Card number,Notes", rows[0]) == "•••• 1111"
    accounts = [f"Ann van der Long-Name,{IBAN},asthma, {'and so on ' * 9}"] * 3
    assert found("Name,Payment,Notes", *accounts) == "bank"


def test_one_card_in_many_rows_is_a_number_of_the_sender():
    cells = [f"4000000000000002, order {n}" for n in range(50)]
    assert found("Reference", *cells) == ""


def test_what_our_mask_left_is_known_again_in_a_file_that_came_back():
    assert found("Payment", "•••• 1111") == "card"
    assert found("Payment", "DE •••• 00") == "bank"
    assert found("CVV", "•••") == "code"
    assert found("Passport", "•••", "•••") == "id"
    assert found("Notes", "•••") == ""


@pytest.mark.parametrize(
    ("heading", "cells", "kind"),
    [
        ("Card number and diagnosis", ["none"], "health"),
        ("Diagnosis / card number", [CARD], "health"),
        ("Card number or IBAN number", [IBAN], "bank"),
        ("Passport number or card number", [CARD], "id"),
        ("Health insurance number", ["A123456"], "id"),
    ],
)
def test_a_heading_may_say_two_things(heading, cells, kind):
    assert found(heading, *cells) == kind


@pytest.mark.parametrize(
    "cells",
    [
        [f"0,{card}" for card in CARDS[:1]] * 40,
        [f"-74.{n:016}" for n in range(4 * 10**15, 4 * 10**15 + 60)],
        [f"{n}.00" for n in range(12_345_678_901, 12_345_678_991)],
        [f"order {n}/{n + 1}" for n in range(4111, 4190)],
    ],
)
def test_fractions_and_amounts_stay_as_they_are(cells):
    assert found("Value", *cells) == ""


HEADINGS = ["Name", "Email", "Phone", "Diagnosis", "City"]


def test_where_cells_are_missing_those_to_the_left_are_masked():
    masking = Masking.of(HEADINGS, [["Ann", "a@x.com", "1", "asthma", "Rome"]])
    short = SheetRow(3, ["Ann", "a@x.com", "asthma", "Rome"], "1 cell fewer than the headings")
    assert masking.row(short).cells == ["Ann", "a@x.com", "•••", "•••"]
    shorter = SheetRow(4, ["Ann", "asthma", "Rome"], "2 cells fewer than the headings")
    assert masking.row(shorter).cells == ["Ann", "•••", "•••"]


def test_a_workbook_that_leaves_out_blank_cells_moved_none():
    rows = [["Ann", "a@x.com", "206", "asthma", "Rome"]]
    masking = Masking.of(HEADINGS, rows, sheet="Leads")
    assert masking.row(SheetRow(3, ["Ann", "a@x.com", "206"])).cells == ["Ann", "a@x.com", "206"]
