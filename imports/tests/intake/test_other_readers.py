"""The files of the corpus as other readers see them: the same, but for what is explained here."""

import warnings
from pathlib import Path

import openpyxl
import pytest
import pyxlsb
import xlrd

from imports.intake import celltext
from imports.intake.dialect import Dialect
from imports.intake.table import open_table
from imports.tests.intake import text_corpus
from imports.tests.intake.test_corpus import CORPUS, EXPECTED

# Readers: each gives the rows of a sheet from row 1 on


def by_openpyxl(path, sheet):
    return [list(row) for row in openpyxl.load_workbook(path, data_only=True)[sheet].values]


def by_xlrd(path, sheet):
    book = xlrd.open_workbook(path)
    return [[_of_xlrd(book, cell) for cell in row] for row in book.sheet_by_name(sheet).get_rows()]


def _of_xlrd(book, cell):
    if cell.ctype == xlrd.XL_CELL_DATE:
        moment = xlrd.xldate_as_datetime(cell.value, book.datemode)
        return moment.time() if cell.value < 1 else moment
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code[cell.value]
    return bool(cell.value) if cell.ctype == xlrd.XL_CELL_BOOLEAN else cell.value


def by_pyxlsb(path, sheet):
    with pyxlsb.open_workbook(str(path)) as book, book.get_sheet(sheet) as opened:
        return [[cell.v for cell in row] for row in opened.rows()]


def by_pandas(path, sheet):
    import pandas  # noqa: PLC0415 it takes a second, and no other test needs it

    engines = {".xlsx": "openpyxl", ".xlsm": "openpyxl", ".ods": "odf"}
    frame = pandas.read_excel(
        path,
        sheet_name=sheet,
        header=None,
        dtype=object,
        keep_default_na=False,
        engine=engines.get(path.suffix, "calamine"),
    )
    rows = frame.itertuples(index=False)
    return [[None if pandas.isna(cell) else cell for cell in row] for row in rows]


READERS = {
    ".xlsx": [by_openpyxl, by_pandas],
    ".xlsm": [by_openpyxl, by_pandas],
    ".xls": [by_xlrd, by_pandas],
    ".xlsb": [by_pyxlsb, by_pandas],
    ".ods": [by_pandas],
}


def as_text(rows):
    shown = [["" if cell is None else celltext.text(cell) for cell in row] for row in rows]
    for row in shown:
        for place, cell in enumerate(row):
            row[place] = cell.removesuffix(" 00:00:00")  # they know no date without a time
        while row and not row[-1]:
            row.pop()
    while shown and not shown[-1]:
        shown.pop()
    return shown


# What is explained

FORMATTED = "they give a number as it is stored, we what its format shows"
ERRORS = "they leave an error away, we show it"
NO_DATES = "pyxlsb does not look at formats, so a date is a number, nor at texts within a cell"
CODES = "pyxlsb gives an error's code"
MERGED = "they leave the other cells of a merged heading blank, and groups in a row of their own"
STRICT = "openpyxl knows the names of transitional OOXML only, and sees no sheet"
NO_TEXT = "pandas reads a time by its text, and odfpy wrote none"

SAME = {(1, 2): "0.12", (2, 2): "0.075", (2, 6): "45"}, FORMATTED
# Reader and file → what it reads otherwise, {(row, column): its text}, and why.
DIFFERENT = {
    **{
        (reader, name): SAME
        for reader, name in (
            *((by_openpyxl, name) for name in EXPECTED),
            *((by_pandas, name) for name in EXPECTED),
            (by_xlrd, "excel97.xls"),
        )
        if name in {"excel.xlsx", "constant_memory.xlsx", "mac_1904.xlsx", "openpyxl.xlsx"}
        or name == "excel97.xls"
    },
    (by_xlrd, "mac_1904.xls"): ({(1, 2): "0.5"}, FORMATTED),
    (by_pandas, "mac_1904.xls"): ({(1, 2): "0.5"}, FORMATTED),
    (by_xlrd, "biff5.xls"): (
        {(1, 1): "0.25", (1, 2): "123", (1, 4): "21341234", (1, 5): "0.125", (2, 5): "0.5"},
        FORMATTED,
    ),
    (by_pandas, "biff5.xls"): (
        {(1, 1): "0.25", (1, 2): "123", (1, 4): "21341234", (1, 5): "0.125", (2, 1): "",
         (2, 2): "", (2, 5): "0.5"},
        f"{FORMATTED}; {ERRORS}",
    ),
    (by_openpyxl, "values_and_formulas.xlsx"): ({(1, 1): "0.07", (1, 2): "123"}, FORMATTED),
    (by_pandas, "values_and_formulas.xlsx"): (
        {(1, 1): "0.07", (1, 2): "123", (2, 1): ""},
        f"{FORMATTED}; {ERRORS}",
    ),
    (by_openpyxl, "macros.xlsm"): ({(1, 1): "0.07", (1, 2): "123"}, FORMATTED),
    (by_pandas, "macros.xlsm"): (
        {(1, 1): "0.07", (1, 2): "123", (2, 1): ""},
        f"{FORMATTED}; {ERRORS}",
    ),
    (by_openpyxl, "google_blank_rows.xlsx"): ({(3, 4): "4567"}, FORMATTED),
    (by_pandas, "google_blank_rows.xlsx"): ({(3, 4): "4567"}, FORMATTED),
    (by_openpyxl, "numbers.xlsx"): ({(1, 2): "0.12", (2, 2): "1"}, FORMATTED),
    (by_pandas, "numbers.xlsx"): ({(1, 2): "0.12", (2, 2): "1"}, FORMATTED),
    (by_pyxlsb, "excel.xlsb"): (
        {(1, 2): "0.12", (1, 3): "46329", (2, 1): "", (2, 3): "46330", (2, 5): "0x2a"},
        f"{FORMATTED}; {NO_DATES}; {CODES}",
    ),
    (by_pandas, "excel.xlsb"): ({(1, 2): "0.12", (2, 5): ""}, f"{FORMATTED}; {ERRORS}"),
    (by_pyxlsb, "formats.xlsb"): (
        {(1, 1): "123", (1, 2): "0.25", (1, 3): "46329", (1, 4): "21341234", (1, 5): "0.125",
         (4, 2): "0x7", (4, 3): "0x17", (4, 4): ""},
        f"{FORMATTED}; {NO_DATES}; {CODES}",
    ),
    (by_pandas, "formats.xlsb"): (
        {(1, 1): "123", (1, 2): "0.25", (1, 4): "21341234", (1, 5): "0.125", (4, 2): "",
         (4, 3): ""},
        f"{FORMATTED}; {ERRORS}",
    ),
    (by_pandas, "libreoffice_formats.ods"): (
        {
            **{(row, column): text for row in (1, 2)
               for column, text in ((1, "0.125"), (2, "123"), (5, "7"), (6, "7"))},
            (3, 1): "",
            (3, 2): "0",
        },
        f"{FORMATTED}; {ERRORS}",
    ),
}  # fmt: skip
REFUSED = {
    (by_openpyxl, "strict.xlsx"): (KeyError, STRICT),
    (by_pandas, "strict.xlsx"): (ValueError, STRICT),
    (by_pandas, "odfpy.ods"): (ValueError, NO_TEXT),
}
COMPARED = [
    (reader, name)
    for name in EXPECTED
    for reader in READERS[Path(name).suffix]
    if (reader, name) not in REFUSED and name != "groups.xlsx"  # below
]


