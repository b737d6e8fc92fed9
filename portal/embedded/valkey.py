"""Valkey on loopback, behind a password that stands in no argument and no readable file."""

import signal
import socket
import subprocess
import time
from collections.abc import Callable

import redis

from portal.embedded import child, logs, record
from portal.embedded.account import Account
from portal.embedded.errors import EmbeddedError
from portal.embedded.programs import Programs
from portal.embedded.record import Record

ANSWERS_WITHIN = 30.0  # seconds
TRIES = 3
STOP = [(signal.SIGTERM, 10.0)]


class Valkey:
    """The broker and cache of one data folder, as our child."""

    name = "Valkey"

    def __init__(
        self, known: Record, programs: Programs, account: Account, *, fsync: bool = True
    ) -> None:
        self.known, self.programs, self.account, self.fsync = known, programs, account, fsync
        self.folder = known.place / "valkey"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Record:
        """Start the server and return once it answers; the record says at which port.

        1. End what a killed parent left behind.
        2. Take the recorded port, another one when a stranger has it.
        3. When it refuses its own files (torn by a crash), set them aside and start empty: the
           queue is only a nudge, PostgreSQL knows what is to be done.
        """
        child.end_leftovers(self.folder, STOP)
        for _ in range(TRIES):
            self.folder.mkdir(mode=0o700, exist_ok=True)
            self.account.own(self.folder)
            if not _is_free(self.known.port):
                self.known = record.new_port(self.known)
            self._launch()
            if self._answers():
                return self.known
            self.stop()
            if _is_free(self.known.port):
                self.folder.rename(self.folder.with_name(f"valkey.refused-{time.time_ns()}"))
        words = logs.last_words(self.known.data_dir, "valkey")
        path = logs.log_path(self.known.data_dir, "valkey")
        raise EmbeddedError(f"Valkey did not start: {words} (its log is {path}).")

    def stop(self, hurry: Callable[[], bool] = lambda: False) -> None:
        """Stop after the last commands are on disk; in a hurry at once."""
        if self.process:
            child.stop(self.process, STOP, hurry)

    def _launch(self) -> None:
        with logs.open_log(self.known.data_dir, "valkey") as log:
            self.process = child.start(
                [self.programs.valkey, "-"],
                log=log,
                on_parent_death=signal.SIGTERM,
                account=self.account,
                stdin=subprocess.PIPE,
            )
        if self.process.stdin:
            self.process.stdin.write(self._configuration().encode())
            self.process.stdin.close()

    def _configuration(self) -> str:
        folder = str(self.folder).replace("\\", "\\\\").replace('"', '\\"')
        lines = [
            "bind 127.0.0.1",
            "protected-mode yes",
            f"port {self.known.port}",
            f"requirepass {self.known.password('valkey')}",
            f'dir "{folder}"',
            "daemonize no",
            "appendonly yes",
            f"appendfsync {'everysec' if self.fsync else 'no'}",
            'save ""',
            "maxmemory-policy noeviction",
            "loglevel notice",
            'logfile ""',
            "crash-log-enabled no",  # a crash report holds the clients' last commands
        ]
        return "\n".join([*lines, ""])

    def _answers(self) -> bool:
        """Wait for the first answer of our child (not of a stranger at the same port)."""
        deadline = time.monotonic() + ANSWERS_WITHIN
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                return False
            try:
                with redis.Redis.from_url(
                    record.redis_url(self.known), socket_timeout=2, retry=None
                ) as client:
                    return int(client.info("server")["process_id"]) == self.process.pid
            except redis.RedisError:
                time.sleep(0.03)
        return False


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
