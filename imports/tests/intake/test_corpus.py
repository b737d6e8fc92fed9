"""The same leads as many programs write them: read alike, and as other readers read them."""

from pathlib import Path

import openpyxl
import pytest
import pyxlsb
import xlrd

from imports.intake import celltext
from imports.intake.dialect import Dialect
from imports.intake.table import open_table

CORPUS = Path(__file__).parent / "corpus"
HEADINGS = ["Name", "Phone", "Rate", "Since", "At", "OK", "Id", "Note"]
ANN = ["Ann Lee", "2065550123", "12%", "2026-11-03", "09:30:00", "TRUE", "00123", "a\nb"]
BOB = ["Bob Ray", "0049 221 5550123", "7.5%", "2026-11-04 14:05:00", "18:00:00", "FALSE", "00045"]
FULL = [HEADINGS, ANN, [*BOB, "O'Neil & <Sons>"]]
# Formats of numbers are read from XLSX alone: elsewhere a number shows as it is stored.
PLAIN_ANN = ["Ann Lee", "2065550123", "0.12", *ANN[3:]]
PLAIN_BOB = [*BOB[:2], "0.075", *BOB[3:6], "45", "O'Neil & <Sons>"]
AS_STORED = [HEADINGS, PLAIN_ANN, PLAIN_BOB]
SHORT = [["Name", "City"], ["Ann Lee", "Bonn"], ["Bob Ray", "Ulm"]]

EXPECTED = {
    "excel.xlsx": FULL,
    "constant_memory.xlsx": FULL,
    "mac_1904.xlsx": FULL,
    "openpyxl.xlsx": FULL,
    "excel97.xls": AS_STORED,
    "odfpy.ods": AS_STORED,
    "libreoffice.ods": [
        ["Name", "City", "Tag"],
        ["Ann Lee", "Bonn", "x"],
        ["Bob Ray", "same", "same"],
        ["Cay", "Ulm", "y"],
        ["Cay", "Ulm", "y"],
    ],
    "excel.xlsb": [
        ["Name", "Phone", "Rate", "Since", "OK", "Note"],
        ["Ann Lee", "2065550123", "0.12", "2026-11-03", "TRUE", "a\nb"],
        ["Bob Ray", "0049 221 5550123", "0.5", "2026-11-04", "FALSE"],
    ],
    "inline_without_dimension.xlsx": SHORT,
    "prefixed_names.xlsx": SHORT,
    "strict.xlsx": SHORT,
    "absolute_target.xlsx": SHORT,
    "no_references.xlsx": SHORT,
    # Formatted within the cell; the reading aid above the characters is no part of the text.
    "google_rich_phonetic.xlsx": [*SHORT[:2], ["Bob Ray", "東京"]],
    "values_and_formulas.xlsx": [
        ["Name", "Rate", "Id", "Since"],
        ["Ann Lee", "7%", "00123", "2026-11-03"],
        ["Bob Ray", "#DIV/0!", "7a", "2026-11-04"],
    ],
    "groups.xlsx": [
        ["No", "Contact Name", "Contact Phone", "Home City", "Home Street"],
        ["1", "Ann Lee", "2065550123", "Bonn", "Am Hof 1"],
    ],
}


def ours(name, **choice):
    with open_table(CORPUS / name, choice=Dialect(**choice)) as table:
        return [table.headers, *(row.cells for row in table.rows())]


def test_every_file_of_the_corpus_is_expected_to_be_something():
    made = {path.name for path in CORPUS.iterdir() if path.suffix not in {".py", ""}}

    assert made == EXPECTED.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_a_workbook_of_the_corpus(name):
    assert ours(name) == EXPECTED[name]


