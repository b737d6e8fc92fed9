"""First answers kept under their Idempotency-Key, per customer.

The same key with the same bytes gets the first answer again, byte for byte. Other bytes are a 409,
and so is a second request while the first is still being worked on. Only a 200 of a real import is
kept: a refused request wrote nothing, and a dry run is never kept.
"""

import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from imports.mega.sandbox.replies import Refusal


@dataclass
class Held:
    """A key while its request is in hand; `packed` is the first answer once there is one."""

    sha256: str
    packed: bytes | None = None
    in_progress: bool = False

    @property
    def body(self) -> bytes | None:
        """Return the first answer's body."""
        return None if self.packed is None else zlib.decompress(self.packed)

    def keep(self, body: bytes) -> bytes:
        """Keep the first answer; return it as it is kept."""
        self.packed = zlib.compress(body, 1)
        return self.packed


class Answers:
    """The kept answers of all customers; may be used from several threads."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, str], Held] = {}
        self._lock = threading.Lock()

    @contextmanager
    def hold(self, customer_id: str, key: str, sha256: str) -> Iterator[Held]:
        """Keep others off the key until the block ends; raise Refusal (409) when it is taken."""
        name = (customer_id, key)
        with self._lock:
            held = self._held.setdefault(name, Held(sha256))
            if held.sha256 != sha256:
                raise Refusal(409, "This Idempotency-Key was used with a different body.")
            if held.in_progress:
                raise Refusal(409, "A request with this Idempotency-Key is still in progress.")
            held.in_progress = held.packed is None
        try:
            yield held
        finally:
            with self._lock:
                held.in_progress = False
                if held.packed is None:
                    self._held.pop(name, None)

    def restore(self, customer_id: str, key: str, sha256: str, packed: bytes) -> None:
        """Take over an answer from an earlier run."""
        self._held[customer_id, key] = Held(sha256, packed)

    def clear(self) -> None:
        """Forget all answers."""
        with self._lock:
            self._held.clear()
