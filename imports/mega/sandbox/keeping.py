"""Leads, first answers and accounts kept on disk, so that a restart of the sandbox loses nothing.

One SQLite file. What a request changed is written in one transaction before its answer goes out; a
killed sandbox has done the whole request or nothing of it. Tokens are kept as fingerprints only.
"""

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from imports.mega.sandbox.accounts import Accounts, Customer, Key
from imports.mega.sandbox.store import Lead

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_TABLES = """
CREATE TABLE IF NOT EXISTS lead (number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL,
    content TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS answer (customer_id TEXT, key TEXT, sha256 TEXT, body BLOB,
    PRIMARY KEY (customer_id, key));
CREATE TABLE IF NOT EXISTS account (fingerprint TEXT PRIMARY KEY, content TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS customer (id TEXT PRIMARY KEY, content TEXT NOT NULL);
"""
_LEAD = """
INSERT INTO lead (id, content) VALUES (?, ?)
ON CONFLICT (id) DO UPDATE SET content = excluded.content
"""


class Keeper:
    """The file of one sandbox; `path` None keeps nothing beyond the process."""

    def __init__(self, path: Path | None) -> None:
        name = ":memory:"
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            name = str(path)
        self._is_kept = path is not None
        self._lock = threading.Lock()
        self._db = sqlite3.connect(name, check_same_thread=False, isolation_level=None)
        self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;" + _TABLES)

    def write(
        self, leads: Iterable[Lead], answer: tuple[str, str, str, bytes] | None = None
    ) -> None:
        """Keep changed leads and an answer (customer id, key, hash of the request, packed
        body)."""
        if not self._is_kept:
            return
        rows = [(lead.id, _encode(lead.facts())) for lead in leads]
        with self._lock:
            self._db.execute("BEGIN")
            self._db.executemany(_LEAD, rows)
            if answer is not None:
                self._db.execute("INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?)", answer)
            self._db.execute("COMMIT")

    def leads(self) -> Iterator[Lead]:
        """Yield the kept leads in the order in which they were created."""
        for (content,) in self._db.execute("SELECT content FROM lead ORDER BY number"):
            yield Lead(**json.loads(content))

    def answers(self) -> Iterator[tuple[str, str, str, bytes]]:
        """Yield the kept answers as they were written."""
        yield from self._db.execute("SELECT customer_id, key, sha256, body FROM answer")

    def write_accounts(self, accounts: Accounts) -> None:
        """Keep all keys and customers as they are now."""
        if not self._is_kept:
            return
        keys = [
            (print_, json.dumps(vars(key) | {"scopes": sorted(key.scopes)}))
            for print_, key in accounts.keys.items()
        ]
        customers = [
            (name, json.dumps(vars(one) | {"custom_fields": sorted(one.custom_fields)}))
            for name, one in accounts.customers.items()
        ]
        with self._lock:
            self._db.execute("BEGIN")
            self._db.executemany("INSERT OR REPLACE INTO account VALUES (?, ?)", keys)
            self._db.executemany("INSERT OR REPLACE INTO customer VALUES (?, ?)", customers)
            self._db.execute("COMMIT")

    def read_accounts(self, accounts: Accounts) -> None:
        """Bring back what was kept; it goes before what the sandbox starts with."""
        for print_, text in self._db.execute("SELECT fingerprint, content FROM account"):
            content = json.loads(text)
            accounts.keys[print_] = Key(**content | {"scopes": frozenset(content["scopes"])})
        for name, text in self._db.execute("SELECT id, content FROM customer"):
            content = json.loads(text)
            accounts.customers[name] = Customer(
                name,
                tuple(content["stages"]),
                content["owners"],
                frozenset(content["custom_fields"]),
            )

    def clear(self) -> None:
        """Forget leads and answers; accounts stay."""
        with self._lock:
            self._db.executescript("DELETE FROM lead; DELETE FROM answer;")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()
