"""Checking rows: what storing and transport cost on top of the pure checker."""

from collections.abc import Callable

from django.db.models import Max

from bench import material
from bench.engine import Portal
from bench.measure import alone, figure, rate, stopwatch
from imports import tasks
from imports.columns import check, derive, digests, phones
from imports.columns.emails import read_email
from imports.models import Chunk, Import, ImportState, Row
from imports.review import judge
from imports.tests.road.engine import wait_until
from portal import garbage

ROWS = 60_000
TIMES = 3  # the quickest counts: what else the machine does only adds
MOST = 120.0  # seconds


def run(*, full: bool) -> None:
    """Pure, stored in one process, and by one and two intake processes; the last part alone too."""
    count = ROWS * 5 if full else ROWS
    made = material.checked(material.a_customer()[0], count)
    pure = alone(pure_seconds, made.pk)[0]
    unhashed = alone(unhashed_seconds, made.pk)[0]
    leaves = alone(leaf_seconds, made.pk)[0]
    stored, megabytes, _ = alone(stored_seconds, made.pk)
    concluding = _concluding_seconds(made)
    one, two = _by_workers(made, 1), _by_workers(made, 2)
    figure(
        "checking",
        rows=count,
        pure_rows_per_second=rate(count, pure),
        leaf_rows_per_second=rate(count, leaves),
        share_of_leaves=round(leaves / pure, 2),
        without_hash_rows_per_second=rate(count, unhashed),
        without_hash_share_of_leaves=round(leaves / unhashed, 2),
        stored_rows_per_second=rate(count, stored),
        share_of_pure=round(pure / stored, 2),
        whole_file_part_rows_per_second=rate(count, concluding),
        one_worker_rows_per_second=rate(count, one),
        two_workers_rows_per_second=rate(count, two),
        two_against_one=round(one / two, 2),
        peak_mb=megabytes,
    )


def pure_seconds(import_id: int) -> float:
    """Check rows that lie in memory, and hash the leads as it is always done."""
    checker, rows = _checker(import_id)
    return _quickest(lambda: [digests.lead_hash(row.lead) for row in checker.check_all(rows)])


def unhashed_seconds(import_id: int) -> float:
    """The same without the hash, which is made when a lead is stored."""
    checker, rows = _checker(import_id)
    return _quickest(lambda: [None for _ in checker.check_all(rows)])


def _checker(import_id: int) -> tuple[check.Checker, list[tuple[int, list[str]]]]:
    made = Import.objects.get(pk=import_id)
    rows = list(Row.objects.filter(lead_import=made).values_list("number", "cells"))
    return check.compile_mapping(derive.mapping_of(made), made.customer.region), rows


def leaf_seconds(import_id: int) -> float:
    """Read only the phones and e-mail addresses of the same rows, by the functions that do that."""
    made = Import.objects.get(pk=import_id)
    readers = {"contact_phone": phones.reader(made.customer.region), "contact_email": read_email}
    columns = [(c.index, readers[c.target]) for c in derive.mapping_of(made).columns
               if c.target in readers]  # fmt: skip
    assert len(columns) == len(readers)
    rows = list(Row.objects.filter(lead_import=made).values_list("cells", flat=True))

    def all_rows() -> None:
        for cells in rows:
            for index, read in columns:
                read(cells[index])

    return _quickest(all_rows)


def _quickest(function: Callable[[], object]) -> float:
    """Time it as in a worker that is ready; no phone is remembered from the time before."""
    garbage.keep_what_is_loaded()
    taken = []
    for _ in range(TIMES):
        phones._read.cache_clear()  # noqa: SLF001 - of use to benchmarks only
        with stopwatch() as watch:
            function()
        taken.append(watch.seconds)
    return min(taken)


def stored_seconds(import_id: int) -> float:
    """Check all rows anew, chunk by chunk, as an intake worker does, without its queue."""
    made = _again(import_id)
    garbage.keep_what_is_loaded()
    with stopwatch() as watch:
        for chunk in derive.unchecked_chunks(made.pk):
            derive.check_chunk(chunk)
    return watch.seconds


def _again(import_id: int) -> Import:
    """Have all rows checked as at first: phones that another release read are not taken over."""
    Chunk.objects.filter(mapping__lead_import=import_id).update(read_by="")
    made = Import.objects.get(pk=import_id)
    version = made.mappings.aggregate(newest=Max("version"))["newest"]
    derive.remap(made, derive.mapping_of(made), None, expected_version=version)
    return made


def _concluding_seconds(made: Import) -> float:
    """Decide what needs the whole file once more: duplicates, shared persons."""
    with stopwatch() as watch:
        judge.apply(Import.objects.get(pk=made.pk))
    return watch.seconds


def _by_workers(made: Import, processes: int) -> float:
    """Check all rows anew by the Procfile's intake worker with so many processes."""
    with Portal() as portal:
        portal.start("intake", concurrency=processes)
        again = _again(made.pk)

        def is_done() -> bool:
            again.refresh_from_db()
            return again.state == ImportState.REVIEW

        with stopwatch() as watch:
            tasks.nudge_chunks_of(again.pk)
            wait_until(is_done, "all rows to be checked", MOST)
    return watch.seconds
