"""Cells that people correct in review: one row's, those of a column, those of a group of rows.

A correction is of the sheet's column, whatever the mapping makes of it; one that changes nothing
is none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from django.db import connection, transaction

from imports import whole_file
from imports.columns import headers
from imports.errors import BadInput, LookAgain
from imports.models import Correction, Import, ReviewAct, Row
from imports.review import acts, consent_cells, overlay, recheck
from imports.review.acts import Deed, Kind
from portal.models import User

MOST: Final = 100_000  # cells that one act changes
LONGEST: Final = 32_767  # characters of a cell, as in spreadsheet programs
EXAMPLES: Final = 5

# What stands in a column now. Blank rows stay blank: they are accounted for as such.
_NOW = """
    WITH corrected AS MATERIALIZED (
        SELECT DISTINCT ON (c.number) c.number, c.new FROM imports_correction c
        JOIN imports_reviewact a ON a.id = c.act_id AND a.undone_at IS NULL
        WHERE c.import_id = %(import)s AND c."column" = %(column)s
        ORDER BY c.number, c.act_id DESC
    ), now AS (
        SELECT r.number, coalesce(c.new, r.cells[%(column)s + 1], '') AS old
        FROM imports_row r LEFT JOIN corrected c ON c.number = r.number
        WHERE r.import_id = %(import)s AND r.cells <> '{}'
          AND (%(among)s::int[] IS NULL OR r.number = ANY(%(among)s::int[]))
    ), changed AS (
        SELECT number, old, {new} AS new FROM now WHERE {which}
    )
"""
_LOOK = "SELECT number, old, new, count(*) OVER () FROM changed ORDER BY number LIMIT %(limit)s"
_KEEP = """
    INSERT INTO imports_correction (act_id, import_id, number, "column", old, new)
    SELECT %(act)s, %(import)s, number, %(column)s, old, new FROM changed RETURNING number
"""
_PART = ("replace(old, %(find)s, %(put)s)", "strpos(old, %(find)s) > 0 AND %(find)s <> %(put)s")
_WHOLE = ("%(put)s", "old = %(find)s AND %(find)s <> %(put)s")
_ANY = ("%(put)s", "old <> %(put)s")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to become of a column: `find` (None: whatever stands there) becomes `put`.

    `numbers` are the rows that it is wanted in; None: all of them.
    """

    column: int
    put: str
    find: str | None = None
    is_whole: bool = False  # only cells that are exactly `find`
    numbers: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """How many cells would be changed, and the first of them: number, old, new."""

    count: int
    examples: list[tuple[int, str, str]]


