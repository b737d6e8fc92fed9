"""How long a tick of the clock takes with many keys and many imports that wait."""

from collections.abc import Iterable

from django.db import connection

from bench import material
from bench.measure import figure, median_ms, stopwatch
from imports.delivery import pulse
from imports.delivery.clock import Clock, Nudges
from imports.models import Batch, Import, ImportState, Quota

KEYS, IMPORTS_EACH, BATCHES_EACH = 200, 5, 20
SLOTS = 100  # of all delivery workers: 200 claims a tick
TICKS = 10

_IMPORTS = """
    INSERT INTO imports_import (customer_id, mega_id, created_at, file, file_name, file_size,
        file_sha256, dialect_choice, dialect, sheets, mapping_choice, headers, doubts, state,
        reason, question, read_fence, row_count, blank_count, on_duplicate, duplicates, unchanged,
        rules_version, phone_data_version, release, once_checked, accepted, origin,
        priority, planned_at)
    SELECT c.id, c.mega_id, now(), '', 'leads.csv', 1, '', '{}', '{}', '[]', '{}', '{}', '[]',
        'queued', '', '', 1, %(rows)s, 0, 'update', 'all', 'send', 1, '', '', '', '{}', 'file',
        0, now()
    FROM imports_customer c CROSS JOIN generate_series(1, %(each)s)
    WHERE c.id = ANY(%(customers)s)
"""
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


def run(*, full: bool) -> None:  # noqa: ARG001 - there is no larger one
    """Ticks that claim 200 batches, ticks in which every key's quota is spent."""
    _prepare()
    clock = Clock(Nudges(*(_nobody,) * 5))
    claiming = _claiming_ms(clock)
    Quota.objects.update(learned_limit=1)  # every key has spent more than that
    idle = median_ms(clock.tick)
    figure(
        "clock",
        keys=KEYS,
        imports=KEYS * IMPORTS_EACH,
        waiting_batches=Batch.objects.filter(state="waiting").count(),
        claiming_tick_ms=claiming,
        spent_quota_tick_ms=idle,
        tick_every_ms=1000,
    )
    Import.objects.filter(state=ImportState.QUEUED).update(state=ImportState.PAUSED)


def _prepare() -> None:
    customers = [material.a_customer(requests_per_minute=60)[0].pk for _ in range(KEYS)]
    Quota.objects.update(proved_at="2026-01-01T00:00:00Z")
    values = {"customers": customers, "rows": BATCHES_EACH}
    with connection.cursor() as cursor:
        cursor.execute(_IMPORTS, values | {"each": IMPORTS_EACH})
        cursor.execute(_BATCHES, values | {"each": BATCHES_EACH})
    pulse.beat("delivery@bench", "delivery", SLOTS)


def _claiming_ms(clock: Clock) -> float:
    taken = []
    for _ in range(TICKS):
        pulse.beat("delivery@bench", "delivery", SLOTS)
        with stopwatch() as watch:
            claimed = clock.tick()
        assert len(claimed) == 2 * SLOTS, len(claimed)
        taken.append(watch.seconds)
        with connection.cursor() as cursor:
            cursor.execute(_CARRIED)
    return round(sorted(taken)[len(taken) // 2] * 1000, 1)


def _nobody(_ids: Iterable[int]) -> bool:
    """Nudge nobody: what a publish costs is the broker's."""
    return True
