"""Somebody uploads workbooks that are made to break the reader: it stays alive and says why."""

import resource
import struct
import zipfile

import pytest

from imports.errors import UnreadableFile
from imports.intake import archive, detect, workbook_look
from imports.intake.dialect import DEFAULT, Limits
from imports.intake.table import SheetRow, open_table
from imports.tests.intake.corpus import make, xlsb
from imports.tests.intake.made import ods, ods_cell, ods_row, zipped

LEADS = ods_row("Name", "City") + ods_row("Ann", "Bonn")
SMALL = Limits(memory_bytes=600_000_000, cpu_seconds=10, wait_seconds=20)


@pytest.fixture
def stored(tmp_path):
    def store(content, name="leads.bin"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return store


def rows_of(path, limits=SMALL):
    """Read it, and see that it is not our own process that pays for it."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        with open_table(path, limits=limits) as table:
            return list(table.rows())
    finally:
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40_000  # kB


def sentence_of(path, limits=SMALL):
    with pytest.raises(UnreadableFile) as refused:
        rows_of(path, limits)
    return refused.value.sentence


def read_or_refused(path):
    try:
        return bool(rows_of(path))
    except UnreadableFile as refused:
        return refused.sentence.endswith(".")


@pytest.mark.timeout(20)
def test_an_xlsx_of_nothing_but_spaces_behind_a_formula_is_looked_at_soon(stored):
    """For each of them all behind it were gone through once more."""
    spaces = b" " * archive.PIECE
    sheet = b'<x y=""/></c><c r="A1"><f>1</f>' + spaces + b'<c r="B1"><f>1</f><v/> </c></f></c>'
    path = stored(zipped(("xl/worksheets/sheet1.xml", sheet), pack=zipfile.ZIP_STORED))

    parts = workbook_look.look(path, "xlsx", DEFAULT)

    assert parts["xl/worksheets/sheet1.xml"].unsolved == "B1"


# OpenDocument: a few bytes can say that something is repeated a thousand million times


def repeated(what, count):
    return f'table:number-{what}-repeated="{count}"'


def test_blank_cells_and_rows_down_to_the_end_cost_nothing(stored):
    wide = ods_cell("", more=repeated("columns", 16_382))
    end = ods_row(wide, wide, more=repeated("rows", 1_048_574))
    leads = ods_row("Name", "City", wide) + ods_row("Ann", "Bonn", wide) + end

    assert rows_of(stored(ods(("Leads", leads)))) == [SheetRow(2, ["Ann", "Bonn"])]


@pytest.mark.parametrize("more", [repeated("rows", 999_999_999), repeated("rows", 10**17)])
def test_a_row_repeated_a_thousand_million_times(stored, more):
    sentence = sentence_of(stored(ods(("Leads", LEADS + ods_row("Bob", "Ulm", more=more)))))

    assert sentence.startswith("The workbook says that a row is repeated ")
    assert sentence.endswith(
        "times, more than the 1,048,576 rows that a sheet may have. Save the sheet as CSV and"
        " upload that."
    )


def test_many_rows_that_are_each_repeated_a_little_too_often(stored):
    rows = ods_row("Bob", "Ulm", more=repeated("rows", 200_000)) * 6

    assert "more than the 1,048,576 rows" in sentence_of(stored(ods(("Leads", LEADS + rows))))


def test_a_cell_repeated_a_thousand_million_times(stored):
    bomb = ods_row("Bob", ods_cell("x", more=repeated("columns", 999_999_999)))

    assert sentence_of(stored(ods(("Leads", LEADS + bomb)))).startswith(
        "The workbook says that a cell is repeated 999,999,999 times, more than the 16,384 cells"
    )


def test_something_beyond_a_thousand_million_blank_rows(stored):
    far = ods_row(ods_cell(""), more=repeated("rows", 999_999_999)) + ods_row("Bob", "Ulm")

    assert "a row is repeated 999,999,999 times" in sentence_of(stored(ods(("Leads", LEADS + far))))


def test_something_beyond_a_thousand_million_blank_cells(stored):
    far = ods_row(ods_cell("", more=repeated("columns", 999_999_999)), "Bob")

    assert "a cell is repeated 999,999,999 times" in sentence_of(
        stored(ods(("Leads", LEADS + far)))
    )


def test_entities_that_multiply(stored):
    laugh = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {new} "{f"&{old};" * 10}">'
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    content = ods(("Leads", ods_row("Name") + ods_row("&i;")))
    with zipfile.ZipFile(stored(content)) as archive:
        xml = (
            archive.read("content.xml").decode().replace("<office:doc", laugh + "]><office:doc", 1)
        )

    assert read_or_refused(stored(zipped(("mimetype", make_ods()), ("content.xml", xml))))


def make_ods():
    return "application/vnd.oasis.opendocument.spreadsheet"


def test_an_ods_that_unpacks_to_much_more_than_its_size(stored):
    bomb = ods(("Leads", LEADS + ods_row("Bob") * 400_000))

    assert "unpacks to more than 200 times its size" in sentence_of(stored(bomb))


# XLS


@pytest.fixture
def xls(tmp_path):
    make.xlwt_book(tmp_path / "leads.xls")
    return tmp_path / "leads.xls"


def test_an_xls_that_claims_a_dimension_beyond_any_memory(xls):
    content = xls.read_bytes()
    at = content.index(b"\x00\x02\x0e\x00")
    huge = struct.pack("<2I2H", 0, 0xFFFFFFF0, 0, 0xFFFF)
    xls.write_bytes(content[: at + 4] + huge + content[at + 16 :])

    assert read_or_refused(xls)


def test_an_xls_whose_sectors_run_in_a_circle(xls):
    content = bytearray(xls.read_bytes())
    fat = (int.from_bytes(content[76:80], "little") + 1) * 512
    for sector in range(len(content) // 512 - 1):
        content[fat + sector * 4 : fat + sector * 4 + 4] = struct.pack("<I", sector)
    xls.write_bytes(content)

    assert sentence_of(xls).endswith(".")


def test_an_xls_that_was_cut_off(xls):
    whole = xls.read_bytes()
    for length in (520, 1_500, len(whole) - 700):
        xls.write_bytes(whole[:length])
        assert read_or_refused(xls)


def test_an_xls_with_a_password_is_told_so(xls):
    content = xls.read_bytes()
    at = content.index(b"\x09\x08\x10\x00") + 20
    xls.write_bytes(content[:at] + b"\x2f\x00" + content[at + 2 :])

    with pytest.raises(UnreadableFile, match=r"^This is a workbook with a password\. Remove"):
        detect.kind(xls)


# XLSB


def test_an_xlsb_that_claims_a_dimension_beyond_any_memory(stored):
    claimed = xlsb.book(dimension=(0, 0xFFFFFFF0, 0, 0xFFFFFFF0))

    assert read_or_refused(stored(claimed))


@pytest.mark.parametrize(("row", "column"), [(1_048_575, 16_383), (0xFFFFFFF0, 0xFFFFFFF0)])
def test_an_xlsb_with_a_cell_in_the_last_corner(stored, row, column):
    far = (*xlsb.ROWS, xlsb.row(row, xlsb.text(column, 6)))

    assert read_or_refused(stored(xlsb.book(far)))


def test_an_xlsb_that_claims_four_thousand_million_texts(stored):
    content = xlsb.book()
    with zipfile.ZipFile(stored(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    at = parts["xl/sharedStrings.bin"].index(b"\x08") + 1
    texts = parts["xl/sharedStrings.bin"]
    parts["xl/sharedStrings.bin"] = texts[:at] + b"\xff" * 8 + texts[at + 8 :]

    assert read_or_refused(stored(zipped(*parts.items())))


def test_an_xlsb_that_unpacks_to_much_more_than_its_size(stored):
    rows = (*xlsb.ROWS, bytes(40_000_000))

    assert "unpacks to more than 200 times its size" in sentence_of(stored(xlsb.book(rows)))


# Any of them


@pytest.mark.parametrize(
    "name",
    [
        *("excel97.xls", "excel.xlsb", "odfpy.ods"),
        *("biff5.xls", "formats.xlsb", "libreoffice_formats.ods"),
    ],
)
def test_flipped_bits(stored, name):
    whole = (make.HERE / name).read_bytes()
    for place in range(40, len(whole), len(whole) // 15):
        flipped = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
        assert read_or_refused(stored(flipped))


def test_a_workbook_that_is_larger_unpacked_than_a_file_may_be(stored):
    packed = zipped(("leads.ods", ods(("Leads", LEADS))))

    sentence = sentence_of(stored(packed), Limits(file_bytes=len(packed) - 1, zip_entries=10))
    assert sentence.startswith("The file has ")
    assert rows_of(stored(packed), DEFAULT) == [SheetRow(2, ["Ann", "Bonn"])]


@pytest.mark.parametrize("error", ["#SPILL!", "#GETTING_DATA", "#CALC!"])
def test_an_error_of_newer_programs_is_named_with_its_cure(stored, error):
    book = stored(b"", "leads.xlsx")
    make.xlsxwriter_book(book)
    with zipfile.ZipFile(book) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    row = f'<row r="9"><c r="A9" t="e"><v>{error}</v></c></row></sheetData>'
    parts[sheet] = parts[sheet].replace(b"</sheetData>", row.encode())

    sentence = sentence_of(stored(zipped(*parts.items()), "leads.xlsx"))

    assert sentence == (
        f"A cell of the sheet shows the error {error}, which cannot be read. Find it in Excel, "
        "repair or clear it, or save the sheet as CSV, and upload that."
    )