@pytest.mark.parametrize(("reader", "name"), COMPARED)
def test_other_readers_see_the_same_but_for_what_is_explained(reader, name):
    with open_table(CORPUS / name) as table:
        mine = [table.headers, *(row.cells for row in table.rows())]
        dialect = table.dialect
    theirs = as_text(_read(reader, name, dialect.sheet))[dialect.header_row - 1 :]
    explained, _ = DIFFERENT.get((reader, name), ({}, ""))
    mine = as_text(mine)
    for (row, column), text in explained.items():
        mine[row] += [""] * (column + 1 - len(mine[row]))
        assert mine[row][column] != text, "the difference is none any more"
        mine[row][column] = text

    assert theirs == as_text(mine)


def _read(reader, name, sheet):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of workbooks that no Excel has written
        return reader(CORPUS / name, sheet)


@pytest.mark.parametrize(("reader", "name"), REFUSED)
def test_what_others_cannot_read(reader, name):
    error, _ = REFUSED[reader, name]

    with pytest.raises(error):
        _read(reader, name, "Leads")


@pytest.mark.parametrize("reader", READERS[".xlsx"])
def test_groups_are_read_by_others_as_a_row(reader):
    theirs = as_text(_read(reader, "groups.xlsx", "Leads"))

    assert theirs[:2] == [
        ["No", "Contact", "", "Home"],
        ["", "Name", "Phone", "City", "Street"],
    ], MERGED
    assert theirs[2:] == EXPECTED["groups.xlsx"][1:]


# Texts, by pandas in the style that we have found

NULL = "MySQL writes NULL as \\N, which pandas reads as an escaped N"
DIFFERENT_TEXTS = {"mysql-into-outfile.csv": ({(2, 2): "N"}, NULL)}


def by_pandas_csv(path, dialect, width):
    import pandas  # noqa: PLC0415 as above

    is_by_records = dialect.delimiter == "\x1f" and b"\x1e" in path.read_bytes()
    frame = pandas.read_csv(
        path,
        header=None,
        names=range(width),
        skiprows=dialect.header_row - 1,
        dtype=str,
        keep_default_na=False,
        sep=dialect.delimiter,
        quotechar=dialect.quote,
        escapechar=dialect.escape or None,
        encoding=dialect.encoding,
        lineterminator="\x1e" if is_by_records else None,
        skip_blank_lines=False,
    )
    return frame.itertuples(index=False)


@pytest.mark.parametrize("sheet", text_corpus.ALL, ids=lambda sheet: sheet.name)
def test_pandas_sees_the_same_in_texts_but_for_what_is_explained(tmp_path, sheet):
    path = tmp_path / "leads"
    path.write_bytes(sheet.content)
    mine = as_text([sheet.headings, *sheet.below])
    width = max(map(len, [sheet.headings, *sheet.below]))
    choice = Dialect("csv", sheet.encoding, sheet.delimiter, header_row=sheet.header_row)
    with open_table(path, choice=choice) as table:
        theirs = as_text(by_pandas_csv(path, table.dialect, width))
    explained, _ = DIFFERENT_TEXTS.get(sheet.name, ({}, ""))
    for (row, column), text in explained.items():
        mine[row] += [""] * (column + 1 - len(mine[row]))
        assert mine[row][column] != text, "the difference is none any more"
        mine[row][column] = text

    assert theirs == mine
