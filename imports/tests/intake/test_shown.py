"""Staff see 25 %, 00123 and #N/A in their workbooks of any kind, and so does the portal."""

import io
import zipfile
from decimal import Decimal

import pytest
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imports.errors import UnreadableFile
from imports.intake import ole, shown, shown_ods, shown_xls, shown_xlsb
from imports.intake.dialect import DEFAULT
from imports.intake.shown import Shown
from imports.intake.table import open_table
from imports.intake.workbook_look import look
from imports.tests.intake.corpus import biff, libreoffice, xlsb
from imports.tests.intake.made import zipped

END = 0xFFFFFFFE  # of a chain of sectors


@pytest.mark.parametrize(
    ("code", "value", "seen"),
    [
        ("0%", 0.25, "25%"),
        ("0%", 0.125, "12.5%"),
        ("[Red]0.00%", -1.5, "-150%"),
        ("00000", 123, "00123"),
        ("00000;@", 123, "00123"),
        ("000", 12345, "12345"),
        ("00000", -7, "-00007"),
        ("00000", 0.5, ""),
        ("00000\\-0000", 21341234, "02134-1234"),
        ("000-00-0000", 78051120, "078-05-1120"),
        ("00 00", 1234567, "12345 67"),
        ("00000", 1e300, f"{Decimal('1e300'):f}"),
        ("00000", float("inf"), ""),
    ],
)
def test_what_a_format_shows(code, value, seen):
    shown_by = shown.format_of(164, code)

    assert shown_by is not None
    assert shown.text(value, shown_by) == seen


@pytest.mark.parametrize("code", ["General", "0", "0.00", "#,##0", '0" %"', "yyyy-mm-dd", "0/00"])
def test_formats_that_show_a_number_as_it_is_stored(code):
    assert shown.format_of(164, code) is None


def test_a_long_xls_whose_stream_is_scattered_over_the_file(tmp_path):
    """As after many rewritings: the first sector of the stream is the last one of the file."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Leads")
    style = xlwt.easyxf(num_format_str="00000")
    sheet.write(0, 0, "Zip")
    for row in range(1, 4_001):
        sheet.write(row, 0, row, style)
    path = tmp_path / "leads.xls"
    book.save(str(path))
    path.write_bytes(backwards(path.read_bytes()))

    with open_table(path) as table:
        assert [row.cells for row in table.rows()] == [[f"{row:05}"] for row in range(1, 4_001)]


def backwards(content):
    """Give an Office file as xlwt writes it with the sectors of its first stream turned round."""
    sectors = [content[at : at + 512] for at in range(512, len(content), 512)]
    table = ole_table(content, sectors)
    length = next(place for place, following in enumerate(table) if following == END) + 1
    sectors[:length] = reversed(sectors[:length])
    table[:length] = [END, *range(length - 1)]
    listed = [int.from_bytes(content[at : at + 4], "little") for at in range(76, 512, 4)]
    packed = b"".join(number.to_bytes(4, "little") for number in table)
    for place, number in enumerate(number for number in listed if number < len(sectors)):
        sectors[number] = packed[512 * place : 512 * place + 512]
    whole = content[:512] + b"".join(sectors)
    entry = whole.index("Workbook".encode("utf-16-le"))
    return whole[: entry + 116] + (length - 1).to_bytes(4, "little") + whole[entry + 120 :]


def ole_table(content, sectors):
    listed = [int.from_bytes(content[at : at + 4], "little") for at in range(76, 512, 4)]
    packed = b"".join(sectors[number] for number in listed if number < len(sectors))
    return [int.from_bytes(packed[at : at + 4], "little") for at in range(0, len(packed), 4)]


def test_a_small_stream_is_gathered_whole(tmp_path):
    (tmp_path / "leads.xls").write_bytes(biff.book())

    with ole.Streams(tmp_path / "leads.xls") as streams:
        assert streams.read("Workbook", "Book") == biff.stream()
        assert streams.read("Nothing") == b""


# Broken files: whatever a byte says, there are cells, or a sentence


mutations = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=12
)
broken = settings(
    max_examples=300, deadline=2_000, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def changed(content, changes):
    found = bytearray(content)
    for place, byte in changes:
        found[int(place * len(found))] = byte
    return bytes(found)


def changed_parts(content, changes):
    """Change what is packed, so that the archive around it is whole."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for place, byte in changes:
        name = list(parts)[byte % len(parts)]
        parts[name] = changed(parts[name], [(place, byte ^ 0x2A)])
    return zipped(*parts.items(), pack=zipfile.ZIP_STORED)


def all_cells(path, kind):
    try:
        parts = look(path, kind, DEFAULT)
        reader = shown_ods if kind == "ods" else shown_xlsb
        cells = list(reader.cells(path, "Leads", parts))
    except UnreadableFile as refused:
        return refused.sentence.endswith(".")
    return all(isinstance(cell, Shown) and cell.row >= 0 <= cell.column for cell in cells)


@broken
@given(changes=mutations)
def test_a_broken_xls(tmp_path, changes):
    path = tmp_path / "leads.xls"
    path.write_bytes(changed(biff.book(), changes))

    assert all(cell.row < 2**16 and cell.column < 2**17 for cell in shown_xls.cells(path, 0))


@broken
@given(changes=mutations)
def test_an_xls_with_broken_records(tmp_path, changes):
    path = tmp_path / "leads.xls"
    path.write_bytes(biff.book(changed(biff.stream(), changes)))

    assert all(cell.row < 2**16 and cell.column < 2**17 for cell in shown_xls.cells(path, 0))


@broken
@given(changes=mutations)
def test_a_broken_xlsb(tmp_path, changes):
    (tmp_path / "leads.xlsb").write_bytes(
        changed_parts(xlsb.book(xlsb.FORMATTED, (0, 4, 0, 5)), changes)
    )

    assert all_cells(tmp_path / "leads.xlsb", "xlsb")


@broken
@given(changes=mutations)
def test_a_broken_opendocument(tmp_path, changes):
    (tmp_path / "leads.ods").write_bytes(changed_parts(libreoffice.formats(), changes))

    assert all_cells(tmp_path / "leads.ods", "ods")
