"""Where the servers of a data folder live: made once, kept under the folder, read by everybody."""

import hashlib
import json
import os
import re
import secrets
import socket
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from portal.embedded.account import is_root, open_to_all
from portal.embedded.errors import EmbeddedError
from portal.generated import generated_secret

PG_PORT = 5432  # names the socket's file; nothing listens on the network
LONGEST_SOCKET = 103  # bytes, on the systems that allow least
# Root's own stores, for data folders (or programs) which the servers' account cannot enter.
STORES = (Path("/var/lib/mega-portal"), Path("/var/tmp/mega-portal"))  # noqa: S108 - owner checked


@dataclass(frozen=True)
class Record:
    """The addresses of one data folder's servers."""

    data_dir: Path
    place: Path  # all their files, 0700, belongs to their account
    socket_dir: Path  # 0700, likewise
    port: int  # of Valkey, on loopback

    @property
    def socket(self) -> Path:
        """PostgreSQL's socket."""
        return self.socket_dir / f".s.PGSQL.{PG_PORT}"

    def password(self, name: str) -> str:
        """Return the password of `postgres`, `portal` or `valkey` (hex digits)."""
        return generated_secret(self.data_dir, f"{name}_password")


def load(data_dir: Path) -> Record:
    """Return the record of the data folder; makes it when there is none.

    A copied or moved data folder gets new addresses, so that it never shares those of the original.
    Raises EmbeddedError when the folder cannot be used.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o711 if is_root() else 0o700)
        known = _read(data_dir)
        if known is None:
            return _keep(_choose(data_dir), first=True)
        if known.data_dir != data_dir:
            return _keep(_moved(known, data_dir), first=False)
    except OSError as error:
        raise EmbeddedError(
            f"The data folder {data_dir} cannot be used ({error.strerror}); run as the user who "
            f"made it, or set DATA_DIR to a folder of your own."
        ) from error
    return known


def new_port(record: Record) -> Record:
    """Record another port, for when a stranger has taken the old one."""
    return _keep(replace(record, port=_free_port()), first=False)


def new_socket_dir(record: Record) -> Record:
    """Record another folder for the socket, for when the old one is not ours any more."""
    return _keep(replace(record, socket_dir=_short_folder()), first=False)


def database_url(record: Record, *, user: str = "portal", database: str = "portal") -> str:
    """Return PostgreSQL's address for libpq and django-environ alike."""
    folder = quote(str(record.socket_dir))
    return (
        f"postgres://{user}:{record.password(user)}@:{PG_PORT}/{folder}/{database}"
        f"?host={folder}&dbname={database}"
    )


def redis_url(record: Record) -> str:
    """Return Valkey's address."""
    return f"redis://:{record.password('valkey')}@127.0.0.1:{record.port}/0"


def store() -> Path:
    """Return root's own store, made when absent: everybody may pass, only root may write."""
    for folder in STORES:
        if folder.parent.is_dir() and os.access(folder.parent, os.W_OK):
            folder.mkdir(exist_ok=True, mode=0o755)
            if folder.stat().st_uid == 0 and not folder.is_symlink():
                folder.chmod(0o755)
                return folder
    raise EmbeddedError(
        f"Neither {STORES[0]} nor {STORES[1]} can be written by root, and the servers' account "
        f"cannot enter the data folder; set DATA_DIR to a folder which every user can enter."
    )


def _file(data_dir: Path) -> Path:
    return data_dir / "servers.json"


def _read(data_dir: Path) -> Record | None:
    try:
        facts = json.loads(_file(data_dir).read_text())
    except FileNotFoundError:
        return None
    return Record(
        Path(facts["data_dir"]),
        Path(facts["place"]),
        Path(facts["socket_dir"]),
        int(facts["port"]),
    )


def _keep(record: Record, *, first: bool) -> Record:
    """Write the record whole; of two that are first at the same moment, one wins for both."""
    path = _file(record.data_dir)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    facts = {name: str(value) for name, value in vars(record).items()}
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(facts, file, indent=1)
    if not first:
        draft.replace(path)
        return record
    try:
        os.link(draft, path)
    except FileExistsError:
        return _read(record.data_dir) or record
    finally:
        draft.unlink()
    return record


def _choose(data_dir: Path) -> Record:
    place = data_dir / "servers"
    if is_root() and not open_to_all(place):
        # Named for the data folder and yet new: one that was removed must not find its old data,
        # whose passwords are gone.
        key = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
        place = store() / f"data-{key}-{secrets.token_hex(3)}"
    return Record(data_dir, place, _socket_dir(place), _free_port())


def _moved(known: Record, data_dir: Path) -> Record:
    fresh = _choose(data_dir)
    outside = not known.place.is_relative_to(known.data_dir)
    if outside and known.place.exists() and not known.data_dir.exists():
        return replace(fresh, place=known.place, socket_dir=_socket_dir(known.place))
    return fresh


def _socket_dir(place: Path) -> Path:
    """Return a folder beside the data where the socket's name fits, else a short one."""
    inside = place / "run"
    whole = os.fsencode(inside / f".s.PGSQL.{PG_PORT}")
    plain = re.fullmatch(r"[\w./-]+", str(inside), re.ASCII)
    return inside if plain and len(whole) <= LONGEST_SOCKET else _short_folder()


def _short_folder() -> Path:
    # Made with mode 0700 at the start, and refused when it belongs to somebody else.
    return Path("/tmp") / f"mega-portal-{secrets.token_hex(6)}"  # noqa: S108


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
