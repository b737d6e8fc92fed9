"""Records below the headings as rows, batch by batch: numbered, blank ones told apart."""

from collections.abc import Callable, Iterable, Iterator
from itertools import repeat
from typing import NamedTuple

from imports.intake.parse import Plain, Record

_BLANKS = "".join(filter(str.isspace, map(chr, range(0x3001))))
_MOST_BLANKS = 5_000  # in one batch


class SheetRow(NamedTuple):
    """A row as it was read.

    number  what the spreadsheet program shows beside it
    cells   as text; may be shorter than the headings (the rest is blank) or longer (see `note`);
            [] for a blank row
    note    what was odd about it, in words, else empty
    """

    number: int
    cells: list[str]
    note: str = ""


class Even(NamedTuple):
    """Rows that need no look at their cells: none is blank, none has a number of them to note.

    first  the number of the first row; the `size - 1` others follow without a gap
    text   the rows, joined by `end`, their cells by `delimiter`: neither stands in a cell
    """

    first: int
    size: int
    text: str
    delimiter: str
    end: str = "\n"

    def rows(self) -> Iterator[SheetRow]:
        """Divide the rows."""
        for number, line in enumerate(self.text.split(self.end), start=self.first):
            yield SheetRow(number, line.split(self.delimiter))


Batch = Even | list[SheetRow]
Block = Plain | Iterable[Record]


class Numbering:
    """Numbers the records of one table from its first row on.

    Blank rows are given once a row that is not blank stands below them: those at the end are none.
    `odd` makes the row of a record that has a note or a number of cells that is not `usual`.
    """

    def __init__(
        self, first: int, usual: range, odd: Callable[[int, list[str], str], SheetRow]
    ) -> None:
        self._next = self._blank_from = first
        self._usual, self._odd = usual, odd

    @property
    def last(self) -> int:
        """The number of the last row that was not blank."""
        return self._blank_from - 1

    def batches(self, block: Block) -> Iterator[Batch]:
        """Number the next records."""
        if not isinstance(block, Plain):
            yield from self._rows(block)
        elif self._is_even(block):
            yield self._even(block)
        else:
            yield from self._rows(block.records())

    def _is_even(self, block: Plain) -> bool:
        mark, lines = block.delimiter, block.lines
        if self._blank_from != self._next:
            return False
        if any(marks + 1 not in self._usual for marks in set(map(str.count, lines, repeat(mark)))):
            return False
        return all(map(str.lstrip, lines, repeat(mark + _BLANKS)))

    def _even(self, block: Plain) -> Even:
        first, count = self._next, len(block.lines)
        self._next = self._blank_from = first + count
        return Even(first, count, block.text, block.delimiter, block.end)

    def _rows(self, records: Iterable[Record]) -> Iterator[list[SheetRow]]:
        rows: list[SheetRow] = []
        number, usual = self._next - 1, self._usual
        for number, (cells, note) in enumerate(records, start=self._next):
            if not any(map(str.strip, cells)):
                continue
            if number > self._blank_from:
                yield rows
                yield from self._blank_until(number)
                rows = []
            self._blank_from = number + 1
            if note or len(cells) not in usual:
                rows.append(self._odd(number, cells, note))
            else:
                rows.append(SheetRow(number, cells))
        self._next = number + 1
        yield rows

    def _blank_until(self, number: int) -> Iterator[list[SheetRow]]:
        for start in range(self._blank_from, number, _MOST_BLANKS):
            yield [SheetRow(n, []) for n in range(start, min(start + _MOST_BLANKS, number))]


def first_records(live: Iterator[Block], count: int) -> list[Record]:
    """Take blocks until there are so many records, or none are left."""
    records: list[Record] = []
    while len(records) < count and (block := next(live, None)) is not None:
        records += block.records() if isinstance(block, Plain) else block
    return records


def without_first(live: Iterator[Block], count: int) -> Iterator[Block]:
    """Give the blocks without their first records."""
    for block in live:
        if count <= 0:
            yield block
            continue
        records = list(block.records() if isinstance(block, Plain) else block)
        yield records[count:]
        count -= len(records)
