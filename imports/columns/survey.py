"""What the whole of each column says about how its dates and numbers are written.

Only columns whose first rows hold such cells are asked about, all of them in the pass over all
rows that counts their cells (`profile`). Each different cell is looked at once.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Protocol

from imports.columns import formats
from imports.columns.mapping import ColumnMap, Mapping

MOST_COLUMNS = 64
SHARE = 0.8  # of a column's first cells must be such, else they are prose
LONGEST = 64  # characters of a cell that may be a date or a number
_BETWEEN = "\x1f"  # cells, where they are joined; no date and no number holds it

_NUMERIC = re.compile("|".join((formats.COMMA, formats.POINT, formats.EITHER, r"^[-+]?\d+$")))
_MARKED = re.compile(r"[.,]")
_DATE = re.compile(formats.DATE)
_COMMA, _POINT, _EITHER = map(re.compile, (formats.COMMA, formats.POINT, formats.EITHER))

_SHAPE = str.maketrans("23456789", "11111111")  # no pattern of numbers tells these digits apart


class Evidence(Protocol):
    """What was seen of a column so far, and what that proves."""

    @property
    def looks(self) -> formats.Looks: ...
    def see(self, cells: Sequence[str]) -> None: ...


@dataclass(slots=True)
class _Dates:
    """The highest numbers in the first two places."""

    first: int = 0
    second: int = 0

    @property
    def looks(self) -> formats.Looks:
        return formats.looks_of_dates(self.first, self.second)

    def see(self, cells: Sequence[str]) -> None:
        """Look at cells, also such as are no dates."""
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

    def see(self, cells: Sequence[str]) -> None:
        """Look at cells, also such as are no numbers. Joined, they are translated at once."""
        shapes = _different(_BETWEEN.join(cells).translate(_SHAPE).split(_BETWEEN))
        self.comma = self.comma or any(map(_COMMA.match, shapes))
        self.point = self.point or any(map(_POINT.match, shapes))
        self.either = self.either or any(map(_EITHER.match, shapes))


def _different(cells: Sequence[str]) -> set[str]:
    return {cell for cell in set(map(str.strip, cells)) if len(cell) <= LONGEST}


def asked(mapping: Mapping, rows: Sequence[Sequence[str]]) -> dict[int, Evidence]:
    """The columns, by index, whose first cells in `rows` are dates or numbers; to be shown all."""
    return dict(islice(_asked(mapping, rows), MOST_COLUMNS))


def judged(mapping: Mapping, seen: dict[int, Evidence]) -> Mapping:
    """The mapping with each column's looks, and with the reading that they prove."""
    columns = (
        _with_looks(column, seen[column.index].looks) if column.index in seen else column
        for column in mapping.columns
    )
    return replace(mapping, columns=tuple(columns))


def _asked(mapping: Mapping, rows: Sequence[Sequence[str]]) -> Iterator[tuple[int, Evidence]]:
    for column in mapping.columns:
        cells = [row[column.index].strip() for row in rows if len(row) > column.index]
        if evidence := _topic([cell for cell in cells if cell]):
            yield column.index, evidence


def _topic(cells: Sequence[str]) -> Evidence | None:
    if not cells:
        return None
    if sum(map(bool, map(_DATE.match, cells))) >= SHARE * len(cells):
        return _Dates()
    if any(map(_MARKED.search, cells)) and (
        sum(map(bool, map(_NUMERIC.match, cells))) >= SHARE * len(cells)
    ):
        return _Numbers()
    return None


def _with_looks(column: ColumnMap, looks: formats.Looks) -> ColumnMap:
    proven: formats.ReadAs = looks if looks in {"dmy", "mdy", "comma", "point"} else ""
    return replace(column, looks=looks, read_as=column.read_as or proven)
