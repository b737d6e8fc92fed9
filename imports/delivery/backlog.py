"""How much there is to send with a key: the database's side of spreading and of the timetable."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from imports.delivery.packing import FIRST_ROWS
from imports.delivery.timetable import Queued
from imports.mega.contract import MAX_ROWS

# Requests of imports that are going and of dry runs. What is not cut into requests yet is counted
# by the rows of its sheet.
_WAITING = """
    WITH carriers AS (
        SELECT t.quota_id, t.customer_id FROM imports_token t
        WHERE t.quota_id = ANY(%(ids)s) AND t.retired_at IS NULL
    ), going AS (
        SELECT c.quota_id, i.id, i.row_count, i.planned_at IS NULL AS uncut
        FROM carriers c JOIN imports_import i ON i.customer_id = c.customer_id
        WHERE i.state IN ('queued', 'sending') AND i.finished_at IS NULL
    )
    SELECT g.quota_id, true,
        (SELECT count(*) FROM imports_batch b
         WHERE b.import_id = g.id AND b.kind = 'send' AND b.state IN ('waiting', 'unknown'))
        + CASE WHEN g.uncut THEN greatest(
            1 + ceil(g.row_count / 500.0)
            - (SELECT count(*) FROM imports_batch b WHERE b.import_id = g.id AND b.kind = 'send'),
            0) ELSE 0 END
    FROM going g
    UNION ALL
    SELECT c.quota_id, false, count(*)
    FROM carriers c JOIN imports_batch b ON b.customer_id = c.customer_id
    WHERE b.kind <> 'send' AND b.state = 'waiting'
    GROUP BY 1
"""
# Somebody is busy with another import of the key, or has just given the word to send it.
_COMING = """
    SELECT DISTINCT t.quota_id
    FROM imports_import i
    JOIN imports_token t ON t.customer_id = i.customer_id AND t.retired_at IS NULL
    WHERE t.quota_id = ANY(%(ids)s) AND i.finished_at IS NULL
      AND (i.state IN ('uploaded', 'reading', 'mapping', 'checking', 'review', 'approval')
             AND i.created_at > now() - interval '1 hour'
           OR i.state = 'queued' AND i.planned_at IS NULL)
"""


@dataclass(slots=True)
class Backlog:
    """What waits for a key: requests, whether imports are among them, whether more is coming."""

    requests: int = 0
    sends: bool = False
    company: bool = False


def load(quota_ids: Collection[int]) -> dict[int, Backlog]:
    """Return the backlog of each key, in two queries however many keys there are."""
    ids = list(quota_ids)
    found = {one: Backlog() for one in ids}
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, {"ids": ids})
        for quota_id, sends, requests in cursor.fetchall():
            found[quota_id].requests += int(requests)
            found[quota_id].sends |= sends
        cursor.execute(_COMING, {"ids": ids})
        for (quota_id,) in cursor.fetchall():
            found[quota_id].company = True
    return found


_QUEUED = """
    SELECT i.id, i.priority, i.row_count, i.planned_at IS NULL,
        extract(epoch FROM greatest(i.send_after, b.ready) - %(now)s),
        extract(epoch FROM b.served - %(now)s), b.cut, b.waiting, b.in_flight
    FROM imports_import i
    JOIN imports_token t ON t.customer_id = i.customer_id AND t.retired_at IS NULL
    CROSS JOIN LATERAL (
        SELECT count(*) AS cut, max(b.claimed_at) AS served,
            count(*) FILTER (WHERE b.state IN ('waiting', 'unknown')) AS waiting,
            count(*) FILTER (WHERE b.state IN ('claimed', 'sending')) AS in_flight,
            min(b.not_before) FILTER (WHERE b.state IN ('waiting', 'unknown')) AS ready
        FROM imports_batch b WHERE b.import_id = i.id AND b.kind = 'send'
    ) b
    WHERE t.quota_id = %(quota)s AND i.state IN ('queued', 'sending') AND i.finished_at IS NULL
"""


def queued(quota_id: int, now: datetime) -> list[Queued]:
    """Return the imports that are being sent, or wait for their turn, with one key."""
    with connection.cursor() as cursor:
        cursor.execute(_QUEUED, {"quota": quota_id, "now": now})
        return [_queued(*row) for row in cursor.fetchall()]


def _queued(
    import_id: int,
    priority: int,
    rows: int,
    uncut: bool,  # noqa: FBT001 - a column
    ready: float | None,
    served: float | None,
    cut: int,
    waiting: int,
    in_flight: int,
) -> Queued:
    to_cut = max(requests_of(rows) - cut, 0) if uncut else 0
    return Queued(
        import_id=import_id,
        requests=waiting + to_cut,
        priority=priority,
        served=None if served is None else float(served),
        ready=max(float(ready or 0), 0.0),
        first=served is None,
        is_new=served is None,
        in_flight=in_flight > 0,
    )


def requests_of(leads: int) -> int:
    """Return how many requests so many leads take: the first carries few, the others 500."""
    return 0 if not leads else 1 + -(-max(leads - FIRST_ROWS, 0) // MAX_ROWS)
