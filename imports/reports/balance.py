"""The balance sheet: every row of an import in exactly one bucket."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.utils import timezone

from imports import whole_file
from imports.columns import sums
from imports.columns.tally import Tally
from imports.models import (
    Attempt,
    DryRun,
    Import,
    Kind,
    Outcome,
    Prediction,
)

BEFORE_SENDING = ("blank", "invalid", "duplicate", "excluded", "unchanged")
SENT = ("created", "updated", "skipped", "failed", "unknown")
LABELS = {
    "created": "Created",
    "updated": "Updated",
    "skipped": "Skipped",
    "failed": "Failed",
    "unknown": "Unknown",
    "not_sent": "Not sent",
    "invalid": "Invalid",
    "duplicate": "Duplicate",
    "excluded": "Excluded",
    "unchanged": "Unchanged",
    "blank": "Blank",
}


@dataclass(frozen=True, slots=True)
class Balance:
    """Counts of rows. `seconds` runs from the first attempt to the end (or to now)."""

    import_id: int
    state: str
    rows: int
    blank: int = 0
    invalid: int = 0
    duplicate: int = 0
    excluded: int = 0
    unchanged: int = 0
    not_sent: int = 0
    created: int = 0
    updated: int = 0
    skipped: int = 0
    failed: int = 0
    unknown: int = 0
    requests: int = 0
    seconds: float = 0.0

    @property
    def sent(self) -> int:
        return self.created + self.updated + self.skipped + self.failed + self.unknown

    @property
    def left_out(self) -> int:
        """Rows that will not be sent as things stand."""
        return sum(getattr(self, name) for name in BEFORE_SENDING)

    @property
    def is_balanced(self) -> bool:
        return self.rows == self.left_out + self.not_sent + self.sent

    @property
    def difference(self) -> str:
        counted = self.left_out + self.not_sent + self.sent
        return (
            f"The books do not balance: {self.rows:,} rows were read, {counted:,} are accounted "
            "for. Nothing more is sent for this import; tell your administrator."
        )

    def buckets(self) -> list[tuple[str, str, int]]:
        """Return (code, label, rows) of every bucket, sent ones first."""
        return [(code, label, getattr(self, code)) for code, label in LABELS.items()]

    def summary(self) -> dict[str, Any]:
        """Return the summary that commands print; its keys are an interface."""
        names = ("rows", *BEFORE_SENDING, "not_sent", "sent", *SENT, "requests", "seconds")
        counts = {name: getattr(self, name) for name in names}
        return {"import": self.import_id, "state": self.state, **counts}


def balance(lead_import: Import, leads: Tally | None = None) -> Balance:
    """Count by the tables' own totals: quick, for pages. What is in no bucket is `not_sent`.

    `leads` is the tally of its leads, where the caller has counted them.
    """
    held = (leads or sums.tally_of(lead_import)).held
    counts = {"blank": lead_import.blank_count} | held | _outcomes(lead_import)
    counts["unknown"] = _unknown(lead_import)
    rest = lead_import.row_count - sum(counts.values())
    return _sheet(lead_import, lead_import.row_count, counts | {"not_sent": max(rest, 0)})


def _outcomes(lead_import: Import) -> dict[str, int]:
    outcomes = Outcome.objects.filter(lead_import=lead_import).values_list("status")
    return dict(outcomes.annotate(rows=Count("number")).order_by())


# The rows of batches without a full answer. One of them is unknown when its batch may have arrived
# at MEGA and there is no result for it.
_OPEN_ROWS = """
    SELECT n.number, b.id AS batch_id, b.first_sent_at IS NOT NULL AS maybe_sent
    FROM imports_batch b CROSS JOIN LATERAL unnest(b.row_numbers) AS n (number)
    WHERE b.import_id = %(import)s AND b.kind = 'send' AND b.state NOT IN ('done', 'replaced')
      AND b.row_numbers[1] <= %(upto)s AND b.row_numbers[b.rows] > %(after)s
"""
_UNKNOWN = f"""
    SELECT count(*) FROM ({_OPEN_ROWS}) m
    WHERE m.maybe_sent
      AND NOT EXISTS (SELECT 1 FROM imports_outcome o
                      WHERE o.import_id = %(import)s AND o.number = m.number)
"""  # noqa: S608 - made of constants


def _unknown(lead_import: Import) -> int:
    with whole_file.cursor() as cursor:
        cursor.execute(_UNKNOWN, stretch(lead_import))
        count: int = cursor.fetchone()[0]
    return count


# The one place that says in which bucket a row is; reports and the final recount both use it.
BUCKET = """
    CASE WHEN r.cells = '{}' THEN 'blank'
         WHEN o.status IS NOT NULL THEN o.status
         WHEN l.verdict <> 'ok' THEN l.verdict
         WHEN m.maybe_sent THEN 'unknown'
         ELSE 'not_sent' END
