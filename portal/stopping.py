"""How a foreground process is asked to stop."""

import os
import signal
import sys
import threading
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sys import UnraisableHookArgs


class Stopped(BaseException):
    """Asked to stop while something was still starting, which may take minutes after a crash."""


class Wish:
    """To stop: the first SIGTERM, SIGINT or SIGHUP asks, the second one hurries."""

    def __init__(self) -> None:
        self.stop, self.hurry = threading.Event(), threading.Event()
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
