"""A person uploads workbooks: ordinary ones, odd ones, and ones made to do harm."""

import datetime as dt
import io
import os
import re
import subprocess
import sys
import tracemalloc
import zipfile

import openpyxl
import psutil
import pytest
from openpyxl.styles import Font

from imports.errors import UnreadableFile
from imports.intake import archive as archive_of_pieces
from imports.intake import parsers, workbook
from imports.intake.batches import SheetRow
from imports.intake.dialect import Dialect, Limits
from imports.intake.table import open_table


@pytest.fixture
def book(tmp_path):
    """A workbook of the given sheets, each a list of rows; `change` may edit it before saving."""

    def make(change=None, **sheets):
        made = openpyxl.Workbook()
        made.remove(made.active)
        for name, rows in sheets.items():
            sheet = made.create_sheet(name)
            for row in rows:
                sheet.append(row)
        if change:
            change(made)
        made.save(tmp_path / "leads.xlsx")
        return tmp_path / "leads.xlsx"

    return make


def rewrite(path, edit):
    """Pack the workbook anew, each entry as `edit(name, content)` gives it."""
    into = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, edit(name, old.read(name)))
    path.write_bytes(into.getvalue())
    return path


def in_sheet(path, old, new):
    return rewrite(
        path,
        lambda name, content: content.replace(old, new) if "sheet1" in name else content,
    )


def sentence_of(path, **options):
    with pytest.raises(UnreadableFile) as refused, open_table(path, **options) as table:
        list(table.rows())
    return refused.value.sentence


def rows_of(path, **options):
    with open_table(path, **options) as table:
        return list(table.rows())


LEADS = [["Name", "Phone"], ["Ann", 2065550123], ["Bob", "0049 221 5550123"]]


def test_formulas_that_nobody_has_calculated_are_blank_and_the_page_says_so(book):
    """As tools write workbooks that never saw Excel."""
    path = book(Leads=[["Name", "Full name"], ["Ann", '=A2&" Lee"'], ["Bob", "Bob Roy"]])

    with open_table(path) as table:
        assert table.doubts == [workbook.UNSOLVED.format(cell="B2")]
        assert list(table.rows()) == [SheetRow(2, ["Ann"]), SheetRow(3, ["Bob", "Bob Roy"])]


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="B2" t="str"><f>IF(A2="","x","")</f><v></v></c>',
        '<c r="B2" t="str"><f>A2</f><v>Ann</v></c>',
        '<c r="B2"><f t="shared" si="0"/><v>5</v></c>',
        '<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c>',
    ],
)
def test_a_formula_with_a_result_raises_no_doubt_even_where_that_is_blank(book, cell):
    path = book(Leads=[["Name", "Full name"], ["Ann", "=A2"], ["Bob", "Bob Roy"]])
    in_sheet(path, b'<c r="B2"><f>A2</f><v></v></c>', cell.encode())
    in_sheet(path, b'<c r="B2"><f>A2</f><v /></c>', cell.encode())

    with open_table(path) as table:
        assert table.doubts == []
        assert [row.number for row in table.rows()] == [2, 3]


def test_an_ordinary_workbook(book):
    with open_table(book(Leads=LEADS)) as table:
        assert table.headers == ["Name", "Phone"]
        assert table.sheets == ["Leads"]
        assert table.dialect == Dialect("xlsx", sheet="Leads", header_row=1)
        first, second = list(table.rows()), list(table.rows())

    assert (
        first
        == second
        == [
            SheetRow(2, ["Ann", "2065550123"]),
            SheetRow(3, ["Bob", "0049 221 5550123"]),
        ]
    )


