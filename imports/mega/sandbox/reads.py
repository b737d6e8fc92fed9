"""GET /leads on its way through the sandbox: counted, noted, and wrong where it was told to be."""

import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imports.mega.contract import SCOPE_READ
from imports.mega.sandbox import quota
from imports.mega.sandbox.faults import LONGEST_DELAY, Fault
from imports.mega.sandbox.listing import listing
from imports.mega.sandbox.replies import Dropped, Refusal, Reply, Request, json_reply

if TYPE_CHECKING:
    from imports.mega.sandbox.service import Service

PER_MINUTE = 60
PER_HOUR = 1000
MOST_ENTRIES = 50_000


@dataclass(frozen=True, slots=True)
class Read:
    """One reading request. Neither token nor query: a search is a person's name."""

    arrived: float  # the sandbox's clock
    customer_id: str
    shown: str  # the token, masked
    status: int
    is_search: bool
    over_quota: bool


class Reads:
    """The newest 50,000 reading requests, and the judge of their sender."""

    def __init__(self) -> None:
        self._entries: deque[Read] = deque(maxlen=MOST_ENTRIES)
        self._lock = threading.Lock()

    def add(self, entry: Read) -> None:
        """Note a request that was answered."""
        with self._lock:
            self._entries.append(entry)

    @property
    def entries(self) -> list[Read]:
        """Return the requests, oldest first."""
        with self._lock:
            return list(self._entries)

    def complaints(self, customer_id: str = "") -> list[str]:
        """Return what the sender did against the rules, a sentence each; of one account, or all."""
        return [
            f"Reading request {place} of {one.shown} was over the quota."
            for place, one in enumerate(self.entries, start=1)
            if one.over_quota and customer_id in ("", one.customer_id)
        ]

    def clear(self) -> None:
        """Forget all requests."""
        with self._lock:
            self._entries.clear()


def reply_to(service: "Service", request: Request) -> Reply:
    """Answer a reading request; raises Dropped when a fault wants the connection reset."""
    customer_id = request.headers.get("x-customer-id", "")
    authorization = request.headers.get("authorization", "")
    fault = service.faults.take(authorization.partition(" ")[2].strip(), is_read=True)
    grant: quota.Grant | None = None
    shown, arrived = "", service.clock()
    try:
        key = service.accounts.authenticate(authorization, customer_id)
        shown, grant = key.masked, service.spend(key, is_bulk=False)
        if not grant.allowed:
            raise Refusal(429, "Rate limit exceeded.")  # noqa: TRY301 - one way to refuse
        _misbehave(service, fault)
        service.accounts.authorize(key, customer_id, SCOPE_READ)
        with service.lock:
            leads = list(service.store.book(customer_id).leads.values())
        customer = service.accounts.customer(customer_id)
        reply = json_reply(listing(request.query, customer, leads))
    except Refusal as refusal:
        reply = refusal.reply()
    is_over = grant is not None and not grant.allowed
    service.reads.add(
        Read(arrived, customer_id, shown, reply.status, "search" in request.query, is_over)
    )
    reply.headers |= quota.headers(grant, PER_MINUTE)
    return _garbled(reply, fault)


def _misbehave(service: "Service", fault: Fault | None) -> None:
    if fault is None:
        return
    if fault.kind.startswith(("delay", "hold")):
        service.faults.pause(fault.seconds if fault.kind[0] == "d" else LONGEST_DELAY)
    if fault.kind.startswith("drop"):
        raise Dropped
    if fault.kind.startswith("status"):
        raise Refusal(fault.status, fault.message)


def _garbled(reply: Reply, fault: Fault | None) -> Reply:
    if fault is not None:
        reply.headers |= fault.headers
        if fault.kind == "broken_json":
            reply.body = reply.body[: len(reply.body) // 2]
    return reply
