"""The full preview of an import: a dry run that asked about every lead, just as it will go."""

from collections.abc import Sequence

from django.db import connection

from imports import whole_file
from imports.delivery.packing import FIRST_ROWS
from imports.mega.contract import MAX_ROWS
from imports.models import DryRun, Import

_UNASKED = """
    SELECT EXISTS (
        SELECT 1 FROM imports_lead l
        LEFT JOIN imports_prediction p
            ON p.dry_run_id = %s AND p.number = l.number AND p.digest = l.digest
        WHERE l.import_id = %s AND l.mapping_id = %s AND l.verdict = 'ok' AND p.number IS NULL)
"""
# A dry run writes nothing, so to it every row of a person that it does not know is a new one; sent,
# the second is an update of the first.
_FORESEEN = """
    SELECT count(*)
    FROM imports_prediction p
    JOIN imports_lead l ON l.import_id = %(import)s AND l.mapping_id = %(mapping)s
        AND l.number = p.number AND l.number = ANY(%(numbers)s)
    WHERE p.dry_run_id = %(dry_run)s AND p.number = ANY(%(numbers)s)
      AND (p.status = 'updated' OR (p.status = 'created' AND l.shared))
"""


def full(lead_import: Import) -> DryRun | None:
    """Return the finished dry run that asked about every lead, under these very options."""
    newest = (
        DryRun.objects.filter(
            lead_import=lead_import,
            mapping=lead_import.mapping_id,
            on_duplicate=lead_import.on_duplicate,
            state=DryRun.State.DONE,
            is_sample=False,
        )
        .order_by("-pk")
        .first()
    )
    if newest is None:
        return None
    with whole_file.cursor() as cursor:
        cursor.execute(_UNASKED, [newest.pk, lead_import.pk, lead_import.mapping_id])
        (is_partial,) = cursor.fetchone()
    return None if is_partial else newest


def standing(lead_import: Import) -> DryRun | None:
    """Return the full preview that counts as things stand: looked for anew while anything about the
    import can change, afterwards the one that was found when the word to send was given.
    """
    return full(lead_import) if lead_import.is_editable else lead_import.preview


def first_rows(preview: DryRun | None) -> int:
    """Return how many rows the first request may carry: a full preview has shown what is wrong."""
    return FIRST_ROWS if preview is None else MAX_ROWS


def foreseen(lead_import: Import, numbers: Sequence[int]) -> int | None:
    """Return how many of these rows are to become updates; None without a full preview.

    Rows that share their person with another row of the file count, too, whichever comes first.
    """
    if lead_import.preview_id is None:
        return None
    parameters = {
        "import": lead_import.pk,
        "mapping": lead_import.mapping_id,
        "dry_run": lead_import.preview_id,
        "numbers": list(numbers),
    }
    with connection.cursor() as cursor:
        cursor.execute(_FORESEEN, parameters)
        count: int = cursor.fetchone()[0]
    return count
