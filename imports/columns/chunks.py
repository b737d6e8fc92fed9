"""Rows in chunks, each of which is checked as one task."""

from django.db import connection
from django.db.models import Max, Min

from imports.models import Chunk, Import, ImportState, MappingVersion, Row

CHUNK = 4_000  # rows a task

# A child's rows may be few and far between, so its chunks are cut by rows, not by numbers. A file
# has a row for each number: to count a million of them would take half a second.
_BEGINNINGS = """
    SELECT number FROM (
        SELECT number, row_number() OVER (ORDER BY number) AS place
        FROM imports_row WHERE import_id = %s) counted
    WHERE place %% %s = 1 ORDER BY number
"""


def cut(locked: Import, version: MappingVersion) -> None:
    """Make the chunks. The caller holds the import's row."""
    found = Row.objects.filter(lead_import=locked).aggregate(
        first=Min("number"), last=Max("number")
    )
    first, last = found["first"] or 1, found["last"] or 1
    starts = [first]
    if last > first:
        is_dense = last - first + 1 == locked.row_count
        starts = [*range(first, last + 1, CHUNK)] if is_dense else _beginnings(locked)
    ends = [*(start - 1 for start in starts[1:]), last]
    Chunk.objects.bulk_create(
        [Chunk(mapping=version, first=a, last=b) for a, b in zip(starts, ends, strict=True)]
    )


def _beginnings(locked: Import) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_BEGINNINGS, [locked.pk, CHUNK])
        return [number for (number,) in cursor.fetchall()]


def to_conclude(import_id: int) -> list[int]:
    """Return a chunk of an import that is checked to the end but was not concluded, if it is one.

    Whoever takes it finds nothing to check, and concludes.
    """
    stuck = Import.objects.filter(pk=import_id, state=ImportState.CHECKING)
    done = Chunk.objects.filter(mapping__in=stuck.values("mapping"))
    return list(done.order_by("-first").values_list("pk", flat=True)[:1])
