"""Dates and numbers of a column are read in the one way that its cells prove or a person says."""

import pytest

from imports.columns import formats
from imports.columns.clean import Cleaned
from imports.columns.problems import Problem


@pytest.mark.parametrize(
    ("cell", "order", "sent"),
    [
        ("03/04/2025", "dmy", "2025-04-03"),
        ("03/04/2025", "mdy", "2025-03-04"),
        ("3.4.25", "dmy", "2025-04-03"),
        ("1-2-29", "dmy", "2029-02-01"),
        ("1-2-30", "dmy", "1930-02-01"),
        ("12/31/2024 11:05 PM", "mdy", "2024-12-31T23:05:00"),
        ("31/12/2024 14:05:09", "dmy", "2024-12-31T14:05:09"),
        ("2025-04-03", "mdy", "2025-04-03"),
        (" n/a ", "dmy", None),
        ("", "dmy", None),
    ],
)
def test_dates_become_iso_8601(cell, order, sent):
    assert formats.read_date(cell, order) == Cleaned(sent)


def test_a_date_that_cannot_be_is_that_row_s_problem():
    read = formats.read_date("31/02/2025", "dmy")

    assert (read.value, read.notes[0].code) == (None, "date_impossible")
    problem = Problem("date_impossible", "warning", "custom_fields.d", "Date", "31/02/2025",
                      read.notes[0].detail)  # fmt: skip
    assert problem.at(7) == (
        "Row 7, Date: '31/02/2025' is not a possible date with the day first; the row goes without "
        "it. Correct it, or say on the columns page how the column's dates are written."
    )


@pytest.mark.parametrize(
    ("cell", "mark", "sent"),
    [
        ("1.234,56", ",", "1234.56"),
        ("1 234,5", ",", "1234.5"),
        ("1'234.5", ".", "1234.5"),
        ("1,234,567", ".", "1234567"),
        ("1.234", ",", "1234"),
        ("1.234", ".", "1.234"),
        ("-0,5", ",", "-0.5"),
        ("12", ",", "12"),
    ],
)
def test_numbers_are_sent_with_a_decimal_point(cell, mark, sent):
    assert formats.read_number(cell, mark) == Cleaned(sent)


@pytest.mark.parametrize("cell", ["about 500", "1.2.3", "1.234,5,6", "12.34", "5,"])
def test_what_is_no_number_goes_as_it_stands_with_a_warning(cell):
    read = formats.read_number(cell, ",")

    assert (read.value, read.notes[0].code) == (cell, "number_impossible")


def test_a_number_that_lost_its_digits_is_an_error_that_names_the_cure():
    read = formats.read_text("2.06556E+09")

    assert (read.value, read.notes[0].code) == (None, "digits_lost")
    sentence = Problem("digits_lost", "error", "custom_fields.id", "Id", "2.06556E+09").at(3)
    assert sentence == (
        "Row 3, Id: '2.06556E+09' was shortened by a spreadsheet program and its last digits are"
        " lost. Format the column as text or as a number without decimals there, and export it"
        " again."
    )


@pytest.mark.parametrize(
    ("first", "second", "looks"),
    [(31, 12, "dmy"), (12, 31, "mdy"), (12, 12, "date"), (31, 31, "date")],
)
def test_one_value_over_twelve_tells_the_order_of_the_column(first, second, looks):
    assert formats.looks_of_dates(first, second) == looks
