"""A portal with its demo, in a data folder of its own, for as long as a script needs it."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from portal.tests import running_servers

CHECKOUT = Path(__file__).resolve().parent.parent
UP_WITHIN, DOWN_WITHIN = 300.0, 90.0  # seconds; the portal itself says sooner what is wrong
# Not what the checkout's .env says: a bucket, another MEGA, a server's database.
UNSET = ("DATABASE_URL", "REDIS_URL", "MEGA_BASE_URL", "S3_BUCKET", "EMAIL_URL", "SITE_URL")


class Failed(Exception):  # noqa: N818 - said to a person
    """The portal did not do what the script needs; the sentence says what."""


@dataclass(frozen=True)
class Portal:
    """A running portal."""

    environment: dict[str, str]
    words: str  # what it said when it was ready

    def found(self, pattern: str) -> str:
        """Return what the portal said in place of the group. Raises Failed."""
        match = re.search(pattern, self.words)
        if match is None:
            raise Failed(f"The portal did not say “{pattern}” but: {self.words}")
        return match[1]

    def manage(self, *arguments: str) -> None:
        """Run a command of the portal's. Raises Failed with what it said."""
        mega = self.found(r"MEGA is played by the sandbox: (http://[\d.:]+)")
        done = subprocess.run(  # noqa: S603
            [sys.executable, "manage.py", *arguments],
            cwd=CHECKOUT,
            env={**self.environment, "MEGA_BASE_URL": mega},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise Failed(f"`{' '.join(arguments)}` failed: {done.stderr.strip()}")


@contextmanager
def running() -> Iterator[Portal]:
    """Run a portal on free ports; afterwards nothing of it is left, save its logs if all failed."""
    folder = running_servers.open_folder(Path(tempfile.mkdtemp(prefix="portal-trial-")))
    data, said = folder / "var", folder / "said"
    environment = {**os.environ, **dict.fromkeys(UNSET, "")}
    environment |= {"DEBUG": "on", "DATA_DIR": str(data), "PORT": "8200", "SANDBOX_PORT": "8201"}
    process = _started(environment, said)
    try:
        yield Portal(environment, _welcome(process, said))
    except Exception:
        _keep_logs(data)
        raise
    finally:
        _stop(process)
        running_servers.remove(data)
        shutil.rmtree(folder)


def _started(environment: dict[str, str], said: Path) -> subprocess.Popen[bytes]:
    with said.open("w") as file:
        return subprocess.Popen(
            [sys.executable, "manage.py", "run", "--with-parent"],
            cwd=CHECKOUT,
            env=environment,
            stdout=file,
            stderr=subprocess.STDOUT,
            process_group=0,  # Ctrl-C reaches us only, and we end it
        )


def _welcome(process: subprocess.Popen[bytes], said: Path) -> str:
    until = time.monotonic() + UP_WITHIN
    while "Ctrl-C stops it." not in (words := said.read_text()):
        if process.poll() is not None or time.monotonic() > until:
            raise Failed(f"The portal did not start: {words}")
        time.sleep(0.2)
    return words


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(DOWN_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _keep_logs(data: Path) -> None:
    if (data / "logs").is_dir():
        kept = shutil.copytree(data / "logs", tempfile.mkdtemp() + "/logs")
        sys.stderr.write(f"The logs of the portal are kept in {kept}.\n")
