"""Cards, accounts, ids and diagnoses are told from phones, order numbers and other long digits."""

import random
from datetime import date, datetime, timedelta
from itertools import pairwise

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat as Format
from stdnum import ean, iban, luhn
from stdnum.iso7064 import mod_11_2

from imports.columns import synonyms
from imports.intake.batches import Even, SheetRow
from imports.intake.sensitive import kinds, masks, words
from imports.intake.sensitive.find import find
from imports.intake.sensitive.masking import Masking


def found(heading, cells):
    """The kind of a column, "" when it is an ordinary one."""
    return next((one.kind for one in find([heading], [[str(cell)] for cell in cells])), "")


def with_luhn(digits):
    return digits + luhn.calc_check_digit(digits)


def some(count=200, seed=7):
    return random.Random(seed), range(count)


# --- what is found --------------------------------------------------------------------------------

NUMBERS = {
    "card": ["4111111111111111", "5500000000000004", "340000000000009", "6011000000000004",
             "3530111333300000"],
    "bank": ["DE89 3704 0044 0532 0130 00"],
    "Italian": ["RCCMNL83S18D969H", "BDAPPL14A01A100N"],
    "Spanish": ["12345678Z", "X1234567L", "00000000T", "00000001R"],
    "Finnish": ["131052-308T", "131052-1302", "010190-002R"],
    "French": ["2 55 08 14 168 025 38", "295109912611193", "1 84 12 76 451 089 46"],
    "Swiss": ["756.9217.0769.85", "756.1234.5678.97", "756.3047.5009.62"],
    "Brazilian": ["390.533.447-05", "111.444.777-35", "123.456.789-09", "529.982.247-25"],
    "US": ["536-90-4399", "401-23-4567", "219-09-9998", "212-45-6789"],
}  # fmt: skip


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_are_found_by_themselves_under_any_heading(name):
    wanted = name if name in kinds.LABELS else "id"
    assert found("Reference", NUMBERS[name]) == wanted
    assert found("", [*NUMBERS[name], "", " "]) == wanted


@pytest.mark.parametrize(
    ("heading", "cells", "kind"),
    [
        ("Credit card", ["4111-1111-1111-1111"], "card"),
        ("Kreditkartennummer", ["4111111111111110"], "card"),  # the last digit is lost in Excel
        ("card_number", ["4.11111E+15"], "card"),
        ("CVV", ["123", "0456"], "code"),
        ("Kontonummer", ["DE89370400440532013000"], "bank"),
        ("Bank account", ["20-00-00 55779911"], "bank"),
        ("SSN", ["536904399"], "id"),
        ("BSN", ["111222333"], "id"),
        ("Driver's license", ["D6101-40706-60905"], "id"),
        ("Tax ID", ["536904399"], "id"),
        ("NHS number", ["943 476 5919"], "id"),
        ("Passport No.", ["N1234567"], "id"),
        ("Blood Type", ["A+"], "health"),
        ("bloodGroup", ["0"], "health"),
        ("Do you have any medical condition?", ["no"], "health"),
        ("Vorerkrankungen", ["keine"], "health"),
        ("Группа крови", ["II"], "health"),
        ("ALERGIAS", [""], "health"),
        ("血液型", ["A"], "health"),
        ("Religion", ["none"], "belief"),
        ("Religionszugehörigkeit", ["rk"], "belief"),
    ],
)
def test_a_heading_speaks_for_its_cells(heading, cells, kind):
    assert found(heading, cells) == kind


@given(
    prefix=st.sampled_from(["4", "51", "2221", "34", "37", "6011", "3528"]),
    tails=st.lists(st.integers(0, 10**11 - 1), min_size=5, max_size=30, unique=True),
    grouping=st.sampled_from(["", " ", "-", "\u00a0"]),
)
def test_any_column_of_cards_is_found_and_nothing_of_it_is_kept_but_the_end(
    prefix, tails, grouping
):
    size = 15 if prefix in {"34", "37"} else 16
    numbers = [
        with_luhn(prefix + f"{tail:011}".rjust(size - 1 - len(prefix), "1")) for tail in tails
    ]
    numbers = [number for number in numbers if len(number) == size]
    cut = (4, 10) if size == 15 else (4, 8, 12)
    cells = [_grouped(number, cut, grouping) for number in numbers]
    assert found("Payment", cells) == "card"
    masking = Masking.of(["Payment"], [[cell] for cell in cells])
    for number, cell in zip(numbers, cells, strict=True):
        assert masking.row(SheetRow(2, [cell])).cells == [f"•••• {number[-4:]}"]


