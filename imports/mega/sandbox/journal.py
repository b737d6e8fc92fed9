"""Every bulk request that arrived, and the judge who says whether the sender kept the rules."""

import hashlib
import json
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

MOST_ENTRIES = 50_000
MINUTE = 60.0
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


@dataclass
class Entry:
    """One bulk request. `arrived` and `answered` are the sandbox's clock; 0 for a status means
    that the connection was dropped, None that the request is still in hand.
    """

    number: int
    arrived: float
    at: datetime
    token: str = ""  # its fingerprint
    shown: str = ""  # the token, masked
    customer_id: str = ""
    key: str = ""
    sha256: str = ""
    rows: int = 0
    is_dry_run: bool = False
    fault: str = ""
    status: int | None = None
    did_work: bool = False
    was_replay: bool = False
    over_quota: bool = False
    limit: int = 0
    answered: float | None = None
    marks: tuple[bytes, ...] = ()  # what tells one row from another

    def facts(self) -> dict[str, Any]:
        """Return what the journal shows: no token, no lead data."""
        hidden = ("token", "marks", "at")
        told = {name: value for name, value in vars(self).items() if name not in hidden}
        return told | {"at": self.at.isoformat()}


class Journal:
    """The newest 50,000 entries; may be used from several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._entries: deque[Entry] = deque(maxlen=MOST_ENTRIES)
        self._changed = threading.Condition()
        self._number = 0

    def arrive(self) -> Entry:
        """Open the entry of a request that has just arrived."""
        with self._changed:
            self._number += 1
            entry = Entry(self._number, self._clock(), datetime.now(UTC))
            self._entries.append(entry)
            self._changed.notify_all()
        return entry

    def close(self, entry: Entry, status: int) -> None:
        """Record with what a request was answered, 0 for not at all."""
        with self._changed:
            entry.status, entry.answered = status, self._clock()
            self._changed.notify_all()

    @property
    def entries(self) -> list[Entry]:
        """Return the entries, oldest first."""
        with self._changed:
            return list(self._entries)

    def wait_for(
        self, condition: Callable[[Sequence[Entry]], bool], timeout: float = 10.0
    ) -> list[Entry]:
        """Wait until the condition holds for the entries; raise TimeoutError when it does not."""
        with self._changed:
            if not self._changed.wait_for(lambda: condition(self._entries), timeout):
                raise TimeoutError(f"Not within {timeout} s; {len(self._entries)} requests came.")
            return list(self._entries)

    def clear(self) -> None:
        """Forget all entries."""
        with self._changed:
            self._entries.clear()

    def busiest_minute(self, token: str = "") -> int:
        """Return the most requests that arrived within any 60 s, of one key's fingerprint or of
        whichever key had most; those over the quota count too.
        """
        times: dict[str, list[float]] = defaultdict(list)
        for entry in self.entries:
            if entry.token and token in ("", entry.token):
                times[entry.token].append(entry.arrived)
        return max((_most_within(sorted(arrived)) for arrived in times.values()), default=0)

    def complaints(self, customer_id: str = "") -> list[str]:
        """Return what the sender did against the rules, a sentence each; empty is a good sender.

        With an account's id: what was done to that account.
        """
        entries = [one for one in self.entries if customer_id in ("", one.customer_id)]
        return [*_bodies_changed(entries), *_over_quota(entries), *_rows_twice(entries)]


def mark(row: Any) -> bytes:
    """Return what tells this row, as it was sent, from any other."""
    return hashlib.blake2b(_encode(row).encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _most_within(times: Sequence[float]) -> int:
    most = first = 0
    for last, moment in enumerate(times):
        while times[first] <= moment - MINUTE:
            first += 1
        most = max(most, last - first + 1)
    return most


def _bodies_changed(entries: Sequence[Entry]) -> list[str]:
    bodies: dict[tuple[str, str], set[str]] = defaultdict(set)
    for entry in entries:
        if entry.key and entry.sha256:
            bodies[entry.customer_id, entry.key].add(entry.sha256)
    return [
        f"Key {key} was sent with {len(different)} different bodies."
        for (_customer, key), different in bodies.items()
        if len(different) > 1
    ]


def _over_quota(entries: Sequence[Entry]) -> list[str]:
    return [
        f"Request {entry.number} of {entry.shown} was over the quota of {entry.limit} a minute."
        for entry in entries
        if entry.over_quota
    ]


def _rows_twice(entries: Sequence[Entry]) -> list[str]:
    """Find rows, as they were sent, that were worked on under more than one key."""
    first_seen: dict[tuple[str, bytes], str] = {}
    twice: dict[tuple[str, str, str], int] = defaultdict(int)
    for entry in entries:
        if not entry.did_work or entry.is_dry_run:
            continue
        name = entry.key or f"request {entry.number}"
        for one in entry.marks:
            earlier = first_seen.setdefault((entry.customer_id, one), name)
            if earlier != name:
                twice[entry.customer_id, earlier, name] += 1
    return [
        f"{count} rows were processed under {earlier} and again under {later}."
        for (_customer, earlier, later), count in twice.items()
    ]
