"""Rows to repair: a file in the sheet's own columns that can be uploaded again.

Cells that people corrected stand there as corrected. Behind the sheet's columns stand two of ours:
the reason, and the number of the row in its import, under a heading by which the upload is known
again (`imports.marker`). Cells that could be formulas are escaped so that reading undoes it
exactly, whatever they were.
"""

from imports import marker
from imports.models import FINAL, Import
from imports.reports.files import CELL_CHARS, Shape
from imports.reports.harmless import escaped, harmless
from imports.reports.rows import ReportRow

# What a person can do something about. Unknown rows may have arrived: they are no repair.
USUAL = ("failed", "invalid")
BUCKETS = (*USUAL, "duplicate", "excluded", "not_sent")
MOST_IN_A_WORKBOOK = 50_000  # rows, while somebody waits for a page


def buckets(lead_import: Import, wanted: str = "") -> tuple[str, ...]:
    """Return the results whose rows the file holds: the usual ones, or the one that is wanted.

    () where that is none to repair. What is not sent yet will be, until the import is over.
    """
    if not wanted:
        return USUAL
    is_open = wanted == "not_sent" and lead_import.state not in FINAL
    return (wanted,) if wanted in BUCKETS and not is_open else ()


def header(lead_import: Import) -> list[str]:
    """Return the sheet's columns, then ours."""
    number = lead_import.pk
    own = [escaped(name) for name in lead_import.headers]
    return [*own, marker.reason(number), marker.heading(number)]


def line(lead_import: Import, row: ReportRow) -> list[str]:
    """Return one line; cells beyond the headings stand behind ours, as they did behind theirs."""
    width = len(lead_import.headers)
    cells = [escaped(cell) for cell in row.corrected]
    inside = cells[:width] + [""] * (width - len(cells))
    reason = " ".join(filter(None, (row.reason, _cut(cells))))
    return [*inside, harmless(reason), str(row.number), *cells[width:]]


REPAIR = Shape(header, line)


def _cut(cells: list[str]) -> str:
    if all(len(cell) <= CELL_CHARS for cell in cells):
        return ""
    return (
        f"A cell of this row has more than the {CELL_CHARS:,} characters that spreadsheet programs "
        "keep: send it as it is with “Send rows again”, or it comes back cut."
    )
