"""A file as it would be read: its headings and first rows, before all of it is read."""

from dataclasses import dataclass, field
from itertools import islice

from django.conf import settings

from imports.errors import StoreUnavailable, UnreadableFile
from imports.intake import stored
from imports.intake.batches import SheetRow
from imports.intake.dialect import Dialect, Limits
from imports.intake.sensitive.masking import Masking
from imports.intake.table import open_table
from imports.models import Import

ROWS = 20
COLUMNS = 30
CELL_CHARS = 60
WITHIN = 20.0  # seconds to fetch the file, where it is not on this machine: a person waits


@dataclass(frozen=True, slots=True)
class Preview:
    """What the file looks like under a choice, or the sentence why it cannot be read so.

    headers, rows  at most COLUMNS cells of CELL_CHARS characters; `more_columns` were left away
    """

    dialect: Dialect
    sentence: str = ""
    headers: list[str] = field(default_factory=list)
    rows: list[SheetRow] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    more_columns: int = 0


def preview(lead_import: Import, choice: Dialect) -> Preview:
    """Read the first ROWS rows that are not blank under the choice.

    Sensitive columns are masked, but for those that the import keeps.
    """
    limits = Limits(file_bytes=settings.MAX_UPLOAD_BYTES, rows=settings.MAX_ROWS)
    try:
        with (
            stored.local(lead_import, within=WITHIN) as path,
            open_table(path, choice=choice, limits=limits) as table,
        ):
            masking = Masking.of_table(table, lead_import.sensitive)
            filled = (masking.row(row) for row in table.rows() if row.cells)
            rows = [row._replace(cells=_shown(row.cells)) for row in islice(filled, ROWS)]
            return Preview(
                table.dialect,
                headers=_shown(masking.headers),
                rows=rows,
                doubts=masking.doubts(table.doubts, table.headers),
                more_columns=max(0, len(table.headers) - COLUMNS),
            )
    except (UnreadableFile, StoreUnavailable) as problem:
        return Preview(choice, problem.sentence)


def _shown(cells: list[str]) -> list[str]:
    return [
        cell if len(cell) <= CELL_CHARS else cell[: CELL_CHARS - 1] + "…"
        for cell in cells[:COLUMNS]
    ]
