"""A stored upload as a file on this machine, wherever uploads are kept."""

import hashlib
import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic

from django.core.files.storage import Storage
from django.db.models.fields.files import FieldFile

from imports.errors import StoreUnavailable, UnreadableFile
from imports.intake import copies
from imports.models import Draft, Import
from portal.uploads import DISK_RESERVE, StoreError, store_of

log = logging.getLogger(__name__)

HEED_EVERY = 5.0  # seconds


@contextmanager
def local(
    upload: Import | Draft,
    *,
    within: float | None = None,
    heed: Callable[[], object] = lambda: None,
) -> Iterator[Path]:
    """The upload as a path for as long as the block lasts; it may be a copy, which is then gone.

    On a disk it is the stored file itself. From a bucket its bytes are fetched, at most as many as
    were uploaded, and compared with the SHA-256 of the upload. That may take a while: `within`
    bounds it, in seconds, and `heed` is called every few of them.

    Raises UnreadableFile (missing, or not what was uploaded) and StoreUnavailable.
    """
    store = store_of(upload.file.storage)
    if store.on_this_machine:
        with _missing_is_said(upload, "on the machine that reads it"):
            yield Path(store.path(_name(upload.file)))
        return
    with ExitStack() as held:
        with _trouble_is_said():
            path = held.enter_context(copies.folder()) / "upload"
            with _missing_is_said(upload, "in the store of uploads"):
                _fetch(upload, path, _patience(within, heed))
        yield path


def again(upload: Import, name: str) -> None:
    """Give the stored file a second name, without its bytes passing through the portal.

    In a bucket it may take half a minute: call it outside of any transaction. Raises as `local`.
    """
    with _trouble_is_said(), _missing_is_said(upload, "where uploads are kept"):
        store_of(upload.file.storage).duplicate(_name(upload.file), name)


def remove(file: FieldFile) -> None:
    """Remove a stored file; one that is gone is as good as removed. Raises StoreUnavailable."""
    with _trouble_is_said():
        store_of(file.storage).delete(_name(file))


def remove_quietly(storage: Storage, *names: str) -> None:
    """Remove what was stored in vain, while another error is on its way to a person.

    A store that is away is asked once, not for each of the files: somebody waits.
    """
    for place, name in enumerate(names):
        try:
            store_of(storage).delete(name)
        except OSError as problem:
            left, kind = len(names) - place, type(problem).__name__
            log.warning("files that nobody has may be left in the store: %s (%s)", left, kind)
            return


def _name(file: FieldFile) -> str:
    return str(file.name)


def _fetch(upload: Import | Draft, path: Path, heed: Callable[[], None]) -> None:
    """Copy the bytes and compare them with what was uploaded."""
    if shutil.disk_usage(path.parent).free < upload.file_size + DISK_RESERVE:
        raise _no_room()
    digest, size = hashlib.sha256(), 0
    with path.open("xb") as copy:
        for piece in store_of(upload.file.storage).pieces(_name(upload.file)):
            size += len(piece)
            if size > upload.file_size:
                break
            digest.update(piece)
            copy.write(piece)
            heed()
    if (size, digest.hexdigest()) != (upload.file_size, upload.file_sha256):
        log.error("%s: its stored file is not what was uploaded", upload)
        raise UnreadableFile(
            "The stored file is not what was uploaded: its SHA-256 differs. Upload it again, and "
            "tell your administrator that the store of uploads damaged a file.",
            code="damaged",
        )


def _patience(within: float | None, heed: Callable[[], object]) -> Callable[[], None]:
    """What is called for each piece: ends a wait that is too long, and heeds now and then."""
    began = last = monotonic()

    def wait() -> None:
        nonlocal last
        now = monotonic()
        if within is not None and now - began > within:
            raise StoreUnavailable(
                f"The store of uploads did not give the file within {within:g} seconds."
            )
        if now - last > HEED_EVERY:
            last = now
            heed()

    return wait


def _no_room() -> StoreUnavailable:
    return StoreUnavailable(
        "The portal's disk is full or not writable, so the stored file could not be used."
    )


@contextmanager
def _trouble_is_said() -> Iterator[None]:
    try:
        yield
    except StoreError as problem:
        raise StoreUnavailable("The store of uploads does not answer.") from problem
    except OSError as problem:
        raise _no_room() from problem


@contextmanager
def _missing_is_said(upload: Import | Draft, where: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as problem:
        log.exception("%s: its stored file is missing %s", upload, where)
        raise UnreadableFile(
            f"The stored file is missing {where}. Upload it again; if it happens again, tell your "
            "administrator.",
            code="missing",
        ) from problem