def _grouped(number, cut, mark):
    edges = [0, *cut, len(number)]
    return mark.join(number[a:b] for a, b in pairwise(edges))


# --- what is not ----------------------------------------------------------------------------------


def phones(region, kind, formatted):
    example = phonenumbers.example_number_for_type(region, kind)
    if example is None:
        return []
    national = str(example.national_number)
    free = min(5, len(national) - 3)
    first = int(national[:-free] + "0" * free)
    return [
        formatted(
            phonenumbers.PhoneNumber(
                country_code=example.country_code,
                national_number=first + 7 * n,
                italian_leading_zero=example.italian_leading_zero,
            )
        )
        for n in range(40)
    ]


def as_digits(number):
    return phonenumbers.format_number(number, Format.E164)[1:]


FORMATS = {
    "digits": as_digits,
    "00": lambda number: "00" + as_digits(number),
    "bare": lambda number: str(number.national_number),
    **{
        name: lambda number, code=code: phonenumbers.format_number(number, code)
        for name, code in (
            ("E.164", Format.E164),
            ("international", Format.INTERNATIONAL),
            ("national", Format.NATIONAL),
        )
    },
}


@pytest.mark.parametrize("formatted", FORMATS)
def test_phones_of_every_country_stay_as_they_are(formatted):
    mobile, fixed = phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE
    taken = [
        (region, cells[:2])
        for region in sorted(phonenumbers.SUPPORTED_REGIONS)
        for kind in (mobile, fixed)
        if found("Contact", cells := phones(region, kind, FORMATS[formatted]))
    ]
    assert taken == []


def columns_of_digits(seed, count):
    r, all_of = some(count, seed)
    day = date(2024, 1, 1)
    moment = datetime(2024, 1, 1)  # noqa: DTZ001 - only digits are made of it
    return {
        "Meta lead id": [r.randrange(10**14, 10**16) for _ in all_of],
        "Meta ad id": [f"2385{r.randrange(10**13):013}" for _ in all_of],
        "one campaign": [4_000_000_000_000_002 + seed] * count,
        "ids in turn": [4_000_000_000_000_000 + seed * 977 + n for n in all_of],
        "Google campaign": [r.randrange(10**9, 10**11) for _ in all_of],
        "order of a day": [f"{day + timedelta(r.randrange(700)):%y%m%d}-{n:04}" for n in all_of],
        "ZIP": [f"{r.randrange(10**5):05}" for _ in all_of],
        "ZIP+4": [f"{r.randrange(10**5):05}-{r.randrange(10**4):04}" for _ in all_of],
        "EIN": [f"{r.randrange(10, 99)}-{r.randrange(10**7):07}" for _ in all_of],
        "EAN": [_with_ean(f"40{r.randrange(10**10):010}") for _ in all_of],
        "IMEI": [with_luhn(f"35{r.randrange(10**12):012}") for _ in all_of],
        "SIM card": [with_luhn(f"8933{r.randrange(10**14):014}") for _ in all_of],
        "SIRET": [with_luhn(f"380129866{r.randrange(10**4):04}") for _ in all_of],
        "date": [day + timedelta(r.randrange(9_000)) for _ in all_of],
        "date of digits": [f"{day + timedelta(r.randrange(9_000)):%Y%m%d}" for _ in all_of],
        "moment": [f"{moment + timedelta(minutes=n * 61):%Y%m%d%H%M}" for n in all_of],
        "seconds": [f"{moment + timedelta(minutes=n * 61):%Y%m%d%H%M%S}" for n in all_of],
        "milliseconds": [1_700_000_000_000 + r.randrange(10**10) for _ in all_of],
        "nine digits": [r.randrange(10**8, 10**9) for _ in all_of],
        "eleven digits": [r.randrange(10**10, 10**11) for _ in all_of],
        "thirteen digits": [r.randrange(10**12, 10**13) for _ in all_of],
        "vouchers": [_grouped(f"{r.randrange(10**16):016}", (4, 8, 12), "-") for _ in all_of],
        "ORCID": [_orcid(f"0000000{r.randrange(10**8):08}") for _ in all_of],
        "SKU": [f"AB{r.randrange(10**6):06}{r.choice('ABCD')}" for _ in all_of],
        "money": [f"{r.randrange(10**8) / 100:,.2f}" for _ in all_of],
        "notes": ["call 4111 about the house, then 5500 0000" + " and again" * 5] * count,
    }


