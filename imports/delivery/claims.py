"""Claiming batches for keys that may send: set-based SQL, whatever the number of customers."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from imports.delivery import quota, window
from imports.delivery.backlog import BESIDES
from imports.delivery.lookout import Lookout, Ready

CLAIM_SECONDS = 10
MOST_CLAIMS = 200  # a tick
MOST_KEYS = 1000  # a tick
WHILE_BUSY = 0.4  # seconds in which workers that are quickly answered take some of what is claimed
WORKER_SILENCE = timedelta(seconds=10)

# Keys with something that may start, the longest waiting first. Checks start even when the token
# was refused: they are how a person finds out that it works again. Of imports that stand still only
# what may have arrived counts: their keys would take the room of those that have something to do.
# (OFFSET 0: for each token look until the first such batch, do not collect all of them.)
_KEYS = f"""
    SELECT q.id FROM imports_quota q
    WHERE (q.hold_until IS NULL OR q.hold_until <= now())
      AND q.id IN (
        SELECT t.quota_id FROM imports_token t
        WHERE t.retired_at IS NULL AND (
            t.refused_at IS NULL AND EXISTS (
                SELECT 1 FROM imports_import i JOIN imports_batch b ON b.import_id = i.id
                WHERE i.customer_id = t.customer_id AND i.state IN ('queued', 'sending')
                  AND i.finished_at IS NULL
                  AND b.kind = 'send' AND b.state = 'waiting' AND b.not_before <= now()
                OFFSET 0)
            OR EXISTS (
                SELECT 1 FROM imports_batch b
                WHERE b.customer_id = t.customer_id AND b.not_before <= now()
                  AND {BESIDES}
                  AND (b.kind = 'check' OR t.refused_at IS NULL)
                OFFSET 0)))
    ORDER BY (SELECT max(a.started_at) FROM imports_attempt a WHERE a.quota_id = q.id) NULLS FIRST,
             q.id
    LIMIT %s
    FOR NO KEY UPDATE SKIP LOCKED
"""  # noqa: S608 - made of constants

# Within a key: checks first, then what may have arrived and is repeated, then by priority, and
# within that a turn for each import, the one that was served longest ago first; within an import
# sheet order. A dry run gets its first request as if it were an import, then what imports leave, or
# one every five minutes. A key that is being probed repeats what is unknown before it risks
# anything new. What holds for a whole import (when it was served, its first open batch) is asked
# once for each, not for each batch: OFFSET 0 sees to that. Settling locks a batch and then its key,
# so a batch that is locked is left for the next tick: the clock waits for nobody.
_CLAIM = f"""
WITH granted (quota_id, may_start, dry_runs, probing, place) AS (
    SELECT * FROM unnest(%(ids)s::bigint[], %(counts)s::int[], %(dry_runs)s::int[],
                         %(probing)s::bool[]) WITH ORDINALITY
), carriers AS (
    SELECT g.*, t.id AS token_id, t.customer_id, t.refused_at IS NOT NULL AS refused
    FROM granted g JOIN imports_token t ON t.quota_id = g.quota_id AND t.retired_at IS NULL
), startable AS (
    SELECT c.quota_id, c.place, c.token_id, c.may_start, c.dry_runs, c.probing, b.id, b.kind,
           b.number, b.state = 'unknown' AS replay, 0 AS priority, b.import_id, b.dry_run_id,
           (SELECT max(p.claimed_at) FROM imports_batch p WHERE p.import_id = b.import_id) AS served
    FROM carriers c JOIN imports_batch b ON b.customer_id = c.customer_id
    WHERE b.not_before <= now() AND (b.kind = 'check' OR NOT c.refused)
      AND {BESIDES}
    UNION ALL
    SELECT c.quota_id, c.place, c.token_id, c.may_start, c.dry_runs, c.probing, b.id, b.kind,
           b.number, false, i.priority, b.import_id, b.dry_run_id, i.served
    FROM carriers c
    JOIN LATERAL (
        SELECT i.id, i.priority,
            (SELECT max(p.claimed_at) FROM imports_batch p WHERE p.import_id = i.id) AS served,
            (SELECT min(e.number) FROM imports_batch e
             WHERE e.import_id = i.id AND e.kind = 'send' AND e.state IN
                ('waiting', 'claimed', 'sending', 'unknown', 'decision')) AS first_open
        FROM imports_import i
        WHERE i.customer_id = c.customer_id AND i.state IN ('queued', 'sending')
        OFFSET 0
    ) i ON true
    JOIN LATERAL (
        SELECT b.* FROM imports_batch b
        WHERE b.import_id = i.id AND b.kind = 'send' AND b.state = 'waiting'
          AND b.not_before <= now() AND b.after < i.first_open
        ORDER BY b.number, b.id LIMIT c.may_start
    ) b ON true
    WHERE NOT c.refused
), laned AS (
    SELECT s.*,
        row_number() OVER (PARTITION BY quota_id, kind, import_id, dry_run_id
                           ORDER BY replay DESC, number, id) AS turn,
        bool_or(replay) OVER (PARTITION BY quota_id) AS has_replays
    FROM startable s
), bounded AS (
    SELECT l.*,
        kind = 'dry_run'
            AND (turn > 1 OR coalesce(served > now() - %(dry_run_wait)s, false)) AS yields,
        row_number() OVER (PARTITION BY quota_id, kind
                           ORDER BY turn, served NULLS FIRST, number, id) AS of_kind
    FROM laned l
    WHERE NOT probing OR replay OR NOT has_replays OR kind = 'check'
), ranked AS (
    SELECT id, token_id, may_start, place,
        row_number() OVER (PARTITION BY quota_id
                           ORDER BY kind <> 'check', NOT replay, yields, priority DESC, turn,
                                    served NULLS FIRST, number, id) AS rank
    FROM bounded
    WHERE kind <> 'dry_run' OR of_kind <= dry_runs
), chosen AS (
    SELECT id, token_id FROM ranked WHERE rank <= may_start
    ORDER BY rank, place LIMIT %(most)s
), free AS (
    SELECT b.id FROM imports_batch b
    WHERE b.id IN (SELECT id FROM chosen) AND b.state IN ('waiting', 'unknown')
    FOR UPDATE SKIP LOCKED
)
UPDATE imports_batch b
SET state = 'claimed', token_id = chosen.token_id, claimed_at = clock_timestamp(),
    nudged_at = clock_timestamp(), lease_until = clock_timestamp() + %(lease)s * interval '1 second'
