"""A file of people who must not be imported: its columns are recognised by their cells."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path
from typing import Final

from imports.columns import headers
from imports.do_not_import import entries
from imports.do_not_import.entries import DOMAIN, Line
from imports.errors import BadInput, UnreadableFile
from imports.intake.dialect import DEFAULT, Dialect, Limits
from imports.intake.table import Table, open_table

MOST: Final = 100_000  # rows that a page takes
MOST_BYTES: Final = 10 * 1024 * 1024
ON_A_PAGE: Final = replace(
    DEFAULT,
    file_bytes=MOST_BYTES,
    rows=MOST,
    columns=200,
    unpacked_bytes=64 * 1024 * 1024,
    inflated_bytes=256 * 1024 * 1024,
    memory_bytes=768 * 1024 * 1024,
    cpu_seconds=15,
    wait_seconds=15.0,
)
_SAMPLE: Final = 1_000  # rows by which the columns are recognised
_ENOUGH: Final = 0.5  # of a column's filled cells


@dataclass(frozen=True, slots=True)
class ListFile:
    """What a file holds; `taken` and `passed` are the headings of columns that were (not) read."""

    lines: list[Line]
    taken: list[str] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)


def read(path: Path, region: str, limits: Limits = ON_A_PAGE) -> ListFile:
    """Read a CSV, text file or workbook. Raises BadInput with a sentence for whoever gave it."""
    try:
        # Nothing above the first row may be lost: it may be an entry as well as a heading.
        with open_table(path, choice=Dialect(header_row=1), limits=limits, thorough=True) as table:
            return _read(table, region)
    except UnreadableFile as problem:
        said = _said(problem)
        raise UnreadableFile(said, code=problem.code) from problem


def _read(table: Table, region: str) -> ListFile:
    rows = ((row.number, row.cells) for row in table.rows())
    first = list(islice(rows, _SAMPLE))
    top = (1, table.headers)
    places = _places([top[1], *(cells for _, cells in first)], region)
    if not places:
        raise BadInput(
            "No column of the file holds e-mail addresses, phones or domains in at least half of "
            "its cells. Check the file and the phone region, then upload it again."
        )
    names = headers.names(table.headers)
    has_headings = not any(entries.is_sure(table.headers[place], region) for place in places)
    lines = chain([] if has_headings else [top], first, rows)
    return ListFile(
        list(_lines(lines, places, region)),
        [names[place] for place in places] if has_headings else [],
        [name for place, name in enumerate(names) if place not in places] if has_headings else [],
    )


def _places(sample: Sequence[Sequence[str]], region: str) -> list[int]:
    """Return the columns that are read. Of a sheet of people the websites are none of them."""
    kinds = {}
    for place in range(max(map(len, sample))):
        filled = [row[place] for row in sample if place < len(row) and row[place].strip()]
        read = Counter(kind for cell in filled if (kind := entries.is_sure(cell, region)))
        # One of the cells may be the heading.
        if read and read.total() >= _ENOUGH * max(len(filled) - 1, 1):
            kinds[place] = read.most_common(1)[0][0]
    people = [place for place, kind in kinds.items() if kind != DOMAIN]
    return people or list(kinds)


def _lines(
    rows: Iterable[tuple[int, Sequence[str]]], places: Sequence[int], region: str
) -> Iterator[Line]:
    for number, cells in rows:
        for place in places:
            cell = cells[place] if place < len(cells) else ""
            if cell.strip():
                yield from entries.read_cell(number, cell, region)


def _said(problem: UnreadableFile) -> str:
    """The reader speaks of leads below headings; a list may have neither."""
    if problem.code == "no_rows":
        return (
            "The file has one row at most. Type what stands in it instead, or upload a file with "
            "an entry a row."
        )
    return problem.sentence.replace("leads", "entries").replace("a lead", "an entry")