"""
# Each table by its own range of numbers: PostgreSQL does not conclude one from the other.
_WITHIN = """
    {0}.number > %(after)s AND {0}.number <= %(upto)s
    AND (%(among)s::int[] IS NULL OR {0}.number = ANY(%(among)s::int[]))
"""
ROWS_WITH_ALL = f"""
    FROM imports_row r
    LEFT JOIN imports_lead l ON l.import_id = r.import_id AND l.mapping_id = %(mapping)s
        AND l.number = r.number AND {_WITHIN.format("l")}
    LEFT JOIN imports_outcome o ON o.import_id = r.import_id
        AND o.number = r.number AND {_WITHIN.format("o")}
    LEFT JOIN ({_OPEN_ROWS}) m ON m.number = r.number
    WHERE r.import_id = %(import)s AND {_WITHIN.format("r")}
"""
LAST_NUMBER = 2**31 - 1


def stretch(
    lead_import: Import,
    after: int = 0,
    upto: int = LAST_NUMBER,
    *,
    among: Sequence[int] | None = None,
) -> dict[str, Any]:
    """Return the parameters of ROWS_WITH_ALL: rows with numbers after `after`, or `among` these."""
    return {
        "import": lead_import.pk,
        "mapping": lead_import.mapping_id,
        "after": after,
        "upto": upto,
        "among": among,
    }


_RECOUNT = f"SELECT {BUCKET} AS bucket, count(*) {ROWS_WITH_ALL} GROUP BY 1"
# Outcomes of rows that the portal did not mean to send, or of no row: never, unless books are wrong
_STRAY = """
    SELECT count(*) FROM imports_outcome o
    LEFT JOIN imports_lead l ON l.import_id = o.import_id AND l.mapping_id = %(mapping)s
                            AND l.number = o.number AND l.verdict = 'ok'
    WHERE o.import_id = %(import)s AND l.number IS NULL
"""


def recount(lead_import: Import) -> Balance:
    """Count from the rows themselves, each joined with all that became of it: for the books."""
    parameters = stretch(lead_import)
    with whole_file.cursor() as cursor:
        cursor.execute(_RECOUNT, parameters)
        counts = dict(cursor.fetchall())
        cursor.execute(_STRAY, parameters)
        stray = cursor.fetchone()[0]
    return _sheet(lead_import, lead_import.row_count + stray, counts)


def _sheet(lead_import: Import, rows: int, counts: dict[str, int]) -> Balance:
    requests = Attempt.objects.filter(
        batch__lead_import=lead_import, kind=Kind.SEND, was_sent=True
    ).count()
    return Balance(
        import_id=lead_import.pk,
        state=lead_import.state,
        rows=rows,
        requests=requests,
        seconds=_seconds(lead_import.started_at, lead_import.finished_at),
        **counts,
    )


def _seconds(start: datetime | None, end: datetime | None) -> float:
    if start is None:
        return 0.0
    return round(((end or timezone.now()) - start).total_seconds(), 1)


def predicted(dry_run: DryRun) -> Balance:
    """Return the balance sheet as MEGA predicted it; nothing was written.

    That of a sample is about the rows that MEGA was asked about; so is that of every row, once
    others are to be sent than were asked about.
    """
    lead_import = dry_run.lead_import
    counts, leads = prediction_counts(dry_run), sums.tally_of(lead_import)
    if dry_run.is_sample or sum(counts.values()) > leads.to_send:
        return Balance(lead_import.pk, lead_import.state, sum(counts.values()), **counts)
    held = {"blank": lead_import.blank_count} | leads.held
    rest = lead_import.row_count - sum(held.values()) - sum(counts.values())
    requests = Attempt.objects.filter(batch__dry_run=dry_run, was_sent=True).count()
    return Balance(
        import_id=lead_import.pk,
        state=lead_import.state,
        rows=lead_import.row_count,
        not_sent=rest,
        requests=requests,
        seconds=_seconds(dry_run.created_at, dry_run.finished_at),
        **held,
        **counts,
    )


def prediction_counts(dry_run: DryRun) -> dict[str, int]:
    """Return its predictions by status; those of one that is done were counted then."""
    if dry_run.counted is not None:
        return dict(dry_run.counted)
    found = Prediction.objects.filter(dry_run=dry_run).values_list("status")
    return dict(found.annotate(rows=Count("number")).order_by())
