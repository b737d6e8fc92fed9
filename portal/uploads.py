"""Uploads end where the limit is: Django itself sets no limit on the size of a file."""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, cast

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError

FORM_OVERHEAD = 1024 * 1024  # bytes of a request that are not the file: other fields, boundaries
STRANGERS_BYTES = 64 * 1024  # nobody uploads before signing in
DISK_RESERVE = 64 * 1024 * 1024  # bytes that stay free for the rest of the machine


class UploadRefusedError(MultiPartParserError):
    """An upload that ended early. `sentence` is for the person, `status` for their browser.

    A kind of parser error, so that Django answers through `handler400`, with DEBUG on as well,
    and a view that looks at the request's fields later does not read the body again.
    """

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status


def too_large_sentence() -> str:
    """What is said of a file over the limit: by the browser before it is sent, else by us."""
    limit = f"{settings.MAX_UPLOAD_BYTES / 1024 / 1024:g} MB"
    return (
        f"The file is larger than {limit}, the largest that is accepted: nothing was kept. "
        f"Split it into several files, each with the row of headings, and upload them one by one."
    )


def too_large() -> UploadRefusedError:
    """The refusal of a file over the limit."""
    return UploadRefusedError(too_large_sentence(), 413)


def disk_full() -> UploadRefusedError:
    """The refusal when the server has no room to keep a file."""
    return UploadRefusedError(
        "The server's disk is full, so the file could not be kept and nothing was imported. "
        "Try again later, and tell whoever runs this site.",
        507,
    )


class SizeLimitHandler(FileUploadHandler):
    """First of the handlers: counts what arrives and passes it on until it is too much.

    1. A Content-Length over the limit is refused before any of the body is read.
    2. So is one for which the disk has no room.
    3. What arrives is counted over all files of the request, whatever the headers said.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._arrived = 0

    def handle_raw_input(
        self,
        input_data: Any,  # noqa: ARG002 - Django's signature
        META: dict[str, Any],  # noqa: ARG002, N803 - Django's signature
        content_length: int,
        boundary: Any,  # noqa: ARG002 - Django's signature
        encoding: str | None = None,  # noqa: ARG002 - Django's signature
    ) -> None:
        if content_length > self._limit() + FORM_OVERHEAD:
            raise too_large()
        folder = private_folder(Path(settings.FILE_UPLOAD_TEMP_DIR))
        if shutil.disk_usage(folder).free < content_length + DISK_RESERVE:
            raise disk_full()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:  # noqa: ARG002
        self._arrived += len(raw_data)
        if self._arrived > self._limit():
            self._let_go()
            raise too_large()
        return raw_data

    def file_complete(self, file_size: int) -> None:  # noqa: ARG002 - the next handler keeps it
        return None

    def _let_go(self) -> None:
        """Close, and thereby delete, what the other handlers kept so far."""
        for handler in self.request.upload_handlers if self.request else ():
            if hasattr(handler, "file"):
                handler.file.close()

    def _limit(self) -> int:
        """Bytes; few for someone who is not signed in, whose upload no page would take anyway."""
        user = getattr(self.request, "user", None)
        if user is not None and not user.is_authenticated:
            return min(STRANGERS_BYTES, settings.MAX_UPLOAD_BYTES)
        limit: int = settings.MAX_UPLOAD_BYTES
        return limit


class DiskFileHandler(TemporaryFileUploadHandler):
    """Keeps an upload on the disk; one that fills up in the middle is said, and nothing stays."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError:
            self._refuse()

    def file_complete(self, file_size: int) -> Any:
        try:
            return super().file_complete(file_size)
        except OSError:
            return self._refuse()

    def _refuse(self) -> None:
        with suppress(OSError):  # closing, and thereby deleting, would write the rest first
            self.file.close()
        raise disk_full() from None


class StoreError(OSError):
    """The store of uploads does not answer, or refuses: tried again later, it may work."""


class Store(Protocol):
    """What the portal asks of the storage of its uploads, besides Django's `save` and `delete`.

    What is stored is stored to its end, or not at all. Whatever fails is an OSError: StoreError,
    FileNotFoundError, or that of a disk.

    on_this_machine  whether files have a `path` here; else `pieces` gives their bytes
    """

    on_this_machine: bool

    def path(self, name: str) -> str: ...
    def pieces(self, name: str) -> Iterator[bytes]: ...
    def duplicate(self, name: str, new_name: str) -> None: ...
    def delete(self, name: str) -> None: ...
    def trouble(self) -> str: ...


def store_of(storage: Storage) -> Store:
    """The storage of a stored file, which is one of ours."""
    return cast(Store, storage)


class WholeFileStorage(FileSystemStorage):
    """A folder of files that were stored to their end: what could not be is not left there."""

    on_this_machine = True

    def _save(self, name: str, content: "File[bytes]") -> str:
        try:
            return str(super()._save(name, content))  # type: ignore[misc]  # the stubs lack it
        except FileExistsError:
            raise
        except OSError:
            Path(self.path(name)).unlink(missing_ok=True)
            raise

    def trouble(self) -> str:
        """A disk is there, or nothing of the portal runs."""
        return ""

    def pieces(self, name: str) -> Iterator[bytes]:
        """Stream the bytes of a file."""
        with self.open(name) as file:
            yield from file.chunks()

    def duplicate(self, name: str, new_name: str) -> None:
        """Give a file a second name; nothing is copied where the disk can do that."""
        try:
            os.link(self.path(name), self.path(new_name))
        except FileNotFoundError:
            raise
        except OSError:
            with self.open(name) as file:
                self.save(new_name, file)


def private_folder(folder: Path) -> Path:
    """Create a folder that only its owner can enter; leave an existing one as it is."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
