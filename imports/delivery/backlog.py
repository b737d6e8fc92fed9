"""How much there is to send with a key: the database's side of spreading."""

from collections.abc import Collection
from dataclasses import dataclass

from imports.delivery import window
from imports.delivery.packing import FIRST_ROWS
from imports.mega.contract import MAX_ROWS

# A sheet that is not cut yet takes at most this many requests more: few rows first, if there is no
# full preview, then 500 each.
UNCUT = f"""
    CASE WHEN i.planned_at IS NOT NULL THEN 0 ELSE greatest(
        1 + ceil(greatest(
            coalesce(i.to_send, i.row_count)
            - CASE WHEN i.preview_id IS NULL THEN {FIRST_ROWS} ELSE {MAX_ROWS} END, 0)
            / {MAX_ROWS}.0)
        - (SELECT count(*) FROM imports_batch c WHERE c.import_id = i.id AND c.kind = 'send'), 0)
    END
"""  # noqa: S608 - made of constants
# Requests of an import start in the order of their numbers, so the first that waits and the last
# tell how many there are: counting hundreds for each of a thousand keys took the clock longer than
# all else. Parts of refused ones share a number, so a few are counted.
_WAITS = "b.import_id = i.id AND b.kind = 'send' AND b.state = 'waiting'"
_CUT = f"""
    greatest(
        (SELECT b.number FROM imports_batch b WHERE {_WAITS} ORDER BY b.number DESC LIMIT 1)
            - (SELECT b.number FROM imports_batch b WHERE {_WAITS} ORDER BY b.number LIMIT 1) + 1,
        (SELECT count(*) FROM (
            SELECT 1 FROM imports_batch b WHERE {_WAITS} ORDER BY b.number LIMIT 8) few))
"""  # noqa: S608 - made of constants
# As the index `batch_besides` has it: what may have arrived, also of an import that stands still,
# dry runs and token checks.
BESIDES = "(b.state = 'unknown' OR (NOT (b.kind = 'send') AND b.state = 'waiting'))"
_WAITING = f"""
    SELECT t.quota_id, count(*)
    FROM imports_token t JOIN imports_batch b ON b.customer_id = t.customer_id
    WHERE t.quota_id = ANY(%(ids)s) AND t.retired_at IS NULL AND {BESIDES}
    GROUP BY 1
"""  # noqa: S608 - made of constants
_GOING = f"""
    SELECT t.quota_id, sum({UNCUT} + {_CUT})::int
    FROM imports_token t JOIN imports_import i ON i.customer_id = t.customer_id
    WHERE t.quota_id = ANY(%(ids)s) AND t.retired_at IS NULL
      AND i.state IN ('queued', 'sending') AND i.finished_at IS NULL
    GROUP BY 1
"""  # noqa: S608 - made of constants
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
    """Return the backlog of each key, in three queries however many keys there are.

    `requests` is exact for imports that are sent in order and of which nothing was refused.
    """
    found = {one: Backlog() for one in quota_ids}
    values = {"ids": window.array(found)}
    for quota_id, requests in window.fetch(_WAITING, values):
        found[quota_id].requests = requests
    for quota_id, requests in window.fetch(_GOING, values):
        found[quota_id].requests += requests
        found[quota_id].sends = True
    for (quota_id,) in window.fetch(_COMING, values):
        found[quota_id].company = True
    return found
