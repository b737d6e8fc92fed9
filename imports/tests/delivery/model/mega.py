"""A MEGA in memory that keeps its word: one work for each key, first answers kept, a true quota.

What it may do besides (break off before or after the work, be slow, answer 5xx, 429, half) is drawn
by the history. What must never happen to it is asserted on arrival.
"""

import json
from dataclasses import dataclass, field

from django.conf import settings

from imports.errors import NotSent, OutcomeUnknown
from imports.mega.contract import Answer
from imports.mega.sandbox import quota
from imports.models import Attempt

DAY = 24 * 3600.0  # how long it knows a key; unpublished, so the portal trusts it for less
TRUSTED = settings.KEY_TRUST_HOURS * 3600
A_MINUTE = 60.0  # between the clock's trust in a key and the arrival of what it claimed

WAYS = (
    "ok", "ok", "ok", "not_sent", "lost_before", "lost_after", "works_later", "error_before",
    "error_after", "too_many", "leaves_out", "leaves_out_once", "garbled", "odd", "too_large",
)  # fmt: skip


@dataclass
class Kept:
    """What it knows of a key."""

    at: float
    answer: Answer
    in_progress: bool = False


@dataclass
class ModelMega:
    """`post_bulk` is the portal's only way in; times are the history's seconds."""

    kind: str
    limit: int
    says: bool  # whether its answers tell of the quota
    refused_rows: frozenset[str]  # a request with one of them is refused as a whole
    names_rows: bool  # whether the refusal names them
    way: str = "ok"
    now: object = None  # () -> float
    tokens: set[str] = field(default_factory=set)
    keys: dict[str, Kept] = field(default_factory=dict)
    bodies: dict[str, bytes] = field(default_factory=dict)
    works: dict[tuple[str, str], list[str]] = field(default_factory=dict)  # by whom, row: keys
    limiters: dict[str, quota.Limiter] = field(default_factory=dict)
    by_persons_word: set[str] = field(default_factory=set)  # keys that a person had repeated
    arrivals: int = 0

    def post_bulk(self, *, token, mega_id, body, idempotency_key, **_more):
        """Take a request in, as `MegaClient.post_bulk` would."""
        way, self.way = self.way, "ok"
        if way == "not_sent":
            raise NotSent("No connection.", code="connect_refused")
        limiter = self.limiters.setdefault(token, quota.make(self.kind, self.limit))
        grant = limiter.take(self.now())
        self.arrivals += 1
        assert grant.allowed, "over the quota"
        content = json.loads(body)
        if idempotency_key is not None:
            assert not content["dry_run"]
            self._remember(idempotency_key, body)
        if way == "lost_before":
            raise OutcomeUnknown("No answer came.", code="reset")
        headers = grant.headers() if self.says else {}
        answer = self._answer(way, token, mega_id, idempotency_key, content)
        if way in ("lost_after", "works_later"):
            raise OutcomeUnknown("No answer came.", code="read_timeout")
        return Answer(answer.status, headers | dict(answer.headers), answer.body)

    def _remember(self, key, body):
        assert self.bodies.setdefault(key, body) == body, "one body for each key"
        committed = Attempt.objects.filter(batch__key=key, ended_at=None)
        assert committed.exists(), "sent without an attempt"

    def _answer(self, way, token, mega_id, key, content):
        if way in _INSTEAD:
            return _INSTEAD[way]
        if token not in self.tokens:
            return _error(401, "Unknown token")
        if key is None:
            return _results(content["leads"], "created", dry_run=True)
        known = self.keys.get(key)
        is_old = known is not None and self.now() - known.at > TRUSTED + A_MINUTE
        assert not is_old or key in self.by_persons_word, "repeated by itself under an old key"
        if known is None or self.now() - known.at > DAY:
            known = self._work(way, mega_id, key, content)
        if known.in_progress:
            return _error(409, "In progress")
        return _spoilt(way, known.answer)

    def _work(self, way, mega_id, key, content):
        """Do what is asked for, once; a refusal is no work, and no key is kept for it."""
        leads = content["leads"]
        bad = [n for n, one in enumerate(leads) if one["contact_email"] in self.refused_rows]
        if bad:
            said = f"leads[{bad[0]}].contact_email is bad" if self.names_rows else "Bad request"
            return Kept(self.now(), _error(400, said))
        for one in leads:
            done = self.works.setdefault((mega_id, one["contact_email"]), [])
            assert not done or key in self.by_persons_word, "a row was processed twice"
            done.append(key)
        answer = _results(leads, "created")
        if way == "leaves_out":
            answer = _shortened(answer)
        self.keys[key] = Kept(self.now(), answer, in_progress=way == "works_later")
        return self.keys[key]

    def finish_work(self):
        """Finish what was begun slowly; from now on its answer is known."""
        for kept in self.keys.values():
            kept.in_progress = False

    @property
    def is_busy(self):
        return any(kept.in_progress for kept in self.keys.values())


def _error(status, message, headers=()):
    return Answer(status, dict(headers), json.dumps({"error": {"message": message}}).encode())


_INSTEAD = {  # of any work
    "too_many": _error(429, "Slow down", {"retry-after": "7"}),
    "error_before": _error(503, "Down"),
    "odd": _error(404, "What?"),
    "too_large": _error(413, "Too large"),  # a gateway, for which this size is not always too much
}


def _spoilt(way, answer):
    """Return what becomes of an answer to work that was done."""
    if way == "error_after":
        return _error(500, "Oops")
    if way == "garbled":
        return Answer(200, {}, b'{"results": [')
    return _shortened(answer) if way == "leaves_out_once" else answer


def _results(leads, status, *, dry_run=False):
    rows = [
        {"row_ref": one["row_ref"], "status": status, "lead_id": f"l-{one['row_ref']}"}
        for one in leads
    ]
    return Answer(200, {}, json.dumps({"dry_run": dry_run, "results": rows}).encode())


def _shortened(answer):
    content = json.loads(answer.body)
    content["results"] = content.get("results", [])[1:]
    return Answer(answer.status, {}, json.dumps(content).encode())