@pytest.mark.parametrize(
    ("name", "sheets", "hidden"),
    [
        ("openpyxl.xlsx", ["Leads", "Old", "Older"], ["Old", "Older"]),
        ("excel97.xls", ["Leads", "Old"], ["Old"]),
        ("libreoffice.ods", ["Leads", "Old"], ["Old"]),
        ("excel.xlsb", ["Leads"], []),
    ],
)
def test_sheets_to_choose_from_without_empty_ones_and_charts(name, sheets, hidden):
    with open_table(CORPUS / name) as table:
        assert (table.sheets, table.hidden) == (sheets, hidden)
    for each in hidden:
        assert ours(name, sheet=each) == [["Name"], ["Zoe"]]


# Other readers


def by_openpyxl(path):
    return [list(row) for row in openpyxl.load_workbook(path, data_only=True).worksheets[0].values]


def by_xlrd(path):
    book = xlrd.open_workbook(path)
    return [[_of_xlrd(book, cell) for cell in row] for row in book.sheet_by_index(0).get_rows()]


def _of_xlrd(book, cell):
    if cell.ctype == xlrd.XL_CELL_DATE:
        moment = xlrd.xldate_as_datetime(cell.value, book.datemode)
        return moment.time() if cell.value < 1 else moment
    return bool(cell.value) if cell.ctype == xlrd.XL_CELL_BOOLEAN else cell.value


def by_pyxlsb(path):
    with pyxlsb.open_workbook(str(path)) as book, book.get_sheet(1) as sheet:
        return [[cell.v for cell in row] for row in sheet.rows()]


def as_text(rows):
    shown = [["" if cell is None else celltext.text(cell) for cell in row] for row in rows]
    for row in shown:
        for place, cell in enumerate(row):
            row[place] = cell.removesuffix(" 00:00:00")  # they know no date without a time
        while row and not row[-1]:
            row.pop()
    return shown


READERS = {".xlsx": by_openpyxl, ".xls": by_xlrd, ".xlsb": by_pyxlsb}
FORMATTED = "they give a number as it is stored, we what its format shows"
NO_DATES = "it does not look at formats, so a date is a number"
MERGED = "they leave the other cells of a merged heading blank, and groups in a row of their own"
ERRORS = "an error has no text in the parser for XLSB"
# openpyxl knows the names of transitional OOXML only and sees no sheet; groups are compared below.
NOT_COMPARED = {"strict.xlsx", "groups.xlsx"}
# File → what others read otherwise, {(row, column): their text}, and why.
DIFFERENT = {
    **{
        name: ({(1, 2): "0.12", (2, 2): "0.075", (2, 6): "45"}, FORMATTED)
        for name in ("excel.xlsx", "constant_memory.xlsx", "mac_1904.xlsx", "openpyxl.xlsx")
    },
    "values_and_formulas.xlsx": ({(1, 1): "0.07", (1, 2): "123"}, FORMATTED),
    "excel.xlsb": (
        {(1, 3): "46329", (2, 1): "", (2, 3): "46330", (2, 5): "0x2a"},
        f"{NO_DATES}, nor at texts within a cell; {ERRORS}",
    ),
}


@pytest.mark.parametrize(
    "name",
    [name for name in EXPECTED if Path(name).suffix in READERS and name not in NOT_COMPARED],
)
def test_other_readers_see_the_same_but_for_what_is_explained(name):
    theirs = as_text(READERS[Path(name).suffix](CORPUS / name))
    explained, _ = DIFFERENT.get(name, ({}, ""))

    mine = ours(name)
    for (row, column), text in explained.items():
        mine[row] += [""] * (column + 1 - len(mine[row]))
        assert mine[row][column] != text, "the difference is none any more"
        mine[row][column] = text

    assert theirs == mine


def test_groups_are_read_by_others_as_a_row():
    theirs = as_text(by_openpyxl(CORPUS / "groups.xlsx"))

    assert theirs[:2] == [
        ["No", "Contact", "", "Home"],
        ["", "Name", "Phone", "City", "Street"],
    ], MERGED
    assert theirs[2:] == ours("groups.xlsx")[1:]
