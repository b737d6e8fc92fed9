"""Requests a minute against the quota: of an import from its first request on, and of a customer.

A request is counted in the minute in which it started, each attempt for itself. Nothing is said of
the imports of the team's other customers with the same token but how many requests they made, and
nothing at all of another team's.
"""

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from imports.delivery import window
from imports.mega.rates import RateHeaders
from imports.models import Attempt, Customer, Event, Import, Kind, Token
from imports.reports.charts import scale
from imports.reports.charts.waits import TELLING, Wait, Why, of_acts, of_refusals, within

MOST_BARS = 120
SPANS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
MOVES_FOR = timedelta(minutes=2)  # after the last request; then nobody looks every few seconds


@dataclass(frozen=True, slots=True)
class Bar:
    """Requests that started within one step: 429s apart, and the team's other customers' apart."""

    start: datetime
    answered: int = 0
    refused: int = 0
    others: int = 0

    @property
    def count(self) -> int:
        return self.answered + self.refused + self.others


@dataclass(frozen=True, slots=True)
class Pace:
    """Bars of `step` seconds each without a gap, the limit a minute, and when nothing was sent."""

    step: int
    bars: list[Bar]
    limit: int
    waits: list[Wait]

    @property
    def start(self) -> datetime:
        return self.bars[0].start

    @property
    def end(self) -> datetime:
        return self.bars[-1].start + timedelta(seconds=self.step)

    @property
    def requests(self) -> int:
        """The customer's own."""
        return sum(bar.answered + bar.refused for bar in self.bars)

    @property
    def refused(self) -> int:
        return sum(bar.refused for bar in self.bars)

    @property
    def others(self) -> int:
        return sum(bar.others for bar in self.bars)

    @property
    def fastest(self) -> float:
        """The most requests a minute in any step."""
        return self.a_minute(max(bar.count for bar in self.bars))

    def a_minute(self, count: int) -> float:
        """Return so many requests of one step as requests a minute."""
        return count * 60 / self.step

    @property
    def version(self) -> str:
        """A text that changes when anything that is drawn does."""
        parts = repr((self.step, self.bars, self.limit, self.waits))
        return hashlib.sha256(parts.encode()).hexdigest()[:12]


def bars(
    counted: Mapping[datetime, tuple[int, int, int]], start: datetime, end: datetime, step: int
) -> list[Bar]:
    """Return a bar for every step from the one of `start` to the one before `end`."""
    first = scale.floor(start, step)
    many = max(math.ceil((end - first).total_seconds() / step), 1)
    moments = [first + timedelta(seconds=place * step) for place in range(many)]
    return [Bar(moment, *counted.get(moment, (0, 0, 0))) for moment in moments]


_STEP_OF = """
    SELECT to_timestamp(floor(extract(epoch FROM a.started_at) / %(step)s) * %(step)s),
           count(*) FILTER (WHERE {own} AND a.status IS DISTINCT FROM 429),
           count(*) FILTER (WHERE {own} AND a.status = 429),
           count(*) FILTER (WHERE NOT {own})
    {source} GROUP BY 1
"""
_REFUSED = """
    SELECT a.ended_at, a.headers->>'retry-after' {source}
    AND a.status = 429 AND a.ended_at IS NOT NULL AND a.headers ? 'retry-after'
    ORDER BY a.ended_at
"""
_OF_IMPORT = """
    FROM imports_batch b JOIN imports_attempt a ON a.batch_id = b.id
    WHERE b.import_id = %(import)s AND b.kind = 'send' AND a.was_sent
"""
_OF_KEY = """
    FROM imports_attempt a JOIN imports_batch b ON b.id = a.batch_id
    JOIN imports_customer c ON c.id = b.customer_id AND c.team_id = %(team)s
    WHERE a.quota_id = %(quota)s AND a.started_at >= %(since)s AND a.was_sent
"""


def of_import(lead_import: Import) -> Pace | None:
    """Return the pace of an import's own requests; None before the first one."""
    start = lead_import.started_at
    if start is None:
        return None
    now = window.database_now()
    end = lead_import.finished_at or now
    step = scale.seconds_a_bar(end - start + timedelta(minutes=1), MOST_BARS - 1)
    wanted = {"import": lead_import.pk, "step": step}
    counted = _counted(_OF_IMPORT, "true", wanted)
    start, end = min([start, *counted]), max([end, *counted]) + timedelta(seconds=1)
    columns = bars(counted, start, end, step)
    found = Pace(step, columns, _limit_of(lead_import), [])
    told = Event.objects.filter(import_id=lead_import.pk, act__in=TELLING).order_by("pk")
    waits = [
        *of_acts(told.values_list("act", "at"), found.end),
        *of_refusals(_fetch(_REFUSED.replace("{source}", _OF_IMPORT), wanted), found.end),
    ]
    return Pace(step, columns, found.limit, within(waits, found.start, found.end))


def of_customer(customer: Customer, span: str) -> Pace | None:
    """Return what the team sent with the customer's token lately; None when it has none.

    The limit is the token's, whoever uses it.
    """
    token = customer.token
    if token is None:
        return None
    now = window.database_now()
    step = scale.seconds_a_bar(SPANS[span], MOST_BARS)
    since = scale.floor(now - SPANS[span], step) + timedelta(seconds=step)
    whose = {"quota": token.quota_id, "customer": customer.pk, "team": customer.team_id}
    wanted = {**whose, "since": since, "step": step}
    counted = _counted(_OF_KEY, "(b.customer_id = %(customer)s)", wanted)
    columns = bars(counted, since, now + timedelta(seconds=1), step)
    end = columns[-1].start + timedelta(seconds=step)
    refused = _fetch(_REFUSED.replace("{source}", _OF_KEY), wanted)
    waits = [*of_refusals(refused, end), *_refused_tokens(customer, end)]
    return Pace(step, columns, window.limit_of(token.quota), within(waits, since, end))


def is_moving(found: Pace) -> bool:
    """Whether a request started so lately that the next one may come soon."""
    lately = found.end - timedelta(seconds=found.step) - MOVES_FOR
    return any(bar.count for bar in found.bars if bar.start >= lately)


def _counted(source: str, own: str, wanted: dict[str, Any]) -> dict[datetime, tuple[int, int, int]]:
    sql = _STEP_OF.replace("{own}", own).replace("{source}", source)
    return {moment: (a, b, c) for moment, a, b, c in _fetch(sql, wanted)}


def _fetch(sql: str, wanted: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, wanted)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _limit_of(lead_import: Import) -> int:
    """The limit as MEGA's latest answer to the import said it, else the one that counts now."""
    taken = lead_import.batches.filter(kind=Kind.SEND, claimed_at__isnull=False)
    last = taken.order_by("-claimed_at").values_list("pk", flat=True).first()
    answers = Attempt.objects.filter(batch=last or 0, ended_at__isnull=False).order_by("-pk")
    for headers, at in answers.values_list("headers", "ended_at"):
        said = RateHeaders.parse(headers, now=at or window.database_now()).limit
        if said:
            return said
    token = lead_import.customer.token
    if token is not None:
        return window.limit_of(token.quota)
    return lead_import.customer.requests_per_minute


def _refused_tokens(customer: Customer, until: datetime) -> Iterable[Wait]:
    """From when MEGA refused a token until another one was set."""
    refused = Token.objects.filter(customer=customer, refused_at__isnull=False)
    for since, retired_at in refused.values_list("refused_at", "retired_at"):
        if since is not None:
            yield Wait(Why.BLOCKED, since, min(retired_at or until, until))
