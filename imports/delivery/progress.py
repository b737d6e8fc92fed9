"""How an import is getting on: what is done, how fast, what it waits for."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet, Sum

from imports.delivery import before_words, outlook, pulse, quota, window
from imports.models import Batch, BatchState, Import, ImportState, Kind, Schedule

PACE_OVER = timedelta(minutes=3)
GOING = (ImportState.QUEUED, ImportState.SENDING)
RUNS = (
    ImportState.UPLOADED,
    ImportState.READING,
    ImportState.CHECKING,
    *GOING,
    ImportState.PAUSED,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the live page shows. Rows are those that are to be sent; pace is rows a minute.

    `starts_at` (None when it has begun) and `ends_at` are expected; `others` counts the imports
    that take turns with this one.
    """

    batches_total: int
    batches_done: int
    rows_total: int
    rows_done: int
    pace_per_minute: int
    starts_at: datetime | None
    ends_at: datetime | None
    others: int
    seconds_left: int | None
    waits_for: str
    waits_until: datetime | None
    decisions: list[Batch] = field(default_factory=list)
    version: str = ""

    @property
    def share(self) -> float:
        """Return how much is done, from 0 to 1."""
        return self.rows_done / self.rows_total if self.rows_total else 0.0


def standing(lead_import: Import, seen: outlook.Outlook | None = None) -> Standing:
    """Return how the import stands, with a version that changes when anything of it does.

    `seen` is the timetable of its customer's key, where that is known already.
    """
    batches = lead_import.batches.filter(kind=Kind.SEND).exclude(state=BatchState.REPLACED)
    final = Q(state__in=(BatchState.DONE, BatchState.DROPPED))
    sums = batches.aggregate(
        total=Count("pk"), done=Count("pk", filter=final), all_rows=Sum("rows"),
        done_rows=Sum("rows", filter=final), next=Min("not_before", filter=~final),
    )  # fmt: skip
    seen = seen or _outlook(lead_import)
    expected = seen.expected.get(lead_import.pk)
    ends_at = expected.ends_at if expected else None
    waits_for, waits_until = _waits(lead_import, sums["next"], seen)
    waiting = batches.filter(state=BatchState.DECISION).defer("body", "body_sha256")
    decisions = list(waiting[:50])
    parts = (lead_import.state, lead_import.reason, lead_import.planned_at, sums["total"],
             sums["done"], sums["done_rows"], waits_for, waits_until, len(decisions),
             seen.others(lead_import), _roughly(ends_at), _time_set(lead_import))  # fmt: skip
    return Standing(
        batches_total=sums["total"],
        batches_done=sums["done"],
        rows_total=sums["all_rows"] or 0,
        rows_done=sums["done_rows"] or 0,
        pace_per_minute=_pace(lead_import, seen.now),
        starts_at=expected.starts_at if expected else None,
        ends_at=ends_at,
        others=seen.others(lead_import),
        seconds_left=round((ends_at - seen.now).total_seconds()) if ends_at else None,
        waits_for=waits_for,
        waits_until=waits_until,
        decisions=decisions,
        version=hashlib.sha256(repr(parts).encode()).hexdigest()[:12],
    )


def _outlook(lead_import: Import) -> outlook.Outlook:
    """Return the timetable of the import's key; nothing is foretold of one that stands still."""
    if lead_import.state in GOING:
        return outlook.of(lead_import.customer)
    return outlook.Outlook(window.database_now())


def running(imports: QuerySet[Import]) -> QuerySet[Import]:
    """Return those under way. One that paused itself is not: it needs a person."""
    going = imports.filter(finished_at=None, state__in=RUNS)
    return going.exclude(~Q(question=""), state=ImportState.PAUSED)


def standings(imports: Iterable[Import]) -> list[tuple[Import, Standing]]:
    """Return each with how it stands; what is foretold for a customer is reckoned once."""
    seen: dict[int, outlook.Outlook] = {}
    found = []
    for one in imports:
        if one.state in GOING and one.customer_id not in seen:
            seen[one.customer_id] = outlook.of(one.customer)
        found.append((one, standing(one, seen.get(one.customer_id))))
    return found


def _pace(lead_import: Import, now: datetime) -> int:
    """Return rows a minute over the last minutes."""
    since = max(now - PACE_OVER, lead_import.started_at or now)
    recent = lead_import.batches.filter(state=BatchState.DONE, settled_at__gte=since)
    rows: int = recent.aggregate(rows=Sum("rows"))["rows"] or 0
    minutes = max((now - since).total_seconds() / 60, 1 / 60)
    return round(rows / minutes)


def _time_set(lead_import: Import) -> list[tuple[object, ...]]:
    """Return what another person may change of an import that starts later."""
    if lead_import.state != ImportState.SCHEDULED:
        return []
    found = Schedule.objects.filter(lead_import=lead_import)
    return list(found.values_list("at", "after", "after__state", "set_by"))


def _roughly(moment: datetime | None) -> int | None:
    """Return a number that changes when an expected time moves by half a minute or so."""
    return None if moment is None else round(moment.timestamp() / 30)


def _waits(
    lead_import: Import, next_batch: datetime | None, seen: outlook.Outlook
) -> tuple[str, datetime | None]:
    """Say what an import that is going waits for, and until when."""
    if lead_import.state not in GOING:
        return "", None
    if lead_import.send_after and lead_import.send_after > seen.now:
        return "Starts in a moment; until then it can be undone.", lead_import.send_after
    if lead_import.planned_at is None and next_batch is None:
        return before_words.progress(lead_import, seen.now) or "Preparing the requests.", None
    if seen.facts is None:
        return "The customer has no token.", None
    if next_batch and next_batch > seen.now:
        return "Asking MEGA again what became of a request.", next_batch
    allowed = quota.allowance(seen.facts, seen.now)
    return _SENTENCES[allowed.why], allowed.next_at


_SENTENCES = {
    "": "",
    "quota": "Quota pause: MEGA takes no more requests with this token for now.",
    "told_to_wait": "MEGA asked to wait, or could not be reached.",
    "spacing": "Going slower for a while, since MEGA refused a request for its rate: somebody else "
    "may be using this token.",
    "probing": "One request at a time, until MEGA's answer shows that it works.",
}


def engine_alarm() -> str:
    """Return one sentence when the clock or the workers stand still, else ''."""
    return pulse.alarm()
