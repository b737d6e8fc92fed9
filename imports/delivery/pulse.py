"""Signs of life of clocks and workers, by the database's clock."""

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Max
from django.db.models.functions import Now

from imports.models import Process

log = logging.getLogger(__name__)

SILENCE = timedelta(seconds=6)  # three beats; a page that asks every two seconds says it within ten
BEAT_SECONDS = 2.0

_BEAT = """
    INSERT INTO imports_process (name, kind, slots, since, seen_at)
    VALUES (%s, %s, %s, now(), now())
    ON CONFLICT (name) DO UPDATE SET seen_at = now(), slots = EXCLUDED.slots,
        since = CASE WHEN %s THEN now() ELSE imports_process.since END
"""
# Of those that were there at that moment; a container that is started again has its old name, so
# two that came since then stand for two that were there.
_DIED_ALONE = """
    WITH process AS (
        SELECT since <= %(moment)s AND name <> %(name)s AS stood_by, since > %(moment)s AS is_new,
               seen_at >= now() - %(silence)s AS is_alive
        FROM imports_process
        WHERE kind = 'delivery' AND seen_at >= %(moment)s - %(silence)s)
    SELECT count(*) FILTER (WHERE stood_by AND is_alive) > 0
        OR count(*) FILTER (WHERE stood_by) = 0 AND count(*) FILTER (WHERE is_new AND is_alive) <= 1
    FROM process
"""


def beat(name: str, kind: str, slots: int = 0, *, is_first: bool = False) -> None:
    """Give a sign of life; `slots` is how many requests the process can carry at a time.

    The first one begins a new life: a container that is started again has its old name.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BEAT, [name[:120], kind, slots, is_first])


def died_alone(worker: str, moment: datetime) -> bool:
    """Return whether a worker that had work at that moment and vanished did not go with all others.

    Where others were there and none of them lives on, it was not its work that ended it.
    """
    asked: dict[str, Any] = {
        "name": sign("delivery", worker),
        "moment": moment,
        "silence": SILENCE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_DIED_ALONE, asked)
        return bool(cursor.fetchone()[0])


def sign(kind: str, process: str) -> str:
    """Return the name under which a process gives signs of life for a kind of its work."""
    return f"{kind}@{process}"


def leave(name: str) -> None:
    """Say goodbye, so that nobody counts on this process any more."""
    Process.objects.filter(name=name[:120]).delete()


def forget_the_gone() -> None:
    """Drop the names of processes that gave no sign of life for a day."""
    Process.objects.filter(seen_at__lt=Now() - timedelta(days=1)).delete()


def silent_kinds() -> list[str]:
    """Return which of clock, broker and workers gave no sign of life lately.

    It is the clock that sees the broker: the broker is silent when the clock went on for so long
    without it. Of a clock that just ended, nothing follows for the broker.
    """
    seen = Process.objects.values_list("kind").annotate(since=Now() - Max("seen_at")).order_by()
    since = defaultdict(lambda: timedelta.max, seen)
    silent = [kind for kind in ("clock", "delivery", "intake") if since[kind] >= SILENCE]
    if "clock" not in silent and since["broker"] - since["clock"] >= SILENCE:
        silent.append("broker")
    return silent


_SENTENCES = {
    "clock": "The clock process stands still: nothing new is sent.",
    "broker": "The broker does not answer: files are not read and nothing new is sent.",
    "delivery": "No delivery worker is running: nothing is sent.",
    "intake": "No intake worker is running: files are not read or checked.",
}


def alarm() -> str:
    """Return one sentence when the portal's engine stands still, else ''. Work is never lost."""
    silent = silent_kinds()
    if not silent:
        return ""
    what = " ".join(_SENTENCES[kind] for kind in silent)
    return f"{what} Nothing is lost; it goes on by itself when that runs again."


class Heart:
    """A thread of a worker that beats for each kind of work it does, until it is stopped."""

    def __init__(self, names: Sequence[tuple[str, str]], slots: int) -> None:
        self._names = names  # (name, kind)
        self._slots = slots
        self._stopping = threading.Event()
        self._has_begun = False
        self._thread = threading.Thread(target=self._run, name="heart", daemon=True)

    def start(self) -> None:
        _hearts.append(self)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._beat()
            self._stopping.wait(BEAT_SECONDS)
        self._each(lambda name, _kind: leave(name))

    def _beat(self) -> None:
        is_first = not self._has_begun
        if self._each(lambda name, kind: beat(name, kind, self._slots, is_first=is_first)):
            self._has_begun = True

    def _each(self, act: Callable[[str, str], None]) -> bool:
        """Do it for each kind; a database that is away is tried again with the next beat."""
        try:
            for name, kind in self._names:
                act(name, kind)
        except (DatabaseError, InterfaceError) as problem:
            log.warning("no sign of life: the database is away (%s)", type(problem).__name__)
            return False
        else:
            return True
        finally:
            connection.close()


_hearts: list[Heart] = []


def stop_hearts() -> None:
    """Stop every heart of this process."""
    while _hearts:
        _hearts.pop().stop()
