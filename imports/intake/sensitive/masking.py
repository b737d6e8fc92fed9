"""Masking of a table's sensitive columns, before its rows are stored and wherever it is looked at.

Only files with such columns go this way: their rows are taken apart one by one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from imports.intake.batches import Batch, Even, SheetRow
from imports.intake.returned import Returned
from imports.intake.sensitive import words
from imports.intake.sensitive.find import Finding, find, fits
from imports.intake.sensitive.masks import masked
from imports.intake.table import Table

_BY_HEADING = {"health", "belief", "code"}
_DIGITS = 6  # in a heading: more than a year
QUOTED = re.compile("“([^”]*)”")


class Masking:
    """What of one reading of a file is masked.

    findings  every sensitive column, those that are kept as they are included
    kinds    of the columns that are masked, by index
    headers   the headings as they may be shown: where a file has none, a lead stands in their place
    """

    def __init__(
        self, headers: Sequence[str], findings: Iterable[Finding], *, sheet: str = ""
    ) -> None:
        self._sheet = sheet
        findings = list(findings)
        self.kinds = {each.column: each.kind for each in findings if not each.kept}
        self.headers = [
            shown(self.kinds.get(place, ""), heading) for place, heading in enumerate(headers)
        ]
        self.findings = [self._at_home(each) for each in findings]

    @classmethod
    def of(
        cls,
        headers: Sequence[str],
        rows: Sequence[Sequence[str]],
        *,
        sheet: str = "",
        known: Iterable[Finding] = (),
    ) -> "Masking":
        """Judge a table by its headings and first rows.

        What is `known` of the same columns of this sheet, found further below or kept, goes on.
        """
        found = {each.column: each for each in find(headers, rows)}
        for each in known:
            if each.sheet == sheet and each.column < len(headers):
                heading = headers[each.column]
                if each.heading in {heading, shown(each.kind, heading)}:
                    found[each.column] = each
        return cls(headers, [found[column] for column in sorted(found)], sheet=sheet)

    @classmethod
    def of_table(cls, table: Table, known: Iterable[Mapping[str, Any]] = ()) -> "Masking":
        """As `of`, of an opened file; `known` is as an import keeps it."""
        return cls.of(
            table.headers,
            table.sample,
            sheet=table.dialect.sheet,
            known=map(Finding.from_json, known),
        )

    def missed(self, rows: Sequence[Sequence[str]]) -> list[Finding]:
        """Return all findings when rows from further below show more of them, else nothing."""
        known = {each.column for each in self.findings}
        more = [each for each in find(self.headers, rows) if each.column not in known]
        return [*self.findings, *map(self._at_home, more)] if more else []

    def batches(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        """Give the batches as they may be stored: the very same where nothing is masked."""
        return map(self._batch, batches) if self.kinds else batches

    def row(self, row: SheetRow) -> SheetRow:
        """Give a row as it may be stored or shown.

        In an odd row cells may stand beside their column. So what is a number of a masked kind is
        masked wherever it stands, and where there are too many cells, those to the right as well;
        where some are missing, those to the left.
        """
        is_odd = bool(row.note) or len(row.cells) != len(self.headers)
        return row._replace(cells=self._odd(row.cells) if is_odd else self._even(row.cells))

    def doubts(self, doubts: Iterable[str], headers: Sequence[str]) -> list[str]:
        """Give the reader's sentences without the cells that they quote and that are masked.

        A word that tells the encoding may be out of any column, so of texts none is quoted.
        """
        hidden = [h for h, shown in zip(headers, self.headers, strict=True) if h != shown]
        has_texts = not {"health", "belief"}.isdisjoint(self.kinds.values())

        def without(quoted: re.Match[str]) -> str:
            is_of_heading = any(heading.strip().startswith(quoted[1]) for heading in hidden)
            return "“•••”" if has_texts or is_of_heading else quoted[0]

        return [QUOTED.sub(without, doubt) for doubt in doubts]

    def _at_home(self, finding: Finding) -> Finding:
        return replace(finding, heading=self.headers[finding.column], sheet=self._sheet)

    def _batch(self, batch: Batch) -> Batch:
        if isinstance(batch, Even):
            return [row._replace(cells=self._even(row.cells)) for row in batch.rows()]
        if isinstance(batch, Returned):
            return Returned(map(self.row, batch), batch.repairs)
        return [self.row(row) for row in batch]

    def _even(self, cells: list[str]) -> list[str]:
        return [
            masked(self.kinds[place], cell) if place in self.kinds else cell
            for place, cell in enumerate(cells)
        ]

    def _odd(self, cells: list[str]) -> list[str]:
        more = max(0, len(cells) - len(self.headers))
        # A workbook leaves out the blank cells at the end of a row, so nothing has moved there.
        fewer = 0 if self._sheet else max(0, len(self.headers) - len(cells))
        kinds = dict(self.kinds)
        for place, kind in self.kinds.items():
            for beside in range(max(0, place - fewer), place + 1 + more):
                kinds.setdefault(beside, kind)
        return [self._wherever(kinds.get(place), cell) for place, cell in enumerate(cells)]

    def _wherever(self, kind: str | None, cell: str) -> str:
        kind = next((k for k in set(self.kinds.values()) if fits(k, cell)), kind)
        return cell if kind is None else masked(kind, cell)


def shown(kind: str, heading: str) -> str:
    """Give a heading of a masked column, masked as well where a lead stands in its place.

    What holds words is known by its heading alone: one that says nothing of it is no heading.
    """
    if not kind or any(said.kind == kind for said in words.said_by(heading)):
        return heading
    digits = sum(map(str.isdecimal, heading))
    is_cell = kind in _BY_HEADING or digits >= _DIGITS or fits(kind, heading)
    return masked(kind, heading) if is_cell else heading
