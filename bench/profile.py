"""Counting what stands in each column, against the checking of the same rows, and the pages."""

import statistics
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from django.db import connection
from django.test import Client
from django.urls import reverse

from bench import material, pages
from bench.checking import pure_seconds
from bench.measure import alone, figure, median_ms, rate, stopwatch
from imports.columns import check, derive, drift, former, placeholders, profile, values
from imports.columns.fields import CUSTOM
from imports.forms.meanings import columns_with_meanings
from imports.intake import upload
from imports.models import Customer, Import, ImportState, Row
from portal import garbage

ROWS = 100_000
MORE = 4  # imports of which the re-check is timed, too: it differs by some percent
HEADINGS = [*material.HEADER, "Agent", "Remark", "Created", "Score", "Campaign"]  # 12 columns


def run(*, full: bool) -> None:
    """12 columns of 100,000 rows (a million with --full)."""
    count = ROWS * 10 if full else ROWS
    customer, _ = material.a_customer()
    sent, made = (_twelve_columns(customer, count) for _ in range(2))
    Import.objects.filter(pk=sent.pk).update(state="finished", send_after=sent.created_at)
    seconds, megabytes, _ = alone(counting_seconds, made.pk)
    few = _twelve_columns(customer, count // 10)
    small = alone(counting_seconds, few.pk)[1]
    pure = alone(pure_seconds, made.pk)[0]
    times = [
        [alone(timed, one.pk)[0] for timed in (first_seconds, recheck_seconds, phones_seconds)]
        for one in (made, *(_twelve_columns(customer, count) for _ in range(0 if full else MORE)))
    ]
    first = times[0][0]
    shown = _pages(made, few)
    figure(
        "profile",
        rows=count,
        columns=len(HEADINGS),
        rows_per_second=rate(count, seconds),
        share_of_pure_checking=round(seconds / pure, 3),
        share_of_checking=round(seconds / first, 3),
        recheck_against_first=round(statistics.median(b / a for a, b, _ in times), 2),
        recheck_of_phones_against_first=round(statistics.median(c / a for a, _, c in times), 2),
        peak_mb=megabytes,
        peak_mb_of_a_tenth=small,
    )
    figure("profile.pages", rows=count, median_ms=shown)


def _twelve_columns(customer: Customer, count: int) -> Import:
    """Make an import that was read and mapped, in review, with a profile of its columns."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "leads.csv"
        material.write_rows(path, HEADINGS, _rows(count))
        made = material.accepted(customer, path, upload.Wishes(mapping=material.MAPPING))
    material.read_only(made)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE imports_row")
    assert derive.propose(made.pk, made.read_fence) is None
    Import.objects.filter(pk=made.pk).update(state=ImportState.REVIEW)
    made.refresh_from_db()
    assert Row.objects.filter(lead_import=made).count() == count
    return made


def _rows(count: int) -> Iterator[list[str]]:
    for n, cells in enumerate(material.sheet_rows(count), start=2):
        campaign = f"Spring {n % 9}" if n % 4 else ""
        more = [f"Agent {n % 30}", f"called {n}", f"2025-0{n % 9 + 1}-11", str(n % 4000), campaign]
        yield [*cells, *more]


def counting_seconds(import_id: int) -> float:
    """Count the columns of the stored rows, as it is done once they were read."""
    made = Import.objects.get(pk=import_id)
    with stopwatch() as watch:
        profile.counted(made)
    return watch.seconds


def first_seconds(import_id: int) -> float:
    """Check all rows for the first time, chunk by chunk, as an intake worker does."""
    made = Import.objects.get(pk=import_id)
    garbage.keep_what_is_loaded()
    with stopwatch() as watch:
        derive.use(made, derive.mapping_of(made), None)
        _check_all(import_id)
    return watch.seconds


def recheck_seconds(import_id: int) -> float:
    """Send a column to another custom field."""
    return _recheck_seconds(import_id, f"{CUSTOM}city", target=f"{CUSTOM}town")


def phones_seconds(import_id: int) -> float:
    """Keep the second phone of a cell, too, so that all phones are read again."""
    return _recheck_seconds(import_id, check.PHONE, others=f"{CUSTOM}phones")


def _recheck_seconds(import_id: int, fed: str, **changes: str) -> float:
    """Change the column that feeds this field, and check all rows again until the review."""
    made = Import.objects.select_related("mapping").get(pk=import_id)
    current = derive.mapping_of(made)
    columns = (replace(one, **changes) if one.target == fed else one for one in current.columns)
    changed = replace(current, columns=tuple(columns))
    assert changed != current
    version = made.mapping.version if made.mapping else 0
    garbage.keep_what_is_loaded()
    with stopwatch() as watch:
        derive.remap(made, changed, None, expected_version=version)
        _check_all(import_id)
    former.drop(import_id)
    return watch.seconds


def _check_all(import_id: int) -> None:
    for chunk in derive.unchecked_chunks(import_id):
        derive.check_chunk(chunk)


def _other_words(client: Client, made: Import) -> None:
    """Change the mapping on a page: all rows are to be checked anew."""
    current = Import.objects.select_related("mapping").get(pk=made.pk).mapping
    version = current.version if current else 0
    sent = {
        "expected_version": version,
        "usual": list(placeholders.DEFAULT),
        "own": f"walk-in {version}",
    }
    answer = client.post(reverse("import_blank_words", args=[made.pk]), sent)
    assert answer.status_code == 302, answer.status_code


def _pages(made: Import, few: Import) -> dict[str, float]:
    """Measure the pages of a mapping, and what they ask."""
    client = pages.signed_in()
    current = derive.mapping_of(made)
    meant = columns_with_meanings(current)
    asked: dict[str, Callable[[], object]] = {
        "columns": partial(client.get, reverse("import_columns", args=[made.pk])),
        "columns (a tenth of the rows)": partial(
            client.get, reverse("import_columns", args=[few.pk])
        ),
        "file": partial(client.get, reverse("import_file", args=[made.pk])),
        **{
            f"column {HEADINGS[place]}": partial(
                client.get, reverse("import_column", args=[made.pk, place])
            )
            for place in range(len(HEADINGS))
        },
        "joined": partial(client.get, reverse("import_joins", args=[made.pk])),
        "blank words": partial(client.get, reverse("import_blank_words", args=[made.pk])),
        "others at the columns": partial(client.get, reverse("import_at_columns", args=[made.pk])),
        "other words (saved)": partial(_other_words, client, made),
        "values": partial(values.of_columns, made, meant),
        "samples": partial(derive.samples, made),
        "drift": partial(drift.of, made, current),
    }
    return {name: median_ms(function, 7) for name, function in asked.items()}
