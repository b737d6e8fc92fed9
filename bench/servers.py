"""Where benchmarks run: PostgreSQL and Valkey (with fsync) and a data folder of their own."""

import atexit
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from portal.embedded.child import die_with_parent

CHECKOUT = Path(__file__).resolve().parent.parent
NOWHERE = "http://127.0.0.1:9"  # no benchmark may reach the real MEGA


def prepare() -> None:
    """Start the servers and set all that the settings read; everything ends with this process.

    As in production (DEBUG off, so that nothing is kept for debugging), but over plain HTTP.
    """
    folder = Path(tempfile.mkdtemp(prefix="portal-bench-")).resolve()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o711)  # as root, the servers run under another account
    servers = _start(folder)
    atexit.register(_stop, servers)
    line = servers.stdout.readline() if servers.stdout else ""
    if not line.startswith("ready "):
        sys.exit("The benchmarks' PostgreSQL and Valkey did not start; the reason stands above.")
    os.environ |= dict(part.split("=", 1) for part in line.split()[1:]) | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DATA_DIR": str(folder),
        "DEBUG": "off",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "TOKEN_KEYS": secrets.token_hex(32),
        "ALLOWED_HOSTS": "127.0.0.1,testserver",
        "SECURE_SSL_REDIRECT": "off",
        "MEGA_BASE_URL": NOWHERE,
        "LOG_LEVEL": "WARNING",
    }


def migrate() -> None:
    """Make Django ready, once the environment names the servers, and the tables."""
    import django  # noqa: PLC0415 - its settings read the servers' addresses
    from django.core.management import call_command  # noqa: PLC0415 - likewise

    django.setup()
    call_command("migrate", verbosity=0)


def _start(folder: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "portal.embedded", "--data-dir", str(folder), "--temporary"]
    return subprocess.Popen(
        command,
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
        process_group=0,  # Ctrl-C is for us; we stop the servers ourselves
        preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one system call
    )


def _stop(servers: "subprocess.Popen[str]") -> None:
    servers.terminate()
    try:
        servers.wait(30)
    except subprocess.TimeoutExpired:
        servers.kill()
        servers.wait()
