"""Files of ours come back, from whatever program: ours is taken out, theirs is as it was."""

import csv
import io
import tempfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from django.test import override_settings
from hypothesis import example, given, settings
from hypothesis import strategies as st

from imports import marker
from imports.intake.table import open_table
from imports.models import Import
from imports.reports import files, to_repair
from imports.reports.harmless import escaped, harmless, unescaped, without_harm
from imports.reports.rows import ReportRow

DANGEROUS = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"]
ANY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)
TEXTS = ANY | st.builds(
    lambda marks, sign, rest: "'" * marks + sign + rest,
    st.integers(0, 3), st.sampled_from([*DANGEROUS, ""]), ANY,
)  # fmt: skip
NUMBER = 41


def row(number, cells, reason=""):
    nothing = {"lead_id": "", "matched_by": "", "why": "", "ignored": [], "problems": []}
    return ReportRow(number=number, bucket="failed", reason=reason, cells=cells, corrected=cells,
                     batch_id=None, key="", sent_at=None, **nothing)  # fmt: skip


def parent(*headers):
    return Import(pk=NUMBER, headers=list(headers))


def lines(of, rows):
    return [to_repair.header(of), *(to_repair.line(of, one) for one in rows)]


def as_csv(table, **dialect):
    into = io.StringIO(newline="")
    csv.writer(into, lineterminator="\r\n", **dialect).writerows(table)
    return files.BOM.encode() + into.getvalue().encode()


