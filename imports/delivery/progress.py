"""How an import is getting on: what is done, how fast, what it waits for."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, Sum
from django.utils import timezone

from imports.delivery import before, pulse, quota, window
from imports.models import OPEN, Batch, BatchState, Customer, Import, ImportState, Kind, Quota

PACE_OVER = timedelta(minutes=3)
ROUND_SECONDS = 61  # a quota's minute, with the margin that keeps it


@dataclass(frozen=True, slots=True)
class Standing:
    """What the live page shows. Rows are those that are to be sent; pace is rows a minute."""

    batches_total: int
    batches_done: int
    rows_total: int
    rows_done: int
    pace_per_minute: int
    seconds_left: int | None
    waits_for: str
    waits_until: datetime | None
    decisions: list[Batch] = field(default_factory=list)
    version: str = ""

    @property
    def share(self) -> float:
        """Return how much is done, from 0 to 1."""
        return self.rows_done / self.rows_total if self.rows_total else 0.0


def standing(lead_import: Import) -> Standing:
    """Return how the import stands, with a version that changes when anything of it does."""
    batches = lead_import.batches.filter(kind=Kind.SEND).exclude(state=BatchState.REPLACED)
    final = Q(state__in=(BatchState.DONE, BatchState.DROPPED))
    sums = batches.aggregate(
        total=Count("pk"), done=Count("pk", filter=final), all_rows=Sum("rows"),
        done_rows=Sum("rows", filter=final), next=Min("not_before", filter=~final),
    )  # fmt: skip
    now = window.database_now()
    waits_for, waits_until = _waits(lead_import, sums["next"], now)
    decisions = list(batches.filter(state=BatchState.DECISION)[:50])
    parts = (lead_import.state, lead_import.reason, lead_import.planned_at, sums["total"],
             sums["done"], sums["done_rows"], waits_for, waits_until, len(decisions))  # fmt: skip
    return Standing(
        batches_total=sums["total"],
        batches_done=sums["done"],
        rows_total=sums["all_rows"] or 0,
        rows_done=sums["done_rows"] or 0,
        pace_per_minute=_pace(lead_import, now),
        seconds_left=_seconds_left(lead_import, sums["total"] - sums["done"], now),
        waits_for=waits_for,
        waits_until=waits_until,
        decisions=decisions,
        version=hashlib.sha256(repr(parts).encode()).hexdigest()[:12],
    )


def _pace(lead_import: Import, now: datetime) -> int:
    """Return rows a minute over the last minutes."""
    since = max(now - PACE_OVER, lead_import.started_at or now)
    recent = lead_import.batches.filter(state=BatchState.DONE, settled_at__gte=since)
    rows: int = recent.aggregate(rows=Sum("rows"))["rows"] or 0
    minutes = max((now - since).total_seconds() / 60, 1 / 60)
    return round(rows / minutes)


def _seconds_left(lead_import: Import, requests: int, now: datetime) -> int | None:
    """Estimate from the key's budget: what is free now, then a round a minute."""
    going = lead_import.state in (ImportState.QUEUED, ImportState.SENDING)
    key = _key(lead_import.customer)
    if not going or key is None or lead_import.planned_at is None:
        return None
    facts = window.load([key], now)[key.pk]
    allowed = quota.allowance(facts, now)
    ahead = requests + _others(lead_import)
    rest = max(ahead - allowed.may_start, 0)
    if not rest:
        return 2
    wait = (allowed.next_at - now).total_seconds() if allowed.next_at else ROUND_SECONDS
    return round(max(wait, 1) + (-(-rest // facts.limit) - 1) * ROUND_SECONDS)


def _others(lead_import: Import) -> int:
    """Return how many requests of the customer's other imports take turns with this one's."""
    others = Batch.objects.filter(
        customer=lead_import.customer_id,
        state__in=OPEN,
        lead_import__state__in=(ImportState.QUEUED, ImportState.SENDING),
    )
    return others.exclude(lead_import=lead_import).count()


def _key(customer: Customer) -> Quota | None:
    token = customer.token
    return token.quota if token else None


def _waits(
    lead_import: Import, next_batch: datetime | None, now: datetime
) -> tuple[str, datetime | None]:
    """Say what an import that is going waits for, and until when."""
    if lead_import.state not in (ImportState.QUEUED, ImportState.SENDING):
        return "", None
    if lead_import.send_after and lead_import.send_after > now:
        return "Starts in a moment; until then it can be undone.", lead_import.send_after
    if lead_import.planned_at is None and next_batch is None:
        return before.progress(lead_import, now) or "Preparing the requests.", None
    key = _key(lead_import.customer)
    if key is None:
        return "The customer has no token.", None
    if next_batch and next_batch > now:
        return "Asking MEGA again what became of a request.", next_batch
    allowed = quota.allowance(window.load([key], now)[key.pk], now)
    return _SENTENCES[allowed.why], allowed.next_at


_SENTENCES = {
    "": "",
    "turns": "The requests are spread over the minute, so that others with this token are not kept waiting.",
    "quota": "Quota pause: MEGA takes no more requests with this token for now.",
    "told_to_wait": "MEGA asked to wait, or could not be reached.",
    "spacing": "Going evenly and a little slower, since MEGA refused a request for its rate.",
    "probing": "One request at a time, until MEGA's answer shows that it works.",
}


def engine_alarm() -> str:
    """Return one sentence when the clock or the workers stand still, else ''."""
    return pulse.alarm()


def ends_at(left: Standing) -> datetime | None:
    """Return when the import is expected to end."""
    if left.seconds_left is None:
        return None
    return timezone.now() + timedelta(seconds=left.seconds_left)
