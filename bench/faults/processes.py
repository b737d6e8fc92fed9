"""The portal's processes as the Procfile has them, which are killed, frozen and started anew."""

import os
import signal
import subprocess
from contextlib import suppress

from bench.engine import PATIENCE, Portal
from bench.faults.schedule import WORKERS
from imports.tests.road.engine import wait_until
from imports.tests.road.survival.own import OwnEngine, is_ready


class Processes(OwnEngine):
    """Two delivery workers, one intake worker, one clock; what ends is started again."""

    COMMANDS = {kind: Portal.COMMANDS[kind] for kind in ("delivery", "intake", "clock")}

    def move_in(self) -> None:
        """Start all and wait for their signs of life."""
        for kind, count in (("delivery", WORKERS), ("intake", 1), ("clock", 1)):
            for _ in range(count):
                self.start(kind)
        wait_until(lambda: all(map(is_ready, self.processes)), "signs of life", PATIENCE)

    def one(self, kind: str, which: int) -> "subprocess.Popen[bytes] | None":
        """Return one of the living processes of a kind, if there is any."""
        living = self.of(kind)
        return living[which % len(living)] if living else None

    def all_well(self) -> None:
        """Wake whoever sleeps, start whoever is missing."""
        for process in list(self.processes):
            self.wake(process)
        for kind, count in (("delivery", WORKERS), ("intake", 1), ("clock", 1)):
            for _ in range(count - len(self.of(kind))):
                self.start(kind)

    def end(self, process: "subprocess.Popen[bytes]") -> None:
        process.is_wanted_dead = True
        self._signal(process, signal.SIGKILL)
        process.wait()

    def stop_the_world_of(self, process: "subprocess.Popen[bytes]") -> None:
        self._signal(process, signal.SIGSTOP)

    def wake(self, process: "subprocess.Popen[bytes]") -> None:
        self._signal(process, signal.SIGCONT)

    @staticmethod
    def _signal(process: "subprocess.Popen[bytes]", number: int) -> None:
        """Signal a process and its children, if it still is."""
        if process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, number)
