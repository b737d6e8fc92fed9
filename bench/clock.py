"""How long a tick of the clock takes with many keys and many imports that wait, and whether a key
is ever served later than its own quota allows.

Every second two ticks: one that claims what has come due, and one that finds nothing due any more.
A key is late when it may send, something waits, the clock had room, and it was left. At last a
clock that has just been started, and knows nothing of any key, finds nothing due.
"""

import os
import statistics
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection

from bench import material
from bench.measure import figure, stopwatch
from imports.delivery import backlog, pulse, quota, window
from imports.delivery.clock import Clock, Nudges
from imports.models import Batch, Import, ImportState, Quota
from portal import garbage

KEYS, IMPORTS_EACH, BATCHES_EACH, PER_MINUTE = 1000, 5, 60, 10
SLOTS = 100  # of all delivery workers: 200 claims a tick
SECONDS = 75
MANY = 150  # claims of a tick whose time counts for one with claims

_BATCHES = """
    INSERT INTO imports_batch (customer_id, kind, import_id, number, after, row_numbers, rows,
        mega_id, base_url, key, body, body_sha256, state, reason, detail, not_before, fence, sends,
        deaths, splits)
    SELECT i.customer_id, 'send', i.id, n, 0, ARRAY[n], 1, i.mega_id, '', gen_random_uuid(), '',
        '', 'waiting', '', '', now(), 0, 0, 0, 0
    FROM imports_import i CROSS JOIN generate_series(1, %(each)s) n
    WHERE i.customer_id = ANY(%(customers)s)
"""
# What the claimed batches become a moment later: sent and answered.
_CARRIED = """
    WITH carried AS (
        UPDATE imports_batch SET state = 'done', settled_at = now() WHERE state = 'claimed'
        RETURNING id, token_id)
    INSERT INTO imports_attempt (batch_id, quota_id, token_id, kind, worker, fence, started_at,
        ended_at, was_sent, status, headers, conclusion)
    SELECT b.id, t.quota_id, t.id, 'send', 'bench', 1, clock_timestamp(), clock_timestamp(), true,
        200, '{}', 'settled'
    FROM carried b JOIN imports_token t ON t.id = b.token_id
"""


@dataclass(frozen=True, slots=True)
class Tick:
    """One tick: what it took, how many it claimed, how many keys that might send it left behind."""

    ms: float
    claimed: int
    left: int


def run(*, full: bool) -> None:  # noqa: ARG001 - there is no larger one
    """Tick for somewhat over a minute, then judge."""
    _prepare()
    ticks, idle = [], []
    clock = _clock()
    garbage.keep_what_is_loaded()  # as the command does
    for _ in range(SECONDS):
        began = time.monotonic()
        ticks.append(_tick(clock))
        idle.append(_tick(clock))
        time.sleep(max(0.0, began + 1 - time.monotonic()))
    idle = [one for one in idle if not one.claimed]
    fresh = [one for one in [_tick(_clock()) for _ in range(9)] if not one.claimed]
    claiming = [one for one in ticks if one.claimed >= MANY]
    with_room = [one for one in (*ticks, *idle) if one.claimed < 2 * SLOTS]
    figure(
        "clock",
        keys=KEYS,
        imports=KEYS * IMPORTS_EACH,
        waiting_batches=Batch.objects.filter(state="waiting").count(),
        claims=sum(one.claimed for one in ticks),
        **_times("claiming", claiming),
        **_times("nothing_due", idle),
        **_times("nothing_due_new_clock", fresh),
        ticks_with_room=len(with_room),
        keys_later_than_their_quota=sum(one.left for one in with_room),
        load=os.getloadavg()[0],
    )
    Import.objects.filter(state=ImportState.QUEUED).update(state=ImportState.PAUSED)


def _times(name: str, ticks: list[Tick]) -> dict[str, float]:
    times = [one.ms for one in ticks]
    return {
        f"{name}_ticks": len(ticks),
        f"{name}_claims": round(statistics.mean(one.claimed for one in ticks)),
        f"{name}_tick_ms": round(statistics.median(times), 1),
        f"{name}_tick_worst_ms": round(max(times), 1),
    }


def _clock() -> Clock:
    return Clock(Nudges(*(_nobody,) * len(Nudges.__dataclass_fields__)))


def _tick(clock: Clock) -> Tick:
    """Tick, and let what was claimed be sent and answered at once."""
    pulse.beat("delivery@bench", "delivery", SLOTS)
    now = window.database_now()
    with stopwatch() as watch:
        claimed = clock.tick()
    left = _left_behind(now)
    with connection.cursor() as cursor:
        cursor.execute(_CARRIED)
    return Tick(watch.seconds * 1000, len(claimed), left)


def _left_behind(now: datetime) -> int:
    """Count the keys that might send at that moment, something waits, and nothing was claimed."""
    facts, waits = window.load(Quota.objects.all()), backlog.load(_ids())
    known = [
        replace(facts[key], waiting=one.requests, company=one.company, has_imports=one.sends)
        for key, one in waits.items()
        if one.requests  # other benchmarks have left keys that have nothing to do
    ]
    return sum(quota.allowance(one, now).may_start > 0 for one in known if not one.claimed)


def _ids() -> list[int]:
    return list(Quota.objects.values_list("pk", flat=True))


def _prepare() -> None:
    customers = [material.a_customer(PER_MINUTE)[0].pk for _ in range(KEYS)]
    Quota.objects.update(proved_at="2026-01-01T00:00:00Z")
    material.queued(customers, BATCHES_EACH, each=IMPORTS_EACH)
    with connection.cursor() as cursor:
        cursor.execute(_BATCHES, {"customers": customers, "each": BATCHES_EACH})
        cursor.execute("ANALYZE")


def _nobody(_ids: Iterable[int] = ()) -> bool:
    """Nudge nobody: what a publish costs is the broker's."""
    return True
