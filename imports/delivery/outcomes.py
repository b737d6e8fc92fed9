"""Storing what MEGA said about rows: at most one outcome for each, whoever brings it."""

import json
from collections.abc import Iterable, Mapping

from django.db import connection
from django.db.models import QuerySet

from imports.mega.contract import RowResult
from imports.models import Attempt, Batch, Outcome, OutcomeStatus

_COPY = """
    COPY imports_outcome (import_id, number, status, lead_id, matched_by, errors,
                          ignored_custom_fields, batch_id, attempt_id) FROM STDIN
"""


def of_rows(batch: Batch) -> QuerySet[Outcome]:
    """Return the outcomes of the batch's rows, whichever batch brought them."""
    return Outcome.objects.filter(lead_import=batch.import_pk, number__in=batch.row_numbers)


def stored(batch: Batch) -> int:
    """Return how many of the batch's rows have an outcome."""
    return of_rows(batch).count()


def store(batch: Batch, attempt: Attempt, results: Mapping[str, RowResult]) -> None:
    """Write the outcomes by COPY; a row that has one already keeps it."""
    if not results:
        return
    have = set(of_rows(batch).values_list("number", flat=True))
    # A connection that breaks within COPY must raise Django's errors, which callers know.
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(_COPY) as copy,
    ):
        for ref, result in results.items():
            if int(ref) not in have:
                copy.write_row(_record(batch, attempt, int(ref), result))


def _record(batch: Batch, attempt: Attempt, number: int, result: RowResult) -> tuple[object, ...]:
    return (
        batch.import_pk,
        number,
        result.status,
        result.lead_id or "",
        result.matched_by or "",
        json.dumps(list(result.errors or ())),
        json.dumps(list(result.ignored_custom_fields or ())),
        batch.pk,
        attempt.pk,
    )


def fail(batch: Batch, attempt: Attempt, numbers: Iterable[int], message: str) -> None:
    """Record rows as failed in MEGA's own words; a row that has an outcome keeps it."""
    have = set(of_rows(batch).values_list("number", flat=True))
    Outcome.objects.bulk_create(
        [
            Outcome(
                lead_import_id=batch.import_pk,
                number=number,
                status=OutcomeStatus.FAILED,
                errors=[message],
                ignored_custom_fields=[],
                batch=batch,
                attempt=attempt,
            )
            for number in numbers
            if number not in have
        ]
    )
