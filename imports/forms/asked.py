"""Which values of a column the form asks about, and what is said of the others.

Unclear ones come first, so that none is hidden behind many that are plain. A page asks about some
hundred in all; what becomes of each of the others stands below them.
"""

from collections.abc import Mapping as MappingType
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from imports.columns.mapping import ColumnMap, Mapping
from imports.columns.profile import Values
from imports.columns.values import Found
from imports.forms import meanings

MOST: Final = 240  # values that a page asks about: each is a select that has to be made
FEWEST: Final = 12  # of a column, however many columns there are


@dataclass(frozen=True, slots=True)
class Told:
    """A value that is not asked about, its count of rows, and what it becomes ("" where that is
    unclear).
    """

    cell: str
    count: int
    becomes: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A column's values, divided. `first_rows` and `is_cut` as in `values.Found`."""

    asked: Values
    told: list[Told]
    first_rows: int = 0
    is_cut: bool = False

    @property
    def unclear(self) -> int:
        """How many of those that are not asked about are unclear."""
        return sum(not one.becomes for one in self.told)

    @property
    def says_more(self) -> bool:
        """Whether there is anything to say below the questions."""
        return bool(self.told or self.is_cut or self.first_rows)


def divided(
    current: Mapping, found: MappingType[int, Found], known: meanings.Known
) -> dict[int, Asked]:
    """Each column's values, by its index."""
    most = max(FEWEST, MOST // max(1, len(found)))
    columns = {column.index: column for column in current.columns if column.index in found}
    return {index: _divided(columns[index], found[index], most, known) for index in columns}


def as_posted(one: Asked, cells: Sequence[str]) -> Asked:
    """The same, where these cells were asked about: a page that comes back is read by its own."""
    counts = {told.cell: told.count for told in one.told} | dict(one.asked)
    others = [told for told in one.told if told.cell not in cells]
    return replace(one, asked=[(cell, counts.get(cell, 0)) for cell in cells], told=others)


def _divided(column: ColumnMap, found: Found, most: int, known: meanings.Known) -> Asked:
    read = [
        Told(cell, count, meanings.recognised(column, cell, known)) for cell, count in found.listed
    ]
    ranked = sorted(read, key=lambda one: bool(one.becomes))  # stable: the most frequent first
    return Asked(
        [(one.cell, one.count) for one in ranked[:most]],
        ranked[most:],
        found.first_rows,
        found.is_cut,
    )
