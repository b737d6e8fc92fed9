"""Our own files come back: rows to repair, or a row-level report. Ours is taken out, theirs stays.

What is found here is what the file says; whether the import that it names is this customer's is
asked where it is stored (`intake.origin`). A sheet without our headings costs one look at them.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from imports import marker
from imports.intake.batches import Batch, Even, SheetRow
from imports.intake.dialect import DELIMITERS, Dialect
from imports.intake.sniff import Style
from imports.reports.harmless import unescaped, without_harm

LOOK_AT = 50  # rows in which our headings are looked for
_MARKS = f"[{''.join(DELIMITERS)}]"
_MARK = re.compile(
    rf'(?P<before>{_MARKS}|^)"?(?P<heading>{marker.TELLTALE}\d+ \([a-z2-7]{{8}}\))"?'
    rf"(?P<after>{_MARKS}?)",
    re.MULTILINE,
)
_REPORT = re.compile(rf'"?Row"?({_MARKS})"?Result"?\1"?Lead ID"?\1')
_NUMBER = re.compile(r"\s*0*([0-9]{1,9})(?:\.0+)?\s*")
_REQUEST = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SAMPLE = 200  # rows of a report that are looked at for its import


class Returned(list[SheetRow]):
    """Rows of a file that came back, and for each the row of the former import that it repairs."""

    def __init__(self, rows: Iterable[SheetRow], repairs: Iterable[int | None]) -> None:
        super().__init__(rows)
        self.repairs = list(repairs)


@dataclass(frozen=True, slots=True)
class Ours:
    """What of a sheet is ours.

    kind     a file of rows to repair, or a row-level report
    number   the import that the heading proves; None for a report, whose rows tell it
    columns  the places of our columns, from 0
    row      the place of the one that holds the former row's number
    names    their headings
    undo     takes our escapes out of a cell
    sample   the first rows as they will be stored, with the rows that they repair
    requests the requests' keys in them
    """

    kind: Literal["repair", "report"]
    number: int | None
    columns: frozenset[int]
    row: int
    names: list[str]
    undo: Callable[[str], str]
    sample: list[tuple[int | None, list[str]]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def rest(self, cells: Sequence[str]) -> list[str]:
        """Return what is not ours, as it was before we wrote it; [] where that is blank."""
        kept = [self.undo(cell) for i, cell in enumerate(cells) if i not in self.columns]
        return kept if any(map(str.strip, kept)) else []

    def headings(self, cells: Sequence[str]) -> list[str]:
        """Return the headings that are not ours."""
        return [self.undo(cell) for i, cell in enumerate(cells) if i not in self.columns]

    def repaired(self, cells: Sequence[str]) -> int | None:
        """Return the number of the row that these cells repair, None where none is readable."""
        found = _NUMBER.fullmatch(cells[self.row]) if self.row < len(cells) else None
        return int(found[1]) if found else None

    def without(self, batch: Batch) -> Returned:
        """Take ours out of rows."""
        rows = list(batch.rows() if isinstance(batch, Even) else batch)
        return Returned(
            (SheetRow(number, self.rest(cells), note) for number, cells, note in rows),
            (self.repaired(cells) for _, cells, _ in rows),
        )


def place_of(rows: Sequence[Sequence[str]]) -> int:
    """Return the index of the row that holds our headings, -1 where none of the first does."""
    for place, cells in enumerate(rows[:LOOK_AT]):
        if marker.TELLTALE.casefold() in "\n".join(cells).casefold() and _marked(cells):
            return place
        if cells and cells[0] == marker.REPORT[0] and _is_report(cells):
            return place
    return -1


def find(headings: Sequence[str], below: Sequence[Sequence[str]]) -> Ours | None:
    """Say what is ours in a sheet with these headings, `below` which its first rows stand."""
    if marked := _marked(headings):
        return _of_repair(headings, *marked)
    if _is_report(headings):
        return _of_report(below)
    return None


def doubts(headings: Sequence[str]) -> list[str]:
    """Say what looks like ours and is not."""
    found = next(filter(None, map(marker.foreign_number, headings)), None)
    if found is None:
        return []
    sentence = (
        f"A column says that it holds rows of import {found}, but this portal did not write it so: "
        "the file is of another portal, or the heading was changed. It is read like any other file."
    )
    return [sentence]


def style_of(sample: str, choice: Dialect) -> Style | None:
    """Return how a text of ours is written, by what stands beside our heading; None for others.

    Its cells may begin with apostrophes, which look like single quotes to `sniff`.
    """
    found = _MARK.search(sample) if marker.TELLTALE in sample else None
    if found and marker.number_in(found["heading"]):
        mark = found["before"] or found["after"] or ","
    elif begun := _REPORT.match(sample):
        mark = begun[1]
    else:
        return None
    return Style(choice.delimiter or mark, choice.quote or '"', choice.escape)


def _marked(headings: Sequence[str]) -> tuple[int, int] | None:
    """Return the place and the number of our heading: the last, for we write it last."""
    for place in range(len(headings) - 1, -1, -1):
        if number := marker.number_in(headings[place]):
            return place, number
    return None


def _of_repair(headings: Sequence[str], row: int, number: int) -> Ours:
    reasons = [i for i, text in enumerate(headings) if marker.is_reason(text, number)]
    columns = sorted({row, *reasons[-1:]})
    names = [headings[i] for i in columns]
    return Ours("repair", number, frozenset(columns), row, names, unescaped)


def _is_report(headings: Sequence[str]) -> bool:
    return tuple(headings[: len(marker.REPORT)]) == marker.REPORT


def _of_report(below: Sequence[Sequence[str]]) -> Ours:
    """A report has no room for a number: its requests, or the rows themselves, prove the import."""
    width = len(marker.REPORT)
    ours = Ours("report", None, frozenset(range(width)), 0, list(marker.REPORT), without_harm)
    rows = below[:_SAMPLE]
    sample = [(ours.repaired(cells), ours.rest(cells)) for cells in rows]
    keys = {cells[width - 1] for cells in rows if len(cells) >= width}
    return replace(ours, sample=sample, requests=sorted(filter(_REQUEST.fullmatch, keys)))
