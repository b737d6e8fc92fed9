"""Starts `python -m portal.embedded` as a person or a script would, for the tests about it."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg
import redis

from portal.embedded import record
from portal.embedded.child import die_with_parent

CHECKOUT = Path(__file__).resolve().parents[2]
MODULE = [sys.executable, "-m", "portal.embedded"]


class Servers:
    """One foreground process of a data folder, its ready line and its children."""

    def __init__(self, data_dir, *options, argv=MODULE):
        self.data_dir = data_dir
        self.process = subprocess.Popen(
            [*argv, "--data-dir", data_dir, "--no-fsync", *options],
            cwd=CHECKOUT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            process_group=0,
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one system call
        )

    def wait_until_ready(self):
        self.line = self.process.stdout.readline().strip()
        assert self.line.startswith("ready DATABASE_URL="), self.process.stderr.read()
        _, database, broker = self.line.split()
        self.database_url = database.removeprefix("DATABASE_URL=")
        self.redis_url = broker.removeprefix("REDIS_URL=")
        self.children = psutil.Process(self.process.pid).children()
        return self

    def sql(self, statement):
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else None

    def broker(self):
        return redis.Redis.from_url(self.redis_url, decode_responses=True, retry=None)

    def child(self, name):
        children = psutil.Process(self.process.pid).children()
        return next(child for child in children if child.name().startswith(name))

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """Return what it said on stderr."""
        self.process.terminate()
        _, said = self.process.communicate(timeout=30)
        return said

    def clean_up(self):
        if self.process.poll() is None:
            self.stop()
        self.process.stdout.close()
        self.process.stderr.close()


def gone(processes, within=10.0):
    """Tell whether all of the processes end in time (zombies of a killed parent have ended)."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if not any(_lives(process) for process in processes):
            return True
        time.sleep(0.02)
    return False


def _lives(process):
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def until(condition, within=15.0):
    """Wait for something that another process does."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        with contextlib.suppress(redis.RedisError, psycopg.Error, StopIteration):
            if condition():
                return True
        time.sleep(0.02)
    return False


def remove(data_dir):
    """Remove the data folder and what root keeps elsewhere for it."""
    if (data_dir / "servers.json").exists():
        shutil.rmtree(record.load(data_dir).place, ignore_errors=True)
    shutil.rmtree(data_dir, ignore_errors=True)


def open_folder(tmp_path):
    """Let other accounts pass through the test's own folder, which is only ours."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o011)
    return tmp_path
