"""PostgreSQL 18 on a socket that only its own account's folder leads to, with passwords besides."""

import contextlib
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg import sql

from portal.embedded import child, logs, record
from portal.embedded.account import Account, account_with_name
from portal.embedded.errors import EmbeddedError
from portal.embedded.programs import PG_VERSION, Programs
from portal.embedded.record import Record

ANSWERS_WITHIN = 120.0  # seconds: it may have to recover from a crash first
FAST, IMMEDIATE = signal.SIGINT, signal.SIGQUIT
STOP = [(FAST, 20.0), (IMMEDIATE, 5.0)]

# For a laptop: little memory, room for all processes of one portal, nothing lost in a power cut.
SETTINGS = {
    "listen_addresses": "",
    "port": str(record.PG_PORT),
    "max_connections": "200",
    "shared_buffers": "128MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "effective_cache_size": "1GB",
    "max_wal_size": "1GB",
    "random_page_cost": "1.1",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "UTC",
    # The log must hold no row of anybody: neither statements nor the values of a failed key.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}


class Postgres:
    """One cluster of one data folder, as our child."""

    name = "PostgreSQL"

    def __init__(
        self, known: Record, programs: Programs, account: Account, *, fsync: bool = True
    ) -> None:
        self.known, self.programs, self.account, self.fsync = known, programs, account, fsync
        self.folder = known.place / "postgres"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Record:
        """Start the server and return once it answers; the record says where.

        1. End what a killed parent left behind, forget its pid files.
        2. Make the cluster (under another name first, so that a half-made one is never used).
        3. Start it, wait until it answers, make our role and database.
        """
        child.end_leftovers(self.folder, STOP)
        self._forget_pid_files()
        self._make_socket_dir()
        if not self.folder.exists():
            self._make_cluster()
        self._check_version()
        with logs.open_log(self.known.data_dir, "postgres") as log:
            self.process = child.start(
                [self.programs.postgres, "-D", self.folder, *self._options()],
                log=log,
                on_parent_death=FAST,
                account=self.account,
            )
        self._prepare(self._first_answer())
        return self.known

    def stop(self, hurry: Callable[[], bool] = lambda: False) -> None:
        """Stop fast (open transactions roll back), in a hurry at once (the next start recovers)."""
        if self.process:
            child.stop(self.process, STOP, hurry)

    def _options(self) -> list[str]:
        settings = {**SETTINGS, "unix_socket_directories": str(self.known.socket_dir)}
        if not self.fsync:
            # Commits still reach the kernel: a killed server loses nothing, a power cut may.
            settings |= {"fsync": "off", "full_page_writes": "off"}
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def _forget_pid_files(self) -> None:
        """A pid file whose process is not ours would keep the server from starting."""
        for path in (
            self.folder / "postmaster.pid",
            self.known.socket,
            self.known.socket.with_name(f"{self.known.socket.name}.lock"),
        ):
            path.unlink(missing_ok=True)

    def _make_socket_dir(self) -> None:
        folder = self.known.socket_dir
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            self.account.own(folder)
        found = folder.lstat()
        owner = found.st_uid if self.account.uid is None else self.account.uid
        if folder.is_symlink() or not folder.is_dir() or found.st_uid != owner:
            self.known = record.new_socket_dir(self.known)
            self._make_socket_dir()
            return
        folder.chmod(0o700)

    def _make_cluster(self) -> None:
        draft = self.folder.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        named = account_with_name(self.account)
        passwords = self.folder.with_name("password")
        passwords.touch(mode=0o600)
        passwords.write_text(self.known.password("postgres"))
        named.own(passwords)
        draft.mkdir(mode=0o700)
        named.own(draft)
        named.own(self.known.place)  # for as long as initdb passes through
        try:
            self._initdb(draft, passwords, named)
        finally:
            passwords.unlink()
            self.account.own(self.known.place)
        self.account.own_tree(draft)
        draft.rename(self.folder)

    def _initdb(self, draft: Path, passwords: Path, account: Account) -> None:
        arguments = [
            f"--pgdata={draft}",
            "--username=postgres",
            f"--pwfile={passwords}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
            *([] if self.fsync else ["--no-sync"]),
        ]
        with logs.open_log(self.known.data_dir, "initdb") as log:
            process = child.start(
                [self.programs.initdb, *arguments],
                log=log,
                on_parent_death=signal.SIGTERM,
                account=account,
            )
        if process.wait() != 0:
            raise self._did_not_start("initdb")

    def _check_version(self) -> None:
        found = (self.folder / "PG_VERSION").read_text().strip()
        if found != str(PG_VERSION):
            raise EmbeddedError(
                f"The data in {self.folder} is PostgreSQL {found}'s, the portal brings "
                f"{PG_VERSION}: move it over with pg_dump of {found}, or set another DATA_DIR."
            )

    def _first_answer(self) -> psycopg.Connection:
        url = record.database_url(self.known, user="postgres", database="postgres")
        deadline = time.monotonic() + ANSWERS_WITHIN
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                break
            try:
                return psycopg.connect(url, autocommit=True, connect_timeout=5)
            except psycopg.OperationalError as error:
                if "password authentication failed" in str(error):
                    raise EmbeddedError(
                        f"PostgreSQL refuses the password in {self.known.data_dir}/secrets: put "
                        f"back the file that belongs to {self.folder}, or set another DATA_DIR."
                    ) from error
                time.sleep(0.05)
        raise self._did_not_start("postgres")

    def _did_not_start(self, program: str) -> EmbeddedError:
        words = logs.last_words(self.known.data_dir, program)
        path = logs.log_path(self.known.data_dir, program)
        return EmbeddedError(f"PostgreSQL did not start: {words} (its log is {path}).")

    def _prepare(self, connection: psycopg.Connection) -> None:
        """Make the portal's role and database: it owns them, and it is no superuser."""
        role = "portal"
        with connection:
            found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            verb = "ALTER" if found.fetchone() else "CREATE"
            connection.execute(
                sql.SQL("{} ROLE {} LOGIN CREATEDB PASSWORD {}").format(
                    sql.SQL(verb), sql.Identifier(role), self.known.password(role)
                )
            )
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [role])
            if not found.fetchone():
                connection.execute("CREATE DATABASE portal OWNER portal")
