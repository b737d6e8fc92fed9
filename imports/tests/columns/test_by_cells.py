"""Columns that are found by their cells, since their header says nothing."""

import pytest

from imports.columns import guessing, match

EMAILS = ["ana@example.com", "bo@example.com", "cy@example.com"]
PHONES = ["+1 206 555 0101", "(206) 555-0102", "206.555.0103"]


def guess_of(header, cells, region="US", **others):
    """The guess for the column when these stand beside it."""
    sheet = {header: cells, **others}
    rows = [list(row) for row in zip(*sheet.values(), strict=True)]
    return match.propose(list(sheet), rows, region=region)[0]


def found(header, cells, **others):
    return guess_of(header, cells, **others).target


def test_addresses_under_a_header_that_says_nothing_are_a_guess():
    guess = guess_of("Column3", EMAILS)
    assert (guess.target, guess.confidence) == ("contact_email", "similar")
    assert guess.reason == "its samples are e-mail addresses"


def test_telephone_numbers_are_a_guess():
    guess = guess_of("", PHONES)
    assert (guess.target, guess.confidence) == ("contact_phone", "similar")
    assert guess.reason == "its samples are phone numbers"


@pytest.mark.parametrize(
    ("cells", "target"),
    [
        (["Google Ads", "Referral", "google_ads"], "source_platform"),
        (["Buyer", "Seller", "buyer"], "lead_line"),
    ],
)
def test_values_that_mega_knows_are_a_guess(cells, target):
    guess = guess_of("Column3", cells)
    assert (guess.target, guess.confidence) == (target, "similar")
    assert guess.reason == "its samples are values that MEGA knows"


def test_one_value_alone_says_nothing():
    assert found("Payment", ["Direct", "Direct", "Direct"]) is None


@pytest.mark.parametrize(
    ("cells", "target"),
    [
        (EMAILS[:2], None),
        ([*EMAILS[:2], "", ""], None),
        ([*EMAILS, "dee@example.com", "none"], "contact_email"),
        ([*EMAILS, "ask", "none"], None),
        ([*PHONES, "206 555 0104", "ask"], "contact_phone"),
        ([*PHONES, "ask", "none"], None),
    ],
)
def test_three_cells_and_four_fifths_of_them_must_say_it(cells, target):
    assert found("Column3", cells) == target


@pytest.mark.parametrize(
    "cells",
    [
        ["01.05.2026 1030", "02.05.2026 1130", "03.05.2026 0930"],
        ["2026-05-01", "2026-05-02", "2026-05-03"],
        ["20260501 103000", "20260501 113000", "20260502 093000"],
        ["1000000001", "1000000002", "1000000003"],
        ["2026-000121", "2026-000122", "2026-000123"],
        ["47.60620912", "47.61234512", "47.62000112"],
        ["-122.332071", "-122.345678", "-122.300001"],
        ["192.168.100.101", "192.168.100.102", "192.168.100.103"],
        ["123-45-6780", "123-45-6781", "123-45-6782"],
        ["123.456.789-09", "234.567.891-08", "345.678.912-07"],
        ["12 34 56", "23 45 67", "34 56 78"],
        ["4111 1111 1111 1111", "4111 1111 1111 1112", "4111 1111 1111 1113"],
    ],
)
def test_other_numbers_are_no_telephones(cells):
    assert found("Column3", cells) is None


@pytest.mark.parametrize("region", ["US", "DE", "AT"])
@pytest.mark.parametrize(
    "cells",
    [
        ["250.000-300.000", "300.000 - 350.000", "350.000-400.000"],
        ["250 000 - 300 000", "300 000 - 350 000", "350 000 - 400 000"],
        ["1.250.000-1.500.000", "950.000-1.250.000", "1.500.000-1.750.000"],
        ["1234/5678-90", "1234/5679-91", "1235/5680-92"],
        ["10-2025-00017", "10-2025-00018", "10-2025-00019"],
    ],
)
def test_ranges_of_prices_and_file_numbers_are_no_telephones_anywhere(cells, region):
    assert found("Budget", cells, region=region, Email=EMAILS) is None


@pytest.mark.parametrize(
    ("cells", "region"),
    [
        (["030 123456", "0721-12346", "0151/12345678"], "DE"),
        (["06.12.34.56.78", "01 42 68 53 00", "+33 6 12 34 56 79"], "FR"),
        (["0664 1234567", "01/512 87 66", "+43 1 5128767"], "AT"),
        (["612 345 678", "612-345-679", "912 345 670"], "ES"),
    ],
)
def test_telephones_are_those_of_the_customers_country(cells, region):
    assert found("Column3", cells, region=region) == "contact_phone"
    assert found("Column3", cells, region="ZZ") is None


def test_half_of_the_numbers_must_be_written_as_telephones_are():
    plain = ["2065550103", "2065550104"]
    assert found("Column3", [*PHONES[:2], *plain]) == "contact_phone"
    assert found("Column3", [*PHONES[:1], *plain]) is None


@pytest.mark.parametrize("header", ["Order #", "SIRET", "Policy no", "Fax", "Agent", "Notfall"])
def test_a_header_that_says_something_else_is_believed(header):
    assert found(header, PHONES) is None


def test_the_few_addresses_of_colleagues_are_not_the_leads():
    assert found("Handled", ["ada@x.com", "ada@x.com", "bea@x.com", "ADA@x.com"]) is None
    assert found("Assigned agent", EMAILS) is None


def test_a_column_that_is_called_like_the_field_goes_before():
    assert found("Column3", EMAILS, Email=["", "", "cy@x.com"]) is None
    assert found("Column3", EMAILS, Mail=["", "", ""]) is None
    assert found("Column3", EMAILS, Email=["yes", "no", "no"]) == "contact_email"


def test_a_field_is_found_once():
    rows = [list(row) for row in zip(EMAILS, EMAILS[::-1], strict=True)]
    first, second = match.propose(["A", "B"], rows)
    assert (first.target, second.target) == ("contact_email", None)


def test_a_column_that_was_called_like_another_contact_is_what_its_cells_are():
    assert found("Contact", PHONES) == "contact_phone"
    assert found("Mobile", EMAILS) == "contact_email"
    assert found("Lead owner", EMAILS) is None


def test_what_is_left_out_or_masked_stays_so():
    rows = [[cell] for cell in EMAILS]
    assert match.propose(["Column3"], rows, left_out={0})[0].reason == "left out"
    masked = guessing.proposed(["Column3"], rows, {0: "card"}, "US").columns[0]
    assert (masked.target, masked.masked) == (None, "card")


def test_people_called_by_what_they_are_have_the_names_where_nothing_else_has():
    names = ["Ana Souza", "Bo van Dam", "Cy O’Hara"]
    guess = guess_of("Client", names)
    assert (guess.target, guess.confidence) == ("contact_name", "similar")
    assert guess.reason == "its samples look like names"
    assert found("Client", names, Vorname=["Ana", "Bo", "Cy"]) is None
    assert found("Client", ["C-1", "C-2", "C-3"]) is None
    assert found("Venue", names) is None


def test_rows_beyond_the_samples_and_wide_sheets_are_no_matter():
    rows = [["a@"] * 500 for _ in range(300)]
    assert {guess.target for guess in match.propose(["?"] * 500, rows)} == {None}
