"""Work of the clock that fails again and again: it is put off, so that it keeps nobody waiting."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

FIRST, LONGEST = 30.0, 3600.0  # seconds for which it is put off: twice as long each time


class Setbacks:
    """What failed lately in this process, by its id."""

    def __init__(self) -> None:
        self._failed: dict[int, tuple[float, float]] = {}  # until when, and for how long it was

    @property
    def put_off(self) -> list[int]:
        """What is not to be tried yet."""
        return [one for one, (until, _) in self._failed.items() if until > time.monotonic()]

    @contextmanager
    def of(self, one: int) -> Iterator[None]:
        """Note whether this fails; what is raised goes on."""
        try:
            yield
        except Exception:
            _, before = self._failed.get(one, (0.0, FIRST / 2))
            wait = min(before * 2, LONGEST)
            self._failed[one] = time.monotonic() + wait, wait
            raise
        self._failed.pop(one, None)
