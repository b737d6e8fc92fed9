"""Gives the tests a real PostgreSQL and Valkey of their own, in a data folder of their own.

A pytest plugin and not a conftest.py, because pytest-django reads the settings before any
conftest.py: `-p portal.tests.engines` in pyproject.toml loads it first. With DATABASE_URL and
REDIS_URL in the environment, those servers are used (the database is `test_<name>` there, as Django
does it).
"""

import atexit
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from portal.embedded.child import die_with_parent

CHECKOUT = Path(__file__).resolve().parents[2]


def start_servers(data_dir: Path) -> subprocess.Popen[str]:
    """Start them as a child that ends, and removes the folder, when this process ends or dies."""
    options = ["--data-dir", data_dir, "--no-fsync", "--temporary"]
    return subprocess.Popen(
        [sys.executable, "-m", "portal.embedded", *map(str, options)],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
        process_group=0,  # Ctrl-C is for the tests; they stop the servers themselves
        preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one system call
    )


def stop_servers(servers: subprocess.Popen[str]) -> None:
    """Ask, wait, and insist."""
    servers.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        servers.wait(30)
    servers.kill()
    servers.wait()


def prepare_environment() -> None:
    """Set what the settings read, and start what of it is missing."""
    data_dir = Path(tempfile.mkdtemp(prefix="portal-tests-")).resolve()
    atexit.register(shutil.rmtree, data_dir, ignore_errors=True)
    data_dir.chmod(0o711)  # as root, the servers run under another account
    os.environ |= {"DATA_DIR": str(data_dir), "DEBUG": "on"}
    os.environ["MEGA_BASE_URL"] = "http://127.0.0.1:9"  # no test may reach the real one
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        return
    servers = start_servers(data_dir)
    atexit.register(stop_servers, servers)
    ready = servers.stdout.readline().split() if servers.stdout else []
    if ready[:1] != ["ready"]:
        sys.exit("The tests' PostgreSQL and Valkey did not start; the reason stands above.")
    for assignment in ready[1:]:
        name, _, value = assignment.partition("=")
        os.environ[name] = os.environ.get(name) or value


def part_from_neighbours(worker: str) -> None:
    """Give one of several parallel processes (gw0, gw1 …) its own files and broker database.

    It inherits the environment, and pytest-django gives it a database of its own.
    """
    number = int(worker.removeprefix("gw"))
    data_dir = Path(os.environ["DATA_DIR"]) / worker
    data_dir.mkdir(mode=0o711, exist_ok=True)
    os.environ["DATA_DIR"] = str(data_dir)
    broker = urlsplit(os.environ["REDIS_URL"])
    os.environ["REDIS_URL"] = broker._replace(path=f"/{number}").geturl()


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        part_from_neighbours(worker)
    else:
        prepare_environment()
