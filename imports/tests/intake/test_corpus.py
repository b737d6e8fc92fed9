"""The same leads as many programs write them: read alike."""

from pathlib import Path

import pytest

from imports.intake.dialect import Dialect
from imports.intake.table import open_table

CORPUS = Path(__file__).parent / "corpus"
HEADINGS = ["Name", "Phone", "Rate", "Since", "At", "OK", "Id", "Note"]
ANN = ["Ann Lee", "2065550123", "12%", "2026-11-03", "09:30:00", "TRUE", "00123", "a\nb"]
BOB = ["Bob Ray", "0049 221 5550123", "7.5%", "2026-11-04 14:05:00", "18:00:00", "FALSE", "00045"]
FULL = [HEADINGS, ANN, [*BOB, "O'Neil & <Sons>"]]
# odfpy writes no text beside a number, so there is nothing that a person would see instead.
PLAIN_ANN = ["Ann Lee", "2065550123", "0.12", *ANN[3:]]
PLAIN_BOB = [*BOB[:2], "0.075", *BOB[3:6], "45", "O'Neil & <Sons>"]
AS_STORED = [HEADINGS, PLAIN_ANN, PLAIN_BOB]
SHORT = [["Name", "City"], ["Ann Lee", "Bonn"], ["Bob Ray", "Ulm"]]
VALUES = [
    ["Name", "Rate", "Id", "Since"],
    ["Ann Lee", "7%", "00123", "2026-11-03"],
    ["Bob Ray", "#DIV/0!", "7a", "2026-11-04"],
]

EXPECTED = {
    "excel.xlsx": FULL,
    "constant_memory.xlsx": FULL,
    "mac_1904.xlsx": FULL,
    "openpyxl.xlsx": FULL,
    "excel97.xls": FULL,
    "mac_1904.xls": [["Name", "Since", "Rate"], ["Ann Lee", "2026-11-03", "50%"]],
    "biff5.xls": [
        ["Name", "Rate", "Zip", "Since", "Plus", "Share"],
        ["Ann Lee", "25%", "00123", "2026-11-03", "02134-1234", "12.5%"],
        ["Bob Ray", "#N/A", "#DIV/0!", "2026-11-04", "TRUE", "50%"],
    ],
    "odfpy.ods": AS_STORED,
    "libreoffice.ods": [
        ["Name", "City", "Tag"],
        ["Ann Lee", "Bonn", "x"],
        ["Bob Ray", "same", "same"],
        ["Cay", "Ulm", "y"],
        ["Cay", "Ulm", "y"],
    ],
    "libreoffice_formats.ods": [
        ["Name", "Rate", "Zip", "Since", "Note", "Code", "Code 2", "Price"],
        *[["Ann Lee", "12.5%", "00123", "2026-11-03", "5550123", "007", "007", "1234.5"]] * 2,
        ["Bob Ray", "#N/A", "Err:502", "", "=IF(1>0)", "007", "8"],
    ],
    "excel.xlsb": [
        ["Name", "Phone", "Rate", "Since", "OK", "Note"],
        ["Ann Lee", "2065550123", "12%", "2026-11-03", "TRUE", "a\nb"],
        ["Bob Ray", "0049 221 5550123", "0.5", "2026-11-04", "FALSE", "#N/A"],
    ],
    "formats.xlsb": [
        ["Name", "Phone", "Rate", "Since", "OK", "Note"],
        ["Ann Lee", "00123", "25%", "2026-11-03", "02134-1234", "12.5%"],
        [],
        [],
        ["Bob Ray", "123", "#DIV/0!", "#REF!", "\u0903x", "a\nb"],
    ],
    # The first sheet only lists the others.
    "numbers.xlsx": [
        ["Name", "Since", "Rate"],
        ["Ann Lee", "2026-11-03", "12%"],
        ["Bob Ray", "", "100%"],
    ],
    "inline_without_dimension.xlsx": SHORT,
    "prefixed_names.xlsx": SHORT,
    "strict.xlsx": SHORT,
    "absolute_target.xlsx": SHORT,
    "no_references.xlsx": SHORT,
    # Formatted within the cell; the reading aid above the characters is no part of the text.
    "google_rich_phonetic.xlsx": [*SHORT[:2], ["Bob Ray", "東京"]],
    "google_blank_rows.xlsx": [
        ["Name", "Phone", "Phone", "", "Zip"],
        ["Ann Lee", "2065550123", "+12065550124", "x", "00123"],
        [],
        ["Bob Ray", "", "5", "TRUE", "04567"],
    ],
    "values_and_formulas.xlsx": VALUES,
    "macros.xlsm": VALUES,
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
        ("numbers.xlsx", ["Export Summary", "Leads - Table 1", "Leads - Table 2"], []),
    ],
)
def test_sheets_to_choose_from_without_empty_ones_and_charts(name, sheets, hidden):
    with open_table(CORPUS / name) as table:
        assert (table.sheets, table.hidden) == (sheets, hidden)
    for each in hidden:
        assert ours(name, sheet=each) == [["Name"], ["Zoe"]]


def test_what_is_seen_in_another_sheet_of_an_opendocument():
    assert ours("libreoffice_formats.ods", sheet="Leads & more") == [["Rate"], *[["50%"]] * 4]
