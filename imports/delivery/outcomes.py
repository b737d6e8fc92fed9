"""Storing what MEGA said about rows: at most one outcome for each, whoever brings it."""

import json
from collections.abc import Iterable, Mapping, Sequence

from django.db import connection

from imports.mega.contract import RowResult
from imports.models import Attempt, Batch, BatchState, OutcomeStatus

# Most rows went well and have no texts: two lists less to be parsed for each.
_COPY = """
    COPY imports_outcome (import_id, number, status, lead_id, matched_by, batch_id, attempt_id)
    FROM STDIN
"""
_COPY_WITH_TEXTS = _COPY.replace("matched_by", "matched_by, errors, ignored_custom_fields")
# The numbers stay in the database: five hundred of them as parameters took longer than the COPY.
_HAVE = """
    SELECT o.number FROM imports_outcome o
    WHERE o.import_id = %s
      AND o.number = ANY((SELECT row_numbers FROM imports_batch WHERE id = %s)::int[])
"""


def have(batch: Batch) -> set[int]:
    """Return which of the batch's rows have an outcome, whichever batch brought it."""
    with connection.cursor() as cursor:
        cursor.execute(_HAVE, [batch.import_pk, batch.pk])
        return {number for (number,) in cursor.fetchall()}


def stored(batch: Batch) -> int:
    """Return how many of the batch's rows have an outcome."""
    return len(have(batch))


def store(batch: Batch, attempt: Attempt, results: Mapping[str, RowResult]) -> None:
    """Write the outcomes by COPY; a row that has one already keeps it.

    The batch's counts grow with them; whoever calls stores the batch.
    """
    # The first answer of a batch finds none: its rows are in no other batch that got one.
    is_first = batch.fence == 1 and batch.state == BatchState.SENDING
    known = set() if is_first else have(batch)
    before, after = f"{batch.import_pk}\t", f"\t{batch.pk}\t{attempt.pk}\n"
    fresh = results
    if known:
        fresh = {ref: said for ref, said in results.items() if int(ref) not in known}
    if not fresh:
        return
    _count(batch, [said.status for said in fresh.values()])
    plain: list[str] = []
    with_texts: list[str] = []
    for ref, said in fresh.items():
        texts = _texts(said)
        (with_texts if texts else plain).append(f"{before}{ref}\t{_said(said)}{texts}{after}")
    _copy(_COPY, plain)
    _copy(_COPY_WITH_TEXTS, with_texts)


def _copy(sql: str, lines: Sequence[str]) -> None:
    """Write the lines; a connection that breaks meanwhile raises Django's errors, which callers
    know.
    """
    if not lines:
        return
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(sql) as copy:
        copy.write("".join(lines).replace("\\", "\\\\"))


def _count(batch: Batch, statuses: Sequence[str]) -> None:
    """Add to what was answered of the batch; summed over an import's batches, that is cheap."""
    batch.answered += len(statuses)
    batch.failed += statuses.count(OutcomeStatus.FAILED)
    batch.updated += statuses.count(OutcomeStatus.UPDATED)


def _said(result: RowResult) -> str:
    """Return the columns of MEGA's words; the contract lets no tab or line break into its texts."""
    return f"{result.status}\t{result.lead_id or ''}\t{result.matched_by or ''}"


def _texts(result: RowResult) -> str:
    """Return the columns of the two lists, '' when there is nothing in them."""
    if not result.errors and not result.ignored_custom_fields:
        return ""
    return f"\t{json.dumps(result.errors)}\t{json.dumps(result.ignored_custom_fields)}"


def fail(batch: Batch, attempt: Attempt, numbers: Iterable[int], message: str) -> None:
    """Record rows as failed in MEGA's own words; a row that has an outcome keeps it."""
    said = RowResult(None, OutcomeStatus.FAILED.value, errors=(message,))
    store(batch, attempt, {str(number): said for number in numbers})