def seen_as(cell: str) -> str:
    """Return what a page keeps of a cell, to say later which one its reader saw."""
    return sha256(cell.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def cells_of(lead_import: Import, number: int) -> list[str]:
    """Return a row's cells as they stand now; none for a blank row, or one that is not there."""
    row = Row.objects.filter(lead_import=lead_import, number=number).first()
    if row is None or not row.cells:
        return []
    return overlay.laid(row.cells, overlay.of(lead_import, [number]).get(number, {}))


@transaction.atomic
def edit(
    lead_import: Import,
    user: User | None,
    number: int,
    typed: Mapping[int, str],
    seen: Mapping[int, str],
) -> ReviewAct | None:
    """Correct cells of one row, and check it anew. None when nothing differs.

    `typed` and `seen` (as `seen_as` said) are by the column's place. CellsChanged when somebody
    changed one of them since: nothing is done. WrongState when the import is in no review, BadInput
    as `refuse` and `consent_cells.refuse`.
    """
    locked = acts.lock(lead_import)
    now = _padded(cells_of(locked, number), locked)
    refuse(locked, typed)
    meanwhile = [one for one in typed if seen_as(now[one]) != seen.get(one)]
    different = {one: new for one, new in typed.items() if new != now[one]}
    if clash := [one for one in meanwhile if one in different]:
        raise CellsChanged(_clash(locked, number, clash), {one: now[one] for one in clash})
    if not different:
        return None
    consent_cells.refuse(locked, user, different)
    act = acts.record(locked, user, Deed(Kind.CELL, rows=[number]))
    Correction.objects.bulk_create(
        Correction(act=act, lead_import=locked, number=number, column=one, old=now[one], new=new)
        for one, new in different.items()
    )
    recheck.rows(locked, [number], user)
    acts.tell(locked, user, act)
    return act


class CellsChanged(LookAgain):
    """Somebody changed cells that were to be corrected; `now` has them by the column's place."""

    def __init__(self, told: Mapping[int, str], now: Mapping[int, str]) -> None:
        super().__init__(" ".join(told.values()))
        self.told, self.now = told, now


def _clash(locked: Import, number: int, columns: Sequence[int]) -> dict[int, str]:
    """Say of each cell what a colleague made of it."""
    names = headers.names(locked.headers)
    told = {}
    for column in columns:
        last = (
            Correction.objects.filter(lead_import=locked, number=number, column=column)
            .select_related("act__made_by", "act__undone_by")
            .order_by("-act_id")
            .first()
        )
        act = last.act if last else None
        who = (act.undone_by if act.undone_at else act.made_by) if act else None
        told[column] = (
            f"Row {number}, {names[column]}: {who or 'somebody'} changed this cell since you saw "
            "it. Yours is not saved."
        )
    return told


def refuse(lead_import: Import, typed: Mapping[int, str]) -> None:
    """Raise BadInput for a column that is not there or is masked, and for too long a cell."""
    for column, new in typed.items():
        if column >= len(lead_import.headers):
            raise BadInput("The sheet has no such column. Look at the rows again.")
        if column in lead_import.masked:
            raise BadInput(
                "This column is masked: its cells are not kept, so they cannot be corrected here."
            )
        if len(new) > LONGEST:
            raise BadInput(
                f"A cell holds at most {LONGEST:,} characters; this one has {len(new):,}."
            )


def _padded(cells: list[str], lead_import: Import) -> list[str]:
    if not cells:
        raise BadInput("This row is blank in the file: there is nothing in it to correct.")
    return [*cells, *[""] * (len(lead_import.headers) - len(cells))]


def preview(lead_import: Import, wanted: Wanted) -> Preview:
    """Return what would be changed; raises BadInput as `change`."""
    refuse(lead_import, {wanted.column: wanted.put})
    with whole_file.cursor() as cursor:
        cursor.execute(_sql(wanted, _LOOK), _parameters(lead_import, wanted) | {"limit": EXAMPLES})
        found = cursor.fetchall()
    count = found[0][3] if found else 0
    if count > MOST:
        raise BadInput(
            f"That would change {count:,} cells; at most {MOST:,} are changed here. Change the "
            "whole column instead: under Columns, “Change, split or type”."
        )
    return Preview(count, [(number, old, new) for number, old, new, _ in found])


@transaction.atomic
def change(
    lead_import: Import, user: User | None, wanted: Wanted, *, seen: str | None = None
) -> ReviewAct | None:
    """Change these cells of a column, and have their rows checked anew. None when none differs.

    `seen` is the token of the page that showed the preview. BadInput for what no cell can hold or
    too many cells, or as `consent_cells.refuse`; LookAgain and WrongState as `acts.do`.
    """
    locked = acts.lock(lead_import, seen)
    if not preview(locked, wanted).count:
        return None
    consent_cells.refuse(locked, user, [wanted.column])
    kind = Kind.FILL if wanted.find is None else Kind.REPLACE
    content = {"column": wanted.column, "put": wanted.put}
    if wanted.find is not None:
        content |= {"find": wanted.find, "whole": wanted.is_whole}
    act = acts.record(locked, user, Deed(kind, content=content))
    with whole_file.cursor() as cursor:
        cursor.execute(_sql(wanted, _KEEP), _parameters(locked, wanted) | {"act": act.pk})
        act.rows = sorted(number for (number,) in cursor.fetchall())
    act.save(update_fields=["rows"])
    _refuse_long(act)
    recheck.rows(locked, act.rows, user)
    acts.tell(locked, user, act)
    return act


def _refuse_long(act: ReviewAct) -> None:
    sql = "SELECT min(number) FROM imports_correction WHERE act_id = %s AND length(new) > %s"
    with connection.cursor() as cursor:
        cursor.execute(sql, [act.pk, LONGEST])
        (number,) = cursor.fetchone()
    if number is not None:
        raise BadInput(
            f"In row {number} the cell would have more than the {LONGEST:,} characters that a cell "
            "holds. Nothing was changed."
        )


def _sql(wanted: Wanted, end: str) -> str:
    new, which = _ANY if wanted.find is None else _WHOLE if wanted.is_whole else _PART
    return _NOW.replace("{new}", new).replace("{which}", which) + end


def _parameters(lead_import: Import, wanted: Wanted) -> dict[str, Any]:
    return {
        "import": lead_import.pk,
        "column": wanted.column,
        "find": wanted.find,
        "put": wanted.put,
        "among": None if wanted.numbers is None else list(wanted.numbers),
    }
