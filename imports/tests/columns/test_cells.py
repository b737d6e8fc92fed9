"""Cells as people write them: the table says what becomes of each, the code does it."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imports.columns import check, clean, formats, phones, problems
from imports.columns.emails import read_email
from imports.columns.mapping import ColumnMap, Mapping
from scripts import cells

LINES = cells.lines()


@pytest.mark.parametrize("line", LINES, ids=lambda line: ascii(f"{line.reading} {line.cell}"))
def test_a_cell_becomes_what_the_table_says(line):
    row = cells.checked(line)
    told = [problem for problem in row.problems if problem.code != "no_contact"]
    assert (cells.value(line, row), [one.code for one in told]) == (
        line.becomes,
        line.notes.split(),
    )
    for one in told:
        kind = problems.kind(one.code)
        assert kind.fault.partition("{")[0] in one.sentence
        assert one.sentence.endswith(kind.repair.rpartition("}")[2])


def test_the_table_is_long_and_wide_and_says_nothing_twice():
    assert len(LINES) >= 300
    assert len({line.reading for line in LINES if line.field == "contact_phone"}) >= 20
    twice = [one for one, count in Counter(line[:3] for line in LINES).items() if count > 1]
    assert twice == []
    assert all(line.why for line in LINES)


def test_the_page_of_the_documents_is_the_table():
    assert cells.PAGE.read_text(encoding="utf-8") == cells.page(), "python -m scripts.cells"


def row(*cells_of_it):
    targets = ["contact_name", "contact_phone", "contact_email"]
    columns = tuple(ColumnMap(at, name, name) for at, name in enumerate(targets))
    return check.compile_mapping(Mapping(columns), "US").check(2, cells_of_it)


def said(read):
    return read.verdict, read.lead, [(one.code, one.level) for one in read.problems]


def test_placeholders_are_counted_but_only_the_lack_of_a_contact_keeps_a_row_back():
    blank = [("placeholder", "warning")]
    assert said(row("Jane", "n/a", "-")) == ("ok", {"contact_name": "Jane"}, blank * 2)
    assert said(row("test", "keine", "none@none.com")) == (
        "invalid",
        {},
        [*blank * 3, ("no_contact", "error")],
    )


def test_a_surname_that_means_none_in_polish_stays_with_its_first_name():
    columns = (ColumnMap(0, "First", "first_name"), ColumnMap(1, "Last", "last_name"))
    read = check.compile_mapping(Mapping(columns), "PL").check(2, ["Jan", "Brak"])
    assert said(read) == ("ok", {"contact_name": "Jan Brak"}, [])


def test_a_cell_with_several_is_as_good_as_its_first_valid_one():
    assert said(row("", "07x 555 / 206 555 0123", "jane@x; bo@x.com")) == (
        "ok",
        {"contact_phone": "+12065550123", "contact_email": "bo@x.com"},
        [("phone_several", "warning"), ("email_several", "warning")],
    )
    first = row("", "206 555 0123 / 206 555 0124", "").problems[0]
    assert first.sentence == (
        "contact_phone: '206 555 0123 / 206 555 0124' holds several numbers, only +12065550123"
        " (not 206 555 0124) is sent. Keep one number in the cell if another one is wanted."
    )


def test_the_first_possible_number_goes_where_none_is_valid():
    read = row("", "999 999 0123 / 999 999 0124", "")
    assert said(read) == (
        "ok",
        {"contact_phone": "+19999990123"},
        [("phone_several", "warning"), ("phone_unlikely", "warning")],
    )


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.sampled_from([line.cell for line in LINES]) | st.text(max_size=5), max_size=3),
    st.sampled_from([" ", " / ", ";", "", "\n"]),
    st.sampled_from(["US", "DE", "MX", "ZZ"]),
)
def test_cells_put_together_are_read_too(parts, between, region):
    cell = between.join(parts)
    readers = [phones.reader(region), read_email, clean.read_name]
    readers += [formats.reader(one) for one in ("dmy", "mdy", "comma", "point", "yes_no")]
    for read in readers:
        cleaned = read(cell)
        value = cleaned.value
        assert value is None or value == value.strip() != ""
        assert {note.code for note in cleaned.notes} <= set(problems.KINDS)
