"""The processes of one portal on one machine: started, heard, started again, stopped in order."""

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from honcho.colour import get_colours
from honcho.printer import Message, Printer

from portal.embedded.child import die_with_parent
from portal.logfiles import LogFile, is_wrong

MOST_RESTARTS, WITHIN = 5, 60.0  # of a process that falls again and again, seconds
HURRIED = 0.5  # seconds


class LaunchError(Exception):
    """Carries one sentence for the person who started the portal."""


@dataclass
class Running:
    """One process of ours and what we know of it."""

    name: str
    command: str
    colour: str
    process: subprocess.Popen[bytes]
    log: LogFile
    rest: bytes = b""  # the beginning of a line whose end has not come
    restarts: list[float] = field(default_factory=list)


class Processes:
    """Our children by name. All methods are for the main thread: the kernel watches it."""

    def __init__(
        self, folder: Path, environment: Mapping[str, str], logs: Path, output: TextIO
    ) -> None:
        self._folder, self._environment, self._logs = folder, dict(environment), logs
        self._running: dict[str, Running] = {}
        self._selector = selectors.DefaultSelector()
        self._colours = get_colours()
        self._printer = Printer(output, width=8)

    def start(self, name: str, command: str) -> None:
        """Start a line of shell (as it stands in the Procfile) under the name."""
        log = LogFile(self._logs, name)
        running = Running(name, command, next(self._colours), self._launch(command), log)
        self._running[name] = running
        self._listen(running)

    def log(self, name: str) -> LogFile | None:
        """Return what the named process has said, if it is one of ours."""
        return self._running[name].log if name in self._running else None

    def watch(self, seconds: float) -> None:
        """Keep what the processes say for some seconds; start again what has ended.

        Raises LaunchError when a process falls again and again.
        """
        self._pump(seconds)
        for running in self._running.values():
            status = running.process.poll()
            if status is None:
                continue
            self._forget(running)
            self._restart(running, status)

    def stop(self, names: Sequence[str], seconds: float, hurry: Callable[[], bool]) -> None:
        """Ask the named processes to stop, all at once, and end them when the time is over."""
        chosen = [self._running[name] for name in names if name in self._running]
        for running in chosen:
            if running.process.poll() is None:
                running.process.terminate()
        began = time.monotonic()
        while any(running.process.poll() is None for running in chosen):
            if time.monotonic() - began > (HURRIED if hurry() else seconds):
                break
            self._pump(0.1)
        for running in chosen:
            self._end_group(running)
            self._forget(running)
            running.log.close()
            del self._running[running.name]

    def _launch(self, command: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S602 - our own Procfile
            f"exec {command}",
            shell=True,
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            process_group=0,  # Ctrl-C reaches us only: we decide the order
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one system call
        )

    def _listen(self, running: Running) -> None:
        if running.process.stdout:
            os.set_blocking(running.process.stdout.fileno(), False)
            self._selector.register(running.process.stdout, selectors.EVENT_READ, running)

    def _pump(self, seconds: float) -> None:
        """Keep what is said within the time; returns early when something was said."""
        if not self._selector.get_map():
            time.sleep(seconds)
            return
        for key, _ in self._selector.select(seconds):
            self._read(key.data)

    def _read(self, running: Running) -> None:
        if not running.process.stdout:
            return
        data = running.process.stdout.read(65_536)
        if not data:  # it closed its output
            self._selector.unregister(running.process.stdout)
            return
        *lines, running.rest = (running.rest + data).split(b"\n")
        for line in lines:
            self._keep(running, line)

    def _keep(self, running: Running, line: bytes) -> None:
        running.log.write(line)
        if not is_wrong(line):
            return
        now = datetime.now(UTC).astimezone()
        self._printer.write(Message("line", line, now, running.name, running.colour))

    def _forget(self, running: Running) -> None:
        """Keep the last words and close the pipe."""
        pipe = running.process.stdout
        if pipe and not pipe.closed:
            if pipe in self._selector.get_map():
                self._read(running)
            if pipe in self._selector.get_map():
                self._selector.unregister(pipe)
            pipe.close()
        if running.rest:
            self._keep(running, running.rest)
            running.rest = b""

    def _restart(self, running: Running, status: int) -> None:
        now = time.monotonic()
        running.restarts = [moment for moment in running.restarts if moment > now - WITHIN]
        running.restarts.append(now)
        if len(running.restarts) > MOST_RESTARTS:
            raise LaunchError(
                f"The process `{running.name}` ended {len(running.restarts)} times within "
                f"{WITHIN:.0f} seconds, last with status {status}. It was started with: "
                f"{running.command}\nThe end of its log, {running.log.path}:\n{running.log.tail()}"
            )
        sys.stderr.write(f"{running.name} ended with status {status}; starting it again.\n")
        self._end_group(running)
        running.process = self._launch(running.command)
        self._listen(running)

    def _end_group(self, running: Running) -> None:
        """End what did not stop in time, with the children which it can no longer stop itself."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(running.process.pid, signal.SIGKILL)
        running.process.wait()
