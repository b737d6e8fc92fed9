"""How much there is to send with a key: the database's side of spreading and of the timetable."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

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
