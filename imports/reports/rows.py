"""The row-level report: what became of every row, for files and for pages."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from imports.columns.problems import Problem
from imports.models import Import
from imports.reports.balance import BUCKET, LABELS, ROWS_WITH_ALL

SLICE = 5_000

_SELECT = f"""
WITH reported AS MATERIALIZED (
    SELECT r.number, {BUCKET} AS bucket, o.lead_id, o.matched_by, o.errors,
           o.ignored_custom_fields, l.reason, l.problems, r.cells, r.note, o.attempt_id,
           o.batch_id
    {ROWS_WITH_ALL} AND r.number > %(after)s {{where}}
    ORDER BY r.number LIMIT %(limit)s
)
SELECT p.number, p.bucket, p.lead_id, p.matched_by, p.errors, p.ignored_custom_fields, p.reason,
       p.problems, p.cells, p.note, b.id, b.key, b.detail,
       coalesce(a.started_at, b.first_sent_at), i.state
FROM reported p
JOIN imports_import i ON i.id = %(import)s
LEFT JOIN (
    SELECT n.number, b.id FROM imports_batch b CROSS JOIN LATERAL unnest(b.row_numbers) n (number)
    WHERE b.import_id = %(import)s AND b.kind = 'send' AND b.state NOT IN ('done', 'replaced')
      AND b.row_numbers[1] <= (SELECT max(number) FROM reported)
      AND b.row_numbers[b.rows] >= (SELECT min(number) FROM reported)
) waiting ON waiting.number = p.number
LEFT JOIN imports_batch b ON b.id = coalesce(p.batch_id, waiting.id)
LEFT JOIN imports_attempt a ON a.id = p.attempt_id
ORDER BY p.number
"""  # noqa: S608 - made of constants


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One row of the report. `sent_at` is None and `key` '' for a row that was never sent."""

    number: int
    bucket: str
    lead_id: str
    matched_by: str
    reason: str
    ignored: list[str]
    problems: list[Problem]
    cells: list[str]
    batch_id: int | None
    key: str
    sent_at: datetime | None

    @property
    def result(self) -> str:
        """Return the bucket in the report's words: `not_sent` is written with a space."""
        return self.bucket.replace("_", " ")

    @property
    def label(self) -> str:
        return LABELS[self.bucket]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows: by bucket, by the code of a problem, by what a person wrote in any cell."""

    bucket: str = ""
    problem: str = ""
    column: str = ""  # with `problem`: the header in which it was found
    text: str = ""

    def where(self) -> tuple[str, dict[str, Any]]:
        """Return SQL conditions and their parameters."""
        parts, values = [], {}
        if self.bucket:
            parts.append(f"AND ({BUCKET}) = %(bucket)s")
            values["bucket"] = self.bucket
        if self.problem:
            wanted = {"c": self.problem} | ({"h": self.column} if self.column else {})
            parts.append("AND l.problems @> %(problem)s::jsonb")
            values["problem"] = json.dumps([wanted])
        if self.text:
            parts.append("AND array_to_string(r.cells, ' ') ILIKE %(text)s")
            values["text"] = f"%{_like(self.text)}%"
        return " ".join(parts), values


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def page(
    lead_import: Import, chosen: Selection, *, after: int = 0, limit: int = 100
) -> list[ReportRow]:
    """Return rows in sheet order that come after a row number."""
    where, values = chosen.where()
    parameters = {
        "import": lead_import.pk,
        "mapping": lead_import.mapping_id,
        "after": after,
        "limit": limit,
        **values,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SELECT.replace("{where}", where), parameters)
        return [_row(*row) for row in cursor.fetchall()]


def count(lead_import: Import, chosen: Selection) -> int:
    """Return how many rows are chosen."""
    where, values = chosen.where()
    parameters = {"import": lead_import.pk, "mapping": lead_import.mapping_id, **values}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {ROWS_WITH_ALL} {where}", parameters)
        total: int = cursor.fetchone()[0]
    return total


def every(lead_import: Import, chosen: Selection) -> Iterator[ReportRow]:
    """Give all chosen rows, some thousand at a time: no long transaction, flat memory."""
    after = 0
    while rows := page(lead_import, chosen, after=after, limit=SLICE):
        yield from rows
        after = rows[-1].number


def _row(  # noqa: PLR0913, PLR0917 - the columns of the query
    number: int,
    bucket: str,
    lead_id: str | None,
    matched_by: str | None,
    errors: str | None,
    ignored: str | None,
    held_for: str | None,
    problems: str | None,
    cells: list[str],
    note: str,
    batch_id: int | None,
    key: Any,
    detail: str | None,
    sent_at: datetime | None,
    state: str,
) -> ReportRow:
    found = [Problem.from_json(one) for one in _json(problems)]
    said = [*_json(errors), held_for or "", *(problem.sentence for problem in found), note]
    if bucket == "unknown":
        said.insert(0, _why_unknown(detail or ""))
    if bucket == "not_sent":
        said.insert(0, _why_not_sent(state, detail or ""))
    never_sent = bucket not in ("created", "updated", "skipped", "failed", "unknown")
    return ReportRow(
        number=number,
        bucket=bucket,
        lead_id=lead_id or "",
        matched_by=matched_by or "",
        reason=" ".join(part for part in said if part),
        ignored=_json(ignored),
        problems=found,
        cells=cells,
        batch_id=batch_id,
        key="" if never_sent or key is None else str(key),
        sent_at=None if never_sent else sent_at,
    )


def _json(value: Any) -> list[Any]:
    if isinstance(value, str):
        value = json.loads(value)
    return value or []


def _why_unknown(detail: str) -> str:
    said = f" Last: {detail}" if detail else ""
    return f"Sent, but MEGA has not said what became of it.{said}"


def _why_not_sent(state: str, detail: str) -> str:
    if state == "cancelled":
        return "The import was cancelled before this row was sent."
    return f"Waiting. Last: {detail}" if detail else "Not sent yet."
