"""A batch made of some rows of another that will not be sent (again) itself."""

from collections.abc import Collection
from datetime import datetime

from imports.delivery import bodies, preview
from imports.models import Batch, BatchState, Import


def offspring(batch: Batch, numbers: Collection[int], now: datetime, *, splits: int) -> Batch:
    """Make a batch of some of the parent's rows, with the parent's very leads, under a new key."""
    all_leads, on_duplicate = bodies.decode(batch.body)
    wanted = {str(number) for number in numbers}
    leads = [lead for lead in all_leads if lead["row_ref"] in wanted]
    body = bodies.encode(leads, on_duplicate, dry_run=False)
    lead_import = Import.objects.only("preview_id", "mapping_id").get(pk=batch.import_pk)
    return Batch(
        customer_id=batch.customer_id,
        kind=batch.kind,
        lead_import_id=batch.lead_import_id,
        parent=batch,
        number=batch.number,
        after=batch.after,
        row_numbers=list(numbers),
        rows=len(numbers),
        mega_id=batch.mega_id,
        base_url=batch.base_url,
        splits=splits,
        not_before=now,
        body=body.packed,
        body_sha256=body.sha256,
        matchless=bodies.is_matchless(leads),
        left_out=batch.left_out,
        foreseen=preview.foreseen(lead_import, list(numbers)),
        listed_to=batch.listed_to,
    )


def without(batch: Batch, left: Collection[int], now: datetime, *, reason: str) -> Batch | None:
    """Replace a batch that was never sent by one of its other rows, under a new key.

    Neither of them is saved yet; None when no row is left. Nothing of the batch's bytes can be at
    MEGA: who has not made sure of that under the batch's lock must not ask.
    """
    rest = [number for number in batch.row_numbers if number not in left]
    batch.state, batch.settled_at, batch.reason = BatchState.REPLACED, now, reason
    return offspring(batch, rest, now, splits=batch.splits) if rest else None
