"""What the processes of `make run` say: all of it in files; what is wrong on the terminal too."""

import os
import re
from pathlib import Path

LARGEST = 5_000_000  # bytes of one file, then it becomes the old one
TAIL = 15  # lines

# The levels as structlog, gunicorn and Celery write them.
_WRONG = re.compile(rb"\[(?:warning|error|critical) *\]|^Traceback \(most recent", re.IGNORECASE)


class LogFile:
    """`<name>.log` in a folder that only we can enter; the run before is kept as `.old.log`."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = folder / f"{name}.log"
        self._begin()

    def write(self, line: bytes) -> None:
        """Add a line (without its end)."""
        if self._size + len(line) >= LARGEST:
            self.close()
            self._begin()
        self._size += self._file.write(line + b"\n")

    def tail(self, lines: int = TAIL) -> str:
        """Return the last lines, indented, for a sentence about what went wrong."""
        said = self.path.read_bytes()[-20_000:].decode(errors="replace").splitlines()
        kept = [line for line in said if line.strip()][-lines:] or ["(nothing)"]
        return "\n".join(f"    {line}" for line in kept)

    def close(self) -> None:
        """Close the file; it stays."""
        self._file.close()

    def _begin(self) -> None:
        if self.path.exists():
            self.path.replace(self.path.with_suffix(".old.log"))
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(descriptor, "wb", buffering=0)
        self._size = 0


def is_wrong(line: bytes) -> bool:
    """Tell whether a person should see the line at once: a warning, an error, a traceback."""
    return _WRONG.search(line) is not None
