"""One bulk request on its way through the sandbox, with what it was told to do wrong."""

import hashlib
import json
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from threading import Event
from typing import TYPE_CHECKING, Any

from imports.mega.contract import SCOPE_WRITE
from imports.mega.sandbox import bulk, garble, quota
from imports.mega.sandbox.accounts import Key
from imports.mega.sandbox.answers import Held
from imports.mega.sandbox.faults import LONGEST_DELAY, Fault
from imports.mega.sandbox.journal import Entry, mark
from imports.mega.sandbox.listing import stamp
from imports.mega.sandbox.replies import Dropped, Refusal, Reply, Request
from imports.mega.sandbox.validation import problems

if TYPE_CHECKING:
    from imports.mega.sandbox.service import Service

_RATE_HEADERS = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After")
_UNREADABLE = object()


class BulkExchange:
    """Notes in the journal's entry what the request was and what became of it."""

    def __init__(self, service: "Service", request: Request, entry: Entry, release: Event) -> None:
        self._service = service
        self._request = request
        self._entry = entry
        self._release = release
        self._customer_id = request.headers.get("x-customer-id", "").lower()
        self._authorization = request.headers.get("authorization", "")
        self._content = _decoded(request.body)
        self._grant: quota.Grant | None = None
        self._fault: Fault | None = None

    def reply(self) -> Reply:
        """Return the answer; raises Dropped when the connection is to be reset instead.

        1. Authenticate. 2. Count against the quota. 3. Scope and customer. 4. Validate. 5. Look
        for a first answer. 6. Work. Every answer carries the quota's headers.
        """
        self._note()
        token = self._authorization.partition(" ")[2].strip()
        self._fault = self._service.faults.take(token, is_dry_run=self._entry.is_dry_run)
        self._entry.fault = self._fault.kind if self._fault else ""
        try:
            reply = self._answer(self._key())
        except Refusal as refusal:
            reply = refusal.reply()
        limit = self._entry.limit or self._service.requests_per_minute
        reply.headers = quota.headers(self._grant, limit) | reply.headers
        return self._with_headers(reply)

    def _note(self) -> None:
        content = self._content if isinstance(self._content, dict) else {}
        leads = content.get("leads")
        entry = self._entry
        entry.customer_id = self._customer_id
        entry.is_dry_run = content.get("dry_run") is True
        entry.key = "" if entry.is_dry_run else self._request.headers.get("idempotency-key", "")
        entry.sha256 = hashlib.sha256(self._request.body).hexdigest()
        entry.rows = len(leads) if isinstance(leads, list) else 0

    def _key(self) -> Key:
        service, entry = self._service, self._entry
        key = service.accounts.authenticate(self._authorization, self._customer_id)
        entry.token, entry.shown, entry.limit = key.fingerprint, key.masked, service.limit_of(key)
        self._grant = service.spend(key)
        if not self._grant.allowed:
            entry.over_quota = True
            raise Refusal(429, "Rate limit exceeded. Wait for the seconds in Retry-After.")
        service.accounts.authorize(key, self._customer_id, SCOPE_WRITE)
        return key

    def _answer(self, key: Key) -> Reply:
        if self._request.is_too_large:
            raise Refusal(413, "The request body is too large.")
        if self._content is _UNREADABLE:
            raise Refusal(400, "body: must be JSON")
        message = problems(self._content)
        if message:
            raise Refusal(400, message)
        with self._hold() as held:
            wrong = self._before()
            if wrong is not None:
                return wrong
            body = held.body
            self._entry.was_replay = body is not None
            if body is None:
                body = self._work(key, held)
        return self._after(Reply(200, body))

    def _hold(self) -> AbstractContextManager[Held]:
        if not self._entry.key:
            return nullcontext(Held(self._entry.sha256))
        return self._service.answers.hold(self._customer_id, self._entry.key, self._entry.sha256)

    def _work(self, key: Key, held: Held) -> bytes:
        """Carry the request out and keep what it changed together with its answer."""
        service, entry = self._service, self._entry
        order = bulk.Order.of(self._content)
        customer = service.accounts.customer(key.customer_id)
        with service.lock:
            book = service.store.book(key.customer_id)
            body, changed = bulk.work(order, customer, book, stamp(datetime.now(UTC)))
            done = _done(order, body)
            if service.shuffle:
                body = garble.with_results(body, garble.shuffled)
            answer = None
            if entry.key:
                answer = (self._customer_id, entry.key, entry.sha256, held.keep(body))
            service.keeper.write(changed, answer)
        if not order.dry_run:
            entry.did_work = True
            entry.marks = tuple(mark(row) for row in done)
        return body

    def _before(self) -> Reply | None:
        """Misbehave before the work; a reply goes out instead of working."""
        fault = self._fault
        if fault is None:
            return None
        if fault.kind == "delay_before":
            self._release.wait(fault.seconds)
        elif fault.kind == "hold_before":
            self._release.wait(LONGEST_DELAY)
        elif fault.kind == "drop_before_work":
            raise Dropped
        return garble.plain(fault) if fault.kind == "status" else None

    def _after(self, reply: Reply) -> Reply:
        """Misbehave after the work, or after a kept answer was found."""
        fault = self._fault
        if fault is None:
            return reply
        if fault.kind == "delay_after":
            self._release.wait(fault.seconds)
        elif fault.kind == "hold_after":
            self._release.wait(LONGEST_DELAY)
        elif fault.kind == "drop_after_work":
            raise Dropped
        return garble.spoil(reply, fault)

    def _with_headers(self, reply: Reply) -> Reply:
        fault = self._fault
        if fault is None:
            return reply
        if fault.without_rate_headers or fault.kind == "no_rate_headers":
            kept = {name: v for name, v in reply.headers.items() if name not in _RATE_HEADERS}
            reply.headers = kept
        given = {name.lower() for name in fault.headers}
        own = {name: value for name, value in reply.headers.items() if name.lower() not in given}
        reply.headers = own | dict(fault.headers)
        return reply


def _done(order: bulk.Order, body: bytes) -> list[Mapping[str, Any]]:
    """Return the rows that were carried out: a failed one changed nothing and may come again."""
    results = json.loads(body)["results"]
    pairs = zip(order.leads, results, strict=True)
    return [row for row, result in pairs if result["status"] != "failed"]


def _decoded(body: bytes) -> Any:
    """Return the JSON value, _UNREADABLE for what is none (NaN and its like are none)."""
    try:
        return json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return _UNREADABLE


def _refuse(name: str) -> Any:
    raise ValueError(name)
