"""A spreadsheet as one table: headings, and rows under the numbers that Excel shows."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import chain, repeat
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from imports.errors import UnreadableFile
from imports.intake import celltext, detect, headings, merged, packed, returned
from imports.intake.batches import (
    Batch,
    Block,
    Even,
    Numbering,
    SheetRow,
    first_records,
    without_first,
)
from imports.intake.delimited import Delimited
from imports.intake.dialect import DEFAULT, Dialect, Limits
from imports.intake.parse import Plain, Record, without_nul
from imports.intake.workbook import Workbook

SAMPLE_RECORDS = 200
LAST_HEADER_ROW = 1_000

BLANK: Record = ([], "")


class Source(Protocol):
    """What a format gives: its records from row 1 on in blocks, blank ones as empty lists."""

    dialect: Dialect
    doubts: list[str]

    @property
    def label(self) -> str: ...
    @property
    def sheets(self) -> Sequence[str]: ...
    @property
    def hidden(self) -> Sequence[str]: ...
    def blocks(self) -> Iterator[Plain | list[Record]]: ...
    def close(self) -> None: ...


class Table:
    """An opened spreadsheet; close it, or use it in a `with`.

    dialect  how it was read, complete: as a choice it makes the same table again
    sheets   the sheets that hold something, in order ([] for CSV); `hidden` are those among them
             that the program does not show: they are read only when chosen
    headers  one for each column, as read: doubled and empty ones are kept
    doubts   sentences about what a person should look at
    ours     what of the sheet we have written ourselves, if it is a file of ours that came back:
             it is left out of headers and rows
    sample   the cells of the rows below the headings from the first that is not blank on,
             SAMPLE_RECORDS at most
    """

    def __init__(self, source: Source, header_row: int, limits: Limits) -> None:
        self._source = source
        self._limits = limits
        self.held = ExitStack()  # what closing lets go of
        self._live: Iterator[Block] | None = source.blocks()
        self.sheets = list(source.sheets)
        self.hidden = list(source.hidden)
        self.doubts = list(source.doubts)
        records = first_records(self._live, max(SAMPLE_RECORDS, min(header_row, LAST_HEADER_ROW)))
        place, headings_read = self._read_headings(records, header_row)
        self._first = place + 2
        self.dialect = replace(source.dialect, header_row=place + 1)
        below = records[place + 1 :]
        cells_below = [cells for cells, _ in below]
        self._all_headers = self._cut_headers(headings_read, records, place)
        if self.dialect.kind == "csv" and (doubt := headings.doubt_of_one(self._all_headers)):
            self.doubts.append(doubt)
        self._look_at(cells_below)
        self.headers = self.ours.headings(self._all_headers) if self.ours else self._all_headers
        self.doubts += [] if self.ours else returned.doubts(self._all_headers)
        if not any(any(map(str.strip, cells)) for cells, _ in below):
            below = []
            self._live = self._read_on_to_a_row(self._live, len(records) - place - 1)
        self._live = chain([below], self._live)

    def batches(self) -> Iterator[Batch]:
        """Stream the rows below the headings in batches, up to the last one that is not blank.

        The first call goes on where opening stopped; each further call reads the file anew.
        Raises UnreadableFile where the file breaks off or a limit is passed.
        """
        live = self._live or without_first(self._source.blocks(), self._first - 1)
        self._live = None
        width = len(self._all_headers)
        # A workbook leaves out the blank cells at the end of a row.
        fewest = width if self.dialect.kind == "csv" else 0
        numbering = Numbering(self._first, range(fewest, width + 1), self._odd_row)
        for block in live:
            for batch in numbering.batches(block):
                if numbering.last > self._limits.rows:
                    raise self._too_many_rows()
                yield self.ours.without(batch) if self.ours else batch

    def rows(self) -> Iterator[SheetRow]:
        """Stream the rows one by one; otherwise as `batches`."""
        for batch in self.batches():
            yield from batch.rows() if isinstance(batch, Even) else batch

    def close(self) -> None:
        """End the process that reads a workbook, remove what was unpacked; rows end with it."""
        self._live = None
        self.held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _look_at(self, below: list[list[str]]) -> None:
        """See what is ours by the rows below the headings, and take the sample of them.

        Blank ones before the first that is not tell nothing.
        """
        filled = (place for place, cells in enumerate(below) if any(map(str.strip, cells)))
        below = below[next(filled, 0) :]
        self.ours = returned.find(self._all_headers, below)
        sample = below[:SAMPLE_RECORDS]
        self.sample = list(map(self.ours.rest, sample)) if self.ours else sample

    def _odd_row(self, number: int, cells: list[str], note: str) -> SheetRow:
        notes = [note] if note else []
        width = len(self._all_headers)
        if len(cells) < width and self.dialect.kind == "csv":
            notes.append(f"{celltext.count(width - len(cells), 'cell')} fewer than the headings")
        while len(cells) > width and not cells[-1].strip():
            cells = cells[:-1]
        if len(cells) > self._limits.columns:
            raise self._too_many_columns(number, len(cells))
        if len(cells) > width:
            notes.append(f"{celltext.count(len(cells) - width, 'cell')} more than the headings")
        return SheetRow(number, cells, "; ".join(notes))

    def _read_headings(self, records: list[Record], header_row: int) -> tuple[int, list[str]]:
        """Find the row of the headings and read them, with the groups that stand above them."""
        rows = [cells for cells, _ in records]
        ours = returned.place_of(rows)
        if ours >= 0 and header_row in {0, ours + 1}:
            return ours, list(rows[ours])
        place = self._find_headings(records, header_row)
        spans = self._source.merged if isinstance(self._source, Workbook) else []
        if not header_row and merged.has_groups_above(rows, place + 1, spans):
            place += 1
        if not merged.has_groups_above(rows, place, spans):
            return place, merged.spread(rows, place, spans)
        if not header_row:
            self.doubts.append(
                f"Rows {place:,} and {place + 1:,} were both read as headings, the first of them as"
                f" groups. If row {place + 1:,} is a lead, choose row {place:,} for the headings."
            )
        return place, merged.joined(rows, place, spans)

    def _find_headings(self, records: list[Record], header_row: int) -> int:
        label = self._source.label
        if header_row:
            if header_row > len(records) or not any(map(str.strip, records[header_row - 1][0])):
                raise UnreadableFile(
                    f"{label} has nothing in row {header_row:,}, which was chosen for the headings."
                    " Choose the row in which the headings are."
                )
            return header_row - 1
        place = headings.find([cells for cells, _ in records])
        if place >= 0:
            doubt = headings.doubt(place + 1, records[place][0])
            self.doubts += [doubt] if doubt else []
            return place
        raise UnreadableFile(
            f"{label} holds nothing but blank rows where headings and leads were expected"
            f" (in the first {SAMPLE_RECORDS} rows). Check that it is the right file and save it"
            " again."
        )

    def _cut_headers(self, cells: list[str], records: list[Record], place: int) -> list[str]:
        """Keep columns up to the last that has a heading, or a value in the sample."""
        cells, _ = without_nul(cells, "")
        widest = max(_extent(below) for below, _ in records[place:])
        cells = cells[: max(_extent(cells), min(len(cells), widest))]
        # Every column of a sheet is one, with a heading or not; a CSV has those of its headings.
        room = max(0, widest - len(cells)) if self._source.dialect.kind != "csv" else 0
        if len(cells) + room > self._limits.columns:
            raise self._too_many_columns(place + 1, len(cells) + room)
        return cells + [""] * room

    def _read_on_to_a_row(self, live: Iterator[Block], blank: int) -> Iterator[Block]:
        """Give the blocks again, before which so many rows are blank, from a row that is not."""
        for block in live:
            records = list(block.records() if isinstance(block, Plain) else block)
            for place, (cells, _) in enumerate(records):
                if any(map(str.strip, cells)):
                    rest = records[place:]
                    self._look_at([cells for cells, _ in rest])
                    return chain([chain(repeat(BLANK, blank), rest)], live)
                blank += 1
        raise UnreadableFile(
            f"{self._source.label} has headings in row {self._first - 1:,} but no rows below them."
            " Add the leads below the headings and upload it again.",
            code="no_rows",
        )

    def _too_many_rows(self) -> UnreadableFile:
        return UnreadableFile(
            f"{self._source.label} has more than {self._limits.rows:,} rows. Split it into several"
            " files and upload them one by one."
        )

    def _too_many_columns(self, number: int, count: int) -> UnreadableFile:
        return UnreadableFile(
            f"Row {number:,} has {count:,} cells, more than the {self._limits.columns:,} columns"
            " that can be read. Remove the columns that are not needed and upload it again."
        )


def open_table(
    path: Path, *, choice: Dialect | None = None, limits: Limits = DEFAULT, thorough: bool = False
) -> Table:
    """Open a spreadsheet: what `choice` leaves empty is found out.

    The encoding of a large text is found from a sample, and reading may raise
    `encoding.Disproved`: then open it anew, `thorough`, which looks at all of it beforehand.

    Raises UnreadableFile with a sentence for the person: another format, damaged, too large,
    empty, only headings, a sheet or heading row that is not there.
    """
    choice = choice or Dialect()
    _refuse_size(path, limits)
    with ExitStack() as stack:
        content = stack.enter_context(packed.opened(path, limits))
        source = _source(content, choice, limits, thorough=thorough)
        stack.callback(source.close)
        table = Table(source, choice.header_row, limits)
        table.dialect = replace(table.dialect, packing=content.packing)
        table.held = stack.pop_all()
    return table


def _source(content: packed.Content, choice: Dialect, limits: Limits, *, thorough: bool) -> Source:
    kind = detect.kind(content.path)
    if kind == "csv":
        return Delimited(content.path, choice, limits, thorough=thorough)
    _refuse_size(content.path, limits)  # also where it was small as long as it was packed
    return Workbook(content.path, kind, choice, limits)


def _refuse_size(path: Path, limits: Limits) -> None:
    size = path.stat().st_size
    if size > limits.file_bytes:
        raise UnreadableFile(
            f"The file has {size / 1e6:,.1f} MB, more than the {limits.file_bytes / 1e6:,.0f} MB"
            " that can be read. Split it into several files and upload them one by one."
        )


def _extent(cells: Sequence[str]) -> int:
    """Count the cells up to the last one that is not blank."""
    return next((place for place in range(len(cells), 0, -1) if cells[place - 1].strip()), 0)
