"""The foreground process: `manage.py servers`, or `python -m portal.embedded` without settings.

Whoever comes first on a data folder owns its servers. Whoever comes second reports the same ready
line and waits; when the owner ends first, it takes over, so that the servers run for as long as
somebody who asked for them is there. `make run`, a script and the tests may thus overlap.
"""

import fcntl
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

from portal import embedded
from portal.embedded import record
from portal.embedded.account import Account, account_for
from portal.embedded.errors import EmbeddedError
from portal.embedded.postgres import Postgres
from portal.embedded.programs import programs_for
from portal.embedded.record import Record
from portal.embedded.valkey import Valkey
from portal.stopping import Stopped, Wish

WATCH = 0.2  # seconds between two looks
MOST_RESTARTS, WITHIN = 5, 60.0  # of a server that falls again and again, seconds


def serve(
    data_dir: Path, say: Callable[[str], None], *, fsync: bool = True, temporary: bool = False
) -> None:
    """Run the servers of the data folder until SIGTERM or SIGINT; `say` gets the ready line.

    With `temporary`, the data folder is removed at the end. Raises EmbeddedError with a sentence
    when a server cannot be started or falls again and again.
    """
    wish = Wish()
    wish.listen()
    record.load(data_dir)
    waited = False
    # Private: whoever may open it could lock it.
    descriptor = os.open(data_dir / "servers.lock", os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+") as lock:
        while not wish.stop.is_set():
            if _locked(lock.fileno()):
                _own(data_dir, (lambda _: None) if waited else say, wish, fsync=fsync)
                break
            if not waited and embedded.running(data_dir):
                _report(data_dir, say)
                sys.stderr.write("Another process runs these servers; waiting beside it.\n")
                waited = True
            wish.stop.wait(WATCH)
        if temporary and _locked(lock.fileno()):
            _remove(data_dir)


def _locked(descriptor: int) -> bool:
    """Take the lock; it goes with the process that holds it, however that ends."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _own(data_dir: Path, say: Callable[[str], None], wish: Wish, *, fsync: bool) -> None:
    """Start PostgreSQL and Valkey, say so, keep them running, stop them in the other order."""
    known = record.load(data_dir)
    account = _make_place(known)
    programs = programs_for(account)
    postgres = Postgres(known, programs, account, fsync=fsync)
    valkey: Valkey | None = None
    try:
        wish.starting = True
        known = postgres.start()
        valkey = Valkey(known, programs, account, fsync=fsync)
        valkey.start()
        wish.starting = False
        _report(data_dir, say)
        _keep_running([postgres, valkey], wish)
    except Stopped:
        pass
    finally:
        if valkey:
            valkey.stop(wish.hurry.is_set)
        postgres.stop(wish.hurry.is_set)
        if not known.socket_dir.is_relative_to(known.place):
            shutil.rmtree(known.socket_dir, ignore_errors=True)


def _make_place(known: Record) -> Account:
    account = account_for(known.place)
    if not known.place.exists():
        known.place.mkdir(mode=0o700)
        if not known.place.is_relative_to(known.data_dir):
            sys.stderr.write(
                f"The servers' account cannot enter {known.data_dir}; their data is in "
                f"{known.place}.\n"
            )
    account.own(known.place)
    known.place.chmod(0o700)
    return account


def _report(data_dir: Path, say: Callable[[str], None]) -> None:
    say(
        f"ready DATABASE_URL={embedded.database_url(data_dir)} "
        f"REDIS_URL={embedded.redis_url(data_dir)}"
    )


def _keep_running(engines: list[Postgres | Valkey], wish: Wish) -> None:
    restarts: list[float] = []
    while not wish.stop.wait(WATCH):
        for engine in engines:
            if engine.process is None or engine.process.poll() is None:
                continue
            restarts = [moment for moment in restarts if moment > time.monotonic() - WITHIN]
            restarts.append(time.monotonic())
            if len(restarts) > MOST_RESTARTS:
                raise EmbeddedError(
                    f"{engine.name} ended {MOST_RESTARTS} times within {WITHIN:.0f} seconds; see "
                    f"its log in {engine.known.data_dir / 'logs'}."
                )
            sys.stderr.write(
                f"{engine.name} ended with status {engine.process.returncode}; starting it again.\n"
            )
            engine.start()


def _remove(data_dir: Path) -> None:
    known = record.load(data_dir)
    for folder in (known.place, data_dir):
        shutil.rmtree(folder, ignore_errors=True)
