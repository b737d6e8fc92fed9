"""What the whole of each column says about how its dates and numbers are written.

Only columns whose first rows hold such cells are asked about, all of them in one pass over all
rows. PostgreSQL only joins the cells of a stretch of rows; each different one is looked at
here, since its regular expressions take many times as long.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Protocol

from django.db import connection

from imports.columns import formats
from imports.columns.mapping import ColumnMap, Mapping
from imports.models import Import, Row

MOST_COLUMNS = 64
SHARE = 0.8  # of a column's first cells must be such, else they are prose
STRETCH = 10_000  # rows that are looked at together
LONGEST = 64  # bytes of a cell that may be a date or a number: it bounds what is held at once
BETWEEN = "\x1f"  # cells, where they are joined; no date and no number holds it

_NUMERIC = re.compile("|".join((formats.COMMA, formats.POINT, formats.EITHER, r"^[-+]?\d+$")))
_MARKED = re.compile(r"[.,]")
_DATE = re.compile(formats.DATE)
_COMMA, _POINT, _EITHER = map(re.compile, (formats.COMMA, formats.POINT, formats.EITHER))

_SHAPE = str.maketrans("23456789", "11111111")  # no pattern of numbers tells these digits apart


class _Evidence(Protocol):
    """What was seen of a column so far, and what that proves."""

    @property
    def looks(self) -> formats.Looks: ...
    def see(self, cells: str) -> None: ...


@dataclass(slots=True)
class _Dates:
    """The highest numbers in the first two places."""

    first: int = 0
    second: int = 0

    @property
    def looks(self) -> formats.Looks:
        return formats.looks_of_dates(self.first, self.second)

    def see(self, cells: str) -> None:
        """Look at joined cells, also such as are no dates."""
        for found in filter(None, map(_DATE.match, _different(cells))):
            self.first = max(self.first, int(found[1]))
            self.second = max(self.second, int(found[2]))


@dataclass(slots=True)
class _Numbers:
    """Whether there were cells that prove a mark, and such as prove none."""

    comma: bool = False
    point: bool = False
    either: bool = False

    @property
    def looks(self) -> formats.Looks:
        return formats.looks_of_numbers(self.comma, self.point, self.either)

    def see(self, cells: str) -> None:
        """Look at joined cells, also such as are no numbers."""
        shapes = _different(cells.translate(_SHAPE))
        self.comma = self.comma or any(map(_COMMA.match, shapes))
        self.point = self.point or any(map(_POINT.match, shapes))
        self.either = self.either or any(map(_EITHER.match, shapes))


def _different(cells: str) -> set[str]:
    return set(map(str.strip, cells.split(BETWEEN)))


def surveyed(
    mapping: Mapping,
    lead_import: Import,
    rows: Sequence[Sequence[str]],
    keep_lease: Callable[[], object],
) -> Mapping:
    """The mapping with each column's looks, and with the reading that they prove.

    `rows` are the first ones, by which the columns are chosen; `keep_lease` is called every now and
    then, since a large file takes some seconds.
    """
    asked = dict(islice(_asked(mapping, rows), MOST_COLUMNS))
    if asked:
        _see_all(asked, lead_import, keep_lease)
    columns = (
        _with_looks(column, asked[column.index].looks) if column.index in asked else column
        for column in mapping.columns
    )
    return Mapping(tuple(columns), mapping.constants)


def _asked(mapping: Mapping, rows: Sequence[Sequence[str]]) -> Iterator[tuple[int, _Evidence]]:
    for column in mapping.columns:
        cells = [row[column.index].strip() for row in rows if len(row) > column.index]
        if evidence := _topic([cell for cell in cells if cell]):
            yield column.index, evidence


def _topic(cells: Sequence[str]) -> _Evidence | None:
    if not cells:
        return None
    if sum(map(bool, map(_DATE.match, cells))) >= SHARE * len(cells):
        return _Dates()
    if any(map(_MARKED.search, cells)) and (
        sum(map(bool, map(_NUMERIC.match, cells))) >= SHARE * len(cells)
    ):
        return _Numbers()
    return None


def _see_all(
    asked: dict[int, _Evidence], lead_import: Import, keep_lease: Callable[[], object]
) -> None:
    numbers = Row.objects.filter(lead_import=lead_import).order_by("-number")
    last = numbers.values_list("number", flat=True).first() or 0
    for first in range(1, last + 1, STRETCH):
        keep_lease()
        joined = _joined(lead_import.pk, list(asked), first)
        for evidence, cells in zip(asked.values(), joined, strict=True):
            evidence.see(cells or "")


def _joined(import_id: int, places: list[int], first: int) -> tuple[str | None, ...]:
    """Give the short cells of each of these columns in a stretch of rows."""
    columns = ", ".join(
        f"string_agg(cells[{place:d}], %(between)s)"
        f" FILTER (WHERE octet_length(cells[{place:d}]) <= %(longest)s)"
        for place in (place + 1 for place in places)
    )
    numbers = "number BETWEEN %(first)s AND %(last)s"
    values = {"pk": import_id, "first": first, "last": first + STRETCH - 1}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM imports_row WHERE import_id = %(pk)s AND {numbers}",  # noqa: S608 whole numbers
            values | {"between": BETWEEN, "longest": LONGEST},
        )
        joined: tuple[str | None, ...] = cursor.fetchone()
    return joined


def _with_looks(column: ColumnMap, looks: formats.Looks) -> ColumnMap:
    proven: formats.ReadAs = looks if looks in {"dmy", "mdy", "comma", "point"} else ""
    return replace(column, looks=looks, read_as=column.read_as or proven)
