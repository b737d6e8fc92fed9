"""How a foreground process is asked to stop."""

import signal
import threading
from types import FrameType


class Stopped(BaseException):
    """Asked to stop while something was still starting, which may take minutes after a crash."""


class Wish:
    """To stop: the first SIGTERM, SIGINT or SIGHUP asks, the second one hurries."""

    def __init__(self) -> None:
        self.stop, self.hurry = threading.Event(), threading.Event()
        self.starting = False  # while True, the first signal raises Stopped in the main thread

    def listen(self) -> None:
        """Take over the signals; SIGHUP only where it is not ignored (nohup)."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN or number != signal.SIGHUP:
                signal.signal(number, self._heard)

    def _heard(self, _number: int, _frame: FrameType | None) -> None:
        if self.stop.is_set():
            self.hurry.set()
        self.stop.set()
        if self.starting:
            self.starting = False
            raise Stopped