def test_cells_are_the_text_that_a_person_sees(book):
    values = {
        2065550123: "2065550123",
        1234567890123456: "1234567890123456",
        1e21: "1000000000000000000000",
        -0.5: "-0.5",
        1e-07: "0.0000001",
        123456.789: "123456.789",
        dt.date(2026, 11, 3): "2026-11-03",
        dt.datetime(2026, 11, 3, 14, 5): "2026-11-03 14:05:00",  # noqa: DTZ001 as cells have it
        dt.time(9, 30): "09:30:00",
        dt.timedelta(hours=30, minutes=1): "30:01:00",
        " 007 ": " 007 ",
        "a\nb": "a\nb",
        "#N/A": "#N/A",
        "#DIV/0!": "#DIV/0!",
    }
    path = book(
        Leads=[["Name", "Value"], ["yes", True], ["no", False]] + [["x", v] for v in values]
    )

    shown = [row.cells[1] for row in rows_of(path)]

    assert shown == ["TRUE", "FALSE", *values.values()]


def test_numbers_are_those_of_the_sheet(book):
    def move(made):
        sheet = made["Leads"]
        sheet["C7"], sheet["D7"] = "Name", "City"
        sheet["C8"], sheet["D8"] = "Ann", "Bonn"
        sheet["C11"] = "Bob"
        sheet["C3"] = "Our leads"

    with open_table(book(move, Leads=[])) as table:
        assert table.headers == ["", "", "Name", "City"]
        assert table.dialect.header_row == 7
        assert list(table.rows()) == [
            SheetRow(8, ["", "", "Ann", "Bonn"]),
            SheetRow(9, []),
            SheetRow(10, []),
            SheetRow(11, ["", "", "Bob"]),
        ]


def test_a_column_without_a_heading_is_still_a_column(book):
    with open_table(book(Leads=[["Name"], ["Ann", "Bonn"]])) as table:
        assert table.headers == ["Name", ""]
        assert list(table.rows()) == [SheetRow(2, ["Ann", "Bonn"])]


def test_formatted_blank_rows_at_the_end_are_no_rows(book):
    def style(made):
        made["Leads"].cell(500, 9).font = Font(bold=True)
        made["Leads"]["A300"] = " "

    assert len(rows_of(book(style, Leads=LEADS))) == 2


def test_a_million_blank_rows_at_the_end(book):
    blank = b"".join(b'<row r="%d" ht="9"/>' % number for number in range(4, 1_000_004))

    assert len(rows_of(in_sheet(book(Leads=LEADS), b"</sheetData>", blank + b"</sheetData>"))) == 2


def test_16384_columns(book):
    with open_table(book(Leads=[[f"c{number}" for number in range(16_384)], ["x"] * 16_384])) as it:
        assert len(it.headers) == 16_384
        assert len(next(it.rows()).cells) == 16_384


def test_nul_characters_are_removed_with_a_note(book):
    assert rows_of(book(Leads=[["Name", "City"], ["A_x0000_nn", "Bonn"]])) == [
        SheetRow(2, ["Ann", "Bonn"], "1 NUL character removed")
    ]


def test_the_first_visible_sheet_with_something_in_it_is_taken(book):
    def hide(made):
        made["Old"].sheet_state = "hidden"

    path = book(hide, Empty=[], Old=[["Name"], ["Zoe"]], Leads=LEADS, More=LEADS)

    with open_table(path) as table:
        assert table.dialect.sheet == "Leads"
        assert (table.sheets, table.hidden) == (["Old", "Leads", "More"], ["Old"])
    assert rows_of(path, choice=Dialect(sheet="Old")) == [SheetRow(2, ["Zoe"])]


def test_a_sheet_that_is_not_there_or_empty(book):
    path = book(Empty=[], Leads=LEADS, More=LEADS)

    assert sentence_of(path, choice=Dialect(sheet="Kunden")) == (
        "There is no sheet “Kunden” in the workbook. Choose one of these: “Leads”, “More”."
    )
    assert sentence_of(path, choice=Dialect(sheet="Empty")) == (
        "The sheet “Empty” is empty. Choose another: “Leads”, “More”."
    )


