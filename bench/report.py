"""The row-level report of a finished import, against a bare server-side cursor and csv.writer."""

import csv
import tempfile
from io import StringIO
from pathlib import Path

import xlsxwriter
from django.db import connection, transaction

from bench import material
from bench.measure import alone, figure, rate, stopwatch
from imports import marker
from imports.models import Import
from imports.reports import balance, files
from imports.reports.rows import Selection

ROWS = 200_000
ALL = Selection()
_BARE = """
    SELECT r.number, o.status, o.lead_id, o.matched_by, o.errors, l.problems, r.cells
    FROM imports_row r
    LEFT JOIN imports_lead l ON l.import_id = r.import_id AND l.number = r.number
    LEFT JOIN imports_outcome o ON o.import_id = r.import_id AND o.number = r.number
    WHERE r.import_id = %s ORDER BY r.number
"""


def run(*, full: bool) -> None:
    """All rows as CSV and as XLSX; the few that failed as CSV; the recount of the books."""
    count = ROWS * 5 if full else ROWS
    made = material.settled(material.a_customer()[0], count)
    bare = alone(bare_seconds, made.pk)[0]
    (seconds, first), megabytes, _ = alone(csv_seconds, made.pk, "")
    (failed, _), _, _ = alone(csv_seconds, made.pk, "failed")
    with stopwatch() as books:
        assert balance.recount(made).is_balanced
    figure(
        "report.csv",
        rows=count,
        rows_per_second=rate(count, seconds),
        bare_rows_per_second=rate(count, bare),
        share_of_bare=round(bare / seconds, 2),
        first_byte_ms=round(first * 1000),
        peak_mb=megabytes,
        failed_only_rows_per_second=rate(count // 10, failed),
        recount_rows_per_second=rate(count, books.seconds),
    )
    seconds, megabytes, _ = alone(xlsx_seconds, made.pk)
    bare = alone(bare_xlsx_seconds, count, len(made.headers))[0]
    figure(
        "report.xlsx",
        rows=count,
        rows_per_second=rate(count, seconds),
        bare_rows_per_second=rate(count, bare),
        share_of_bare=round(bare / seconds, 2),
        peak_mb=megabytes,
    )


def csv_seconds(import_id: int, bucket: str) -> tuple[float, float]:
    """Write the report; return the seconds in all and until the first bytes."""
    made = Import.objects.get(pk=import_id)
    with stopwatch() as watch:
        chunks = files.write_csv(made, Selection(bucket))
        with stopwatch() as first:
            next(chunks)
        for _ in chunks:
            pass
    return watch.seconds, first.seconds


def bare_seconds(import_id: int) -> float:
    """Write the same columns with nothing made of them."""
    with transaction.atomic(), stopwatch() as watch:
        connection.ensure_connection()
        with connection.connection.cursor(name="bare") as cursor:
            cursor.itersize = 5_000
            cursor.execute(_BARE, [import_id])
            buffer = StringIO()
            writer = csv.writer(buffer)
            for place, (*own, cells) in enumerate(cursor):
                writer.writerow([*own, *cells])
                if place % 500 == 0:
                    buffer.getvalue().encode()
                    buffer.seek(0)
                    buffer.truncate()
    return watch.seconds


def xlsx_seconds(import_id: int) -> float:
    """Write the report as a workbook."""
    made = Import.objects.get(pk=import_id)
    with tempfile.TemporaryDirectory() as folder, stopwatch() as watch:
        files.write_xlsx(made, ALL, Path(folder) / "report.xlsx")
    return watch.seconds


def bare_xlsx_seconds(count: int, width: int) -> float:
    """Write as many cells with the same library from memory."""
    cells = [f"text of cell {place}" for place in range(len(marker.REPORT) + width)]
    options = {"constant_memory": True}
    with (
        tempfile.TemporaryDirectory() as folder,
        stopwatch() as watch,
        xlsxwriter.Workbook(f"{folder}/bare.xlsx", options) as book,
    ):
        sheet = book.add_worksheet()
        for row in range(count):
            for column, cell in enumerate(cells):
                sheet.write_string(row, column, cell)
    return watch.seconds
