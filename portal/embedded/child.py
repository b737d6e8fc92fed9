"""Child processes that cannot outlive us, and what an earlier parent left behind."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO

import psutil  # type: ignore[import-untyped]  # it ships no types

from portal.embedded.account import Account

PR_SET_PDEATHSIG = 1
HURRIED = 0.5  # seconds


def start(
    argv: list[str | Path],
    *,
    log: IO[bytes],
    on_parent_death: signal.Signals,
    account: Account = Account(),  # noqa: B008 - frozen
    stdin: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start a program that gets `on_parent_death` when we die, however we die.

    Call it from the main thread: the kernel watches the thread that starts the child. It runs in a
    process group of its own, so that Ctrl-C reaches us only and we decide the order, with a clean
    environment, so that neither PGPORT nor LD_LIBRARY_PATH of the user's shell changes it.
    """
    return subprocess.Popen(  # noqa: S603 - our own programs
        [str(part) for part in argv],
        stdin=stdin,
        stdout=log,
        stderr=log,
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        cwd="/",
        process_group=0,
        user=account.uid,
        group=account.gid,
        extra_groups=None if account.uid is None else [],
        preexec_fn=die_with_parent(on_parent_death),  # noqa: PLW1509 - one system call
    )


def die_with_parent(with_signal: signal.Signals) -> Callable[[], None] | None:
    """Return what a child runs before its program, so that the kernel ends it after our death.

    Elsewhere than on Linux there is no such call: the next start ends what was left behind.
    """
    if sys.platform != "linux":
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def before_exec() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(with_signal))
        if os.getppid() != parent:  # it died in between
            os.kill(os.getpid(), signal.SIGKILL)

    return before_exec


def stop(
    process: subprocess.Popen[bytes],
    steps: Iterable[tuple[signal.Signals, float]],
    hurry: Callable[[], bool] = lambda: False,
) -> None:
    """Send each signal in turn and wait its seconds, until the process has ended.

    As soon as `hurry` says so, no step waits longer than half a second.
    """
    for step, seconds in (*steps, (signal.SIGKILL, 10.0)):
        if process.poll() is not None:
            return
        process.send_signal(step)
        began = time.monotonic()
        while time.monotonic() - began < (HURRIED if hurry() else seconds):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
                return


def end_leftovers(folder: Path, steps: Iterable[tuple[signal.Signals, float]]) -> None:
    """End servers that still work in `folder` although nobody is their parent any more.

    A server's working folder is its data folder: unlike the number in a pid file, which may
    belong to an unrelated process by now, this proves whose it is. The signal goes to the server
    itself, which ends its own children; the last one goes to all that is left.
    """
    left = [process for process in psutil.process_iter(["name"]) if _works_in(process, folder)]
    numbers = {process.pid for process in left}
    for step, seconds in steps:
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                if process.ppid() not in numbers:
                    process.send_signal(step)
        left = _wait(left, seconds)
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    _wait(left, 10.0)


def _wait(processes: list[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Return those that still run after the time; a zombie, whoever should reap it, does not."""
    deadline = time.monotonic() + seconds
    while (left := [process for process in processes if _runs(process)]) and (
        time.monotonic() < deadline
    ):
        time.sleep(0.02)
    return left


def _runs(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _works_in(process: psutil.Process, folder: Path) -> bool:
    try:
        name = process.info["name"] or ""
        return name.startswith(("postgres", "valkey")) and process.cwd() == str(folder.resolve())
    except psutil.Error:  # gone, a zombie, or not ours to see
        return False
