"""Whether the store of uploads can be reached, for /readyz: asked seldom, and never for long."""

import threading
from collections.abc import Callable
from time import monotonic

from django.core.files.storage import default_storage

from portal.uploads import store_of

KEPT = 10.0  # seconds for which an answer serves all who ask
WITHIN = 1.5  # seconds that one who asks waits


class Watch:
    """Asks in a thread of its own: a name that does not resolve knows no timeout."""

    def __init__(self, ask: Callable[[], str]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._asking: threading.Thread | None = None
        self._known: tuple[float, str] = (-KEPT, "")

    def look(self) -> str:
        """'' when all is well, else what is wrong; as it was at most KEPT seconds ago."""
        with self._lock:
            alive = self._asking is not None and self._asking.is_alive()
            if not alive and monotonic() - self._known[0] >= KEPT:
                self._asking = threading.Thread(target=self._find_out, daemon=True)
                self._asking.start()
            asking = self._asking
        if asking is not None:
            asking.join(WITHIN)
            if asking.is_alive():
                return f"does not answer within {WITHIN:g} seconds"
        return self._known[1]

    def _find_out(self) -> None:
        try:
            found = self._ask()
        except Exception as problem:  # noqa: BLE001 - a half configuration: any kind
            found = f"cannot be asked ({type(problem).__name__})"
        self._known = (monotonic(), found)


STORE = Watch(lambda: store_of(default_storage).trouble())
