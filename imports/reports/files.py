"""Row-level reports as files: CSV for everything, XLSX for those who prefer it."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from imports import marker
from imports.models import Import
from imports.reports.harmless import harmless
from imports.reports.rows import ReportRow, Selection, every

BOM = "\ufeff"
CSV = "text/csv; charset=utf-8"
FLUSH = 500  # rows written at a time
SHEET_ROWS = 1_048_576
CELL_CHARS = 32_767


class Shape(NamedTuple):
    """What stands in a file of rows: its headings, and the cells of a row."""

    header: Callable[[Import], list[str]]
    line: Callable[[Import, ReportRow], list[str]]


def header(lead_import: Import) -> list[str]:
    """Return the report's columns, then the sheet's own."""
    return [*marker.REPORT, *(harmless(name) for name in lead_import.headers)]


def line(_lead_import: Import, row: ReportRow) -> list[str]:
    """Return one line of the report, harmless to spreadsheet programs."""
    own = (
        str(row.number),
        row.result,
        row.lead_id,
        row.matched_by,
        row.reason,
        ", ".join(row.ignored),
        _time(row.sent_at) if row.sent_at else "",
        row.key,
    )
    return [harmless(text) for text in (*own, *row.cells)]


REPORT = Shape(header, line)


@lru_cache(maxsize=64)
def _time(moment: datetime) -> str:
    """All rows of a request have the same."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def write_csv(lead_import: Import, chosen: Selection, shape: Shape = REPORT) -> Iterator[bytes]:
    """Give the rows as CSV."""
    lines = (shape.line(lead_import, row) for row in every(lead_import, chosen))
    return stream(shape.header(lead_import), lines)


def stream(head: list[str], lines: Iterable[list[str]]) -> Iterator[bytes]:
    """Give harmless lines as CSV: UTF-8 with BOM, CRLF, comma."""
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write(BOM)
    writer.writerow(head)
    for place, cells in enumerate(lines, start=1):
        writer.writerow(cells)
        if place % FLUSH == 0:
            yield _drain(buffer)
    yield _drain(buffer)


def _drain(buffer: StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode("utf-8", errors="replace")


def write_xlsx(lead_import: Import, chosen: Selection, path: Path, shape: Shape = REPORT) -> None:
    """Write the rows as XLSX. Raises OSError when the disk is full."""
    lines = (shape.line(lead_import, row) for row in every(lead_import, chosen))
    write_book(shape.header(lead_import), lines, path)


def write_book(head: list[str], lines: Iterable[list[str]], path: Path) -> None:
    """Write harmless lines as XLSX: every cell a string, never a formula or a link.

    Rows wait in files beside it, which are gone afterwards. Raises OSError when the disk is full.
    """
    options = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    with TemporaryDirectory(dir=path.parent, prefix=".report-") as folder:
        try:
            with xlsxwriter.Workbook(str(path), {**options, "tmpdir": folder}) as book:
                _write_all(book, head, lines)
        except FileCreateError as problem:
            raise OSError(*problem.args[0].args) from None


def _write_all(book: xlsxwriter.Workbook, head: list[str], lines: Iterable[list[str]]) -> None:
    sheet, place = _sheet(book, head), 1
    for cells in lines:
        if place == SHEET_ROWS:
            sheet, place = _sheet(book, head), 1
        _write(sheet, place, cells)
        place += 1


def _sheet(book: xlsxwriter.Workbook, head: list[str]) -> xlsxwriter.worksheet.Worksheet:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    _write(sheet, 0, head)
    return sheet


def _write(sheet: xlsxwriter.worksheet.Worksheet, place: int, texts: list[str]) -> None:
    for column, text in enumerate(texts):
        if text:
            sheet.write_string(place, column, text[:CELL_CHARS])


def report_name(lead_import: Import, chosen: Selection, ending: str) -> str:
    """Return a file name that says what it is: import, customer, which rows."""
    return name_of(lead_import, chosen.bucket.replace("_", "-") or "all", ending)


def repair_name(lead_import: Import, ending: str) -> str:
    """Return the same for a file of rows to repair."""
    return name_of(lead_import, "to-repair", ending)


def name_of(lead_import: Import, which: str, ending: str) -> str:
    """Return a file name of an import's: which of its rows."""
    customer = re.sub(r"[^a-z0-9-]+", "-", lead_import.customer.slug)
    return f"import-{lead_import.pk}-{customer}-{which}.{ending}"
