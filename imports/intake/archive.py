"""ZIP and gzip as streams of bounded pieces: nothing that an archive says of itself is believed."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

from isal import isal_zlib

from imports.errors import UnreadableFile
from imports.intake.dialect import Limits

PIECE = 256 * 1024
DIRECTORY_BYTES = 4 * 1024 * 1024
END_BYTES = 22 + 65_535
STORED, DEFLATED = 0, 8
NOT_DEFLATED = cast("type[Exception]", isal_zlib.error)  # its stub tells of an instance
GZIP = b"\x1f\x8b"
DAMAGED_ARCHIVE = (
    "The archive is damaged or cut off, as after a broken download or upload. Make it again, or"
    " unpack it and upload the spreadsheet that is in it."
)
_ENTRY = struct.Struct("<4s6H3I5H2I")  # of the list at the end of a ZIP


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in a ZIP: `offset` of its header, `packed` bytes; `sealed` by a password or not."""

    name: str
    offset: int
    packed: int
    method: int
    crc: int
    sealed: bool


def _directory(file: BinaryIO) -> tuple[bytes, int]:
    """Give the list at the end of a ZIP as it is, at most 4 MiB, and where the archive begins.

    (b"", 0) where there is no such list.
    """
    size, tail, at = _end(file)
    if at < 0:
        return b"", 0
    end = size - len(tail) + at
    length, offset = struct.unpack_from("<2I", tail, at + 12)
    begin = max(0, end - length - offset)
    length = min(length, DIRECTORY_BYTES, end)
    file.seek(end - length)
    return file.read(length), begin


def _end(file: BinaryIO) -> tuple[int, bytes, int]:
    """Give the size of a file, its last bytes, and where in them a ZIP's end begins, else -1."""
    size = file.seek(0, 2)
    file.seek(max(0, size - END_BYTES))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06", 0, max(0, len(tail) - 18))
    return size, tail, at


def has_end(file: BinaryIO) -> bool:
    """Tell whether a ZIP has the end that says where its list is."""
    return _end(file)[2] >= 0


def entries(file: BinaryIO, limits: Limits) -> list[Entry]:
    """List the files of a ZIP, no folders; raises UnreadableFile for a list that is none."""
    listed, begin = _directory(file)
    found: list[Entry] = []
    at = 0
    while at + _ENTRY.size <= len(listed):
        fields = _ENTRY.unpack_from(listed, at)
        flags, method, crc, packed = fields[3], fields[4], fields[7], fields[8]
        name_bytes, after = fields[10], fields[11] + fields[12]
        if fields[0] != b"PK\x01\x02":
            raise UnreadableFile(DAMAGED_ARCHIVE, code="damaged")
        if len(found) >= limits.zip_entries:
            raise _too_many(limits)
        at += _ENTRY.size
        name = listed[at : at + name_bytes].decode("utf-8" if flags & 0x800 else "cp437", "replace")
        at += name_bytes + after
        if not name.endswith(("/", "\\")):
            offset = begin + fields[16]
            found.append(Entry(name, offset, packed, method, crc, sealed=bool(flags & 1)))
    return found


def _too_many(limits: Limits) -> UnreadableFile:
    return UnreadableFile(
        f"The archive is made of more than {limits.zip_entries:,} files. Upload the spreadsheet"
        " itself, or save it as CSV and upload that.",
        code="hostile",
    )


def unzipped(file: BinaryIO, entry: Entry) -> Iterator[bytes]:
    """Unpack a file of a ZIP; raises UnreadableFile where it is not what its sum says."""
    crc = 0
    for piece in inflated(file, entry.offset, entry.packed, deflated=entry.method == DEFLATED):
        crc = zlib.crc32(piece, crc)
        yield piece
    if crc != entry.crc:
        raise UnreadableFile(DAMAGED_ARCHIVE, code="damaged")


def inflated(
    file: BinaryIO, offset: int, packed: int, *, deflated: bool, problem: str = DAMAGED_ARCHIVE
) -> Iterator[bytes]:
    """Unpack by the packed bytes alone: the sizes that an archive states may be lies."""
    file.seek(offset)
    header = file.read(30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise UnreadableFile(problem, code="damaged")
    file.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    unpacker = isal_zlib.decompressobj(-15)
    while packed > 0 and (piece := file.read(min(PIECE, packed))):
        packed -= len(piece)
        if not deflated:
            yield piece
            continue
        try:
            while piece:
                yield unpacker.decompress(piece, PIECE)
                piece = unpacker.unconsumed_tail
        except NOT_DEFLATED as error:
            raise UnreadableFile(problem, code="damaged") from error
    # What the unpacker still holds is less than a piece, unless the archive is cut off.
    yield unpacker.flush(PIECE) if deflated else b""


def gunzipped(file: BinaryIO) -> Iterator[bytes]:
    """Unpack a gzip, also one of several parts; raises UnreadableFile where it is cut off."""
    file.seek(0)
    unpacker = zlib.decompressobj(31)
    piece = file.read(PIECE)
    try:
        while piece:
            yield unpacker.decompress(piece, PIECE)
            piece = unpacker.unconsumed_tail
            if unpacker.eof:
                piece = (unpacker.unused_data + file.read(PIECE)).lstrip(b"\x00")
                if not piece.startswith(GZIP):  # filled up to a block, as tapes have it
                    return
                unpacker = zlib.decompressobj(31)
            piece = piece or file.read(PIECE)
    except zlib.error as error:
        raise UnreadableFile(DAMAGED_ARCHIVE, code="damaged") from error
    if not unpacker.eof:
        raise UnreadableFile(DAMAGED_ARCHIVE, code="damaged")
