"""Which rows of a review are meant: by result, problem, column, why they are kept back, or text.

A page looks at no more than LOOKED leads, by indexes that hold these alone and in the order of the
sheet, so that it takes the same time in a file of a hundred rows and in one of a million.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from imports import whole_file
from imports.models import Import, Verdict
from portal import characters

LOOKED: Final = 20_000
"""Leads that are looked at for a page, or for counting its rows."""
MOST: Final = 50_000
"""Leads that are searched for a text."""

_OK: Final = "not_sent"  # as the balance sheet calls what will be sent
_NEAR = """
    SELECT l.number, l.problems, l.verdict FROM imports_lead l
    WHERE l.mapping_id = %(mapping)s AND l.number > %(after)s
      AND (%(among)s::int[] IS NULL OR l.number = ANY(%(among)s::int[])) {near}
    ORDER BY l.number LIMIT {most}
"""
_FOUND = "SELECT n.number FROM ({near}) n WHERE true {far} ORDER BY n.number LIMIT %(limit)s"
_LOOKED = "SELECT n.number FROM ({near}) n ORDER BY n.number OFFSET %(most)s - 1 LIMIT 1"
_COUNT = "SELECT count(*) FILTER (WHERE true {far}), count(*) FROM ({near}) n"
# Cells as they were read, or as they were corrected. Row by row: a join may read all of the import.
_TEXT = """
    WITH picked AS MATERIALIZED (SELECT unnest(%(picked)s::int[]) AS number)
    SELECT p.number FROM picked p CROSS JOIN LATERAL (
        SELECT r.cells FROM imports_row r
        WHERE r.import_id = %(import)s AND r.number = p.number OFFSET 0) r
    WHERE strpos(lower(array_to_string(r.cells, ' ')), lower(%(text)s)) > 0
    UNION
    SELECT c.number FROM imports_correction c
    JOIN imports_reviewact a ON a.id = c.act_id AND a.undone_at IS NULL
    JOIN picked p ON p.number = c.number
    WHERE c.import_id = %(import)s AND strpos(lower(c.new), lower(%(text)s)) > 0
    ORDER BY 1
"""
# No statistics know a new import: PostgreSQL would sort all its leads for a page of a hundred.
_IN_ORDER = """
    SELECT set_config('enable_sort', %(to)s, true), set_config('enable_bitmapscan', %(to)s, true),
           set_config('enable_seqscan', %(to)s, true)
"""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the rows have in common; "" and None narrow nothing. `column` is a heading's name."""

    result: str = ""
    problem: str = ""
    column: str = ""
    why: str = ""
    numbers: tuple[int, ...] | None = None

    def near(self) -> str:
        """Return the condition for which there is an index.

        The import stands in it only where its own key is to be walked along: PostgreSQL would
        prefer that one to an index of few leads, and look at a million for twenty thousand.
        """
        if self.why:
            return "AND l.code = %(why)s AND l.code <> ''"
        if self.result and self.result != _OK:
            return "AND l.verdict = %(verdict)s AND l.verdict <> 'ok'"
        if self.problem or self.column:
            return "AND l.problems <> '[]'::jsonb"
        return "AND l.import_id = %(import)s"

    def far(self) -> str:
        """Return those that each lead is looked at for."""
        parts = ["AND n.verdict = %(verdict)s"] if self.result else []
        if self.problem or self.column:
            parts.append("AND n.problems @> %(problem)s::jsonb")
        return " ".join(parts)

    def values(self, lead_import: Import) -> dict[str, Any]:
        """Return the parameters of both."""
        wanted = {"c": self.problem} if self.problem else {}
        wanted |= {"h": self.column} if self.column else {}
        return {
            "import": lead_import.pk,
            "mapping": lead_import.mapping_id,
            "among": None if self.numbers is None else list(self.numbers),
            "why": self.why,
            "verdict": Verdict.OK.value if self.result == _OK else self.result,
            "problem": json.dumps([wanted]),
        }


@dataclass(frozen=True, slots=True)
class Stretch:
    """Numbers of the chosen rows; where more may follow, the number after which to go on."""

    numbers: list[int]
    next_after: int | None


def page(lead_import: Import, chosen: Chosen, *, after: int = 0, limit: int = 100) -> Stretch:
    """Return the chosen rows that come after a number, as far as one page looks."""
    return _stretch(lead_import, chosen, after, limit, looked=LOOKED)


def _stretch(
    lead_import: Import, chosen: Chosen, after: int, limit: int, *, looked: int
) -> Stretch:
    values = chosen.values(lead_import) | {"after": after, "limit": limit + 1, "most": looked}
    near = _NEAR.format(near=chosen.near(), most=looked)
    with _in_order() as cursor:
        cursor.execute(_FOUND.format(near=near, far=chosen.far()), values)
        found = [number for (number,) in cursor.fetchall()]
        if len(found) > limit:
            return Stretch(found[:limit], found[limit - 1])
        cursor.execute(_LOOKED.format(near=near), values)
        last = cursor.fetchone()
    return Stretch(found, last[0] if last else None)


def count(lead_import: Import, chosen: Chosen) -> tuple[int, bool]:
    """Return how many rows are chosen among the first LOOKED, and whether these are all."""
    values = chosen.values(lead_import) | {"after": 0}
    near = _NEAR.format(near=chosen.near(), most=LOOKED + 1)
    with _in_order() as cursor:
        cursor.execute(_COUNT.format(near=near, far=chosen.far()), values)
        found, looked = cursor.fetchone()
    return min(found, LOOKED), looked <= LOOKED


def every(lead_import: Import, chosen: Chosen) -> list[int]:
    """Return the numbers of all chosen rows, for an act on them."""
    values = chosen.values(lead_import) | {"after": 0}
    near = _NEAR.format(near=chosen.near(), most="ALL")
    sql = _FOUND.format(near=near, far=chosen.far()).replace("LIMIT %(limit)s", "")
    with _in_order() as cursor:
        cursor.execute(sql, values)
        return [number for (number,) in cursor.fetchall()]


def with_text(lead_import: Import, chosen: Chosen, text: str) -> tuple[Chosen, bool]:
    """Return the chosen rows in which something is written, and whether all could be searched.

    Among more than MOST the first MOST are searched. Capitals make no difference.
    """
    some = _stretch(lead_import, chosen, 0, MOST, looked=MOST)
    values: dict[str, Any] = {"import": lead_import.pk, "picked": some.numbers}
    with whole_file.cursor() as cursor:
        cursor.execute(_TEXT, values | {"text": characters.seen(text)})
        found = tuple(number for (number,) in cursor.fetchall())
    return replace(chosen, numbers=found), some.next_after is None


def among(chosen: Chosen, numbers: Sequence[int]) -> Chosen:
    """Return these rows, as far as they are chosen."""
    return replace(chosen, numbers=tuple(numbers))


@contextmanager
def _in_order() -> Iterator[CursorWrapper]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_IN_ORDER, {"to": "off"})
        yield cursor
        cursor.execute(_IN_ORDER, {"to": "on"})
