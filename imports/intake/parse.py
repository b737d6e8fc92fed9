"""Lines of delimited text into records: the quick way where there are no quotes, else with care.

A quote that opens a cell and is not closed would swallow the rows behind it. So a record of several
lines is suspected when its quotes do not pair up or it runs over LONG_CELL_LINES, and where each of
the lines behind it is by itself a record as wide as its first line, it is certain that the quote is
an ordinary character: the rows are read one by one, the first with a note. Otherwise a record of
more than MOST_LINES, or one that is still open at the end, is refused.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple

from imports.errors import UnreadableFile
from imports.intake.dialect import Dialect, Limits

LONG_CELL_LINES = 50
MOST_LINES = 1_000
FEWEST_WITNESSES = 10  # lines that are records by themselves, where only the length is suspect
_END = "\ue0ff end of the lines \ue0ff"
_ORDINARY = "\ue0fe"  # stands for a quote that is no quote, while its line is read
STRAY = "a quote opens in it that is not closed: it was read as part of the cell"
UNPAIRED = "its quotes do not pair up: cells of the next row may be in it"
BROKEN = "\ufffd"

Record = tuple[list[str], str]


class Plain(NamedTuple):
    """Lines without a quote: each is a record, divided wherever the delimiter stands.

    text  the lines, joined by `end` whatever ended them in the file
    """

    text: str
    lines: list[str]
    delimiter: str
    end: str = "\n"

    def records(self) -> Iterator[Record]:
        """Divide the lines."""
        return ((line.split(self.delimiter) if line else [], "") for line in self.lines)


class Parser:
    """Makes records of blocks of lines; keeps a record that is open at a block's end."""

    def __init__(self, dialect: Dialect, limits: Limits, *, lines_above: int = 0) -> None:
        self._delimiter, self._quote = dialect.delimiter, dialect.quote
        self._escape = dialect.escape_mark
        self._format: dict[str, Any] = {
            "delimiter": dialect.delimiter,
            "quotechar": dialect.quote,
            "escapechar": dialect.escape_mark or None,
        }
        mark = re.escape(dialect.delimiter)
        self._null = re.compile(rf"(?<![^{mark}\r\n])\\N(?=[{mark}\r\n]|\Z)")
        self._most_chars = limits.cell_chars
        self._open: list[str] = []
        self._rows, self._line = 0, lines_above

    def parse(self, text: str) -> Plain | list[Record]:
        """Take a block of whole lines, give the records that end in it.

        Raises UnreadableFile at a quote that is never closed and at a cell that is too long.
        """
        if not self._open and self._is_plain(text):
            block = self._plain(text)
            self._rows += len(block.lines)
            self._line += len(block.lines)
            return block
        if self._escape:
            text = self._null.sub("", text)
        records = self._open_or_quoted(text)
        if "\x00" in text or BROKEN in text:
            records = [without_nul(cells, note) for cells, note in records]
        return records

    def finish(self) -> list[Record]:
        """Give what is left when the text has ended."""
        lines, self._open = self._open, []
        return self._careful(lines, final=True) if lines else []

    def _is_plain(self, text: str) -> bool:
        return not (
            self._quote in text
            or (self._escape and self._escape in text)
            or "\x00" in text
            or BROKEN in text
            or len(text) > self._most_chars
        )

    def _plain(self, text: str) -> Plain:
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        text = text.removesuffix("\n")
        return Plain(text, text.split("\n"), self._delimiter)

    def _open_or_quoted(self, text: str) -> list[Record]:
        if not self._open:
            reader = self._reader(io.StringIO(text, newline=""))
            try:
                found = list(reader)
            except csv.Error:
                found = []
            if found and reader.line_num == len(found) and found.pop() == [_END]:
                self._rows += len(found)
                self._line += len(found)
                return [(cells, "") for cells in found]
        lines = [*self._open, *io.StringIO(text, newline="")]
        self._open = []
        return self._careful(lines, final=False)

    def _reader(self, lines: Iterable[str]) -> Any:
        return csv.reader(chain(lines, (_END,)), **self._format)

    def _careful(self, lines: list[str], *, final: bool) -> list[Record]:
        """Read record by record; begin anew behind a line whose quote turns out to be none."""
        records: list[Record] = []
        start = 0
        while start < len(lines):
            for cells, end in self._spans(lines, start):
                found = self._judged(lines[start:end], cells, final=final)
                if found is None:
                    self._keep_open(lines[start:], final=final)
                    return records
                is_stray = found[1] == STRAY
                end = start + 1 if is_stray else end  # noqa: PLW2901 - the reader goes on behind it
                records.append(found)
                self._rows, self._line = self._rows + 1, self._line + end - start
                start = end
                if is_stray:
                    break
        return records

    def _spans(self, lines: list[str], start: int) -> Iterator[tuple[list[str] | None, int]]:
        """Give each record and the place behind its last line; None for one that stays open."""
        reader = self._reader(islice(lines, start, None))
        before = 0
        try:
            for cells in reader:
                spanned, before = reader.line_num - before, reader.line_num
                if start + before <= len(lines):
                    yield cells, start + before
                elif spanned > 1:
                    yield None, len(lines)
        except csv.Error:  # a cell that is too long
            yield None, min(start + reader.line_num, len(lines))

    def _judged(self, lines: list[str], cells: list[str] | None, *, final: bool) -> Record | None:
        """Give the record with its note, or its first line alone; None when it must stay open."""
        spanned = len(lines)
        if spanned == 1 and cells is not None:
            return cells, ""
        is_long = spanned >= LONG_CELL_LINES or (cells is None and final)
        if cells is None and not is_long:
            return None
        is_paired = cells is not None and bool(self._alone(lines))
        if (is_long or not is_paired) and (row := self._stray(lines, is_long=is_long)):
            return row, STRAY
        if cells is None:
            return None
        if is_long:
            return cells, f"runs over {spanned:,} lines: a quote may be missing"
        return cells, "" if is_paired else UNPAIRED

    def _stray(self, lines: list[str], *, is_long: bool) -> list[str] | None:
        """Give the cells of the first line where it is certain that it is a record by itself."""
        row = self._with_ordinary_quote(lines[0])
        if row is None or len(row) < 2:
            return None
        behind = (line for line in lines[1:LONG_CELL_LINES] if line.strip())
        widths = [self._width(line) for line in behind]
        enough = FEWEST_WITNESSES if is_long else 1
        return row if len(widths) >= enough and set(widths) == {len(row)} else None

    def _with_ordinary_quote(self, line: str) -> list[str] | None:
        """Read the line as if the quote that opens its open cell were a letter."""
        place = len(line)
        while (place := line.rfind(self._quote, 0, place)) >= 0:
            if place == 0 or line[place - 1] == self._delimiter:
                changed = line[:place] + _ORDINARY + line[place + 1 :]
                if (found := self._alone([changed])) and len(found) == 1:
                    return [cell.replace(_ORDINARY, self._quote) for cell in found[0]]
        return None

    def _width(self, line: str) -> int:
        """Count the cells of a line that is a record by itself, -1 when it is none."""
        found = self._alone([line])
        return len(found[0]) if found and len(found) == 1 else -1

    def _alone(self, lines: Sequence[str]) -> list[list[str]]:
        """Read lines strictly: nothing where a quote does not pair up."""
        try:
            return list(csv.reader(lines, strict=True, **self._format))
        except csv.Error:
            return []

    def _keep_open(self, lines: list[str], *, final: bool) -> None:
        if final:
            raise UnreadableFile(self._unclosed(), code="quote")
        if len(lines) > MOST_LINES:
            raise UnreadableFile(self._too_many_lines(), code="quote")
        if sum(map(len, lines)) > self._most_chars:
            raise UnreadableFile(self._too_long(), code="quote")
        self._open = lines

    @property
    def _where(self) -> str:
        return f"row {self._rows + 1:,} (line {self._line + 1:,} of the file)"

    def _unclosed(self) -> str:
        return (
            f"The quote that opens in {self._where} is never closed, so nobody can tell where that"
            " row ends. Close or remove the quote and upload the file again."
        )

    def _too_many_lines(self) -> str:
        return (
            f"The quote that opens in {self._where} is not closed within {MOST_LINES:,} lines, so"
            " nobody can tell where that row ends. Close or remove the quote and upload the file"
            " again."
        )

    def _too_long(self) -> str:
        where = self._where
        return (
            f"{where[0].upper()}{where[1:]} has a cell of more than {self._most_chars:,}"
            " characters: most likely a quote opens there and is never closed. Close or remove it"
            " and upload the file again."
        )


def without_nul(cells: list[str], note: str) -> Record:
    """Take out NULs, which no database text holds, and say so; say also what came broken."""
    removed = sum(cell.count("\x00") for cell in cells)
    notes = [note] if note else []
    if removed:
        notes.append(f"{removed:,} NUL character{'' if removed == 1 else 's'} removed")
        cells = [cell.replace("\x00", "") for cell in cells]
    if any(BROKEN in cell for cell in cells):
        notes.append(f"a character is broken in the file: {BROKEN} stands for it")
    return cells, "; ".join(notes)
