"""Row-level reports as files: CSV for everything, XLSX for those who prefer it."""

import csv
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from imports.models import Import
from imports.reports.harmless import harmless
from imports.reports.rows import ReportRow, Selection, every

COLUMNS = (
    "Row",
    "Result",
    "Lead ID",
    "Matched by",
    "Reason",
    "Ignored custom fields",
    "Sent at",
    "Request",
)
BOM = "\ufeff"
FLUSH = 500  # rows written at a time
SHEET_ROWS = 1_048_576


def header(lead_import: Import) -> list[str]:
    """Return the report's columns, then the sheet's own."""
    return [*COLUMNS, *(harmless(name) for name in lead_import.headers)]


def line(row: ReportRow) -> list[str]:
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


@lru_cache(maxsize=64)
def _time(moment: datetime) -> str:
    """All rows of a request have the same."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def write_csv(lead_import: Import, chosen: Selection) -> Iterator[bytes]:
    """Give the report as CSV: UTF-8 with BOM, CRLF, comma."""
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write(BOM)
    writer.writerow(header(lead_import))
    for place, row in enumerate(every(lead_import, chosen), start=1):
        writer.writerow(line(row))
        if place % FLUSH == 0:
            yield _drain(buffer)
    yield _drain(buffer)


def _drain(buffer: StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode("utf-8", errors="replace")


def write_xlsx(lead_import: Import, chosen: Selection, path: Path) -> None:
    """Write the report as XLSX: every cell a string, never a formula or a link.

    Rows wait in files beside it, which are gone afterwards. Raises OSError when the disk is full.
    """
    options = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    with TemporaryDirectory(dir=path.parent, prefix=".report-") as folder:
        try:
            with xlsxwriter.Workbook(str(path), {**options, "tmpdir": folder}) as book:
                _write_all(book, lead_import, chosen)
        except FileCreateError as problem:
            raise OSError(*problem.args[0].args) from None


def _write_all(book: xlsxwriter.Workbook, lead_import: Import, chosen: Selection) -> None:
    sheet, place = _sheet(book, lead_import), 1
    for row in every(lead_import, chosen):
        if place == SHEET_ROWS:
            sheet, place = _sheet(book, lead_import), 1
        _write(sheet, place, line(row))
        place += 1


def _sheet(book: xlsxwriter.Workbook, lead_import: Import) -> xlsxwriter.worksheet.Worksheet:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    _write(sheet, 0, header(lead_import))
    return sheet


def _write(sheet: xlsxwriter.worksheet.Worksheet, place: int, texts: list[str]) -> None:
    for column, text in enumerate(texts):
        if text:
            sheet.write_string(place, column, text[:32_767])


def report_name(lead_import: Import, chosen: Selection, ending: str) -> str:
    """Return a file name that says what it is: import, customer, which rows."""
    which = chosen.bucket.replace("_", "-") or "all"
    customer = re.sub(r"[^a-z0-9-]+", "-", lead_import.customer.slug)
    return f"import-{lead_import.pk}-{customer}-{which}.{ending}"
