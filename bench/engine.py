"""The processes of a portal as the Procfile has them, for as long as a benchmark needs them."""

import shlex
import subprocess
import sys
import tempfile
from types import TracebackType
from typing import Self

from bench.servers import CHECKOUT
from imports.models import Process
from imports.tests.road.engine import Engine, wait_until

PATIENCE = 60.0  # seconds until a process must have given its first sign of life


class Portal(Engine):
    """`with Portal() as portal:`, then `portal.start("delivery")`; all end with the block."""

    COMMANDS = {
        name: parts[1:] if parts[0] == "python" else ["-m", *parts]
        for name, parts in (
            (line.partition(":")[0], shlex.split(line.partition(":")[2]))
            for line in (CHECKOUT / "Procfile").read_text().splitlines()
        )
    }

    def __init__(self, **environment: str) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed at the end of the block
        super().__init__(environment, self._log)

    def launch(self, kind: str) -> "subprocess.Popen[bytes]":
        """Start a process that tells by itself whether it is there."""
        process: subprocess.Popen[bytes] = super().start(kind)
        return process

    def start(self, kind: str, concurrency: int = 0, **more: str) -> "subprocess.Popen[bytes]":
        """Start a process and wait for its first sign of life."""
        command = list(type(self).COMMANDS[kind])
        if concurrency:
            command[command.index("--concurrency") + 1] = str(concurrency)
        self.COMMANDS = {**type(self).COMMANDS, kind: command}
        Process.objects.filter(kind=kind).delete()
        process: subprocess.Popen[bytes] = super().start(kind, **more)
        wait_until(Process.objects.filter(kind=kind).exists, f"{kind} to be alive", PATIENCE)
        return process

    def said(self) -> str:
        """Return what the processes said."""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        if kind is not None:
            sys.stderr.write(self.said())
        self._log.close()
