"""Which values stand in a column: what a person needs to see to say what they mean."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from django.db import connection

from imports.columns import changes, profile
from imports.columns.mapping import ColumnMap
from imports.columns.profile import Values
from imports.models import ColumnProfile, Import

MOST = profile.MOST
FIRST_ROWS = 10_000  # that are counted where the profile has no values

_NO_END = 2**31 - 1  # no row has a higher number
_SQL = """
    SELECT btrim(cells[%(place)s]) AS cell, count(*) AS n
    FROM imports_row
    WHERE import_id = %(pk)s AND number <= %(last)s
      AND length(cells[%(place)s]) BETWEEN 1 AND %(longest)s
    GROUP BY 1 ORDER BY n DESC, cell LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Found:
    """The values of a column with their counts of rows, the most frequent first.

    `first_rows` is how many rows were looked at where these are not all; `is_cut` whether there
    are more values among them.
    """

    listed: Values
    first_rows: int = 0
    is_cut: bool = False


def of_columns(
    lead_import: Import, places: Collection[int], counted: Iterable[ColumnProfile] | None = None
) -> dict[int, Found]:
    """The values of the columns at these indexes, as counted when the rows were stored, or now.

    What was not kept is counted among the first rows, as it is where nothing was counted then: rows
    of an earlier release, or of another import.
    """
    if counted is None:
        counted = ColumnProfile.objects.filter(lead_import=lead_import, place__in=places)
    known = {one.place: one.values for one in counted}
    return {place: _found(lead_import, place, known.get(place)) for place in places}


def as_changed(column: ColumnMap, found: Found) -> Found:
    """The values as the column's changes make them, which is what meanings are given to."""
    change = changes.made(column.changes)
    if change is None:
        return found
    listed = profile.merged((change(cell), count) for cell, count in found.listed)
    return replace(found, listed=listed)


def _found(lead_import: Import, place: int, kept: list[list[str | int]] | None) -> Found:
    if kept is None:
        return _now(lead_import, place)
    return Found([(str(cell), int(count)) for cell, count in kept])


def _now(lead_import: Import, place: int) -> Found:
    is_all = lead_import.row_count <= FIRST_ROWS
    numbers = lead_import.rows.order_by("number").values_list("number", flat=True)
    last = _NO_END if is_all else (numbers.first() or 1) + FIRST_ROWS - 1
    asked = {"pk": lead_import.pk, "place": place + 1, "longest": profile.LONGEST}
    with connection.cursor() as cursor:
        cursor.execute(_SQL, asked | {"last": last, "most": MOST + 1})
        found: Values = cursor.fetchall()
    listed = profile.merged(found[:MOST])
    return Found(listed, 0 if is_all else FIRST_ROWS, is_cut=len(found) > MOST)
