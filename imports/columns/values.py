"""Which values stand in a column: what a person needs to see to say what they mean."""

from django.db import connection

from imports.columns.mapping import fold_cell
from imports.models import Import

MOST = 30
LONGEST = 200  # characters; longer cells are no labels

_SQL = """
    SELECT btrim(cells[%(place)s]) AS cell, count(*) AS n
    FROM imports_row
    WHERE import_id = %(pk)s AND length(cells[%(place)s]) BETWEEN 1 AND %(longest)s
    GROUP BY 1 HAVING btrim(cells[%(place)s]) <> ''
    ORDER BY n DESC, cell LIMIT %(most)s
"""


def values_of(lead_import: Import, index: int, most: int = MOST) -> list[tuple[str, int]]:
    """The most frequent cells of the column at `index` (from 0), each with its count of rows.

    Cells that can only have one meaning ("Buyer", "buyer ") are one, spelt as most of them are.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _SQL, {"pk": lead_import.pk, "place": index + 1, "longest": LONGEST, "most": most}
        )
        found: list[tuple[str, int]] = cursor.fetchall()
    merged: dict[str, tuple[str, int]] = {}
    for cell, count in found:
        shown, before = merged.get(fold_cell(cell), (cell, 0))
        merged[fold_cell(cell)] = (shown, before + count)
    return [*merged.values()]
