"""The servers' own logs, under the data folder."""

import os
from pathlib import Path
from typing import IO

LARGEST = 5_000_000  # bytes, then it starts anew


def open_log(data_dir: Path, name: str) -> IO[bytes]:
    """Open `logs/<name>.log` of the data folder to append, for our eyes only."""
    path = log_path(data_dir, name)
    path.parent.mkdir(exist_ok=True, mode=0o700)
    if path.exists() and path.stat().st_size > LARGEST:
        path.replace(path.with_suffix(".old.log"))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    return os.fdopen(descriptor, "ab", buffering=0)


def log_path(data_dir: Path, name: str) -> Path:
    """Return where the log is."""
    return data_dir / "logs" / f"{name}.log"


def last_words(data_dir: Path, name: str) -> str:
    """Return the last line of the log that is not empty, for a sentence about a failed start."""
    with log_path(data_dir, name).open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 4_000))
        lines = file.read().decode(errors="replace").splitlines()
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")
