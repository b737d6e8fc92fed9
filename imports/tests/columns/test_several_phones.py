"""Whatever stands between two phone numbers of a cell: their digits are never put together."""

from itertools import product

import phonenumbers
import pytest

from imports.columns import phones

BETWEEN = (" / ", "/", " /", "; ", ";", ", ", ",", " | ", "\n", " oder ", " und ", " & ", " + ")
NUMBERS = [  # region, area code, two numbers behind it
    ("DE", "030", "123456", "654321"),
    ("DE", "0721", "12345", "67890"),
    ("DE", "06131", "12345", "54321"),
    ("DE", "0151", "23456789", "98765432"),
    ("DE", "040", "876543", "876544"),  # in use, with and without area code
    ("AT", "01", "512345", "654321"),
    ("AT", "0664", "1234567", "7654321"),
    ("BE", "02", "5512020", "5512121"),
    ("CH", "044", "6681800", "6681801"),
    ("FR", "01", "42685300", "42685311"),
    ("GB", "0161", "4960123", "4960124"),
    ("IT", "06", "698831", "698832"),
    ("NL", "020", "6247777", "6247778"),
    ("SE", "08", "6543210", "6543211"),
]


def written(region, area, number):
    """As people write a number, with its area code."""
    country = phonenumbers.country_code_for_region(region)
    behind = area if region == "IT" else area.removeprefix("0")
    return [
        f"{area}{number}",
        *(f"{area}{sign}{number}" for sign in ("/", " / ", "/ ", " ", "-", ".")),
        f"({area}) {number}",
        f"({area})/{number}",
        *(f"+{country}{sign}{behind}/{number}" for sign in (" ", "/")),
        f"+{country} {behind} {number}",
        f"00{country} {behind}/{number}",
    ]


def sent(cell, region):
    return phones.read_phone(cell, region).value


@pytest.mark.parametrize(("region", "area", "one", "other"), NUMBERS)
def test_one_of_two_numbers_goes_however_they_are_written(region, area, one, other):
    first, second = sent(area + one, region), sent(area + other, region)
    seconds = (other, f"{area}{other}", f"{area} {other}", f"{area}/{other}")
    wrong = [
        (cell, got)
        for before, between, after in product(written(region, area, one), BETWEEN, seconds)
        if (got := sent(cell := before + between + after, region)) not in (first, second)
    ]
    assert wrong == []
    assert {sent(cell, region) for cell in written(region, area, one)} == {first}


@pytest.mark.parametrize("between", [" - ", "  ", " ", "-"])
def test_no_more_than_a_gap_stands_between_them(between):
    assert sent(f"030/123456{between}654321", "DE") == "+4930123456"
    assert sent(f"030123456{between}654321", "DE") == "+4930123456"
    assert sent(f"030/123456{between}030/654321", "DE") == "+4930123456"