def _with_ean(digits):
    return digits + ean.calc_check_digit(digits)


def _orcid(digits):
    return _grouped(digits + mod_11_2.calc_check_digit(digits), (4, 8, 12), "-")


@pytest.mark.parametrize("count", [3, 8, 20, 200])
@pytest.mark.parametrize("name", columns_of_digits(1, 1))
def test_other_long_numbers_stay_as_they_are(name, count):
    for seed in range(5):
        assert found(name, columns_of_digits(seed, count)[name]) == ""


def test_names_of_lead_fields_say_nothing():
    for table in synonyms.TABLES.values():
        for phrase in synonyms.phrases(table):
            assert words.said_by(phrase) == (), phrase


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("Has a credit card", ["yes", "no"]),
        ("Card number", ["1111", "0004"]),  # the last four digits only
        ("Passport", ["yes", "EU"]),
        ("Passport expiry", ["2030-01-31", "31/01/2030"]),
        ("Tax ID", ["12-3456789", "98-7654321"]),  # a company's
        ("Health score", ["71", "88"]),
        ("Insurance", ["home", "life"]),
        ("Condition", ["renovated", "new"]),
        ("Account number", ["100234", "100235"]),
        ("Race", ["Marathon"]),
        ("Din", ["1234567"]),
        ("Gender", ["f"]),
    ],
)
def test_headings_that_only_sound_so(heading, cells):
    assert found(heading, cells) == ""


@settings(max_examples=50)
@given(first=st.integers(10**12, 10**19), step=st.integers(1, 10**6), count=st.integers(10, 60))
def test_numbers_in_turn_are_nobodys(first, step, count):
    cells = [first + step * n for n in range(count)]
    passing = sum(luhn.is_valid(str(cell)) for cell in cells)
    assert found("Id", cells) == "" or passing > count // 2


# --- masking --------------------------------------------------------------------------------------


@given(kind=st.sampled_from(kinds.KINDS), cell=st.text(max_size=40))
def test_a_mask_keeps_four_characters_at_most_and_is_its_own_mask(kind, cell):
    shown = masks.masked(kind, cell)
    if not cell.strip():
        assert shown == cell
    else:
        assert sum(map(str.isalnum, shown)) <= 4
        assert masks.masked(kind, shown) == shown


@given(
    st.lists(
        st.lists(st.text("ab 1•", max_size=5), min_size=3, max_size=3).filter(
            lambda cells: any(map(str.strip, cells))
        ),
        min_size=1,
        max_size=5,
    )
)
def test_masking_touches_no_other_column_and_no_blank_however_rows_come(rows):
    masking = Masking.of(["Name", "Diagnosis", "City"], rows)
    even = Even(2, len(rows), "\n".join(map("|".join, rows)), "|")
    (stored,) = masking.batches(iter([even]))
    (same,) = masking.batches(iter([[SheetRow(n, c) for n, c in enumerate(rows, start=2)]]))
    assert stored == same
    for row, (name, diagnosis, city) in zip(stored, rows, strict=True):
        assert row.cells == [name, "•••" if diagnosis.strip() else diagnosis, city]


def test_a_file_without_such_columns_takes_the_quick_way():
    batches = iter([Even(2, 1, "Ann,Lyon", ",")])
    assert Masking.of(["Name", "City"], [["Ann", "Lyon"]]).batches(batches) is batches


def test_a_word_that_told_the_encoding_is_not_quoted_where_illnesses_are_masked():
    doubt = "It was read as X: look whether letters such as “Diabète” came out right."
    headers = ["Name", "Diagnosis"]
    masking = Masking.of(headers, [["Ann", "Diabète"]])
    assert masking.doubts([doubt], headers) == [
        "It was read as X: look whether letters such as “•••” came out right."
    ]
    plain = Masking.of(["Name", "City"], [["Ann", "Nice"]])
    assert plain.doubts([doubt], ["Name", "City"]) == [doubt]


def test_every_iban_of_the_library_is_masked_to_country_and_end():
    for number in (
        "DE89370400440532013000",
        "GB82WEST12345698765432",
        "MT84MALT011000012345MTLCAST001S",
    ):
        assert iban.is_valid(number)
        assert masks.masked("bank", iban.format(number)) == f"{number[:2]} •••• {number[-2:]}"
