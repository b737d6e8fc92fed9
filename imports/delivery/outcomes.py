"""Storing what MEGA said about rows: at most one outcome for each, whoever brings it."""

import json
from collections.abc import Iterable, Mapping, Sequence

from django.db import connection

from imports.mega.contract import RowResult
from imports.models import Attempt, Batch, BatchState, OutcomeStatus

# Where all went well there are no texts: two lists less to be parsed for each row.
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
    has_texts = any(said.errors or said.ignored_custom_fields for said in fresh.values())
    lines = (_with_texts if has_texts else _plain)(fresh, before, after)
    # A connection that breaks within COPY must raise Django's errors, which callers know.
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(_COPY_WITH_TEXTS if has_texts else _COPY) as copy,
    ):
        copy.write("".join(lines).replace("\\", "\\\\"))


def _count(batch: Batch, statuses: Sequence[str]) -> None:
    """Add to what was answered of the batch; summed over an import's batches, that is cheap."""
    batch.answered += len(statuses)
    batch.failed += statuses.count(OutcomeStatus.FAILED)
    batch.updated += statuses.count(OutcomeStatus.UPDATED)


# The contract lets no tab or line break into MEGA's words. Five hundred calls would take as long
# as all else here, so the lines are made in one go.
def _plain(results: Mapping[str, RowResult], before: str, after: str) -> list[str]:
    """Return the lines for COPY: of each row what MEGA said."""
    return [
        f"{before}{ref}\t{said.status}\t{said.lead_id or ''}\t{said.matched_by or ''}{after}"
        for ref, said in results.items()
    ]


def _with_texts(results: Mapping[str, RowResult], before: str, after: str) -> list[str]:
    """Return the lines for COPY with MEGA's two lists."""
    return [
        f"{before}{ref}\t{said.status}\t{said.lead_id or ''}\t{said.matched_by or ''}"
        f"\t{json.dumps(said.errors) if said.errors else '[]'}"
        f"\t{json.dumps(said.ignored_custom_fields) if said.ignored_custom_fields else '[]'}{after}"
        for ref, said in results.items()
    ]


def fail(batch: Batch, attempt: Attempt, numbers: Iterable[int], message: str) -> None:
    """Record rows as failed in MEGA's own words; a row that has an outcome keeps it."""
    said = RowResult(None, OutcomeStatus.FAILED.value, errors=(message,))
    store(batch, attempt, {str(number): said for number in numbers})
