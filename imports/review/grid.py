"""Rows of a review as a page shows them: each cell as it stands now, with what is wrong in it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from imports.columns import headers
from imports.columns.problems import Problem
from imports.models import Import, Verdict
from imports.review import corrections, overlay
from imports.review.overlay import Corrected

_ROWS = """
    SELECT l.number, l.verdict, l.reason, l.problems, r.cells
    FROM imports_lead l
    JOIN imports_row r ON r.import_id = %(import)s AND r.number = l.number
        AND r.number = ANY(%(numbers)s)
    WHERE l.import_id = %(import)s AND l.mapping_id = %(mapping)s AND l.number = ANY(%(numbers)s)
    ORDER BY l.number
"""
LONGEST = 300
"""Characters of a cell that the table shows; a longer one is edited on its row's own page."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. `was` is what the file has, where people corrected it."""

    column: int
    name: str
    value: str
    problems: list[Problem]
    was: str | None
    is_masked: bool

    @property
    def seen(self) -> str:
        """What a page keeps of it."""
        return corrections.seen_as(self.value)

    @property
    def is_long(self) -> bool:
        return len(self.value) > LONGEST


@dataclass(frozen=True, slots=True)
class GridRow:
    """One row. `problems` are those that no column of the sheet has."""

    number: int
    bucket: str
    why: str
    problems: list[Problem]
    cells: list[Cell]

    @property
    def has_error(self) -> bool:
        return self.bucket == Verdict.INVALID


def rows(lead_import: Import, numbers: Sequence[int]) -> list[GridRow]:
    """Return these rows, in the order of the sheet."""
    ids = {
        "import": lead_import.pk,
        "mapping": lead_import.mapping_id,
        "numbers": list(numbers),
    }
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, ids)
        found = cursor.fetchall()
    corrected = overlay.of(lead_import, [number for number, *_ in found])
    names = headers.names(lead_import.headers)
    masked = set(lead_import.masked)
    made = []
    for number, verdict, reason, problems, cells in found:
        told = [Problem.from_json(one) for one in json.loads(problems)]
        made.append(
            GridRow(
                number=number,
                bucket="not_sent" if verdict == Verdict.OK else verdict,
                why=reason,
                problems=[one for one in told if one.header not in names],
                cells=_cells(names, cells, corrected.get(number, {}), told, masked),
            )
        )
    return made


def _cells(
    names: Sequence[str],
    cells: Sequence[str],
    corrected: Mapping[int, Corrected],
    told: Sequence[Problem],
    masked: set[int],
) -> list[Cell]:
    made = []
    for column, name in enumerate(names):
        read = cells[column] if column < len(cells) else ""
        value = corrected[column].new if column in corrected else read
        made.append(
            Cell(
                column=column,
                name=name,
                value=value,
                problems=[one for one in told if one.header == name],
                was=read if value != read else None,
                is_masked=column in masked,
            )
        )
    return made
