"""A look into an XLSX before it is parsed: what it really unpacks to, and what it claims.

The parser believes what a workbook says of itself and reserves memory for it; a few kilobytes can
end its process. So every entry is unpacked piece by piece here, counted and thrown away.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from imports.errors import UnreadableFile
from imports.intake.dialect import Limits

PIECE = 256 * 1024
OVERLAP = 4096  # a tag that lies across two pieces is seen whole in the second
CELL_BYTES = 40  # what the parser reserves for each cell between the corners of a sheet
HARMLESS_TEXTS = 1_000_000  # a shared text takes five bytes at least, but writers may miscount

CONTENT = re.compile(rb"<(?:\w+:)?(?:v|is)(?:\s[^>]*)?(?<!/)>")
ERROR_CELL = re.compile(
    rb"<(?:\w+:)?c\s(?=[^>]*\st=[\"']e[\"'])[^>]*?\br=[\"']([A-Z]+)(\d+)[\"'][^>]*(?<!/)>"
    rb"(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]{1,40})<",
    re.DOTALL,
)
# Cells far to the right (from column AAA) with something in them: few sheets have any.
# Two patterns that begin with fixed bytes are searched ten times as fast as one that does not.
FAR_CELLS = tuple(
    re.compile(rb"r=" + quote + rb"([A-Z]{3})(\d{1,9})" + quote + rb"[^>]*(?<!/)>\s*<(?!/)")
    for quote in (b'"', b"'")
)
UNIQUE = re.compile(rb"<(?:\w+:)?sst\s[^>]*?\buniqueCount=[\"'](\d{1,20})")

DAMAGED = (
    "The workbook is damaged and cannot be opened. Open it in Excel, save it as a new XLSX or CSV"
    " file and upload that."
)


@dataclass(slots=True)
class Part:
    """An entry of the archive.

    size is the unpacked one; content and errors tell whether a sheet has cells with a value and
    cells with an error; texts is the number of shared texts that the entry claims to hold.
    """

    size: int = 0
    content: bool = False
    errors: bool = False
    texts: int = 0


def look(path: Path, limits: Limits) -> dict[str, Part]:
    """Unpack every entry once, keeping nothing; give its findings by the entry's name.

    Raises UnreadableFile for what no spreadsheet program writes, or what is larger than allowed.
    """
    parts: dict[str, Part] = {}
    total = 0
    with path.open("rb") as file:
        for info in _entries(file, limits):
            part = parts[info.filename.replace("\\", "/").lower()] = Part()
            tail = b""
            for piece in _unpacked(file, info):
                part.size += len(piece)
                total += len(piece)
                _refuse_bomb(part.size, total, info, limits)
                tail = _inspect(part, tail + piece, limits)
            if part.size != info.file_size or part.texts > max(HARMLESS_TEXTS, part.size // 5):
                raise UnreadableFile(DAMAGED, code="damaged")
    return parts


def error_cells(path: Path, name: str) -> dict[tuple[int, int], str]:
    """Give the error texts ("#N/A") of a sheet by (row, column), both from 0."""
    found: dict[tuple[int, int], str] = {}
    with path.open("rb") as file:
        info = next(entry for entry in ZipFile(file).infolist() if _same(entry.filename, name))
        tail = b""
        for piece in _unpacked(file, info):
            window = tail + piece
            for column, row, shown in ERROR_CELL.findall(window):
                found[int(row) - 1, _column(column) - 1] = shown.decode("utf-8", "replace")
            tail = window[-OVERLAP:]
    return found


def _same(filename: str, name: str) -> bool:
    return filename.replace("\\", "/").lower() == name


def _entries(file: BinaryIO, limits: Limits) -> list[ZipInfo]:
    try:
        entries = ZipFile(file).infolist()
    except (BadZipFile, NotImplementedError, ValueError, OSError) as problem:
        raise UnreadableFile(DAMAGED, code="damaged") from problem
    if len(entries) > limits.zip_entries:
        raise UnreadableFile(
            f"The workbook is made of {len(entries):,} parts, more than the {limits.zip_entries:,}"
            " that are opened here. Save the sheet as CSV and upload that.",
            code="hostile",
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise UnreadableFile(
            "The workbook has a password. Remove the password, save it and upload that."
        )
    if any(entry.compress_type not in {ZIP_STORED, ZIP_DEFLATED} for entry in entries):
        raise UnreadableFile(DAMAGED, code="damaged")
    return entries


def _unpacked(file: BinaryIO, info: ZipInfo) -> Iterator[bytes]:
    """Unpack by the compressed bytes alone: the sizes that an archive states may be lies."""
    file.seek(info.header_offset)
    header = file.read(30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise UnreadableFile(DAMAGED, code="damaged")
    file.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    left = info.compress_size
    unpacker = zlib.decompressobj(-15)
    while left > 0 and (packed := file.read(min(PIECE, left))):
        left -= len(packed)
        if info.compress_type == ZIP_STORED:
            yield packed
            continue
        try:
            while packed:
                yield unpacker.decompress(packed, PIECE)
                packed = unpacker.unconsumed_tail
        except zlib.error as problem:
            raise UnreadableFile(DAMAGED, code="damaged") from problem
    # What the unpacker still holds is less than a piece, unless the archive is cut off.
    yield unpacker.flush(PIECE) if info.compress_type == ZIP_DEFLATED else b""


def _refuse_bomb(size: int, total: int, info: ZipInfo, limits: Limits) -> None:
    packed = max(1, info.compress_size)
    if size > limits.ratio_from and size > limits.inflated_ratio * packed:
        raise UnreadableFile(
            f"The workbook unpacks to more than {limits.inflated_ratio} times its size, which no"
            " table of leads does. Save the sheet as CSV and upload that.",
            code="hostile",
        )
    if total > limits.inflated_bytes:
        raise UnreadableFile(
            f"The workbook unpacks to more than {limits.inflated_bytes / 1e6:,.0f} MB. Remove what"
            " is not needed, or save the sheet as CSV and upload that.",
            code="hostile",
        )


def _inspect(part: Part, window: bytes, limits: Limits) -> bytes:
    """Note what the window shows, refuse false claims; gives the end of it, for the next one."""
    part.content = part.content or CONTENT.search(window) is not None
    part.errors = part.errors or b't="e"' in window or b"t='e'" in window
    if part.size <= PIECE and (claimed := UNIQUE.search(window)):
        part.texts = int(claimed[1])
    for column, row in chain.from_iterable(far.findall(window) for far in FAR_CELLS):
        cells = _column(column) * int(row)
        if cells * CELL_BYTES > limits.memory_bytes:
            raise UnreadableFile(_far(f"{column.decode()}{row.decode()}"), code="hostile")
    return window[-OVERLAP:]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _far(cell: str) -> str:
    return (
        f"A sheet has something in cell {cell}, so far from the rest that the sheet is too large to"
        " open. Clear that cell, or save the sheet as CSV and upload that."
    )