def test_workbooks_with_nothing_to_read(book):
    def hide(made):
        made["Old"].sheet_state = "hidden"

    assert sentence_of(book(Leads=[])).startswith("The workbook is empty")
    assert sentence_of(book(hide, Leads=[], Old=LEADS)).startswith("The workbook has only hidden")
    assert sentence_of(book(Leads=[["Name", "Phone"]])) == (
        "The sheet “Leads” has headings in row 1 but no rows below them. Add the leads below the"
        " headings and upload it again."
    )


# Hostile and damaged ones


def test_a_cell_in_the_last_corner_is_refused_by_name(book):
    def corner(made):
        made["Leads"]["XFD1048576"] = "x"

    assert sentence_of(book(corner, Leads=LEADS)).startswith(
        "A sheet has something in cell XFD1048576, so far from the rest"
    )


@pytest.mark.parametrize("before", [1, 8, 30])
def test_what_lies_across_two_pieces_of_the_look_is_seen(book, before):
    far, error = b'<c r="XFD1048576"><v>1</v></c>', b'<c r="B4" t="e"><v>#N/A</v></c>'

    path = at_the_seam(book(Leads=LEADS), b'<row r="1048576">', far, before)
    assert "cell XFD1048576" in sentence_of(path)

    path = at_the_seam(book(Leads=LEADS), b'<row r="4">', error, before)
    assert rows_of(path)[-1] == SheetRow(4, ["", "#N/A"])


def at_the_seam(path, row, cell, before):
    """Add a row whose cell begins so many bytes before the look's second piece."""
    with zipfile.ZipFile(path) as archive:
        start = archive.read("xl/worksheets/sheet1.xml").index(b"</sheetData>")
    blank = b" " * (archive_of_pieces.PIECE - before - start - len(row))
    return in_sheet(path, b"</sheetData>", blank + row + cell + b"</row></sheetData>")


def test_cells_far_apart_meet_the_memory_limit(book):
    def corners(made):
        made["Leads"]["ZZ1"] = "x"
        made["Leads"]["A1048576"] = "x"

    sentence = sentence_of(book(corners, Leads=LEADS), limits=Limits(memory_bytes=500_000_000))

    assert sentence.startswith("The workbook is too large to be opened: it needs more than 500 MB")


def test_a_false_count_of_shared_texts_is_refused(book):
    path = rewrite(
        book(Leads=LEADS),
        lambda name, content: (
            re.sub(rb"<sheetData>.*</sheetData>", b"", content) if "sheet1" in name else content
        ),
    )
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/sharedStrings.xml", '<sst uniqueCount="4000000000"><si/></sst>')

    assert sentence_of(path).startswith("The workbook is damaged")


def test_a_zip_bomb_is_refused_while_it_is_counted(book):
    path = in_sheet(book(Leads=LEADS), b"</sheetData>", b" " * 30_000_000 + b"</sheetData>")

    assert path.stat().st_size < 50_000
    assert "unpacks to more than 200 times its size" in sentence_of(path)
    roomy = Limits(inflated_ratio=10_000, inflated_bytes=10_000_000)
    assert "unpacks to more than 10 MB" in sentence_of(path, limits=roomy)


def test_sizes_that_lie_do_not_hide_a_bomb(book):
    path = in_sheet(book(Leads=LEADS), b"</sheetData>", b" " * 30_000_000 + b"</sheetData>")
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    path.write_bytes(path.read_bytes().replace(size.to_bytes(4, "little"), b"\x10\x00\x00\x00"))

    assert "unpacks to more than 200 times its size" in sentence_of(path)


def test_too_many_parts(book):
    assert "more than the 3 that are opened" in sentence_of(
        book(Leads=LEADS), limits=Limits(zip_entries=3)
    )


def test_broken_contents_are_called_damaged(book):
    path = in_sheet(book(Leads=LEADS), b"</c>", b"</d>")

    assert sentence_of(path).startswith("The workbook is damaged")


