"""Cells as people corrected them, laid over the rows as they were read. The rows never change.

Of a cell's corrections that are not undone the last one counts. A correction is undone only when
no later one of its cell stands, so what stands is always what would come of doing it alone.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from imports.columns import headers
from imports.columns.problems import shorten
from imports.errors import LookAgain
from imports.models import Import, ReviewAct
from portal.models import User

# By the index of import and number; the newest of a cell first.
_STANDING = """
    SELECT DISTINCT ON (c.number, c."column") c.number, c."column", c.new, a.made_by_id, a.made_at
    FROM imports_correction c JOIN imports_reviewact a ON a.id = c.act_id AND a.undone_at IS NULL
    WHERE c.import_id = %(import)s AND c.number BETWEEN %(first)s AND %(last)s
      AND (%(among)s::int[] IS NULL OR c.number = ANY(%(among)s::int[]))
    ORDER BY c.number, c."column", c.act_id DESC
"""
_COVERED = """
    SELECT c.number, c."column", l.act_id
    FROM imports_correction c
    JOIN imports_correction l ON l.import_id = c.import_id AND l.number = c.number
                             AND l."column" = c."column" AND l.act_id > c.act_id
    JOIN imports_reviewact a ON a.id = l.act_id AND a.undone_at IS NULL
    WHERE c.act_id = %s ORDER BY l.act_id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Corrected:
    """A cell's value that counts, and who gave it when."""

    new: str
    who: int | None  # the user's id
    at: datetime


Corrections = Mapping[int, Mapping[int, Corrected]]
"""By the row's number and the column's place."""


def of(lead_import: Import, numbers: Sequence[int]) -> Corrections:
    """Return what counts of these rows' corrections."""
    found: dict[int, dict[int, Corrected]] = defaultdict(dict)
    if not numbers:
        return found
    first, last = min(numbers), max(numbers)
    is_whole = last - first < len(numbers)
    parameters = {"import": lead_import.pk, "first": first, "last": last}
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, parameters | {"among": None if is_whole else list(numbers)})
        for number, column, new, who, at in cursor.fetchall():
            found[number][column] = Corrected(new, who, at)
    return found


def over(
    lead_import: Import, rows: Sequence[tuple[int, list[str]]]
) -> Sequence[tuple[int, list[str]]]:
    """Return rows (number, cells) with their corrections laid over."""
    corrected = of(lead_import, [number for number, _ in rows])
    if not corrected:
        return rows
    return [(number, laid(cells, corrected.get(number, {}))) for number, cells in rows]


def laid(cells: list[str], corrected: Mapping[int, Corrected]) -> list[str]:
    """Return a row's cells with what was corrected in them; a short row grows."""
    if not corrected:
        return cells
    width = max(len(cells), max(corrected) + 1)
    result = [*cells, *[""] * (width - len(cells))]
    for column, one in corrected.items():
        result[column] = one.new
    return result


def sentences(
    lead_import: Import, rows: Sequence[tuple[int, list[str]]], corrected: Corrections
) -> dict[int, list[str]]:
    """Say of each row (number, cells as read) what was corrected in it, by whom and when.

    A cell that was brought back to what the file has is not told.
    """
    if not corrected:
        return {}
    names = headers.names(lead_import.headers)
    every = (one for of_row in corrected.values() for one in of_row.values())
    ids = {one.who for one in every if one.who is not None}
    people = {user.pk: str(user) for user in User.objects.filter(pk__in=ids)}
    found: dict[int, list[str]] = {}
    for number, cells in rows:
        for column, one in sorted(corrected.get(number, {}).items()):
            old = cells[column] if column < len(cells) else ""
            if old != one.new:
                who = people.get(one.who or 0, "the portal")
                said = f"{names[column]} corrected from {quoted(old)} to {quoted(one.new)} by {who}"
                found.setdefault(number, []).append(f"{said} on {day(one.at)}.")
    return found


def quoted(cell: str) -> str:
    """Return a cell for a sentence, shortened."""
    return f"'{shorten(cell)}'" if cell else "blank"


def day(at: datetime) -> str:
    """Return a day in words, by UTC, as it stands in reports."""
    return f"{at.day} {at:%b %Y}"


def refuse_covered(act: ReviewAct) -> None:
    """Raise LookAgain when a later act that stands changed a cell of this one again."""
    with connection.cursor() as cursor:
        cursor.execute(_COVERED, [act.pk])
        found = cursor.fetchone()
    if found is None:
        return
    number, column, later_pk = found
    later = ReviewAct.objects.select_related("made_by").get(pk=later_pk)
    names = headers.names(act.lead_import.headers)
    raise LookAgain(
        f"Row {number}, {names[column]}, was changed again later by {later.made_by or 'the portal'}"
        f" (“{later.get_kind_display()}”). Undo that change first."
    )
