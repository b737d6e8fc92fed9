"""Which keys may send now, without weighing each of them anew at each tick.

A key whose requests are spread has nothing to do in most seconds. What was found out about it holds
until the moment that was named then, as long as nothing has happened to the key: so all keys get
one glance, in one query, and only those with news, or whose moment has come, are looked at.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from imports.delivery import backlog, quota, window
from imports.delivery.backlog import BESIDES
from imports.models import Quota

LONGEST = timedelta(seconds=10)  # what was found out is never believed for longer
# So many keys are looked at in a tick: when all have news at once (each has just sent something),
# those that waited longest come first, and the rest follows in the ticks right after.
MOST_LOOKS = 400

# The stamp is made of what can let a key send sooner than was thought: its own row, its limit,
# claims that were given back, checks, dry runs and repetitions that came, imports that came, went
# or changed their state. Answers can, too, unless it only waits for its turn: a slot is free then
# already.
_GLANCE = f"""
WITH carriers AS (
    SELECT t.quota_id, t.customer_id, c.requests_per_minute
    FROM imports_token t JOIN imports_customer c ON c.id = t.customer_id
    WHERE t.quota_id = ANY(%(ids)s) AND t.retired_at IS NULL
), limits AS (
    SELECT quota_id, min(requests_per_minute) AS a_minute FROM carriers GROUP BY 1
), held AS (
    SELECT quota_id, count(*) AS requests, min(ended_at) AS first,
        concat(count(*), ' ', count(ended_at), ' ', sum(id) FILTER (WHERE ended_at IS NOT NULL))
            AS answers
    FROM imports_attempt
    WHERE quota_id = ANY(%(ids)s) AND was_sent AND started_at > now() - %(hold)s - %(lease)s
      AND (ended_at IS NULL OR ended_at > now() - %(hold)s)
    GROUP BY 1
), claimed AS (
    SELECT t.quota_id, count(*) AS requests
    FROM imports_batch b JOIN imports_token t ON t.id = b.token_id
    WHERE b.state = 'claimed' AND t.quota_id = ANY(%(ids)s)
    GROUP BY 1
), besides AS (
    SELECT c.quota_id, count(*) AS requests
    FROM carriers c JOIN imports_batch b ON b.customer_id = c.customer_id
    WHERE {BESIDES}
    GROUP BY 1
), going AS (
    SELECT c.quota_id, count(*) AS imports,
        count(*) FILTER (WHERE i.state IN ('queued', 'sending')) AS sent,
        count(*) FILTER (WHERE i.planned_at IS NULL) AS uncut
    FROM imports_import i JOIN carriers c ON c.customer_id = i.customer_id
    WHERE i.finished_at IS NULL AND i.state <> 'failed'
    GROUP BY 1
)
SELECT q.id, held.requests >= coalesce(q.learned_limit, limits.a_minute), held.first,
    concat_ws(' ', q.xmin, q.ctid, limits.a_minute, claimed.requests || ' claimed',
        besides.requests || ' besides', going.imports, going.sent, going.uncut),
    held.answers
FROM imports_quota q
LEFT JOIN limits ON limits.quota_id = q.id
LEFT JOIN held ON held.quota_id = q.id
LEFT JOIN claimed ON claimed.quota_id = q.id
LEFT JOIN besides ON besides.quota_id = q.id
LEFT JOIN going ON going.quota_id = q.id
WHERE q.id = ANY(%(ids)s)
"""  # noqa: S608 - made of constants


@dataclass(frozen=True, slots=True)
class Ready:
    """What is known of a key, and what it may start."""

    quota_id: int
    known: quota.KeyFacts
    allowed: quota.Allowance


@dataclass(frozen=True, slots=True)
class Glance:
    """What one glance tells of a key: whether each of its slots is held, and since when."""

    is_spent: bool
    first_answer: datetime | None  # of the requests that hold a slot
    stamp: str  # another one: something has happened to the key
    answers: str | None  # likewise: an answer came, or a request left

    @property
    def free_at(self) -> datetime | None:
        """When the first slot comes free; None when nothing is answered yet."""
        return self.first_answer and self.first_answer + quota.HOLD


@dataclass(frozen=True, slots=True)
class Found:
    """What was found out about a key that may not send: when it may, if that is known."""

    seen: Glance
    allowed: quota.Allowance
    at: datetime

    def still_holds(self, glance: Glance, now: datetime) -> bool:
        """Whether looking again would find the same."""
        if self.seen.stamp != glance.stamp or now - self.at >= LONGEST:
            return False
        if self.seen.answers != glance.answers and self.allowed.why != "turns":
            return False
        return self.allowed.next_at is None or self.allowed.next_at > now


class Lookout:
    """Finds the keys that may send; remembers why the others may not. One of each clock."""

    def __init__(self) -> None:
        self._quiet: dict[int, Found] = {}

    def ready(
        self, ids: Sequence[int], room: int, now: datetime
    ) -> tuple[list[Ready], list[datetime]]:
        """Return the keys that may send now, as many as there is room for, in their order; and
        when others may, as far as that is known.

        Each key gets one request before any gets two, so no more than `room` of them are needed.
        A tick does not become longer the more keys have news: whom it leaves, the next one sees.
        """
        glances = _glance(ids)
        quiet, left = self._sort(ids, glances, now)
        coming = [moment for moment in quiet if moment is not None]
        found: list[Ready] = []
        left, later = left[:MOST_LOOKS], left[MOST_LOOKS:]
        while left and len(found) < room:
            some, left = left[:room], left[room:]
            for one in _look(some, now):
                if one.allowed.may_start:
                    found.append(one)
                else:
                    seen = glances[one.quota_id]
                    self._quiet[one.quota_id] = Found(seen, one.allowed, now)
                if one.allowed.next_at is not None:
                    coming.append(one.allowed.next_at)
        if later:
            coming.append(now)
        return found[:room], coming

    def _sort(
        self, ids: Sequence[int], glances: Mapping[int, Glance], now: datetime
    ) -> tuple[list[datetime | None], list[int]]:
        """Return when those may send that need no look, and which ones do."""
        quiet: list[datetime | None] = []
        left: list[int] = []
        kept: dict[int, Found] = {}
        for one in ids:
            known = self._quiet.get(one)
            if glances[one].is_spent:
                quiet.append(glances[one].free_at)
            elif known and known.still_holds(glances[one], now):
                quiet.append(known.allowed.next_at)
                kept[one] = known
            else:
                left.append(one)
        self._quiet = kept
        return quiet, left


def _glance(ids: Collection[int]) -> dict[int, Glance]:
    values = {"ids": window.array(ids), "hold": quota.HOLD, "lease": window.longest()}
    return {
        quota_id: Glance(bool(is_spent), *seen)
        for quota_id, is_spent, *seen in window.fetch(_GLANCE, values)
    }


def _look(ids: list[int], now: datetime) -> list[Ready]:
    """Ask the quota of each key; how much waits is loaded where there is a slot to be used."""
    keys = Quota.objects.in_bulk(ids)
    facts = window.load([keys[one] for one in ids])
    allowed = {key: quota.allowance(known, now) for key, known in facts.items()}
    waits = backlog.load([key for key, one in allowed.items() if one.may_start])
    for key, one in waits.items():
        facts[key] = replace(
            facts[key], waiting=one.requests, company=one.company, has_imports=one.sends
        )
        allowed[key] = quota.allowance(facts[key], now)
    return [Ready(one, facts[one], allowed[one]) for one in ids]