def test_a_flipped_bit_is_called_damaged_or_read(book):
    path = book(Leads=[*LEADS, *[[f"Ann {number}", number] for number in range(2_000)]])
    whole = path.read_bytes()
    for place in range(100, len(whole), len(whole) // 12):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        assert rows_or_sentence(path)


def rows_or_sentence(path):
    try:
        return len(rows_of(path)) > 2
    except UnreadableFile as refused:
        return refused.sentence.endswith(".")


def test_a_cell_of_more_than_a_megabyte_is_named(book):
    path = book(Leads=[["Name", "Note"], ["Ann", "x" * 2_000]])

    assert len(rows_of(path)[0].cells[1]) == 2_000
    assert sentence_of(path, limits=Limits(cell_chars=1_000)).startswith(
        "Row 2 has a cell of more than 1,000 characters"
    )


def test_a_child_that_is_too_slow_is_ended(book):
    assert sentence_of(book(Leads=LEADS), limits=Limits(wait_seconds=0.001)).startswith(
        "The workbook takes too long to be opened."
    )


def test_a_child_that_burns_the_processor_is_ended(monkeypatch, tmp_path, book):
    spinning(monkeypatch, tmp_path)

    assert sentence_of(book(Leads=LEADS), limits=Limits(cpu_seconds=1)).startswith(
        "The workbook takes too long to be opened."
    )


def spinning(monkeypatch, tmp_path):
    """Let the parser be one that never comes back."""
    fake = tmp_path / "root"
    fake.mkdir()
    (fake / "imports").symlink_to(parsers.ROOT / "imports")
    (fake / "python_calamine.py").write_text(
        "class CalamineError(Exception): pass\nPasswordError = CalamineError\n"
        "def load_workbook(path):\n    while True: pass\n"
    )
    monkeypatch.setattr(parsers, "ROOT", fake)


OPENING = (
    "import sys; from pathlib import Path; from imports.intake import parsers, table;"
    "parsers.ROOT = Path(sys.argv[2]); table.open_table(Path(sys.argv[1]))"
)


def test_the_child_knows_none_of_our_secrets_and_dies_with_us(monkeypatch, tmp_path, book):
    spinning(monkeypatch, tmp_path)
    path = book(Leads=LEADS)
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            OPENING,
            str(path),
            str(parsers.ROOT),
        ],
        env=os.environ | {"SECRET_KEY": "hidden"},
        cwd=parsers.ROOT,
    )
    try:
        child = wait_for_child(parent)
        assert "hidden" not in child.environ().values()
        assert child.rlimit(psutil.RLIMIT_CORE) == (0, 0)
        assert child.rlimit(psutil.RLIMIT_AS)[0] == Limits().memory_bytes
        assert os.getpgid(child.pid) == child.pid
    finally:
        parent.kill()
        parent.wait()
    psutil.wait_procs([child], timeout=10)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def wait_for_child(parent):
    """Wait until the child has confined itself and spins."""
    while True:
        assert parent.poll() is None
        for child in psutil.Process(parent.pid).children():
            if child.rlimit(psutil.RLIMIT_CORE) == (0, 0) and child.cpu_times().user > 0.2:
                return child


def test_a_table_that_is_closed_early_leaves_no_process(book):
    path = book(Leads=[*LEADS, *[["x" * 300, number] for number in range(3_000)]])
    before = set(psutil.Process().children())  # the tests' servers
    with open_table(path) as table:
        rows = table.rows()
        next(rows)
        assert set(psutil.Process().children()) > before

    assert set(psutil.Process().children()) == before


def test_the_parent_holds_no_sheet(book):
    path = book(Leads=[*LEADS, *[["x" * 1_000 + str(number)] for number in range(20_000)]])
    tracemalloc.start()

    with open_table(path) as table:
        count = sum(1 for _ in table.rows())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert count == 20_002
    assert peak < 8_000_000  # the sheet has 20 MB of text
