"""A request that MEGA refuses as a whole (400, 413): take the offenders out, or halve it.

Nothing of such a request was imported, so its rows may go under new keys; the parent is `replaced`.
"""

import json
import zlib
from datetime import datetime

from django.conf import settings

from imports.delivery import bodies, outcomes
from imports.delivery.conclude import Code, Conclusion
from imports.mega.contract import named_rows
from imports.models import Attempt, Batch, BatchState

BATCH_DEPTH = 10  # 500 rows are one row after nine halvings


def split(batch: Batch, attempt: Attempt, found: Conclusion, now: datetime) -> None:
    """Settle a refused batch.

    1. One row: it failed, with MEGA's message.
    2. Rows that the message names: they failed; the others go as one new batch.
    3. Otherwise: two halves. 4. Past the budget a person decides.
    """
    if batch.rows == 1:
        outcomes.fail(batch, attempt, batch.row_numbers, found.detail)
        batch.state, batch.settled_at = BatchState.DONE, now
        return
    if batch.splits >= BATCH_DEPTH or _spent(batch) >= settings.SPLIT_BUDGET:
        batch.state = BatchState.DECISION
        return
    named = _named(batch, found)
    if named:
        outcomes.fail(batch, attempt, [batch.row_numbers[index] for index in named], found.detail)
    rest = [n for index, n in enumerate(batch.row_numbers) if index not in named]
    middle = len(rest) if named else len(rest) // 2
    for part in (rest[:middle], rest[middle:]):
        if part:
            _offspring(batch, part, now).save()
    batch.state, batch.settled_at = BatchState.REPLACED, now


def _spent(batch: Batch) -> int:
    """Return how many requests this import has spent on parts of refused batches."""
    return Batch.objects.filter(lead_import=batch.lead_import_id, parent__isnull=False).count()


def _named(batch: Batch, found: Conclusion) -> set[int]:
    if found.code != Code.REFUSED:
        return set()
    return {index for index in named_rows(found.detail) if index < batch.rows}


def _offspring(batch: Batch, numbers: list[int], now: datetime) -> Batch:
    """Make a batch of some of the parent's rows, with the parent's very leads, under a new key."""
    content = json.loads(zlib.decompress(batch.body))
    wanted = {str(number) for number in numbers}
    leads = [lead for lead in content["leads"] if lead["row_ref"] in wanted]
    body = bodies.encode(leads, content["on_duplicate"], dry_run=False)
    return Batch(
        customer_id=batch.customer_id,
        kind=batch.kind,
        lead_import_id=batch.lead_import_id,
        parent=batch,
        number=batch.number,
        after=batch.after,
        row_numbers=numbers,
        rows=len(numbers),
        mega_id=batch.mega_id,
        base_url=batch.base_url,
        splits=batch.splits + 1,
        not_before=now,
        body=body.packed,
        body_sha256=body.sha256,
    )
