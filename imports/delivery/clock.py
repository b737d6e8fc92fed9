"""The clock: once a second it decides what may start, and brings back what was lost."""

import faulthandler
import logging
import math
import os
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from imports.audit import heads
from imports.delivery import (
    alike,
    before,
    checks,
    chores,
    claims,
    dry_runs,
    finish,
    keys,
    leases,
    lessons,
    on_time,
    pulse,
    rights,
    silent,
    unattended,
    word_reading,
)
from imports.delivery.lookout import Lookout
from portal.stopping import Flag

log = logging.getLogger(__name__)

STATEMENT_TIMEOUT_MS = 15_000
IDLE_IN_TRANSACTION_MS = 10_000
SHORTEST_REST = 0.05  # seconds
# Seconds. A clock that stands still for so long ends, and its log says where it stood: another one
# is started at once, and whatever it waited for in vain, everybody waited with it.
STANDSTILL = 120.0


@dataclass(frozen=True, slots=True)
class Nudges:
    """How the clock asks workers to come: each takes ids, returns False once the broker fails."""

    reachable: Callable[[], bool]  # does the broker answer?
    deliver: Callable[[Iterable[int]], bool]
    read: Callable[[Iterable[int]], bool]
    check: Callable[[Iterable[int]], bool]
    plan: Callable[[Iterable[int]], bool]
    plan_dry_run: Callable[[Iterable[int]], bool]
    read_before: Callable[[Iterable[int]], bool]
    read_words: Callable[[Iterable[int]], bool]
    learn: Callable[[Iterable[int]], bool]


@dataclass
class Clock:
    """Runs ticks until it is stopped. Any number of clocks may run at once."""

    nudges: Nudges
    name: str = field(default_factory=lambda: f"clock@{socket.gethostname()}:{os.getpid()}")
    stopping: Flag = field(default_factory=Flag)
    _lookout: Lookout = field(default_factory=Lookout)
    _next_at: float = math.inf  # when the next request of any key may start: monotonic seconds

    def run(self) -> None:
        """Tick until `stopping` is set; a database that is away is waited for."""
        while not self.stopping.is_set():
            faulthandler.dump_traceback_later(STANDSTILL, exit=True)
            began = time.monotonic()
            try:
                close_old_connections()
                self.tick()
            except (DatabaseError, InterfaceError) as problem:
                log.warning("clock: the database is away (%s)", type(problem).__name__)
                connection.close()
            now = time.monotonic()
            rest = seconds_to_rest(settings.CLOCK_INTERVAL, now - began, self._next_at - now)
            self.stopping.wait(rest)
        faulthandler.cancel_dump_traceback_later()

    def tick(self) -> list[int]:
        """Do what is due now; return the ids of the batches that were claimed.

        1. Sign of life. 2. Bring back what was lost. 3. Claim what may start. 4. Nudge the
        workers, outside any transaction; a broker that fails is not asked again. 5. The chores,
        each by itself: one that fails keeps nobody from sending.
        """
        guard_connection()
        pulse.beat(self.name, "clock")
        for chore in _BEFORE:
            _safely(chore)
        found = claims.go_round(self._lookout)
        self._next_at = time.monotonic() + found.next_in
        self._nudge(found.claimed)
        for chore in _AFTER:
            _safely(chore)
        return found.claimed

    def _nudge(self, claimed: list[int]) -> None:
        if not self.nudges.reachable():
            return
        pulse.beat("broker", "broker")
        again = [one for one in leases.to_nudge_again() if one not in set(claimed)]
        pairs: list[tuple[Callable[[Iterable[int]], bool], list[int]]] = [
            (self.nudges.deliver, claimed + again),
            (self.nudges.read, chores.unread()),
            (self.nudges.check, chores.unchecked()),
            (self.nudges.plan, chores.unplanned()),
            (self.nudges.plan_dry_run, chores.unplanned_dry_runs()),
            (self.nudges.read_before, before.startable()),
            (self.nudges.read_words, word_reading.startable()),
            (self.nudges.learn, lessons.waiting()),
        ]
        for nudge, ids in pairs:
            if ids and not nudge(ids):
                return


_BEFORE: tuple[Callable[[], object], ...] = (
    silent.end,
    leases.expire,
    leases.close_left,
    leases.give_back,
    leases.set_aside_old,
    leases.drop_cancelled,
    keys.block_refused,
    keys.unblock_proved,
    checks.ask_again,
    rights.pause_where_lost,
    alike.hold,
)
_AFTER: tuple[Callable[[], object], ...] = (
    unattended.go_on,
    on_time.start_due,
    before.tend,
    dry_runs.finish,
    finish.finish_imports,
    pulse.forget_the_gone,
    heads.export,
)


def seconds_to_rest(interval: float, took: float, next_in: float) -> float:
    """Return how long to rest after a tick that took so long.

    Till the next full interval, or till a key may send again, `next_in` seconds from now, if that
    is sooner: what a free slot lies idle is lost of a scarce quota. But at least as long as the
    tick took, so that many keys do not keep clock and database busy all the time.
    """
    return max(min(interval - took, max(next_in, took)), SHORTEST_REST)


def _safely(chore: Callable[[], object]) -> None:
    """Do a chore; what goes wrong in it is logged, and only a database that is away ends the tick.

    A chore may meet anything that was ever stored; the clock must not stand still for one import.
    """
    try:
        chore()
    except Exception as problem:  # noqa: BLE001 - see above
        where = f"{chore.__module__}.{chore.__name__}"
        log.error("clock: %s failed (%s)", where, type(problem).__name__)  # noqa: TRY400 - no data
        connection.close()
        guard_connection()


def guard_connection() -> None:
    """Bound what a frozen clock could hold: its statements and its open transactions."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('statement_timeout', %s, false), "
            "set_config('idle_in_transaction_session_timeout', %s, false)",
            [str(STATEMENT_TIMEOUT_MS), str(IDLE_IN_TRANSACTION_MS)],
        )
