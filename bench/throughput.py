"""How many requests a second one delivery worker (32 threads) carries, MEGA answering in 200 ms.

The whole way: clock, broker, worker, HTTP, database, as the Procfile has them. Two hundred keys at
600 a minute, so no quota is the limit.
"""

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

from django.db import connection, transaction
from django.db.models import Count, Max, Min

from bench import material
from bench.engine import Portal
from bench.measure import figure
from bench.servers import CHECKOUT
from imports.delivery import bodies
from imports.models import Attempt, Batch, Import, Quota
from portal.embedded.child import die_with_parent

KEYS = 200
SLOTS = 32
PATIENCE = 300.0
SIZES = {25: 15, 500: 8}

_MAPPINGS = """
    WITH made AS (
        INSERT INTO imports_mappingversion (import_id, version, content, created_at)
        SELECT unnest(%(imports)s::bigint[]), 1, '{}', now() RETURNING id, import_id)
    UPDATE imports_import i SET mapping_id = made.id FROM made WHERE i.id = made.import_id
"""
_ROWS = """
    INSERT INTO imports_row (import_id, number, cells, note)
    SELECT i, n, '{x}', '' FROM unnest(%(imports)s::bigint[]) i, generate_series(2, %(rows)s + 1) n
"""
_LEADS = """
    INSERT INTO imports_lead (import_id, mapping_id, number, verdict, reason, body, problems,
        warned, shared, digest)
    SELECT i.id, i.mapping_id, n, 'ok', '', '{}', '[]', false, false, ''
    FROM imports_import i, generate_series(2, %(rows)s + 1) n WHERE i.id = ANY(%(imports)s)
"""
_BATCH = """
    INSERT INTO imports_batch (customer_id, kind, import_id, number, after, row_numbers, rows,
        mega_id, base_url, key, body, body_sha256, state, reason, detail, not_before, fence, sends,
        deaths, splits)
    SELECT customer_id, 'send', id, %(number)s, 0, %(numbers)s, %(size)s, mega_id, %(url)s,
        gen_random_uuid(), %(body)s, %(sha256)s, 'waiting', '', '', now(), 0, 0, 0, 0
    FROM imports_import WHERE id = ANY(%(imports)s)
"""


def run(*, full: bool) -> None:  # noqa: ARG001 - there is no longer one
    """Requests of 25 rows and of 500, each kind until every import is finished."""
    with _mega() as url, Portal(MEGA_BASE_URL=url) as portal:
        portal.start("delivery", concurrency=SLOTS)
        portal.start("clock")
        for size, each in SIZES.items():
            _measure(_prepare(size, each, url), size, each)


@contextlib.contextmanager
def _mega() -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.slow_mega"],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one system call
    )
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.terminate()
        process.wait()


def _prepare(size: int, each: int, url: str) -> list[int]:
    """Make an import for each of so many keys, its batches cut; all may start with the commit."""
    customers = [material.a_customer(requests_per_minute=600)[0].pk for _ in range(KEYS)]
    Quota.objects.update(proved_at="2026-01-01T00:00:00Z")
    values: dict[str, object] = {"rows": size * each}
    with transaction.atomic(), connection.cursor() as cursor:
        values["imports"] = imports = material.queued(customers, size * each)
        for sql in (_MAPPINGS, _ROWS, _LEADS):
            cursor.execute(sql, values)
        for number in range(1, each + 1):
            first = 2 + (number - 1) * size
            numbers = list(range(first, first + size))
            leads = [_lead(one) for one in numbers]
            body = bodies.encode(leads, "update", dry_run=False)
            cursor.execute(
                _BATCH,
                values
                | {"number": number, "numbers": numbers, "size": size, "url": url}
                | {"body": body.packed, "sha256": body.sha256},
            )
    return imports


def _lead(number: int) -> dict[str, object]:
    return {
        "row_ref": str(number),
        "contact_name": f"Lead {number}",
        "contact_email": f"lead.{number}@example.com",
        "contact_phone": f"+1206{2_000_000 + number}",
        "source_platform": "google_ads",
        "custom_fields": {"city": "Seattle", "budget": str(200_000 + number)},
    }


def _measure(imports: list[int], size: int, each: int) -> None:
    going = Import.objects.filter(pk__in=imports).exclude(state="finished")
    until = time.monotonic() + PATIENCE
    while going.exists():
        assert time.monotonic() < until, "not every import was finished in time"
        time.sleep(1)  # to ask all the time would take a tenth of the machine
    attempts = Attempt.objects.filter(batch__lead_import__in=imports)
    seen = attempts.aggregate(n=Count("pk"), first=Min("started_at"), last=Max("ended_at"))
    seconds = (seen["last"] - seen["first"]).total_seconds()
    assert Batch.objects.filter(lead_import__in=imports, state="done").count() == KEYS * each
    figure(
        f"throughput.{size}",
        rows_a_request=size,
        requests=seen["n"],
        slots=SLOTS,
        seconds=round(seconds, 1),
        requests_per_second=round(seen["n"] / seconds, 1),
        rows_per_second=round(seen["n"] * size / seconds),
        bound_requests_per_second=round(SLOTS / 0.2),
    )
