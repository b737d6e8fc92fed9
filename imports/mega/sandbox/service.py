"""The stand-in itself, without HTTP: a request in, a reply out, what arrived kept."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from imports.mega.sandbox import quota, reads
from imports.mega.sandbox.accounts import Accounts, Key
from imports.mega.sandbox.answers import Answers
from imports.mega.sandbox.exchange import BulkExchange
from imports.mega.sandbox.faults import Faults
from imports.mega.sandbox.journal import Journal
from imports.mega.sandbox.keeping import Keeper
from imports.mega.sandbox.replies import Reply, Request
from imports.mega.sandbox.store import Store

LARGEST_BODY = 10 * 1024 * 1024


class Service:
    """Accounts, leads, quotas, first answers, faults and the journal of one sandbox."""

    def __init__(  # noqa: PLR0913 - all by name: the knobs of one sandbox
        self,
        *,
        requests_per_minute: int = 10,
        quota_kind: str = "sliding",
        clock: Callable[[], float] = time.monotonic,
        accept_any: bool = False,
        data: Path | None = None,
        shuffle: bool = False,
        largest_body: int = LARGEST_BODY,
    ) -> None:
        self.requests_per_minute = requests_per_minute
        self.quota_kind = quota_kind
        self.clock = clock
        self.shuffle = shuffle
        self.largest_body = largest_body
        self.accounts = Accounts(accept_any=accept_any)
        self.store = Store()
        self.answers = Answers()
        self.faults = Faults()
        self.journal = Journal(clock)
        self.reads = reads.Reads()
        self._limiters: dict[tuple[str, str], quota.Limiter | quota.Several] = {}
        self.lock = threading.RLock()  # of store, limiters and keeper
        self.keeper = Keeper(data)
        self.keeper.read_accounts(self.accounts)
        for lead in self.keeper.leads():
            self.store.add(lead)
        for answer in self.keeper.answers():
            self.answers.restore(*answer)

    def limit_of(self, key: Key) -> int:
        """Return how many bulk requests a minute the key may make."""
        return key.requests_per_minute or self.requests_per_minute

    def spend(self, key: Key, *, is_bulk: bool = True) -> quota.Grant:
        """Count a request of the key and say whether it may pass."""
        with self.lock:
            name = (key.fingerprint, "bulk" if is_bulk else "list")
            limiter = self._limiters.get(name)
            if limiter is None:
                limiter = self._limiters[name] = self._new_limiter(key, is_bulk=is_bulk)
            if not isinstance(limiter, quota.Several):
                limiter.limit = self.limit_of(key)
            return limiter.take(self.clock())

    def _new_limiter(self, key: Key, *, is_bulk: bool) -> quota.Limiter | quota.Several:
        if is_bulk:
            return quota.make(self.quota_kind, self.limit_of(key))
        minute = quota.make(self.quota_kind, reads.PER_MINUTE)
        return quota.Several([minute, quota.make(self.quota_kind, reads.PER_HOUR, quota.HOUR)])

    def list_leads(self, request: Request) -> Reply:
        """Answer GET /leads; it has a quota of its own."""
        return reads.reply_to(self, request)

    def post_bulk(self, request: Request) -> Reply:
        """Answer a bulk request; raises Dropped when a fault wants the connection reset."""
        release = self.faults.next_release  # who sees it arrive may release it, held yet or not
        entry = self.journal.arrive()
        status = 0
        try:
            reply = BulkExchange(self, request, entry, release).reply()
            status = reply.status
        finally:
            self.journal.close(entry, status)
        return reply

    def drops_unread(self, authorization: str) -> bool:
        """Whether a fault wants this bulk request's connection reset before its body is read."""
        token = authorization.partition(" ")[2].strip()
        fault = self.faults.take(token, unread=True)
        if fault is None:
            return False
        entry = self.journal.arrive()
        entry.fault = fault.kind
        self.journal.close(entry, 0)
        return True

    def clear(self) -> None:
        """Forget leads, first answers, faults, the journal and what was spent of quotas."""
        self.faults.clear()
        with self.lock:
            self.store.clear()
            self.answers.clear()
            self.keeper.clear()
            self._limiters.clear()
        self.journal.clear()
        self.reads.clear()

    def close(self) -> None:
        """Let held requests go and close the file."""
        self.faults.clear()
        with self.lock:
            self.keeper.close()
