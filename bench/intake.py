"""Reading a file into rows, against a bare COPY of the same rows and against calamine alone."""

from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection
from python_calamine import CalamineWorkbook

from bench import material
from bench.measure import alone, figure, median_ms, rate, stopwatch
from imports.intake import read
from imports.intake.table import open_table
from imports.models import Row


def run(*, full: bool) -> None:
    """CSV of 200,000 rows (and a million), XLSX of 100,000 (and a million)."""
    for count in (200_000, 1_000_000) if full else (200_000,):
        _csv(count)
    _first_rows(50_000)
    for count in (100_000, 1_000_000) if full else (100_000,):
        _xlsx(count)


def _csv(count: int) -> None:
    made = material.uploaded(material.a_customer()[0], count)
    seconds, megabytes, _ = alone(read_seconds, made.pk)
    bare = alone(copy_seconds, made.pk)[0]
    figure(
        "intake.csv",
        rows=count,
        rows_per_second=rate(count, seconds),
        bare_copy_rows_per_second=rate(count, bare),
        share_of_bare_copy=round(bare / seconds, 2),
        peak_mb=megabytes,
    )
    Row.objects.filter(lead_import=made).delete()


def _first_rows(count: int) -> None:
    """How long a person waits for something to look at once a workbook has arrived."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "leads.xlsx"
        material.write_xlsx(path, count)
        milliseconds = median_ms(lambda: open_table(path).close(), times=5)
    figure("intake.first_rows", rows=count, milliseconds=milliseconds)


def _xlsx(count: int) -> None:
    made = material.uploaded(material.a_customer()[0], count, "xlsx")
    seconds, megabytes, child = alone(read_seconds, made.pk)
    calamine, _, _ = alone(calamine_seconds, made.file.path)
    bare = alone(copy_seconds, made.pk)[0]
    figure(
        "intake.xlsx",
        rows=count,
        rows_per_second=rate(count, seconds),
        calamine_rows_per_second=rate(count, calamine),
        share_of_calamine=round(calamine / seconds, 2),
        share_of_calamine_then_bare_copy=round((calamine + bare) / seconds, 2),
        peak_mb=megabytes,
        child_peak_mb=child,
    )
    Row.objects.filter(lead_import=made).delete()


def read_seconds(import_id: int) -> float:
    """Read an uploaded file as the intake worker does."""
    with stopwatch() as watch:
        assert read.read(import_id)
    return watch.seconds


def copy_seconds(import_id: int) -> float:
    """Copy rows that lie in memory into a table like ours, one transaction each slice."""
    rows = list(Row.objects.filter(lead_import=import_id).values_list("number", "cells", "note"))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare (LIKE imports_row INCLUDING ALL)")
        with stopwatch() as watch:
            for start in range(0, len(rows), read.SLICE):
                with cursor.copy("COPY bare (import_id, number, cells, note) FROM STDIN") as copy:
                    copy.set_types(["int8", "int4", "text[]", "text"])
                    for row in rows[start : start + read.SLICE]:
                        copy.write_row((import_id, *row))
        cursor.execute("DROP TABLE bare")
    return watch.seconds


def calamine_seconds(path: str) -> float:
    """Read a workbook with calamine into Python rows, nothing else."""
    with stopwatch() as watch:
        book = CalamineWorkbook.from_path(path)
        for _ in book.get_sheet_by_index(0).iter_rows():
            pass
    return watch.seconds
