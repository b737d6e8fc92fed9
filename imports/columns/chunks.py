"""Rows in chunks, each of which is checked as one task."""

from django.db import connection

from imports.models import Chunk, Import, MappingVersion, Row

CHUNK = 2_000  # rows a task

# A child's rows may be few and far between, so chunks are cut by rows, not by numbers.
_BEGINNINGS = """
    SELECT number FROM (
        SELECT number, row_number() OVER (ORDER BY number) AS place
        FROM imports_row WHERE import_id = %s) counted
    WHERE place %% %s = 1 ORDER BY number
"""


def cut(locked: Import, version: MappingVersion) -> None:
    """Make the chunks. The caller holds the import's row."""
    with connection.cursor() as cursor:
        cursor.execute(_BEGINNINGS, [locked.pk, CHUNK])
        starts = [number for (number,) in cursor.fetchall()] or [1]
    numbers = Row.objects.filter(lead_import=locked).order_by("-number")
    last = numbers.values_list("number", flat=True).first() or 1
    ends = [*(start - 1 for start in starts[1:]), last]
    Chunk.objects.bulk_create(
        [Chunk(mapping=version, first=a, last=b) for a, b in zip(starts, ends, strict=True)]
    )
