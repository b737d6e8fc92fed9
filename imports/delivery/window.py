"""Loading what is known of keys: the database's side of `quota`."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from psycopg.types.datetime import TimestamptzLoader

from imports.delivery import quota
from imports.delivery.pacing import Pace
from imports.models import Quota

USUAL_LIMIT = 10  # requests a minute
SLACK_SECONDS = 30  # a clock that ticks late closes what a vanished worker left so much later

_CLAIMED = """
    SELECT t.quota_id, count(*), count(*) FILTER (WHERE b.kind = 'dry_run')
    FROM imports_batch b JOIN imports_token t ON t.id = b.token_id
    WHERE b.state = 'claimed' AND t.quota_id = ANY(%(ids)s)
    GROUP BY 1
"""
# No request lasts longer than its lease: the key's whole history need not be looked through.
_EXCHANGES = """
    SELECT quota_id, started_at, ended_at, remaining, reset_at, kind = 'dry_run'
    FROM imports_attempt
    WHERE quota_id = ANY(%(ids)s) AND was_sent AND ended_at > now() - %(remembered)s
      AND started_at > now() - %(remembered)s - %(lease)s
    UNION ALL
    SELECT quota_id, started_at, ended_at, remaining, reset_at, kind = 'dry_run'
    FROM imports_attempt
    WHERE quota_id = ANY(%(ids)s) AND was_sent AND ended_at IS NULL
"""
# A key that serves several customers gets the smallest number that one of them was given.
_LIMITS = """
    SELECT t.quota_id, min(c.requests_per_minute)
    FROM imports_token t JOIN imports_customer c ON c.id = t.customer_id
    WHERE t.quota_id = ANY(%(ids)s) AND t.retired_at IS NULL
    GROUP BY 1
"""


def database_now() -> datetime:
    """Return the database's clock, the only one that quota and leases go by."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def longest() -> timedelta:
    """Return how long after its start a request is closed at the latest."""
    return timedelta(seconds=settings.REQUEST_DEADLINE + settings.LEASE_MARGIN + SLACK_SECONDS)


def load(quotas: Collection[Quota]) -> dict[int, quota.KeyFacts]:
    """Return the facts of each key by quota id, in three queries however many keys there are.

    Claims are read before attempts: a batch that is taken in between counts twice, never not at
    all.
    """
    ids = array(one.pk for one in quotas)
    claimed = {one: counts for one, *counts in fetch(_CLAIMED, {"ids": ids})}
    exchanges: dict[int, list[quota.Exchange]] = defaultdict(list)
    for quota_id, *values in fetch(
        _EXCHANGES, {"ids": ids, "lease": longest(), "remembered": quota.REMEMBERED}
    ):
        exchanges[quota_id].append(quota.Exchange(*values))
    limits = dict(fetch(_LIMITS, {"ids": ids}))
    return {
        one.pk: quota.KeyFacts(
            limit=one.learned_limit or limits.get(one.pk, USUAL_LIMIT),
            exchanges=tuple(exchanges[one.pk]),
            claimed=claimed.get(one.pk, (0, 0))[0],
            claimed_dry_runs=claimed.get(one.pk, (0, 0))[1],
            hold_until=one.hold_until,
            pace=pace_of(one),
            proved=one.proved_at is not None,
            unclear_streak=one.unclear_streak,
        )
        for one in quotas
    }


def pace_of(one: Quota) -> Pace:
    """Return what 429s have left behind on the key."""
    return Pace(one.spaced_left, one.spaced_until)


def limit_of(one: Quota) -> int:
    """Return how many requests a minute the key may send: learnt from headers, else configured."""
    if one.learned_limit:
        return one.learned_limit
    limits: dict[int, int] = dict(fetch(_LIMITS, {"ids": array([one.pk])}))
    return limits.get(one.pk, USUAL_LIMIT)


def array(ids: Iterable[int]) -> str:
    """Write ids as PostgreSQL's text of an array: psycopg would look at each of them."""
    return f"{{{','.join(map(str, ids))}}}"


def fetch(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Run a query that may ask of thousands of ids and return thousands of times.

    Those of psycopg's own loader, in C, are as aware as those of Django's, which takes five times
    as long.
    """
    with connection.cursor() as cursor:
        cursor.cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
