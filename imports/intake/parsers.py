"""Processes that parse one workbook each: started, asked once, and gone.

A worker that reads files keeps one waiting: Python and its modules take longer to start than most
workbooks take to be looked at.
"""

import contextlib
import fcntl
import io
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CHILD = "imports.intake.workbook_child"
PIPE_BYTES = 1024 * 1024  # as much as Linux gives without being asked by root


class Parser:
    """A running process that waits for its request on standard input; it ends with ours."""

    def __init__(self) -> None:
        self.said_wrong = tempfile.TemporaryFile()  # noqa: SIM115 closed with the process
        self.output, writing = _pipe()
        reading, self._requests = _pipe()
        with reading, writing:
            self.process = subprocess.Popen(  # noqa: S603 our own module, no word of the user's
                [sys.executable, "-s", "-B", "-m", CHILD],
                stdin=reading,
                stdout=writing,
                stderr=self.said_wrong,
                cwd=ROOT,
                env=_environment(),
                start_new_session=True,
            )

    def ask(self, request: bytes) -> bool:
        """Hand over what is to be parsed; False where the process has ended meanwhile."""
        try:
            with self._requests:
                self._requests.write(request)
        except BrokenPipeError:
            return False
        return True

    def close(self) -> None:
        """Kill the process and whatever it may have started."""
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        for file in (self.output, self._requests, self.said_wrong):
            file.close()


_waiting: list[Parser] = []  # one at most, of this process alone


def asked(request: bytes) -> Parser:
    """Return a process that was given the request: the one that waits, or a new one."""
    if _waiting:
        parser = _waiting.pop()
        if parser.ask(request):
            return parser
        parser.close()
    parser = Parser()
    parser.ask(request)  # what ended it is told by what it wrote
    return parser


def keep_one() -> None:
    """Let a process wait for the next workbook."""
    if not _waiting:
        _waiting.append(Parser())


def _pipe() -> tuple[io.FileIO, io.FileIO]:
    """Let the child go on with its rows while we store some (as far as the system allows)."""
    reading, writing = os.pipe()
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):
            fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    return io.FileIO(reading, "rb"), io.FileIO(writing, "wb")


def _environment() -> dict[str, str]:
    """Nothing of ours is handed on, for it holds secrets, but where Python's own library is."""
    library = os.environ.get("LD_LIBRARY_PATH")
    return {"RUST_BACKTRACE": "0", "PYTHONUTF8": "1"} | (
        {"LD_LIBRARY_PATH": library} if library else {}
    )
