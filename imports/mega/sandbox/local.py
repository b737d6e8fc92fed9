"""A sandbox in a thread of this process, for tests, benchmarks and demonstrations."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from imports.mega.sandbox.accounts import (
    BOTH_SCOPES,
    DEMO_CUSTOMER_ID,
    DEMO_TOKEN,
    Key,
)
from imports.mega.sandbox.faults import Fault
from imports.mega.sandbox.gate import Gate
from imports.mega.sandbox.journal import Entry, Journal
from imports.mega.sandbox.listing import stamp
from imports.mega.sandbox.reads import Reads
from imports.mega.sandbox.server import Server
from imports.mega.sandbox.service import LARGEST_BODY, Service


class Sandbox:
    """`with Sandbox() as mega: …` serves until the block ends; `mega.url` is its address,
    `mega.page` the one for a browser.

    `port` 0 takes a free one. `quota` is fixed, sliding or bucket. `clock` (seconds) drives quotas
    and the journal. `data` names a file that keeps leads and first answers; without it nothing is
    kept. `accept_any` binds an unknown well-formed token to the customer id it first comes with.
    `key` opens the page and /_sandbox/ over HTTP; without it they are closed, or open to every
    account of this machine with `open_control`. The methods here need no key.
    """

    def __init__(  # noqa: PLR0913 - all by name: the knobs of one sandbox
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        requests_per_minute: int = 10,
        quota: str = "sliding",
        clock: Callable[[], float] = time.monotonic,
        accept_any: bool = False,
        data: Path | None = None,
        shuffle: bool = False,
        largest_body: int = LARGEST_BODY,
        key: str | None = None,
        open_control: bool = False,
    ) -> None:
        self.service = Service(
            requests_per_minute=requests_per_minute,
            quota_kind=quota,
            clock=clock,
            accept_any=accept_any,
            data=data,
            shuffle=shuffle,
            largest_body=largest_body,
        )
        gate = Gate(key, is_open=open_control)
        self._server = Server(self.service, gate, host, port)
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{self._server.server_address[1]}"
        self.page = gate.address(self.url)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="mega-sandbox", daemon=True
        )

    def start(self) -> Self:
        """Serve from now on."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Let held requests go, end all connections, close the file."""
        self.service.faults.clear()
        self._server.stop()
        self._thread.join()
        self.service.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_error: object) -> None:
        self.stop()

    @property
    def journal(self) -> Journal:
        """Return every bulk request that arrived; `journal.complaints()` judges the sender."""
        return self.service.journal

    def register(  # noqa: PLR0913 - all by name: what an account has
        self,
        token: str = DEMO_TOKEN,
        customer_id: str = DEMO_CUSTOMER_ID,
        *,
        scopes: Iterable[str] = BOTH_SCOPES,
        requests_per_minute: int | None = None,
        stages: Iterable[str] | None = None,
        owners: Mapping[str, str] | None = None,
        custom_fields: Iterable[str] | None = None,
    ) -> Key:
        """Make a token known, or change what it may do and what its customer's CRM has."""
        accounts = self.service.accounts
        key = accounts.register(
            token, customer_id, scopes=scopes, requests_per_minute=requests_per_minute
        )
        accounts.set_up(customer_id, stages=stages, owners=owners, custom_fields=custom_fields)
        self.service.keeper.write_accounts(accounts)
        return key

    def revoke(self, token: str = DEMO_TOKEN) -> None:
        """Let the token be answered with 401 from now on."""
        self.service.accounts.known(token).revoked = True

    def spend(self, requests: int, token: str = DEMO_TOKEN) -> None:
        """Use up quota as another client of the same key would."""
        for _ in range(requests):
            self.service.spend(self.service.accounts.known(token))

    def leads(self, customer_id: str = DEMO_CUSTOMER_ID) -> list[dict[str, Any]]:
        """Return a customer's leads as they are kept, in the order in which they were created."""
        with self.service.lock:
            return [one.facts() for one in self.service.store.book(customer_id).leads.values()]

    def edit(self, customer_id: str, lead_id: str, **changes: Any) -> None:
        """Change a lead as a person in the CRM would; `changes` by the names of `leads()`."""
        with self.service.lock:
            book = self.service.store.book(customer_id)
            changes = {"updated_at": stamp(datetime.now(UTC)), **changes}
            book.put(replace(book.leads[lead_id], **changes))

    def spend_reads(self, requests: int, token: str = DEMO_TOKEN) -> None:
        """Use up the reading quota as another client of the same key would."""
        for _ in range(requests):
            self.service.spend(self.service.accounts.known(token), is_bulk=False)

    @property
    def reads(self) -> Reads:
        """Return every reading request that arrived; `reads.complaints()` judges the sender."""
        return self.service.reads

    def misbehave(self, kind: str, **what: Any) -> None:
        """Queue a fault for some of the next bulk requests; see `faults.KINDS` and `Fault`."""
        self.service.faults.add(Fault(kind, **what))

    def calm(self) -> None:
        """Forget all faults and let held requests go on."""
        self.service.faults.clear()

    def release(self) -> None:
        """Let the requests that are held or delayed now go on."""
        self.service.faults.release()

    def reset(self) -> None:
        """Forget leads, first answers, faults, journal and spent quota; accounts stay."""
        self.service.clear()

    def wait_for_requests(self, number: int, timeout: float = 10.0) -> Sequence[Entry]:
        """Wait until so many bulk requests have arrived (they may still be in hand)."""
        return self.journal.wait_for(lambda entries: len(entries) >= number, timeout)

    def wait_for_answers(self, number: int, timeout: float = 10.0) -> Sequence[Entry]:
        """Wait until so many bulk requests have been answered or dropped."""
        return self.journal.wait_for(
            lambda entries: sum(one.status is not None for one in entries) >= number, timeout
        )
