"""A spreadsheet in a gzip or a ZIP: unpacked into a file of its own that is gone afterwards."""

import glob
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile
from typing import BinaryIO

from imports.errors import UnreadableFile
from imports.intake import archive, detect
from imports.intake.dialect import Limits, Packing

# What programs add to an archive without being asked.
LITTER = {".ds_store", "thumbs.db", "desktop.ini", "icon\r"}
NAMED = 3
UNPACK = "Unpack it and upload the spreadsheet that is in it."


@dataclass(frozen=True, slots=True)
class Content:
    """The spreadsheet itself: `path` is the upload, or what was in it."""

    path: Path
    packing: Packing


@contextmanager
def opened(path: Path, limits: Limits, *, glance: bool = False) -> Iterator[Content]:
    """Unpack what is packed, beside the upload, for as long as the block lasts.

    With `glance` only as much as it takes to know the kind of the content. Raises UnreadableFile:
    nothing or several files in it, another archive, a password, a bomb, damaged, no room.
    """
    packing = detect.packing(path)
    if not packing:
        yield Content(path, "")
        return
    _sweep(path)
    with path.open("rb") as file, _beside(path) as copy:
        _unpack(_stream(file, packing, limits), copy, path.stat().st_size, limits, glance=glance)
        inner = Path(copy.name)
        if detect.packing(inner):
            raise UnreadableFile(f"The archive holds another archive. {UNPACK}", code="nested")
        yield Content(inner, packing)


def kind(path: Path, limits: Limits) -> None:
    """Look at the content of an upload; raises UnreadableFile when it cannot be read here."""
    with opened(path, limits, glance=True) as content:
        detect.kind(content.path)


def _sweep(path: Path) -> None:
    """Remove what a reader that was killed left; one that still reads has lost its lease."""
    for left in path.parent.glob(f"{glob.escape(_prefix(path))}*"):
        left.unlink(missing_ok=True)


def _prefix(path: Path) -> str:
    return f".{path.name}.unpacked-"


@contextmanager
def _beside(path: Path) -> Iterator[BinaryIO]:
    try:
        copy = NamedTemporaryFile(dir=path.parent, prefix=_prefix(path))  # noqa: SIM115 - see below
    except OSError as problem:
        raise _no_room() from problem
    try:
        yield copy  # type: ignore[misc]  # it wraps a binary file
    finally:
        try:
            copy.close()
        except OSError:  # closing writes what is left; the file is gone all the same
            Path(copy.name).unlink(missing_ok=True)


def _no_room() -> UnreadableFile:
    return UnreadableFile(
        "The archive could not be unpacked: the portal's disk is full or not writable. Tell your"
        " administrator, then upload it again.",
        code="not_stored",
    )


def _stream(file: BinaryIO, packing: Packing, limits: Limits) -> Iterator[bytes]:
    if packing == "gzip":
        return archive.gunzipped(file)
    entry = _only_one(archive.entries(file, limits))
    if entry.sealed:
        raise UnreadableFile(f"The ZIP archive has a password. {UNPACK}")
    if entry.method not in {archive.STORED, archive.DEFLATED}:
        raise UnreadableFile(f"The ZIP archive is packed in a way that is not read here. {UNPACK}")
    return archive.unzipped(file, entry)


def _only_one(entries: Iterable[archive.Entry]) -> archive.Entry:
    files = [entry for entry in entries if not _is_litter(entry.name)]
    if len(files) == 1:
        return files[0]
    if not files:
        raise UnreadableFile("The ZIP archive is empty. Put the spreadsheet in it, or upload that.")
    names = [PurePosixPath(entry.name.replace("\\", "/")).name[:80] for entry in files[:NAMED]]
    listed = ", ".join(f"“{name}”" for name in names) + (" …" if len(files) > NAMED else "")
    raise UnreadableFile(
        f"The ZIP archive holds {len(files):,} files ({listed}), but exactly one spreadsheet is"
        " expected. Unpack it and upload the spreadsheets one by one.",
        code="several",
    )


def _is_litter(name: str) -> bool:
    parts = name.replace("\\", "/").lower().split("/")
    return "__macosx" in parts[:-1] or parts[-1] in LITTER or parts[-1].startswith("._")


def _unpack(
    pieces: Iterator[bytes], copy: BinaryIO, size: int, limits: Limits, *, glance: bool
) -> None:
    """Write the pieces, at most as many bytes as a file may have."""
    written = 0
    whole = not glance
    for piece in pieces:
        if not written:
            whole = whole or detect.needs_its_end(piece)
        written += len(piece)
        _refuse_bomb(written, size, limits)
        try:
            copy.write(piece)
        except OSError as problem:
            raise _no_room() from problem
        if not whole and written >= detect.HEAD_BYTES:
            break
    try:
        copy.flush()
    except OSError as problem:
        raise _no_room() from problem


def _refuse_bomb(written: int, size: int, limits: Limits) -> None:
    if written > limits.ratio_from and written > limits.inflated_ratio * size:
        raise UnreadableFile(
            f"The archive unpacks to more than {limits.inflated_ratio} times its size, which no"
            f" table of leads does. {UNPACK}",
            code="hostile",
        )
    if written > limits.unpacked_bytes:
        raise UnreadableFile(
            f"The archive unpacks to more than {limits.unpacked_bytes / 1e6:,.0f} MB. Split the"
            " spreadsheet into several files and upload them one by one.",
            code="too_large",
        )
