"""Holding rows that wait with a value for which MEGA already refused a whole request.

They would be refused for the same reason and each cost a request to find. They are not sent: their
leads become `invalid`, with a sentence that names the row that was refused and MEGA's words.
"""

import json

from django.db import connection, transaction
from django.db.models import Count

from imports.columns import fields
from imports.delivery import bodies, parts, refusals, tripwire, window
from imports.delivery.refusals import Refused
from imports.models import Attempt, Batch, BatchState, Import, Lead, RefusedValue, Verdict

MOST_VALUES = 200  # an import; more would rather be another mistake than so many single ones
MOST_REASONS = 20  # that a page names
AT_MOST = 20  # batches a tick: more than any key may send in a second

# Waiting batches, never sent, of imports that are going, that were not yet looked through for the
# newest refused value. In the order in which they will be sent: who is claimed before costs a
# request, no more.
_UNSIFTED = """
    SELECT b.id FROM imports_import i
    JOIN LATERAL (SELECT max(id) AS newest FROM imports_refusedvalue r
                  WHERE r.import_id = i.id OFFSET 0) r ON r.newest IS NOT NULL
    JOIN LATERAL (SELECT b.id, b.number FROM imports_batch b
                  WHERE b.import_id = i.id AND b.kind = 'send' AND b.state = 'waiting'
                    AND b.first_sent_at IS NULL AND b.sifted_to < r.newest
                  ORDER BY b.number, b.id LIMIT %(most)s) b ON true
    WHERE i.state IN ('queued', 'sending') AND i.finished_at IS NULL
    ORDER BY b.number, b.id LIMIT %(most)s
"""


def note(batch: Batch, attempt: Attempt, refused: list[Refused]) -> None:
    """Remember refused values; the first refusal of a value is kept."""
    known = RefusedValue.objects.filter(lead_import=batch.import_pk).count()
    RefusedValue.objects.bulk_create(
        [
            RefusedValue(
                lead_import_id=batch.import_pk,
                field=one.field,
                value=one.value,
                attempt=attempt,
                number=batch.row_numbers[one.index],
                message=one.words[:500],
            )
            for one in refused[: max(MOST_VALUES - known, 0)]
        ],
        ignore_conflicts=True,
    )


def hold() -> None:
    """Hold what waits with a refused value, some batches a tick."""
    with connection.cursor() as cursor:
        cursor.execute(_UNSIFTED, {"most": AT_MOST})
        ids = [row[0] for row in cursor.fetchall()]
    for batch_id in ids:
        _sift(batch_id)


@transaction.atomic
def _sift(batch_id: int) -> None:
    """Look through a waiting batch; without its held rows it goes under a new key.

    Its bytes were never sent, so nothing of it can be at MEGA.
    """
    batch = (
        Batch.objects.select_for_update(skip_locked=True)
        .filter(pk=batch_id, state=BatchState.WAITING, first_sent_at=None)
        .first()
    )
    if batch is None:
        return
    values = list(RefusedValue.objects.filter(lead_import=batch.import_pk).order_by("-pk"))
    batch.sifted_to = values[0].pk
    held = _held(batch, values)
    if held:
        _replace(batch, held)
    batch.save()
    if held:
        tripwire.look(batch)


def _held(batch: Batch, values: list[RefusedValue]) -> dict[int, RefusedValue]:
    """Return the rows of the batch with a refused value, by number."""
    leads, _ = bodies.decode(batch.body)
    by_field: dict[str, dict[str, RefusedValue]] = {}
    for one in values:
        by_field.setdefault(one.field, {})[one.value] = one
    held = {}
    for lead in leads:
        for field, refused in by_field.items():
            found = refused.get(refusals.value_of(lead, field) or "")
            if found is not None:
                held[int(str(lead["row_ref"]))] = found
    return held


def _replace(batch: Batch, held: dict[int, RefusedValue]) -> None:
    now = window.database_now()
    mapping = Import.objects.values_list("mapping_id", flat=True).get(pk=batch.import_pk)
    for refused in set(held.values()):
        numbers = [number for number, one in held.items() if one == refused]
        leads = Lead.objects.filter(lead_import=batch.import_pk, mapping=mapping)
        leads.filter(number__in=numbers).update(verdict=Verdict.INVALID, reason=why(refused))
    # Held rows count as failed together with the rows beside them, not before those are answered:
    # else of the rows judged so far, all would have failed.
    failed = batch.failed + len(held)
    part = parts.without(batch, held, now, reason="alike")
    batch.answered = batch.failed = 0 if part else failed
    if part:
        part.sifted_to, part.answered, part.failed = batch.sifted_to, failed, failed
        part.save()


def why(refused: RefusedValue) -> str:
    """Say why a row is held."""
    value = str(json.loads(refused.value))[:100]
    known = fields.find(refused.field)
    field = f"{known.label} ({refused.field})" if known else refused.field
    return (
        f"Not sent: its {field} is “{value}”, for which MEGA refused row "
        f"{refused.number:,} (“{refused.message[:300]}”)."
    )


def reasons(lead_import: Import) -> list[tuple[str, int]]:
    """Return why rows of the import are held, each with their number, most of them first."""
    if not RefusedValue.objects.filter(lead_import=lead_import).exists():
        return []
    leads = Lead.objects.filter(
        lead_import=lead_import, mapping=lead_import.mapping_id, verdict=Verdict.INVALID
    )
    held = leads.exclude(reason="").values_list("reason").annotate(rows=Count("number"))
    return list(held.order_by("-rows", "reason")[:MOST_REASONS])
