"""Stopping an import whose first request went badly, before the other rows go out."""

from imports.models import (
    OPEN,
    Batch,
    Import,
    ImportState,
    Kind,
    Outcome,
    OutcomeStatus,
)

FIRST_FAILURES = "first_failures"
SHARE = 0.2  # of the first request's rows may fail before a person is asked
# Also while it is paused or blocked: else resuming would send the rest without the question.
_ASKED = (ImportState.QUEUED, ImportState.SENDING, ImportState.PAUSED, ImportState.BLOCKED)


def look(batch: Batch) -> None:
    """Ask a person when too many rows of the import's first request failed and more are to go.

    The first request may have been taken apart; its rows are those of the undivided one.
    """
    if batch.number != 1:
        return
    first = (
        Batch.objects.filter(lead_import=batch.import_pk, kind=Kind.SEND, number=1, parent=None)
        .only("row_numbers", "rows")
        .get()
    )
    failed = Outcome.objects.filter(
        lead_import=batch.import_pk,
        number__in=first.row_numbers,
        status=OutcomeStatus.FAILED,
    ).count()
    if failed <= SHARE * first.rows or not _more_to_send(batch.import_pk):
        return
    going = Import.objects.filter(pk=batch.import_pk, state__in=_ASKED)
    going.exclude(accepted__contains=[FIRST_FAILURES]).update(
        state=ImportState.DECISION,
        question=FIRST_FAILURES,
        reason=f"{failed} of the first {first.rows} rows were refused by MEGA. "
        "Nothing else was sent. Look at the reasons, then go on or cancel.",
    )


def _more_to_send(import_id: int) -> bool:
    others = Batch.objects.filter(lead_import=import_id, kind=Kind.SEND, state__in=OPEN)
    unplanned = Import.objects.filter(pk=import_id, planned_at=None)
    return others.exists() or unplanned.exists()
