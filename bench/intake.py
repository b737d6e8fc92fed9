"""Reading a file into rows, against a bare COPY of the same rows and against calamine alone."""

import threading
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import django
from django.db import connection
from python_calamine import CalamineWorkbook

from bench import material
from bench.measure import alone, figure, median_ms, rate, stopwatch
from imports.intake import parsers, read
from imports.intake.table import open_table
from imports.models import Import, Row
from portal import garbage

COPY_BLOCK = 64 * 1024  # bytes given to COPY at once


def run(*, full: bool) -> None:
    """CSV of 100,000 rows and of 200,000 (a million), XLSX of 100,000 (and a million)."""
    small, large = 100_000, 1_000_000 if full else 200_000
    few, many = _csv(small), _csv(large)
    figure("intake.memory", rows=large, against_rows=small, ratio=round(many / max(1, few), 2))
    _two(large // 2)
    _first_rows(50_000)
    for count in (100_000, 1_000_000) if full else (100_000,):
        _xlsx(count)


def _csv(count: int) -> int:
    """Give the megabytes that the peak rose by."""
    made = material.uploaded(material.a_customer()[0], count)
    shown = alone(first_rows_seconds, made.pk)[0]
    _afresh(made)
    seconds, megabytes, _ = alone(read_seconds, made.pk)
    bare = alone(copy_seconds, made.pk)[0]
    figure(
        "intake.csv",
        rows=count,
        rows_per_second=rate(count, seconds),
        bare_copy_rows_per_second=rate(count, bare),
        share_of_bare_copy=round(bare / seconds, 2),
        first_rows_after_seconds=round(shown, 2),
        peak_mb=megabytes,
    )
    _forget_rows()
    return megabytes


def _two(count: int) -> None:
    """Read two files at once, each in a process of its own, against one alone."""
    imports = [material.uploaded(material.a_customer()[0], count) for _ in range(2)]
    one = alone(read_seconds, imports[0].pk)[0]
    _afresh(imports[0])
    context = get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context, initializer=django.setup) as pool:
        list(pool.map(time.sleep, [0.5, 0.5]))  # both are there before the first begins
        with stopwatch() as watch:
            list(pool.map(read_seconds, [made.pk for made in imports]))
    figure(
        "intake.two_processes",
        rows=2 * count,
        rows_per_second=rate(2 * count, watch.seconds),
        two_against_one=round(2 * one / watch.seconds, 2),
    )
    _forget_rows()


def _forget_rows() -> None:
    """Empty the table of rows: what is deleted would be cleaned up while something is measured."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE imports_row CASCADE")


def _afresh(made: Import) -> None:
    """Let a file be read once more."""
    _forget_rows()
    Import.objects.filter(pk=made.pk).update(state="uploaded", work_until=None, read_fence=0)


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
    _forget_rows()


def read_seconds(import_id: int) -> float:
    """Read an uploaded file as an intake worker does that has read one before."""
    made = Import.objects.get(pk=import_id)
    ending = made.file_name.rsplit(".", 1)[1]
    assert read.read(material.uploaded(made.customer, 10, ending).pk)
    garbage.keep_what_is_loaded()
    parsers.keep_one()
    time.sleep(0.5)  # it has started long before the next file comes
    with stopwatch() as watch:
        assert read.read(import_id)
    return watch.seconds


def first_rows_seconds(import_id: int) -> float:
    """Read an uploaded file, and tell after how long others see its first rows."""
    seen: list[float] = []

    def look() -> None:
        while not Row.objects.filter(lead_import=import_id).exists():
            time.sleep(0.005)
        seen.append(time.perf_counter())
        connection.close()

    looking = threading.Thread(target=look)
    looking.start()
    began = time.perf_counter()
    assert read.read(import_id)
    looking.join()
    return seen[0] - began


def copy_seconds(import_id: int) -> float:
    """Copy rows, which lie in memory as COPY's own text, into a table like ours, slice by slice."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare (LIKE imports_row INCLUDING ALL)")
        slices = _as_copied(import_id)
        with stopwatch() as watch:
            for text in slices:
                with cursor.copy("COPY bare FROM STDIN") as copy:
                    for start in range(0, len(text), COPY_BLOCK):
                        copy.write(text[start : start + COPY_BLOCK])
        cursor.execute("DROP TABLE bare")
    return watch.seconds


def _as_copied(import_id: int) -> list[bytes]:
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY (SELECT * FROM imports_row WHERE import_id = %s ORDER BY number) TO STDOUT",
            [import_id],
        ) as copy,
    ):
        lines = [bytes(line) for line in copy]
    return [b"".join(lines[n : n + read.SLICE]) for n in range(0, len(lines), read.SLICE)]


def calamine_seconds(path: str) -> float:
    """Read a workbook with calamine into Python rows, nothing else."""
    with stopwatch() as watch:
        book = CalamineWorkbook.from_path(path)
        for _ in book.get_sheet_by_index(0).iter_rows():
            pass
    return watch.seconds