FROM chosen JOIN free USING (id)
WHERE b.id = chosen.id
RETURNING b.id
"""  # noqa: S608 - made of constants

_STARTED = """
    UPDATE imports_import SET state = 'sending', started_at = coalesce(started_at, now())
    WHERE id IN (SELECT i.id FROM imports_import i
                 WHERE i.state = 'queued' {whose} AND EXISTS (
                    SELECT 1 FROM imports_batch b
                    WHERE b.import_id = i.id AND b.kind = 'send' AND b.claimed_at IS NOT NULL)
                 ORDER BY i.id LIMIT 500 FOR NO KEY UPDATE SKIP LOCKED)
"""

_OF_CLAIMED = "AND i.id IN (SELECT c.import_id FROM imports_batch c WHERE c.id = ANY(%s))"

_CARRIED = """
    SELECT
        (SELECT coalesce(sum(slots), 0) FROM imports_process
         WHERE kind = 'delivery' AND seen_at > statement_timestamp() - %(silence)s),
        count(*) FILTER (WHERE state = 'claimed'), count(*) FILTER (WHERE state = 'sending')
    FROM imports_batch WHERE state IN ('claimed', 'sending')
"""


@dataclass(frozen=True, slots=True)
class Grant:
    """How many requests a key may start now, and how many of them for dry runs."""

    quota_id: int
    may_start: int
    dry_runs: int
    probing: bool


@dataclass(frozen=True, slots=True)
class Round:
    """What was claimed, and in how many seconds the next request of any key may start."""

    claimed: list[int]
    next_in: float = math.inf


def claim() -> list[int]:
    """Claim what may start now and return the batches' ids."""
    return go_round(Lookout()).claimed


def go_round(lookout: Lookout) -> Round:
    """Claim what may start now.

    1. Lock the keys that have something to send (another clock skips them).
    2. Ask the quota of each.
    3. Claim, in turns, no more than the live workers can soon carry.
    """
    room, free = _room()
    if room <= 0:
        return Round([], WHILE_BUSY)
    with transaction.atomic():
        ids = _lock_keys()
        now = window.database_now()
        ready, coming = lookout.ready(ids, room, now)
        grants = _grants(ready, free, now)
        claimed = _claim(grants, room)
    _mark_started(claimed)
    granted = sum(one.may_start for one in grants)
    if granted < sum(one.allowed.may_start for one in ready) or len(ready) >= room:
        # More might start, were there slots of the workers left for it. Who has as much as can be
        # claimed is busy for longer, and to look takes what the workers need.
        soon = WHILE_BUSY if len(claimed) >= room else quota.SOON
        coming.append(now + timedelta(seconds=soon))
    return Round(claimed, (min(coming) - now).total_seconds() if coming else math.inf)


def _room() -> tuple[int, int]:
    """Return how many claims make sense, and how many live slots nobody uses.

    Claims that no worker has taken yet are at most twice the live slots.
    """
    values: dict[str, Any] = {"silence": WORKER_SILENCE}
    with connection.cursor() as cursor:
        cursor.execute(_CARRIED, values)
        slots, claimed, sending = cursor.fetchone()
    return min(2 * slots - claimed, MOST_CLAIMS), slots - claimed - sending


def _lock_keys() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_KEYS, [MOST_KEYS])
        return [row[0] for row in cursor.fetchall()]


def _grants(ready: list[Ready], free: int, now: datetime) -> list[Grant]:
    """Return what each key may start: by its quota, and no more slots than it leaves to others."""
    grants = []
    for one in ready:
        may_start = min(one.allowed.may_start, quota.share(one.known, free))
        if may_start > 0:
            dry_runs = quota.dry_runs(one.known, now)
            grants.append(Grant(one.quota_id, may_start, dry_runs, quota.is_probing(one.known)))
            free -= may_start
    return grants


def _claim(grants: list[Grant], room: int) -> list[int]:
    if not grants:
        return []
    parameters: dict[str, Any] = {
        "ids": [grant.quota_id for grant in grants],
        "counts": [grant.may_start for grant in grants],
        "dry_runs": [grant.dry_runs for grant in grants],
        "probing": [grant.probing for grant in grants],
        "dry_run_wait": timedelta(seconds=quota.DRY_RUN_WAIT),
        "most": room,
        "lease": CLAIM_SECONDS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, parameters)
        return [batch_id for (batch_id,) in cursor.fetchall()]


def _mark_started(claimed: list[int]) -> None:
    """Say of queued imports that they are being sent; one that is locked is told with its next
    request, or when nothing else is to be claimed.
    """
    with connection.cursor() as cursor:
        if claimed:
            cursor.execute(_STARTED.format(whose=_OF_CLAIMED), [claimed])
        else:
            cursor.execute(_STARTED.format(whose=""))
