"""What waits for a key, import by import: the database's side of the timetable."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from imports.delivery import claims
from imports.delivery.backlog import UNCUT
from imports.delivery.quota import Exchange
from imports.delivery.turns import CHECK, DRY_RUN, REPLAY, Queued

CUT_SECONDS = 1.0  # until an import that may be cut is cut and the clock has seen it
NO_ANSWER_YET = 200  # requests to be repeated that are looked at

_IMPORTS = f"""
    SELECT i.id, (b.waiting + {UNCUT})::int, i.priority,
        extract(epoch FROM b.served - %(now)s)::float,
        greatest(extract(epoch FROM greatest(i.send_after, b.ready) - %(now)s), 0)::float,
        b.is_new, i.planned_at IS NULL AND b.ready IS NULL, b.place
    FROM imports_import i
    JOIN imports_token t ON t.customer_id = i.customer_id AND t.retired_at IS NULL
    CROSS JOIN LATERAL (
        SELECT max(b.claimed_at) AS served,
            bool_and(b.claimed_at IS NULL OR b.kind <> 'send') IS NOT FALSE AS is_new,
            count(*) FILTER (WHERE b.kind = 'send' AND b.state = 'waiting') AS waiting,
            coalesce(min(b.id) FILTER (WHERE b.kind = 'send'), 0) AS place,
            min(b.not_before) FILTER (WHERE b.kind = 'send' AND b.state = 'waiting') AS ready
        FROM imports_batch b WHERE b.import_id = i.id
    ) b
    WHERE t.quota_id = %(quota)s AND i.state IN ('queued', 'sending') AND i.finished_at IS NULL