def as_workbook(table):
    """As the portal writes it."""
    into = io.BytesIO()
    with xlsxwriter.Workbook(into, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for place, texts in enumerate(table):
            files._write(sheet, place, texts)
    return into.getvalue()


def read(content, name="rows.csv"):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        with open_table(path) as table:
            batches = list(table.batches())
            return table, [
                (number, one.cells)
                for batch in batches
                for one, number in zip(batch, getattr(batch, "repairs", [None] * len(batch)),
                                       strict=True)
            ]  # fmt: skip


@given(TEXTS)
@example("'=1+1")
@example("''=1+1")
@example("'")
@example("'+12065550123")
@example("+12065550123")
def test_what_is_escaped_is_harmless_and_exactly_undone(text):
    kept = escaped(text)
    assert unescaped(kept) == text
    assert not kept.startswith(tuple(DANGEROUS)) or kept == text == harmless(text)


@given(TEXTS.filter(lambda text: not text.startswith("'")))
def test_a_report_is_undone_too_where_no_cell_began_with_an_apostrophe(text):
    assert without_harm(harmless(text)) == text


def test_what_a_program_did_with_the_apostrophe_is_taken_as_it_is():
    assert unescaped("=1+1") == "=1+1"  # dropped
    assert unescaped("'O'Brien") == "'O'Brien"  # never ours


@st.composite
def sheets(draw):
    width = draw(st.integers(1, 4))
    cells = st.lists(TEXTS, min_size=width, max_size=width)
    rows = draw(st.lists(cells.filter(lambda c: "".join(c).strip()), min_size=1, max_size=6))
    return draw(cells), rows


@settings(deadline=None, max_examples=150)
@given(sheet=sheets())
@example(sheet=(["'Name'", "'Phone'"], [["'=a'", "'-b'"], ["'x'", "'+y'"], ["'z'", "'@q'"]]))
@example(sheet=(["Name", *[""] * 6], [["a"] * 7, ["b"] * 7]))
@example(sheet=(["", "\x1f"], [["", "0\x1e"]]))  # ASCII's separators divide nothing here
@example(sheet=(["a\x1fb\x1ec"], [["0"]]))
def test_any_sheet_survives_the_way_through_csv(sheet):
    headers, rows = sheet
    content = as_csv(lines(parent(*headers), [row(n, c) for n, c in enumerate(rows, start=7)]))
    table, found = read(content)
    assert table.headers == headers
    assert found == list(enumerate(rows, start=7))
    assert (table.ours.kind, table.ours.number) == ("repair", NUMBER)


@settings(deadline=None, max_examples=40)
@given(sheet=sheets())
def test_any_sheet_survives_the_way_through_a_workbook(sheet):
    headers, rows = sheet
    table, found = read(
        as_workbook(lines(parent(*headers), [row(n, c) for n, c in enumerate(rows, start=7)])),
        "rows.xlsx",
    )
    width = len(headers)
    assert table.headers == headers
    assert [(n, [*c, *[""] * (width - len(c))]) for n, c in found] == list(enumerate(rows, start=7))


SHEET = ["Name", "Reason", "Phone", "-Budget"]
ROWS = [
    row(7, ["'=Ann", "moved", "+12065550123", "-5"], "Row 7, Phone: too short."),
    row(12, ["=Bo", "", "00123", "'-"], "no such stage"),
    row(9, ["O'Hara", "x"], "no such stage"),
]
THEIRS = {7: ["'=Ann", "moved", "+12065550123", "-5"], 12: ["=Bo", "", "00123", "'-"],
          9: ["O'Hara", "x", "", ""]}  # fmt: skip
WRITTEN = lines(parent(*SHEET), ROWS)


def test_the_file_has_the_sheets_columns_then_the_reason_and_the_marked_row():
    assert WRITTEN[0][:4] == ["Name", "Reason", "Phone", "'-Budget"]
    assert WRITTEN[0][4] == "Reason (import 41)"
    assert marker.number_in(WRITTEN[0][5]) == 41
    assert WRITTEN[1] == [
        "''=Ann", "moved", "+12065550123", "-5", "Row 7, Phone: too short.", "7",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "dialect",
    [
        {"delimiter": ";"},
        {"delimiter": "\t"},
        {"delimiter": ";", "quoting": csv.QUOTE_ALL},
        {"delimiter": ","},
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_other_programs_save_it_in_other_dialects(dialect, encoding):
    content = as_csv(WRITTEN, **dialect)[3:].decode().encode(encoding)
    table, found = read(content)
    assert table.headers == SHEET
    assert dict(found) == THEIRS


def test_people_sort_it_and_remove_rows_and_add_and_move_columns():
    changed = [[line[-1], "Checked" if not n else "yes", *line[:-1]] for n, line in
               enumerate(WRITTEN)]  # fmt: skip
    head, seven, _, nine = changed
    table, found = read(as_csv([["Our rows to repair"], [], head, nine, seven]))
    assert table.headers == ["Checked", *SHEET]
    assert found == [(9, ["yes", *THEIRS[9]]), (7, ["yes", *THEIRS[7]])]


def test_a_workbook_is_saved_by_another_program():
    book = openpyxl.load_workbook(io.BytesIO(as_workbook(WRITTEN)))
    sheet = book.active
    sheet.cell(2, 3).value = 2065550199
    for place in range(2, 5):
        sheet.cell(place, 6).value = int(sheet.cell(place, 6).value)  # "convert to number"
    into = io.BytesIO()
    book.save(into)
    table, found = read(into.getvalue(), "saved.xlsx")
    assert table.headers == SHEET
    assert [number for number, _ in found] == [7, 12, 9]
    assert found[0][1] == ["'=Ann", "moved", "2065550199", "-5"]


def test_rows_that_a_person_added_or_emptied_repair_nothing():
    blank = [""] * 5
    added = ["Eve", "", "555", "", "", ""]
    odd = ["Flo", "", "556", "", "", "about 9"]
    _, found = read(as_csv([WRITTEN[0], added, [*blank, "7"], odd]))
    assert [(number, cells[:1]) for number, cells in found] == [
        (None, ["Eve"]), (7, []), (None, ["Flo"]),
    ]  # fmt: skip


def test_cells_beyond_the_headings_come_back_beyond_them():
    wide = lines(parent("Name", "Phone"), [row(5, ["Ann", "1", "=extra"]), row(6, ["Bo", "2"])])
    table, found = read(as_csv(wide))
    assert table.headers == ["Name", "Phone"]
    assert [cells for _, cells in found] == [["Ann", "1", "=extra"], ["Bo", "2"]]


def test_a_cell_that_no_program_keeps_is_said():
    line = to_repair.line(parent("Note"), row(5, ["x" * 40_000], "no such stage."))
    assert line[1].startswith("no such stage. A cell of this row has more than the 32,767")


def test_a_strangers_sheet_is_not_taken_for_ours():
    """The check is of another portal's secret, or made up."""
    with override_settings(SECRET_KEY="another portal's secret"):
        foreign = lines(parent(*SHEET), ROWS)
    for table, _ in (read(as_csv(foreign)), read(as_csv([[*SHEET, "Row of import 41 (aaaaaaaa)"],
                                                         ["a", "b", "c", "d", "7"]]))):  # fmt: skip
        assert table.ours is None
        assert table.headers[0] == "Name"
        assert len(table.headers) in {5, 6}
        assert "says that it holds rows of import 41" in table.doubts[0]
    for heading in ("Row of import 41", "Reason (import 41)", "Row"):
        table, _ = read(as_csv([["Name", heading], ["'=Ann", "7"]]))
        assert (table.ours, table.headers, table.doubts) == (None, ["Name", heading], [])


def test_after_a_change_of_the_secret_older_files_are_known_by_the_former_one():
    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=["old"]):
        assert marker.number_in(marker.heading(41)) == 41
        with override_settings(SECRET_KEY="old"):
            before = marker.heading(41)
        assert marker.number_in(before) == 41
        assert marker.number_in(before.replace("41", "42")) is None


REPORT = [
    [*marker.REPORT, "Name", "'-Budget"],
    ["2", "failed", "", "", "no", "", "", "8d5f0d5e-6a52-4b0b-9f3c-1f0a40a0c001", "'=Ann", "5"],
    ["3", "invalid", "", "", "no", "", "", "", "'Bo'", "'-"],
]


def test_a_row_level_report_is_known_by_its_eight_columns():
    table, found = read(as_csv(REPORT, delimiter=";"))
    assert table.headers == ["Name", "-Budget"]
    assert found == [(2, ["=Ann", "5"]), (3, ["'Bo'", "-"])]
    assert (table.ours.kind, table.ours.number) == ("report", None)
    assert table.ours.requests == ["8d5f0d5e-6a52-4b0b-9f3c-1f0a40a0c001"]


def test_eight_other_columns_are_no_report():
    table, _ = read(as_csv([["Row", "Result", *REPORT[0][3:]], *[line[1:] for line in REPORT[1:]]]))
    assert table.ours is None


@pytest.mark.parametrize("blank", [3, 230, 3_000])
def test_a_report_with_many_blank_rows_below_its_headings_has_its_own_sample(blank):
    headings = [*marker.REPORT, "Name", "Diagnosis"]
    ours = ["2", *([""] * (len(marker.REPORT) - 1))]
    table = [headings, *([[""] * len(headings)] * blank), [*ours, "Ann", "asthma"]]
    opened, rows = read(as_csv(table))
    assert opened.headers == ["Name", "Diagnosis"]
    assert opened.sample[0] == ["Ann", "asthma"]
    assert opened.ours.sample[0] == (2, ["Ann", "asthma"])
    assert rows[-1] == (2, ["Ann", "asthma"])
