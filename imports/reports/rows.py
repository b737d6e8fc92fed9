"""The row-level report: what became of every row, for files and for pages."""

import json
from bisect import bisect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from imports import whole_file
from imports.columns.problems import Problem
from imports.models import Import, Row
from imports.reports import balance, foretold, went_without
from imports.reports.balance import BUCKET, LABELS, LAST_NUMBER, ROWS_WITH_ALL, Balance
from imports.reports.charts import reasons
from imports.review import overlay
from imports.review.overlay import Corrected

SLICE = 5_000  # rows that are read at a time
MOST = 80_000  # rows that are looked at, at a time, where few of them are chosen

_SELECT = f"""
    SELECT r.number, {BUCKET} AS bucket, o.lead_id, o.matched_by, o.errors,
           o.ignored_custom_fields, l.reason, l.problems, r.cells, r.note,
           coalesce(o.batch_id, m.batch_id), o.attempt_id
    {ROWS_WITH_ALL} {{where}}
    ORDER BY r.number LIMIT %(limit)s
"""
ALSO_SENT = {"unchanged": "AND l.repeats IS NOT NULL"}
"""Reasons for which rows are kept back only where that is chosen, with whom they are about."""
_NO_REQUEST: tuple[str, str, None, list[str]] = ("", "", None, [])
_SENT_AT = "SELECT id, started_at FROM imports_attempt WHERE id = ANY(%s)"
_BATCHES = "SELECT id, key, detail, first_sent_at, left_out FROM imports_batch WHERE id = ANY(%s)"


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One row of the report. `sent_at` is None and `key` '' for a row that was never sent."""

    number: int
    bucket: str
    lead_id: str
    matched_by: str
    reason: str
    why: str  # the reason without the problems
    ignored: list[str]
    problems: list[Problem]
    cells: list[str]
    corrected: list[str]  # the cells with what people corrected in them
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
    """Which rows: by bucket, by the code of a problem, by what MEGA said of those that failed, by
    their numbers."""

    bucket: str = ""
    problem: str = ""
    column: str = ""  # with `problem`: the header in which it was found
    buckets: tuple[str, ...] = ()  # any of these
    wordings: tuple[str, ...] | None = None  # any of these: `reasons.wordings_of`
    numbers: tuple[int, ...] | None = None  # any of these, in their order: `search.numbers`
    code: str = ""  # of why the row is kept back: `review.holds.KINDS`
    predicted: str = ""  # what `dry_run` foretold of it
    dry_run: int | None = None
    unforeseen: bool = False  # only where something else came of it: `foretold.FORESEEN`

    def where(self) -> tuple[str, dict[str, Any]]:
        """Return SQL conditions and their parameters."""
        parts: list[str] = []
        values: dict[str, Any] = {}
        if self.bucket:
            parts.append(f"AND ({BUCKET}) = %(bucket)s")
            values["bucket"] = self.bucket
        if self.buckets:
            parts.append(f"AND ({BUCKET}) = ANY(%(buckets)s)")
            values["buckets"] = list(self.buckets)
        if self.problem:
            wanted = {"c": self.problem} | ({"h": self.column} if self.column else {})
            parts.append("AND l.problems @> %(problem)s::jsonb")
            values["problem"] = json.dumps([wanted])
        if self.code:
            parts.append(ALSO_SENT.get(self.code, "AND l.code = %(code)s"))
            values["code"] = self.code
        if self.predicted:
            parts.append(foretold.unforeseen() if self.unforeseen else foretold.PREDICTED)
            values |= {"predicted": self.predicted, "dry_run": self.dry_run}
        if self.wordings is not None:
            said = f"{reasons.OF_ROW} = ANY(%(wordings)s::jsonb[])"
            parts.append(f"AND o.status = 'failed' AND {said}")
            values["wordings"] = list(self.wordings)
        return " ".join(parts), values

    def reach(self, after: int, stretch: int) -> int:
        """Return the number up to which so many rows come after another; the last may be before."""
        if self.numbers is None:
            return after + stretch
        return self.numbers[min(bisect(self.numbers, after) + stretch, len(self.numbers)) - 1]

    def within(self, after: int = 0, upto: int = LAST_NUMBER) -> list[int] | None:
        """Return those of `numbers` in a stretch; None when rows of any number are chosen."""
        if self.numbers is None:
            return None
        return list(self.numbers[bisect(self.numbers, after) : bisect(self.numbers, upto)])


def page(
    lead_import: Import, chosen: Selection, *, after: int = 0, limit: int = 100
) -> list[ReportRow]:
    """Return rows in sheet order that come after a row number.

    Looks at as many rows as are wanted, and at twice as many each time that too few were chosen.
    """
    found: list[ReportRow] = []
    last, stretch = _last_number(lead_import, chosen), limit
    while len(found) < limit and after < last:
        upto = chosen.reach(after, stretch)
        found += _slice(lead_import, chosen, (after, upto), limit - len(found))
        after, stretch = upto, min(2 * stretch, MOST)
    return found


def _last_number(lead_import: Import, chosen: Selection) -> int:
    if chosen.numbers is not None:
        return chosen.numbers[-1] if chosen.numbers else 0
    numbers = Row.objects.filter(lead_import=lead_import).order_by("-number")
    return numbers.values_list("number", flat=True).first() or 0


def _slice(
    lead_import: Import, chosen: Selection, span: tuple[int, int], limit: int
) -> list[ReportRow]:
    where, values = chosen.where()
    parameters = balance.stretch(lead_import, *span, among=chosen.within(*span))
    with whole_file.cursor() as cursor:
        cursor.execute(_SELECT.replace("{where}", where), parameters | values | {"limit": limit})
        rows = cursor.fetchall()
    requests = _requests(rows)
    changed = overlay.of(lead_import, [row[0] for row in rows])
    said = overlay.sentences(lead_import, [(row[0], row[8]) for row in rows], changed)
    without = went_without.sentences(lead_import, requests.left_out(rows))
    return [
        _row(lead_import, row, requests, _Changed(
            said.get(row[0], []), changed.get(row[0], {}), without.get(row[0], "")
        ))
        for row in rows
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Changed:
    """What people corrected in a row, in sentences and by the column's place; what it was sent
    without."""

    said: list[str]
    cells: Mapping[int, Corrected]
    without: str


@dataclass(frozen=True, slots=True)
class _Requests:
    """What is told of the requests that rows belong to, by the ids of batches and attempts."""

    # key, MEGA's last words, first sent at, fields that its leads went without
    batches: dict[int, tuple[str, str, datetime | None, list[str]]]
    sent_at: dict[int, datetime]

    def left_out(self, rows: list[tuple[Any, ...]]) -> dict[int, list[str]]:
        """Return what requests that may have arrived went without, by the row."""
        told = ((row[0], self.batches.get(row[-2], _NO_REQUEST)) for row in rows)
        return {number: names for number, (*_, sent, names) in told if sent and names}


def _requests(rows: list[tuple[Any, ...]]) -> _Requests:
    batch_ids = list({row[-2] for row in rows if row[-2] is not None})
    attempt_ids = list({row[-1] for row in rows if row[-1] is not None})
    with connection.cursor() as cursor:
        cursor.execute(_BATCHES, [batch_ids])
        batches = {one: (str(key), *told) for one, key, *told in cursor.fetchall()}
        cursor.execute(_SENT_AT, [attempt_ids])
        return _Requests(batches, dict(cursor.fetchall()))


def count(lead_import: Import, chosen: Selection, books: Balance | None = None) -> int:
    """Return how many rows are chosen; `books` are the balance sheet, where the caller has it."""
    if chosen == Selection():
        return lead_import.row_count
    if chosen == Selection(bucket=chosen.bucket):
        found: int = getattr(books or balance.balance(lead_import), chosen.bucket)
        return found
    if chosen == Selection(numbers=chosen.numbers):
        return len(chosen.numbers or ())
    where, values = chosen.where()
    parameters = balance.stretch(lead_import, among=chosen.within())
    with whole_file.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {ROWS_WITH_ALL} {where}", parameters | values)
        total: int = cursor.fetchone()[0]
    return total


def every(lead_import: Import, chosen: Selection) -> Iterator[ReportRow]:
    """Give all chosen rows, some thousand at a time: no long transaction, flat memory."""
    after = 0
    while rows := page(lead_import, chosen, after=after, limit=SLICE):
        yield from rows
        after = rows[-1].number


_SENT = ("created", "updated", "skipped", "failed", "unknown")


def _row(
    lead_import: Import, row: tuple[Any, ...], requests: _Requests, changed: _Changed
) -> ReportRow:
    (number, bucket, lead_id, matched_by, errors, ignored, held_for, problems, cells, note,
     batch_id, attempt_id) = row  # fmt: skip
    key, detail, first_sent, _ = requests.batches.get(batch_id, _NO_REQUEST)
    found = [Problem.from_json(one) for one in _json(problems)]
    why = [*_json(errors), held_for or ""]
    if bucket == "unknown":
        why.insert(0, _why_unknown(detail))
    if bucket == "not_sent":
        why.insert(0, _why_not_sent(lead_import.state, detail))
    was_sent = bucket in _SENT
    noted = [note, *changed.said, changed.without if was_sent else ""]
    return ReportRow(
        number=number,
        bucket=bucket,
        lead_id=lead_id or "",
        matched_by=matched_by or "",
        reason=_joined([*why, *(problem.sentence for problem in found), *noted]),
        why=_joined([*why, *noted]),
        ignored=_json(ignored),
        problems=found,
        cells=cells,
        corrected=overlay.laid(cells, changed.cells),
        batch_id=batch_id,
        key=key if was_sent else "",
        sent_at=requests.sent_at.get(attempt_id, first_sent) if was_sent else None,
    )


def _joined(sentences: list[str]) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def _json(value: str | None) -> list[Any]:
    if value is None or value == "[]":  # by far the most
        return []
    return list(json.loads(value))


def _why_unknown(detail: str) -> str:
    said = f" Last: {detail}" if detail else ""
    return f"Sent, but MEGA has not said what became of it.{said}"


def _why_not_sent(state: str, detail: str) -> str:
    if state == "cancelled":
        return "The import was cancelled before this row was sent."
    return f"Waiting. Last: {detail}" if detail else "Not sent yet."
