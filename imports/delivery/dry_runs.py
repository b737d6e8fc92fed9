"""What a dry run's answers become: predictions for rows, and the end of the dry run."""

import json
from datetime import datetime, timedelta

from django.db import connection
from django.db.models.functions import Now

from imports.delivery import replay
from imports.delivery.conclude import Code, Conclusion
from imports.models import Batch, BatchState, DryRun, Import, Lead, Prediction

MOST_TRIES = 5
TRY_AGAIN = (Code.NOT_SENT, Code.UNCLEAR, Code.LOST, Code.INCOMPLETE)
WAIT = (Code.TOO_MANY, Code.UNAUTHORIZED, Code.FORBIDDEN)
_COLUMNS = "dry_run_id, number, status, matched_by, errors, ignored_custom_fields, digest"


def stop(lead_import: Import) -> None:
    """End the import's dry runs; the clock drops their requests that wait.

    To be called before leads are changed or dropped, with the import's row locked: a planner of a
    dry run that is at work is waited for, and none begins afterwards.
    """
    going = DryRun.objects.filter(
        lead_import=lead_import.pk, state__in=(DryRun.State.PLANNING, DryRun.State.RUNNING)
    )
    going.update(state=DryRun.State.CANCELLED, finished_at=Now())


def settle(batch: Batch, found: Conclusion, now: datetime) -> None:
    """Settle one request of a dry run; it writes nothing at MEGA, so asking again is harmless."""
    batch.reason, batch.detail = found.code, found.detail[:1000]
    if found.code == Code.SETTLED:
        _store(batch, found)
        batch.state, batch.settled_at = BatchState.DONE, now
    elif found.code in WAIT:
        batch.state, batch.not_before = BatchState.WAITING, now
    elif found.code in TRY_AGAIN and batch.sends + 1 < MOST_TRIES:
        batch.sends += 1
        wait = replay.after_unclear(batch.sends, found.retry_after)
        batch.state, batch.not_before = BatchState.WAITING, now + timedelta(seconds=wait)
    else:
        batch.state, batch.settled_at = BatchState.DROPPED, now
        running = DryRun.objects.filter(pk=batch.asked_by.pk, state=DryRun.State.RUNNING)
        running.update(
            state=DryRun.State.FAILED,
            finished_at=now,
            reason=f"MEGA could not answer for rows {batch.row_numbers[0]} to "
            f"{batch.row_numbers[-1]}: {found.detail[:300]}",
        )


def _store(batch: Batch, found: Conclusion) -> None:
    """Write the predictions by COPY; a row whose lead was replaced since it was asked gets none."""
    asked = Lead.objects.filter(
        lead_import=batch.import_pk,
        lead_import__mapping=batch.asked_by.mapping_id,
        mapping=batch.asked_by.mapping_id,
        number__in=batch.row_numbers,
    )
    digests = dict(asked.values_list("number", "digest"))
    have = set(
        Prediction.objects.filter(
            dry_run=batch.dry_run_id, number__in=batch.row_numbers
        ).values_list("number", flat=True)
    )
    copy_sql = f"COPY imports_prediction ({_COLUMNS}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(copy_sql) as copy:
        for ref, result in found.results.items():
            digest = digests.get(int(ref))
            if digest is None or int(ref) in have:
                continue
            copy.write_row(
                (
                    batch.dry_run_id,
                    int(ref),
                    result.status,
                    result.matched_by or "",
                    json.dumps(list(result.errors or ())),
                    json.dumps(list(result.ignored_custom_fields or ())),
                    bytes(digest),
                )
            )


FINISH = """
    UPDATE imports_dryrun d SET state = 'done', finished_at = now(), counted = (
        SELECT coalesce(jsonb_object_agg(status, rows), '{}') FROM (
            SELECT status, count(*) AS rows FROM imports_prediction p
            WHERE p.dry_run_id = d.id GROUP BY status) by_status)
    WHERE d.state = 'running' AND NOT EXISTS (
        SELECT 1 FROM imports_batch b WHERE b.dry_run_id = d.id
          AND b.state IN ('waiting', 'claimed', 'sending', 'unknown', 'decision'))
"""
DROP = """
    UPDATE imports_batch b SET state = 'dropped', settled_at = now()
    FROM imports_dryrun d
    WHERE d.id = b.dry_run_id AND d.state IN ('failed', 'cancelled') AND b.state = 'waiting'
"""


def finish() -> None:
    """End the dry runs whose every request is answered; drop what a failed one had waiting."""
    with connection.cursor() as cursor:
        cursor.execute(DROP)
        cursor.execute(FINISH)