"""  # noqa: S608 - made of constants
# Requests that start only when an earlier one of their import was answered, as far as that says
# more than what those before them wait for: their place, and the place of the one they wait for.
_WAITS = """
    SELECT w.import_id, w.place, greatest(w.place - (w.number - w.after), -1)
    FROM (
        SELECT b.import_id, b.number, b.after,
            row_number() OVER own - 1 AS place,
            max(b.after) OVER (own ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS known
        FROM imports_batch b
        WHERE b.import_id = ANY(%(ids)s) AND b.kind = 'send' AND b.state = 'waiting'
        WINDOW own AS (PARTITION BY b.import_id ORDER BY b.number, b.id)
    ) w
    JOIN (
        SELECT b.import_id, min(b.number) AS number
        FROM imports_batch b
        WHERE b.import_id = ANY(%(ids)s) AND b.kind = 'send'
          AND b.state IN ('waiting', 'claimed', 'sending', 'unknown', 'decision')
        GROUP BY 1
    ) open ON open.import_id = w.import_id
    WHERE w.after >= open.number AND (w.known IS NULL OR w.after > w.known)
"""
# Token checks, requests to be repeated (also of imports that are paused) and dry runs.
_OTHERS = """
    SELECT o.kind, o.whose, count(*)::int,
        greatest(extract(epoch FROM min(o.not_before) - %(now)s), 0)::float,
        (SELECT extract(epoch FROM max(p.claimed_at) - %(now)s)::float
         FROM imports_batch p WHERE p.import_id = o.import_id)
    FROM (
        SELECT CASE WHEN b.kind = 'send' THEN 'replay' ELSE b.kind END AS kind, b.import_id,
            CASE WHEN b.kind = 'send' THEN b.import_id WHEN b.kind = 'dry_run' THEN b.dry_run_id
                 ELSE b.id END AS whose,
            CASE WHEN b.kind = 'dry_run' THEN 0 ELSE b.id END AS single, b.not_before
        FROM imports_token t JOIN imports_batch b ON b.customer_id = t.customer_id
        WHERE t.quota_id = %(quota)s AND t.retired_at IS NULL
          AND (b.state = 'unknown' OR b.state = 'waiting' AND b.kind <> 'send')
    ) o
    GROUP BY o.kind, o.import_id, o.whose, o.single
    ORDER BY 4
    LIMIT %(most)s
"""
_COMPANY = """
    SELECT extract(epoch FROM max(i.created_at) + interval '1 hour' - %(now)s)::float
    FROM imports_import i
    JOIN imports_token t ON t.customer_id = i.customer_id AND t.retired_at IS NULL
    WHERE t.quota_id = %(quota)s AND i.finished_at IS NULL AND i.id <> %(besides)s
      AND i.state IN ('uploaded', 'reading', 'mapping', 'checking', 'review', 'approval')
      AND i.created_at > now() - interval '1 hour'
"""
# The latest answers to imports of this key, else of any: a dry run's or a check's take less long.
_ANSWERS = """
    SELECT a.started_at, a.ended_at, a.remaining, a.reset_at
    FROM imports_attempt a
    WHERE {whose} a.kind = 'send' AND a.was_sent AND a.status = 200 AND NOT a.cut_off
    ORDER BY {order} DESC LIMIT 20
"""
# Slots of live workers, less those that other keys' requests take up.
_SLOTS = """
    SELECT (SELECT sum(p.slots) FROM imports_process p
            WHERE p.kind = 'delivery' AND p.seen_at > clock_timestamp() - %(silence)s)
        - (SELECT count(*) FROM imports_batch b LEFT JOIN imports_token t ON t.id = b.token_id
           WHERE b.state IN ('claimed', 'sending') AND t.quota_id IS DISTINCT FROM %(quota)s)
"""
_KINDS = {"check": CHECK, "replay": REPLAY, "dry_run": DRY_RUN}


@dataclass(frozen=True, slots=True)
class LineUp:
    """All that waits for a key, and for how long others seem about to come (seconds).

    `slots` is how many requests the workers can carry for it; None when no worker is alive.
    """

    imports: list[Queued]
    others: list[Queued]
    company_until: float
    slots: int | None


def of(quota_id: int, now: datetime, besides: int = 0) -> LineUp:
    """Return what waits for a key; the import `besides` is not among those about to come."""
    asked: dict[str, Any] = {"quota": quota_id, "now": now, "most": NO_ANSWER_YET}
    imports = {row[0]: _queued(row) for row in _rows(_IMPORTS, asked)}
    for import_id, place, awaited in _rows(_WAITS, {"ids": list(imports)}):
        imports[import_id].waits[place] = awaited
    ((company,),) = _rows(_COMPANY, asked | {"besides": besides})
    ((slots,),) = _rows(_SLOTS, asked | {"silence": claims.WORKER_SILENCE})
    return LineUp(
        imports=list(imports.values()),
        others=[_other(row) for row in _rows(_OTHERS, asked)],
        company_until=company or 0.0,
        slots=slots and max(slots, 2),
    )


def answers(quota_id: int) -> list[Exchange]:
    """Return the latest answers of the key, in order; those to other keys where it has none."""
    of_key = _ANSWERS.format(whose="a.quota_id = %(quota)s AND", order="a.started_at")
    of_any = _ANSWERS.format(whose="", order="a.id")
    rows = _rows(of_key, {"quota": quota_id}) or _rows(of_any, {})
    return [Exchange(*row) for row in reversed(rows)]


def _queued(row: tuple[Any, ...]) -> Queued:
    import_id, requests, priority, served, ready, is_new, is_uncut, place = row
    return Queued(
        import_id,
        requests,
        priority=priority,
        served=served,
        ready=ready + CUT_SECONDS * is_uncut,
        waits={1: 0} if is_uncut else {},
        is_new=is_new,
        is_uncut=is_uncut,
        order=place,
    )


def _other(row: tuple[Any, ...]) -> Queued:
    kind, one, requests, ready, served = row
    whose = one if kind == "replay" else -one
    return Queued(whose, requests, served=served, ready=ready, kind=_KINDS[kind])


def _rows(sql: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
