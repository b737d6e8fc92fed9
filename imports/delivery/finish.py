"""Ending imports: only when nothing is open and every single row is accounted for."""

import logging
import time
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Now

from imports.audit import acts, trail
from imports.delivery import lessons, questions
from imports.delivery.setbacks import Setbacks
from imports.models import OPEN, UNDER_WAY, Import, ImportState, Kind
from imports.reports import balance, comparison

log = logging.getLogger(__name__)

_ACTS = {
    ImportState.FINISHED: acts.FINISHED,
    ImportState.CANCELLED: acts.ENDED,
    ImportState.INCONSISTENT: acts.INCONSISTENT,
}
_ENDABLE = (*UNDER_WAY, ImportState.CANCELLED)
# OFFSET 0: look until the first open request of each import; PostgreSQL would else collect all of
# all imports, hundreds of thousands, once its statistics say that there are many.
_DONE = """
    SELECT i.id FROM imports_import i
    WHERE i.finished_at IS NULL AND i.state <> 'failed' AND i.state = ANY(%(states)s)
      AND i.id <> ALL(%(put_off)s)
      AND (i.planned_at IS NOT NULL OR i.state = 'cancelled')
      AND NOT EXISTS (
        SELECT 1 FROM imports_batch b
        WHERE b.import_id = i.id AND b.kind = 'send' AND b.state = ANY(%(open)s)
        OFFSET 0)
    ORDER BY i.id LIMIT 20
"""


_setbacks = Setbacks()
A_TICK = 0.15  # seconds, after which the rest waits for the next tick: keys want to send meanwhile


def finish_imports() -> list[int]:
    """End imports that have nothing left to do, as far as a tick has time; return their ids."""
    _ask_persons()
    with connection.cursor() as cursor:
        asked: dict[str, list[Any]] = {
            "states": list(_ENDABLE),
            "open": list(OPEN),
            "put_off": _setbacks.put_off,
        }
        cursor.execute(_DONE, asked)
        ids = [import_id for (import_id,) in cursor.fetchall()]
    until = time.monotonic() + A_TICK
    finished = []
    for import_id in ids:
        with _setbacks.of(import_id):
            if _finish(import_id):
                finished.append(import_id)
        if time.monotonic() > until:
            break
    return finished


@transaction.atomic
def _finish(import_id: int) -> bool:
    """Recount from the rows; an import whose books do not balance is never `finished`."""
    lead_import = (
        Import.objects.select_for_update(no_key=True, skip_locked=True)
        .filter(pk=import_id, finished_at=None)
        .first()
    )
    if lead_import is None or _has_open(lead_import):
        return False
    sheet = balance.recount(lead_import)
    state = _final_state(lead_import, sheet)
    if state == ImportState.INCONSISTENT:
        log.error("books of import %s do not balance: %s", import_id, sheet.summary())
    reason = "" if state != ImportState.INCONSISTENT else sheet.difference
    Import.objects.filter(pk=import_id).update(
        state=state,
        finished_at=Now(),
        reason=reason,
        question="",
        came_out=comparison.compare(lead_import),
    )
    lessons.note(lead_import)
    trail.record(_ACTS[state], actor=None, lead_import=lead_import, facts=_facts(sheet))
    return True


def _facts(sheet: balance.Balance) -> dict[str, int]:
    return {name: getattr(sheet, name) for name in ("rows", "left_out", "not_sent", *balance.SENT)}


def _final_state(lead_import: Import, sheet: balance.Balance) -> ImportState:
    if not sheet.is_balanced:
        return ImportState.INCONSISTENT
    if lead_import.state == ImportState.CANCELLED:
        return ImportState.CANCELLED
    return ImportState.FINISHED if sheet.not_sent == 0 else ImportState.INCONSISTENT


def _has_open(lead_import: Import) -> bool:
    return lead_import.batches.filter(kind=Kind.SEND, state__in=OPEN).exists()


_WAIT_FOR_PERSON = """
    UPDATE imports_import i SET state = 'decision', question = 'batches',
        reason = 'Some requests have an outcome that only a person can decide. See below.'
    WHERE i.state IN ('queued', 'sending') AND i.planned_at IS NOT NULL AND i.finished_at IS NULL
      AND EXISTS (SELECT 1 FROM imports_batch b WHERE b.import_id = i.id AND b.kind = 'send'
                    AND b.state = 'decision')
      AND NOT EXISTS (SELECT 1 FROM imports_batch b WHERE b.import_id = i.id AND b.kind = 'send'
                        AND b.state IN ('waiting', 'claimed', 'sending', 'unknown')
                        AND NOT EXISTS (SELECT 1 FROM imports_batch e
                            WHERE e.import_id = i.id AND e.kind = 'send'
                              AND e.state = 'decision' AND e.number <= b.after))
    RETURNING i.id
"""


# A late answer may have settled what a person was asked about.
_NOTHING_TO_ASK = """
    UPDATE imports_import i SET state = 'queued', question = '', reason = ''
    WHERE i.state = 'decision' AND i.question = 'batches' AND i.finished_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM imports_batch b WHERE b.import_id = i.id AND b.kind = 'send'
                        AND b.state = 'decision')
"""


@transaction.atomic
def _ask_persons() -> None:
    """Say so when an import cannot go on without a person, and when it can again."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTHING_TO_ASK)
        cursor.execute(_WAIT_FOR_PERSON)
        ids = [row[0] for row in cursor.fetchall()]
    if ids:
        asked = Import.objects.select_related("customer__team").filter(pk__in=ids)
        for one in asked.order_by("customer__team", "pk"):
            facts = {"question": questions.BATCHES}
            trail.record(acts.ASKED, actor=None, lead_import=one, facts=facts)
