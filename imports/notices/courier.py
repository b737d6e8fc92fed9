"""The courier: threads beside the clock that tell of notices, send mails and call webhooks, remind
of reviews in which nothing happens, and remove what was told long ago and unclaimed files.

They share nothing with the clock's tick or the workers' requests, so that a mail server that hangs
delays mails only, and a store of uploads that hangs only the removing. Any number of couriers may
run: what is due is taken by one of them.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable

from django.db import DatabaseError, InterfaceError, connection

from imports.delivery import clock, pulse
from imports.errors import StoreUnavailable
from imports.intake import drafts
from imports.mega.wire import steady
from imports.notices import mail, reminders, retention, tell, webhooks
from imports.notices.post import Poster

log = logging.getLogger(__name__)

PAUSE = 1.0  # seconds between two looks
TIDY_EVERY = 3600.0  # seconds between two looks for old notices
REMIND_EVERY = 3600.0  # seconds between two looks for reviews in which nothing happens
DROP_EVERY = 60.0  # seconds between two looks for files that nobody claimed
CALLERS = 2  # threads for webhooks: one that takes its five seconds delays no other


class Courier:
    """Looks once a second for what is to be told, mailed and posted, until it is stopped."""

    def __init__(self, poster: Poster | None = None) -> None:
        self.name = f"notices@{socket.gethostname()}:{os.getpid()}"
        self._poster = poster or Poster()
        self._stopping = threading.Event()
        self._tidy_at = self._drop_at = self._remind_at = 0.0  # `steady()` seconds
        rounds = [self._tell, self._mail, self._tidy, *([self._call] * CALLERS)]
        self._threads = [
            threading.Thread(target=self._run, args=(one,), name="courier", daemon=True)
            for one in rounds
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, patience: float = 6.0) -> None:
        """Begin nothing new and wait so many seconds; what is cut off is tried again later."""
        self._stopping.set()
        until = time.monotonic() + patience
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        pulse.leave(self.name)

    def _wanted(self) -> bool:
        return not self._stopping.is_set()

    def _run(self, look: Callable[[], object]) -> None:
        while self._wanted():
            try:
                clock.guard_connection()
                look()
            except (DatabaseError, InterfaceError) as problem:
                log.warning("courier: the database is away (%s)", type(problem).__name__)
            except Exception as problem:  # noqa: BLE001 - one notice must not silence the others
                log.error("courier: failed (%s)", type(problem).__name__)  # noqa: TRY400 - no data
            finally:
                connection.close()
            self._stopping.wait(PAUSE)

    def _tell(self) -> None:
        pulse.beat(self.name, "notices")
        for notice_id in tell.untold():
            tell.tell(notice_id)

    def _tidy(self) -> None:
        if steady() >= self._remind_at:
            self._remind_at = steady() + REMIND_EVERY
            reminders.remind()
        if steady() >= self._tidy_at and not retention.remove_old():
            self._tidy_at = steady() + TIDY_EVERY
        if steady() >= self._drop_at:
            self._drop_at = steady() + DROP_EVERY
            try:
                drafts.remove_old()
            except StoreUnavailable:
                log.warning("courier: old files wait, the store of uploads does not answer")

    def _mail(self) -> None:
        mail.send_due(self._wanted)

    def _call(self) -> None:
        webhooks.call_due(self._poster, self._wanted)
