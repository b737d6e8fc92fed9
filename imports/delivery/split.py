"""A request that MEGA refuses as a whole (400, 413): take the offenders out, or halve it.

Nothing of such a request was imported, so its rows may go under new keys; the parent is `replaced`.
What the parts may cost is watched over by `tripwire`: past the import's budget they wait.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from imports.delivery import alike, bodies, outcomes, parts, refusals
from imports.delivery.conclude import Code, Conclusion
from imports.mega.contract import named_rows
from imports.models import Attempt, Batch, BatchState


def split(batch: Batch, attempt: Attempt, found: Conclusion, now: datetime) -> None:
    """Settle a refused batch.

    1. The values that the message names are noted, so that rows that wait with them are held.
    2. One row: it failed, with MEGA's message.
    3. Rows that the message names: they failed; the others go as one new batch.
    4. Otherwise: two halves.
    """
    leads, _ = bodies.decode(batch.body)
    named = _note(batch, attempt, found, leads)
    if batch.rows == 1:
        outcomes.fail(batch, attempt, batch.row_numbers, found.detail)
        batch.state, batch.settled_at = BatchState.DONE, now
        return
    outcomes.fail(batch, attempt, [batch.row_numbers[index] for index in named], found.detail)
    rest = [n for index, n in enumerate(batch.row_numbers) if index not in named]
    middle = len(rest) if named else len(rest) // 2
    for part in (rest[:middle], rest[middle:]):
        if part:
            parts.offspring(batch, part, now, splits=batch.splits + 1).save()
    batch.state, batch.settled_at = BatchState.REPLACED, now


def _note(
    batch: Batch, attempt: Attempt, found: Conclusion, leads: Sequence[refusals.Lead]
) -> Collection[int]:
    """Write down refused values; return the places of the rows that the message names."""
    if found.code != Code.REFUSED:
        return ()
    by_value = refusals.quoted(found.detail, leads)
    alike.note(batch, attempt, [*refusals.of_rows(found.detail, leads), *by_value])
    return {index for index in named_rows(found.detail) if index < batch.rows} | {
        one.index for one in by_value
    }
