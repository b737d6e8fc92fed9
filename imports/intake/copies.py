"""Folders for temporary copies, each gone with whoever made it.

A folder is its owner's as long as the owner lives: it holds a lock on it, which the kernel takes
back from the dead. What killed owners left is removed by whoever needs a folder next.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from django.conf import settings

from portal.uploads import private_folder


@contextmanager
def folder() -> Iterator[Path]:
    """A folder of one's own, with all that is put into it removed at the end. Raises OSError."""
    sweep()
    made, lock = _own(private_folder(_place()))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        os.close(lock)


def sweep() -> None:
    """Remove what owners that were killed have left on this machine."""
    for left in _place().glob("*"):
        lock = _locked(left)
        if lock is not None:
            shutil.rmtree(left, ignore_errors=True)
            os.close(lock)


def _place() -> Path:
    return Path(settings.FILE_UPLOAD_TEMP_DIR) / "copies"


def _own(place: Path) -> tuple[Path, int]:
    """Make a folder and lock it; one that was swept in between is made anew."""
    for _ in range(10):
        made = Path(mkdtemp(dir=place))
        lock = _locked(made)
        if lock is not None:
            if made.exists():
                return made, lock
            os.close(lock)
    raise OSError(f"No folder could be locked in {place}.")


def _locked(path: Path) -> int | None:
    """Lock a folder without waiting; None when somebody else has it, or it is gone."""
    try:
        lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    return lock
