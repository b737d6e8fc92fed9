"""Claiming batches for keys that may send: set-based SQL, whatever the number of customers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Sum
from django.db.models.functions import Now

from imports.delivery import quota, window
from imports.models import Process, Quota

CLAIM_SECONDS = 10
MOST_CLAIMS = 200  # a tick
MOST_KEYS = 1000  # a tick
WORKER_SILENCE = timedelta(seconds=10)

# Keys with something that may start, the longest waiting first. Checks start even when the token
# was refused: they are how a person finds out that it works again.
_KEYS = """
    SELECT q.id FROM imports_quota q
    WHERE (q.hold_until IS NULL OR q.hold_until <= now())
      AND EXISTS (
        SELECT 1 FROM imports_token t JOIN imports_batch b ON b.customer_id = t.customer_id
        WHERE t.quota_id = q.id AND t.retired_at IS NULL
          AND b.state IN ('waiting', 'unknown') AND b.not_before <= now()
          AND (b.kind = 'check' OR t.refused_at IS NULL))
    ORDER BY (SELECT max(a.started_at) FROM imports_attempt a WHERE a.quota_id = q.id) NULLS FIRST,
             q.id
    LIMIT %s
    FOR UPDATE SKIP LOCKED
"""

# Within a key: checks first, then a turn for each import (or dry run), the one that was served
# longest ago first; within an import replays first, then sheet order. A key that is being probed
# repeats what is unknown before it risks anything new.
_CLAIM = """
WITH granted (quota_id, may_start, probing) AS (
    SELECT * FROM unnest(%(ids)s::bigint[], %(counts)s::int[], %(probing)s::bool[])
), carriers AS (
    SELECT g.*, t.id AS token_id, t.customer_id, t.refused_at IS NOT NULL AS refused
    FROM granted g JOIN imports_token t ON t.quota_id = g.quota_id AND t.retired_at IS NULL
), startable AS (
    SELECT c.quota_id, c.token_id, c.may_start, c.probing, b.id, b.kind, b.number,
           b.state = 'unknown' AS replay, b.import_id, b.dry_run_id
    FROM carriers c JOIN imports_batch b ON b.customer_id = c.customer_id
    WHERE b.not_before <= now() AND (b.kind = 'check' OR NOT c.refused)
      AND (b.state = 'unknown' OR (b.state = 'waiting' AND b.kind <> 'send'))
    UNION ALL
    SELECT c.quota_id, c.token_id, c.may_start, c.probing, b.id, b.kind, b.number,
           false, b.import_id, b.dry_run_id
    FROM carriers c
    JOIN imports_import i ON i.customer_id = c.customer_id AND i.state IN ('queued', 'sending')
    JOIN LATERAL (
        SELECT b.* FROM imports_batch b
        WHERE b.import_id = i.id AND b.kind = 'send' AND b.state = 'waiting'
          AND b.not_before <= now()
          AND NOT EXISTS (
            SELECT 1 FROM imports_batch e
            WHERE e.import_id = b.import_id AND e.kind = 'send' AND e.number <= b.after
              AND e.state IN ('waiting', 'claimed', 'sending', 'unknown', 'decision'))
        ORDER BY b.number, b.id LIMIT c.may_start
    ) b ON true
    WHERE NOT c.refused
), laned AS (
    SELECT s.*,
        row_number() OVER (PARTITION BY quota_id, kind, import_id, dry_run_id
                           ORDER BY replay DESC, number, id) AS turn,
        (SELECT max(p.claimed_at) FROM imports_batch p WHERE p.import_id = s.import_id) AS served,
        bool_or(replay) OVER (PARTITION BY quota_id) AS has_replays
    FROM startable s
), ranked AS (
    SELECT id, token_id, may_start,
        row_number() OVER (PARTITION BY quota_id ORDER BY kind <> 'check', turn,
                           served NULLS FIRST, number, id) AS rank
    FROM laned
    WHERE NOT probing OR replay OR NOT has_replays OR kind = 'check'
), chosen AS (
    SELECT id, token_id FROM ranked WHERE rank <= may_start ORDER BY rank LIMIT %(most)s
)
UPDATE imports_batch b
SET state = 'claimed', token_id = chosen.token_id, claimed_at = clock_timestamp(),
    nudged_at = clock_timestamp(), lease_until = clock_timestamp() + %(lease)s * interval '1 second'
FROM chosen
WHERE b.id = chosen.id AND b.state IN ('waiting', 'unknown')
RETURNING b.id, b.import_id, b.kind
"""

_STARTED = """
    UPDATE imports_import SET state = 'sending', started_at = coalesce(started_at, now())
    WHERE id = ANY(%s) AND state = 'queued'
"""


@dataclass(frozen=True, slots=True)
class Grant:
    """How many requests a key may start now."""

    quota_id: int
    may_start: int
    probing: bool


def claim() -> list[int]:
    """Claim what may start now and return the batches' ids.

    1. Lock the keys that have something to send (another clock skips them).
    2. Ask the quota of each.
    3. Claim, in turns, no more than the live workers can soon carry.
    """
    room = _room()
    if room <= 0:
        return []
    with transaction.atomic():
        keys = _lock_keys()
        now = window.database_now()
        facts = window.load(keys, now)
        grants = [_grant(key, facts[key.pk], now) for key in keys]
        claimed = _claim([grant for grant in grants if grant.may_start > 0], room)
        _mark_started([import_id for _, import_id, kind in claimed if kind == "send"])
    return [batch_id for batch_id, _, _ in claimed]


def _room() -> int:
    """Return how many claims make sense: twice the live slots less what lies claimed already."""
    live = Process.objects.filter(kind="delivery", seen_at__gt=Now() - WORKER_SILENCE)
    slots: int = live.aggregate(slots=Sum("slots"))["slots"] or 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM imports_batch WHERE state = 'claimed'")
        lying: int = cursor.fetchone()[0]
    return min(2 * slots - lying, MOST_CLAIMS)


def _lock_keys() -> list[Quota]:
    with connection.cursor() as cursor:
        cursor.execute(_KEYS, [MOST_KEYS])
        ids = [row[0] for row in cursor.fetchall()]
    keys = Quota.objects.in_bulk(ids)
    return [keys[one] for one in ids]


def _grant(key: Quota, facts: quota.KeyFacts, now: datetime) -> Grant:
    return Grant(key.pk, quota.allowance(facts, now).may_start, quota.is_probing(facts))


def _claim(grants: list[Grant], room: int) -> list[tuple[Any, ...]]:
    if not grants:
        return []
    parameters: dict[str, Any] = {
        "ids": [grant.quota_id for grant in grants],
        "counts": [grant.may_start for grant in grants],
        "probing": [grant.probing for grant in grants],
        "most": room,
        "lease": CLAIM_SECONDS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _mark_started(import_ids: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_STARTED, [import_ids])
