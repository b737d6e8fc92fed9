"""A file as it would be read: its headings and first rows, before all of it is read."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice

from django.conf import settings

from imports.errors import StoreUnavailable, UnreadableFile
from imports.intake import stored
from imports.intake.batches import SheetRow
from imports.intake.dialect import Dialect, Limits
from imports.intake.sensitive import again
from imports.intake.sensitive.find import Finding
from imports.intake.sensitive.kinds import DOTS
from imports.intake.sensitive.masking import QUOTED, Masking
from imports.intake.table import Table, open_table
from imports.models import Import

ROWS = 20
COLUMNS = 30
CELL_CHARS = 60
WITHIN = 20.0  # seconds to fetch the file, where it is not on this machine: a person waits


@dataclass(frozen=True, slots=True)
class Preview:
    """What the file looks like under a choice, or the sentence why it cannot be read so.

    headers, rows  at most COLUMNS cells of CELL_CHARS characters; `more_columns` were left away
    lost    what is masked now and not found again: then every cell and heading is masked
    """

    dialect: Dialect
    sentence: str = ""
    headers: list[str] = field(default_factory=list)
    rows: list[SheetRow] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    more_columns: int = 0
    lost: list[Finding] = field(default_factory=list)


def preview(lead_import: Import, choice: Dialect) -> Preview:
    """Read the first ROWS rows that are not blank under the choice.

    Sensitive columns are masked, but for those that the import keeps.
    """
    try:
        with _opened(lead_import, choice) as table:
            found = again.masking(lead_import, table)
            if gone := again.lost(lead_import, table, found):
                return _hidden(_first(table, found), gone)
            return _first(table, again.with_parents(lead_import, table, found))
    except (UnreadableFile, StoreUnavailable) as problem:
        return Preview(choice, problem.sentence)


def lost(lead_import: Import, choice: Dialect) -> list[Finding]:
    """Return what is masked now and would stand open if the file were read under the choice.

    A file that cannot be read so shows nothing. Raises StoreUnavailable.
    """
    if all(one["kept"] for one in lead_import.sensitive):
        return []
    try:
        with _opened(lead_import, choice) as table:
            return again.lost(lead_import, table, again.masking(lead_import, table))
    except UnreadableFile:
        return []


@contextmanager
def _opened(lead_import: Import, choice: Dialect) -> Iterator[Table]:
    limits = Limits(file_bytes=settings.MAX_UPLOAD_BYTES, rows=settings.MAX_ROWS)
    with (
        stored.local(lead_import, within=WITHIN) as path,
        open_table(path, choice=choice, limits=limits) as table,
    ):
        yield table


def _first(table: Table, masking: Masking) -> Preview:
    filled = (masking.row(row) for row in table.rows() if row.cells)
    return Preview(
        table.dialect,
        headers=_shown(masking.headers),
        rows=[row._replace(cells=_shown(row.cells)) for row in islice(filled, ROWS)],
        doubts=masking.doubts(table.doubts, table.headers),
        more_columns=max(0, len(table.headers) - COLUMNS),
    )


def _hidden(preview: Preview, gone: list[Finding]) -> Preview:
    """Mask all of it: nobody knows in which cells the masked ones stand now."""
    return replace(
        preview,
        headers=_dots(preview.headers),
        rows=[row._replace(cells=_dots(row.cells)) for row in preview.rows],
        doubts=[QUOTED.sub(f"“{DOTS}”", doubt) for doubt in preview.doubts],
        lost=gone,
    )


def _dots(cells: list[str]) -> list[str]:
    return [DOTS if cell.strip() else cell for cell in cells]


def _shown(cells: list[str]) -> list[str]:
    return [
        cell if len(cell) <= CELL_CHARS else cell[: CELL_CHARS - 1] + "…"
        for cell in cells[:COLUMNS]
    ]
