"""How a foreground process is asked to stop."""

import contextlib
import os
import queue
import signal
import sys
import threading
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sys import UnraisableHookArgs


class Stopped(BaseException):
    """Asked to stop while something was still starting, which may take minutes after a crash."""


class Flag:
    """An event that a signal may set in the very thread that waits for it.

    `threading.Event` holds a lock for moments of `wait`; a handler that runs then waits for itself.
    What a `SimpleQueue` does is documented to stand such an interruption.
    """

    def __init__(self) -> None:
        self._is_set = False
        self._rung: queue.SimpleQueue[None] = queue.SimpleQueue()

    def is_set(self) -> bool:
        """Whether it was set."""
        return self._is_set

    def set(self) -> None:
        """Set it, and wake whoever waits."""
        self._is_set = True
        self._rung.put(None)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is set, but no longer than so many seconds; return whether it is."""
        if not self._is_set and (timeout is None or timeout > 0):
            with contextlib.suppress(queue.Empty):
                self._rung.get(timeout=timeout)
                self._rung.put(None)  # for the others
        return self._is_set


class Wish:
    """To stop: the first SIGTERM, SIGINT or SIGHUP asks, the second one hurries."""

    def __init__(self) -> None:
        self.stop, self.hurry = Flag(), Flag()
        self.starting = False  # while True, the first signal raises Stopped in the main thread
        self._again = False  # the next signal is our own

    def listen(self) -> None:
        """Take over the signals; SIGHUP only where it is not ignored (nohup)."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN or number != signal.SIGHUP:
                signal.signal(number, self._heard)
        sys.unraisablehook = self._swallowed

    def _swallowed(self, what: "UnraisableHookArgs") -> None:
        """Raise Stopped once more when Python swallowed it, as it does in finalizers and forks."""
        if not isinstance(what.exc_value, Stopped):
            sys.__unraisablehook__(what)
            return
        self.starting = self._again = True
        threading.Timer(0.01, os.kill, [os.getpid(), signal.SIGTERM]).start()

    def _heard(self, _number: int, _frame: FrameType | None) -> None:
        if self._again:
            self._again = False
        elif self.stop.is_set():
            self.hurry.set()
        self.stop.set()
        if self.starting:
            self.starting = False
            raise Stopped
