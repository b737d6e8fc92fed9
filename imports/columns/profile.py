"""What stands in each column, counted once when the rows are stored: how much, and which values.

Pages ask for it instead of counting a million rows each time. A column with more different cells
than `MOST` is given up as soon as it has them. What tells of people is not kept another time: no
values of a column that feeds a contact, that has a cell like an e-mail address or a phone, or whose
cells are mostly different. What says nothing (N/A, -, none) tells of nobody: how often each such
word stands in a column is kept of all of them.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db import transaction

from imports.columns import clean, fields, mapping, placeholders, stretches
from imports.columns.mapping import fold_cell
from imports.columns.stretches import Column
from imports.models import ColumnProfile, Import, Origin

MOST = 500  # different cells
MOST_CHARACTERS = 20_000  # of them all
MOST_COLUMNS = 256  # whose values are kept
LONGEST = 200  # characters; longer cells are no labels

_LIKE_A_PHONE: Final = re.compile(r"(?:\d[\s().\-/]{0,3}){7}")  # or some other long number

Values = list[tuple[str, int]]
See = Callable[[Column], object]


@dataclass(slots=True)
class Counted:
    """What was seen of one column so far; `values` is None from when on they are no labels.

    `words` are those of `placeholders` that stood in it since.
    """

    filled: int = 0
    words: Counter[str] = field(default_factory=Counter)
    values: Counter[str] | None = field(default_factory=Counter)
    own: frozenset[str] = frozenset()  # words besides those

    def see(self, cells: Column) -> None:
        """Count the cells of some more rows."""
        if self.values is None:
            stripped = list(map(str.strip, cells))
            self.filled += len(stripped) - stripped.count("")
            self.words.update(self._words(stripped))
            return
        self.values.update(cells)
        if len(self.values) > MOST or any(len(cell) > LONGEST for cell in self.values):
            self._give_up()

    def labels(self) -> Values | None:
        """The different cells, the most frequent first; None where they are no labels."""
        if self.values is None:
            return None
        found = merged(self.values.items())
        many = len(found) * 2 >= sum(count for _, count in found)
        if many or sum(len(cell) for cell, _ in found) > MOST_CHARACTERS:
            return None
        return None if any(_is_like_a_contact(cell) for cell, _ in found) else found

    @property
    def count(self) -> int:
        """How many cells are filled."""
        return self.filled if self.values is None else _filled(self.values)

    @property
    def blanks(self) -> dict[str, int]:
        """How often each word that says nothing stands in it; of own ones also that none does."""
        found = self.words.copy()
        for cell, count in (self.values or {}).items():
            found.update(dict.fromkeys(self._words([cell.strip()]), count))
        return dict.fromkeys(self.own, 0) | found

    def _give_up(self) -> None:
        self.filled, self.words, self.values = self.count, Counter(self.blanks), None

    def _words(self, stripped: Iterable[str]) -> Iterator[str]:
        """Those of the cells that say nothing, in small letters."""
        says_nothing = placeholders.DEFAULT | self.own if self.own else placeholders.DEFAULT
        return filter(says_nothing.__contains__, map(str.lower, stripped))


def _is_like_a_contact(cell: str) -> bool:
    shown = fold_cell(cell)
    is_number = _LIKE_A_PHONE.search(shown) is not None and not clean.read_uuid(cell).value
    return "@" in shown or "＠" in shown or is_number


def _filled(values: Mapping[str, int]) -> int:
    return sum(count for cell, count in values.items() if cell.strip())


def merged(counts: Iterable[tuple[str, int]]) -> Values:
    """Cells that can only have one meaning ("Buyer", "buyer ") as one, spelt as most of them are,
    without blank ones; the most frequent first.
    """
    found: dict[str, tuple[str, int]] = {}
    for cell, count in sorted(counts, key=lambda one: (-one[1], one[0])):
        if folded := fold_cell(cell):
            shown, before = found.get(folded, (cell.strip(), 0))
            found[folded] = (shown, before + count)
    return sorted(found.values(), key=lambda one: (-one[1], one[0]))


def counted(
    lead_import: Import,
    keep_lease: Callable[[], object] = lambda: None,
    besides: Mapping[int, See] | None = None,
    own: Iterable[str] = (),
) -> list[ColumnProfile]:
    """Count the columns of an import's rows, in one pass; nothing is stored yet.

    `own` are words that the customer reads as blank besides the usual ones.
    `besides` are given the cells of the columns at their index in the same pass. Of masked columns
    no values are kept.
    """
    words = frozenset(own)
    columns = [Counted(own=words) for _ in lead_import.headers]
    for place in [*lead_import.masked, *range(MOST_COLUMNS, len(columns))]:
        columns[place].values = None
    rows = 0
    for stretch in stretches.of(lead_import, keep_lease):
        rows += len(stretch[0])
        for column, cells in zip(columns, stretch, strict=True):
            column.see(cells)
        for place, see in (besides or {}).items():
            see(stretch[place])
    return [_profile(lead_import, place, rows, column) for place, column in enumerate(columns)]


def _profile(lead_import: Import, place: int, rows: int, column: Counted) -> ColumnProfile:
    return ColumnProfile(
        lead_import=lead_import,
        place=place,
        rows=rows,
        filled=column.count,
        values=column.labels(),
        blanks=column.blanks,
    )


def count(import_id: int) -> None:
    """Count the columns of an import whose rows were copied, unless that was done already.

    Such rows never change, so this may happen at any time; until then pages look at the first rows.
    """
    copied = Import.objects.filter(pk=import_id).exclude(origin=Origin.FILE)
    lead_import = copied.first()
    if lead_import is None or lead_import.profiles.exists():
        return
    found = counted(lead_import, own=_own_words(lead_import))
    with transaction.atomic():
        locked = copied.select_for_update(no_key=True).first()
        if locked and locked.mapping:
            store(locked, found, mapping.Mapping.from_json(locked.mapping.content))


def _own_words(lead_import: Import) -> tuple[str, ...]:
    if lead_import.mapping is None:
        return ()
    return mapping.Mapping.from_json(lead_import.mapping.content).words.own


def store(
    lead_import: Import, profiles: Sequence[ColumnProfile], proposed: mapping.Mapping
) -> None:
    """Keep what was counted, in place of what was before, without values of the columns that feed
    contacts, or would if no other did. The caller holds the import's row.
    """
    forget(lead_import)
    for one, column in zip(profiles, proposed.columns, strict=True):
        found = fields.find(column.target or column.wanted or "")
        if found and not found.can_be_constant:
            one.values = None
    ColumnProfile.objects.bulk_create(profiles, batch_size=1_000)


def forget(lead_import: Import) -> None:
    """Its rows are dropped: what was counted of them says nothing more."""
    ColumnProfile.objects.filter(lead_import=lead_import).delete()
