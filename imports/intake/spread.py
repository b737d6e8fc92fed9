"""Some of an import's stored rows, from all over its sheet."""

from django.db import connection
from django.db.models import Max, Min

from imports.models import Import, Row

MOST_ROWS = 2_000
MOST_CELLS = 200_000
STRETCH = 10  # rows beside each other: single ones take three times as long

_SQL = """
    SELECT r.cells FROM unnest(%s::int[]) AS start
    JOIN imports_row r ON r.import_id = %s AND r.number BETWEEN start AND start + %s
    WHERE r.cells <> '{}'
"""


def rows(lead_import: Import) -> list[list[str]]:
    """Return the cells of up to MOST_ROWS rows, evenly spread; fewer where they are very wide.

    They are asked for by number, so that it takes the same time for a file of any length.
    """
    stored = Row.objects.filter(lead_import=lead_import)
    ends = stored.aggregate(first=Min("number"), last=Max("number"))
    if ends["first"] is None:
        return []
    most = max(STRETCH, min(MOST_ROWS, MOST_CELLS // max(1, len(lead_import.headers))))
    count = ends["last"] - ends["first"] + 1
    stretches = min(most, count + STRETCH - 1) // STRETCH
    starts = [ends["first"] + count * place // stretches for place in range(stretches)]
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [starts, lead_import.pk, STRETCH - 1])
        return [cells for (cells,) in cursor.fetchall()]
