"""How what columns hold differs from an earlier import with these headings.

By what was counted of both when their rows were stored (`profile`), so no row is read. Columns are
known again by their heading; one that is there twice is not compared.
"""

from collections.abc import Collection
from collections.abc import Mapping as MappingType
from dataclasses import dataclass
from typing import Final

from imports.columns import by_words, changes, fields, headers, shapes
from imports.columns.mapping import ColumnMap, Mapping, fold_cell
from imports.models import ColumnProfile, Import

MOST: Final = 8  # new values of a column that a page lists
FEWEST_ROWS: Final = 20  # in either file: of fewer a share says little
POINTS: Final = 20  # percentage points by which a column must be fuller or emptier
LEFT_OUT: Final = "left out"
_Cells = list[list[str | int]]  # each different one with its count, as a profile has them


@dataclass(frozen=True, slots=True)
class NewValue:
    """A cell that was not there before, its count of rows, and what it becomes; "": unclear."""

    cell: str
    count: int
    becomes: str

    @property
    def said(self) -> str:
        """What it becomes, in words."""
        if not self.becomes:
            return "left out as it is unclear"
        return self.becomes if self.becomes == LEFT_OUT else f"becomes {self.becomes}"


@dataclass(frozen=True, slots=True)
class NewValues:
    """The new values of one column, the unclear ones first, then the most frequent."""

    heading: str
    values: list[NewValue]

    @property
    def listed(self) -> list[NewValue]:
        """Those that a page lists."""
        return self.values[:MOST]

    @property
    def more(self) -> int:
        """How many others there are."""
        return max(0, len(self.values) - MOST)

    @property
    def is_loss(self) -> bool:
        """Whether some of them are left out as they stand."""
        return any(not one.becomes for one in self.values)


@dataclass(frozen=True, slots=True)
class Fill:
    """How much of a column was filled, and is: percent of the rows that are not blank."""

    heading: str
    then: int
    now: int
    is_imported: bool

    @property
    def is_loss(self) -> bool:
        """Whether less is imported than before."""
        return self.is_imported and self.now < self.then


def new_values(lead_import: Import, current: Mapping, earlier: Import) -> list[NewValues]:
    """The values of columns whose cells stand for something, that the earlier import had not.

    Nothing of columns with too many different cells to be counted, in either.
    """
    now, then = headers.single(lead_import.headers), headers.single(earlier.headers)
    meant = {heading: place for heading, place in now.items()
             if heading in then and _is_meant(current.columns[place])}  # fmt: skip
    if not meant:
        return []
    ours = _counted(lead_import, list(meant.values()))
    theirs = _counted(earlier, [then[heading] for heading in meant])
    found = (
        NewValues(lead_import.headers[place], _new(current.columns[place], cells, before))
        for heading, place in meant.items()
        if (cells := ours.get(place)) is not None
        and (before := theirs.get(then[heading])) is not None
    )
    return [one for one in found if one.values]


def fills(lead_import: Import, current: Mapping, earlier: Import) -> list[Fill]:
    """The columns that are much fuller or emptier than in the earlier import."""
    now, then = headers.single(lead_import.headers), headers.single(earlier.headers)
    ours, theirs = _shares(lead_import), _shares(earlier)
    joined = shapes.joined_places(current)
    found = (
        Fill(lead_import.headers[place], theirs[then[heading]], ours[place],
             is_imported=bool(current.columns[place].targets) or place in joined)
        for heading, place in now.items()
        if place in ours and then.get(heading) in theirs
    )  # fmt: skip
    return [one for one in found if abs(one.then - one.now) >= POINTS]


def _is_meant(column: ColumnMap) -> bool:
    field = fields.find(column.target or "")
    if field is None or column.split is not None:
        return False
    return field.has_meanings or bool(column.values)


def _counted(lead_import: Import, places: Collection[int]) -> dict[int, _Cells | None]:
    kept = ColumnProfile.objects.filter(lead_import=lead_import, place__in=places)
    return dict(kept.values_list("place", "values"))


def _shares(lead_import: Import) -> dict[int, int]:
    """Percent of filled cells by column; nothing of few rows."""
    kept = ColumnProfile.objects.filter(lead_import=lead_import, rows__gte=FEWEST_ROWS)
    counted = kept.values_list("place", "filled", "rows")
    return {place: round(100 * filled / rows) for place, filled, rows in counted}


def _new(column: ColumnMap, cells: _Cells, before: _Cells) -> list[NewValue]:
    known = {fold_cell(str(cell)) for cell, _ in before}
    change = changes.made(column.changes) or str
    means = {cell: to or LEFT_OUT for cell, to in column.means.items()}
    found = [
        NewValue(str(cell), int(count), _becomes(column, change(str(cell)), means))
        for cell, count in cells
        if fold_cell(str(cell)) not in known
    ]
    return sorted(found, key=lambda one: bool(one.becomes))


def _becomes(column: ColumnMap, cell: str, means: MappingType[str, str]) -> str:
    return means.get(fold_cell(cell)) or by_words.taken_for(column.target or "", cell)
