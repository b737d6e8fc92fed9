"""Secrets that are made once and kept in files which only their owner can read."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def make_data_dir(data_dir: Path) -> None:
    """Make the folder of everything that is written; nobody else may look into it.

    As root the embedded servers run under an account of their own, which must pass through.
    """
    if not data_dir.exists():
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)


def _hex_digits() -> str:
    return secrets.token_hex(32)


def generated_secret(data_dir: Path, name: str, make: Callable[[], str] = _hex_digits) -> str:
    """Return the secret kept in `data_dir/secrets/name`, creating it when absent.

    `make` makes it; by default 64 hex digits.

    Two processes that start at the same moment agree: the file is linked into place whole, and
    whoever comes second reads what the first one wrote.
    """
    folder = data_dir / "secrets"
    make_data_dir(data_dir)
    folder.mkdir(exist_ok=True, mode=0o700)
    path = folder / name
    if not path.exists():
        draft = folder / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(make())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
