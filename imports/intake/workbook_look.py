"""A look into a workbook before it is parsed: what it really unpacks to, and what it claims.

The parser believes what a workbook says of itself and reserves memory for it; a few kilobytes can
end its process. So every entry is unpacked piece by piece here, counted and thrown away.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError, fromstring
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from imports.errors import UnreadableFile
from imports.intake import archive
from imports.intake.dialect import FileKind, Limits
from imports.intake.ods_look import Repeats

OVERLAP = 4096  # a tag that lies across two pieces is seen whole in what is around the seam
CELL_BYTES = 40  # what the parser reserves for each cell between the corners of a sheet
HARMLESS_TEXTS = 1_000_000  # a shared text takes five bytes at least, but writers may miscount

CONTENT = re.compile(rb"<(?:\w+:)?(?:v|is)(?:\s[^>]*)?(?<!/)>")
# Cells far to the right (from column AAA) with something in them: few sheets have any.
# Two patterns that begin with fixed bytes are searched ten times as fast as one that does not.
FAR_CELLS = tuple(
    re.compile(rb"r=" + quote + rb"([A-Z]{3})(\d{1,9})" + quote + rb"[^>]*(?<!/)>\s*<(?!/)")
    for quote in (b'"', b"'")
)
# A formula that no program has calculated; a text without characters is a result (t="str").
UNSOLVED = re.compile(
    rb"<c(?=\s)(?![^>]{0,200}\st=[\"']str)([^>]{0,200})>\s*<f(?:\s[^>]{0,200})?(?:/>|>[^<]*</f>)"
    rb"\s*(?:<v\s*/>\s*|<v></v>\s*)?</c>"  # never two runs of spaces side by side
)
# How such a cell ends; fixed bytes are found at once, and few sheets have any.
UNSOLVED_ENDS = (b"</f></c>", b"</f><v></v></c>", b"</f><v/></c>", b"</f><v /></c>", b'"/></c>')
PLACE = re.compile(rb"\sr=[\"']([A-Z]{1,3}\d{1,7})[\"']")
UNIQUE = re.compile(rb"<(?:\w+:)?sst\s[^>]*?\buniqueCount=[\"'](\d{1,20})")
# A percentage, an error, a text of digits that begins with a zero.
ODS_MARKS = re.compile(
    rb"value-type=[\"']percentage|calcext:value-type=[\"']error|<text:p>0\d{1,50}</text:p>"
)
# A cell with an error, or with one as a formula's result. Texts may look so too: no harm is done.
XLSB_ERROR = re.compile(
    rb"(?:\x03\x09|\x0b..?).{2}\x00\x00.{4}[\x00\x07\x0f\x17\x1d\x24\x2a\x2b]", re.DOTALL
)

DAMAGED = (
    "The workbook is damaged and cannot be opened. Open it in Excel, save it as a new XLSX or CSV"
    " file and upload that."
)
SEALED = "The workbook has a password. Remove the password, save it and upload that."


@dataclass(slots=True)
class Part:
    """An entry of the archive.

    size is the unpacked one; content tells whether a sheet of an XLSX has cells with a value, marks
    whether there may be cells that show otherwise than the parser gives them (in XLSX and XLSB:
    errors); texts is the number of shared texts that the entry claims to hold; unsolved is the
    first cell of an XLSX's sheet with a formula but no result.
    """

    size: int = 0
    content: bool = False
    marks: bool = False
    texts: int = 0
    unsolved: str = ""


def look(path: Path, kind: FileKind, limits: Limits) -> dict[str, Part]:
    """Unpack every entry once, keeping nothing; give its findings by the entry's name.

    An XLS is not packed, so there is nothing to look at: {}.

    Raises UnreadableFile for what no spreadsheet program writes, or what is larger than allowed.
    """
    parts: dict[str, Part] = {}
    if kind == "xls":
        return parts
    total = 0
    with path.open("rb") as file:
        for info in _entries(file, limits):
            name = info.filename.replace("\\", "/").lower()
            part = parts[name] = Part()
            inspect = _inspector(kind, name, part, limits)
            for piece in unpacked(file, info):
                part.size += len(piece)
                total += len(piece)
                _refuse_bomb(part.size, total, info, limits)
                inspect(piece)
            if part.size != info.file_size or part.texts > max(HARMLESS_TEXTS, part.size // 5):
                raise UnreadableFile(DAMAGED, code="damaged")
    return parts


def _inspector(kind: FileKind, name: str, part: Part, limits: Limits) -> Callable[[bytes], object]:
    if kind == "ods" and name == "content.xml":
        return _Marks(part, ODS_MARKS, Repeats(limits).feed).feed
    if kind == "xlsb":
        return _Marks(part, XLSB_ERROR).feed
    if kind == "xlsx":
        return _Inspector(part, limits).feed
    return len  # counted, nothing else


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
        raise UnreadableFile(SEALED)
    if any(entry.compress_type not in {ZIP_STORED, ZIP_DEFLATED} for entry in entries):
        raise UnreadableFile(DAMAGED, code="damaged")
    return entries


def unpacked(file: BinaryIO, info: ZipInfo) -> Iterator[bytes]:
    """Unpack an entry; raises UnreadableFile where it is damaged."""
    deflated = info.compress_type == ZIP_DEFLATED
    return archive.inflated(
        file, info.header_offset, info.compress_size, deflated=deflated, problem=DAMAGED
    )


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


def entry_of(file: BinaryIO, name: str) -> ZipInfo:
    """Find an entry by the name under which `look` gave its findings."""
    return next(
        entry
        for entry in ZipFile(file).infolist()
        if entry.filename.replace("\\", "/").lower() == name
    )


def xml_of(path: Path, name: str) -> Element:
    """Parse an entry of XML as a whole; raises UnreadableFile where it is none."""
    with path.open("rb") as file:
        content = b"".join(unpacked(file, entry_of(file, name)))
    try:
        return fromstring(content)  # noqa: S314 expat bounds expansion, this process the rest
    except (ParseError, LookupError, ValueError) as problem:  # the two others: odd encodings
        raise UnreadableFile(DAMAGED, code="damaged") from problem


class _Marks:
    """Notes whether an entry has what a pattern finds, and hands its pieces on."""

    def __init__(
        self, part: Part, pattern: re.Pattern[bytes], then: Callable[[bytes], object] = len
    ) -> None:
        self._part, self._pattern, self._then = part, pattern, then
        self._tail = b""

    def feed(self, piece: bytes) -> None:
        """Look at the next piece, with the end of the one before."""
        if not self._part.marks:
            self._part.marks = self._pattern.search(self._tail + piece) is not None
            self._tail = piece[-64:]
        self._then(piece)


class _Inspector:
    """Notes what an entry of an XLSX shows, refuses false claims."""

    def __init__(self, part: Part, limits: Limits) -> None:
        self._part, self._limits = part, limits
        self._tail = b""
        self._is_texts = False  # shared ones: no cells, but half of the file

    def feed(self, piece: bytes) -> None:
        """Look at the seam between the piece before and the next one, and at the next one."""
        seam = self._tail + piece[:OVERLAP]
        self._tail = piece[-OVERLAP:] if len(piece) >= OVERLAP else seam[-OVERLAP:]
        for window in (seam, piece):
            self._inspect(window)

    def _inspect(self, window: bytes) -> None:
        if self._is_texts:
            return
        part = self._part
        if part.size <= archive.PIECE and (claimed := UNIQUE.search(window)):
            part.texts = int(claimed[1])
            self._is_texts = True
        part.content = part.content or CONTENT.search(window) is not None
        if b"</f>" in window and not part.unsolved:
            self._look_for_unsolved(window)
        single = b"'" in window  # few programs quote so
        # The value of every error begins with #, which few sheets have: one byte is found at once.
        if b"#" in window and not part.marks:
            part.marks = b't="e"' in window or (single and b"t='e'" in window)
        for column, row in chain.from_iterable(
            far.findall(window) for far in (FAR_CELLS if single else FAR_CELLS[:1])
        ):
            cells = column_number(column) * int(row)
            if cells * CELL_BYTES > self._limits.memory_bytes:
                raise UnreadableFile(_far(f"{column.decode()}{row.decode()}"), code="hostile")

    def _look_for_unsolved(self, window: bytes) -> None:
        is_likely = any(end in window for end in UNSOLVED_ENDS)
        if is_likely and (found := UNSOLVED.search(window)):
            place = PLACE.search(found[1])
            self._part.unsolved = place[1].decode() if place else "?"


def column_number(letters: bytes) -> int:
    """A → 1, XFD → 16384."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _far(cell: str) -> str:
    return (
        f"A sheet has something in cell {cell}, so far from the rest that the sheet is too large to"
        " open. Clear that cell, or save the sheet as CSV and upload that."
    )
