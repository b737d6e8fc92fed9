"""What MEGA foretold of rows: in words, row by row, and as lines of a file."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from imports.models import DryRun, Import, Row
from imports.reports.harmless import harmless
from imports.review import overlay

SLICE = 5_000  # rows that are read at a time
HEAD = ("Row", "MEGA would", "Why", "Ignored custom fields")
WOULD = {
    "created": "create a lead",
    "updated": "update a lead",
    "skipped": "skip the row",
    "failed": "refuse the row",
}
_BY = {
    "email": "the e-mail is that of a lead that it has",
    "phone": "the last ten digits of the phone are those of a lead that it has",
    "": "it has a lead of this person",
}
# What was asked about is no longer what would be sent where a lead was changed or left out since.
_PREDICTED = """
    SELECT p.number, p.status, p.matched_by, p.errors, p.ignored_custom_fields, l.shared
    FROM imports_prediction p
    JOIN imports_lead l ON l.import_id = %(import)s AND l.mapping_id = %(mapping)s
        AND l.number = p.number AND l.digest = p.digest AND l.verdict = 'ok'
    WHERE p.dry_run_id = %(dry_run)s {narrowed}
    ORDER BY p.number LIMIT %(limit)s
"""


# A dry run writes nothing, so to it every row of a person that it does not know is a new one; sent,
# the later ones find the lead that the first one made.
FORESEEN = """
    (o.status = p.status OR (l.shared AND p.status = 'created' AND o.status <> 'failed'))
"""
PREDICTED = """AND EXISTS (
    SELECT 1 FROM imports_prediction p
    WHERE p.dry_run_id = %(dry_run)s AND p.number = r.number AND p.status = %(predicted)s
      AND p.digest = l.digest AND l.verdict = 'ok')
"""


def unforeseen() -> str:
    """Return the SQL condition of rows that were foretold so and ended otherwise."""
    return f"{PREDICTED.rstrip()[:-1]} AND o.status IS NOT NULL AND NOT {FORESEEN})"


@dataclass(frozen=True, slots=True)
class Foretold:
    """What MEGA would do with a row; `ignored` are slugs of custom fields that it does not know."""

    number: int
    status: str
    why: str
    ignored: tuple[str, ...]

    @property
    def would(self) -> str:
        return WOULD[self.status]


def newest(lead_import: Import) -> DryRun | None:
    """The preview that the import was sent by; before, the newest one of its current columns."""
    if lead_import.preview_id is not None:
        return lead_import.preview
    asked = lead_import.dry_runs.filter(mapping=lead_import.mapping_id)
    return asked.order_by("pk").last()


def of_rows(
    lead_import: Import, dry_run: DryRun | None, numbers: Sequence[int]
) -> dict[int, Foretold]:
    """Return what was foretold of these rows, by their numbers."""
    if dry_run is None or not numbers:
        return {}
    values = {"numbers": list(numbers), "limit": len(numbers)}
    found = _read(lead_import, dry_run, "AND p.number = ANY(%(numbers)s)", values)
    return {one.number: one for one in found}


def after(
    lead_import: Import, dry_run: DryRun, status: str, number: int, limit: int
) -> list[Foretold]:
    """Return the rows behind a number of which this was foretold; "" is anything."""
    narrowed = "AND p.number > %(after)s"
    if status:
        narrowed += " AND p.status = %(status)s"
    values = {"after": number, "status": status, "limit": limit}
    return _read(lead_import, dry_run, narrowed, values)


def _read(
    lead_import: Import, dry_run: DryRun, narrowed: str, values: dict[str, Any]
) -> list[Foretold]:
    parameters = {
        "import": lead_import.pk,
        "mapping": lead_import.mapping_id,
        "dry_run": dry_run.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PREDICTED.format(narrowed=narrowed), parameters | values)
        return [_foretold(*row) for row in cursor.fetchall()]


def _foretold(
    number: int, status: str, matched_by: str, errors: str, ignored: str, shared: bool
) -> Foretold:
    return Foretold(
        number, status, _why(status, matched_by, json.loads(errors), shared),
        tuple(json.loads(ignored)),
    )  # fmt: skip


def _why(status: str, matched_by: str, errors: list[str], shared: bool) -> str:
    if status == "failed":
        return " ".join(errors) or "It gave no reason."
    if status in {"updated", "skipped"}:
        return f"{_BY.get(matched_by, _BY['']).capitalize()}."
    if shared:
        return (
            "It has no lead of this person. Another row of the file is of the same person: the "
            "later one will find the lead that the first one made."
        )
    return "It has no lead of this person."


def header(lead_import: Import) -> list[str]:
    """Return the columns of the file: what was foretold, then the sheet's own."""
    return [*HEAD, *(harmless(name) for name in lead_import.headers)]


def lines(lead_import: Import, dry_run: DryRun, status: str) -> Iterator[list[str]]:
    """Give the lines of the file, some thousand rows at a time: cells as people corrected them."""
    number = 0
    while found := after(lead_import, dry_run, status, number, SLICE):
        number = found[-1].number
        rows = Row.objects.filter(lead_import=lead_import, number__in=[one.number for one in found])
        cells = dict(overlay.over(lead_import, list(rows.values_list("number", "cells"))))
        yield from (_line(one, cells.get(one.number, [])) for one in found)


def _line(one: Foretold, cells: list[str]) -> list[str]:
    own = (str(one.number), one.would, one.why, ", ".join(one.ignored))
    return [harmless(text) for text in (*own, *cells)]
