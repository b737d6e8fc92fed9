"""Which encoding a CSV is written in: the whole file is looked at before its first row is read."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from imports.errors import UnreadableFile
from imports.intake.dialect import ENCODINGS

CHUNK = 1024 * 1024
LONGEST_LINE_CHUNKS = 16
MIXED = "utf-8/cp1252"
HIGH_BYTES = bytes(range(128, 256))
# Two characters of Windows-1252 in a row may happen to be UTF-8 too, but for a far-off script.
EUROPEAN = re.compile("[\u00a0-\u04ff\u2010-\u20ac]")
BOMS = (
    ("utf-32-le", codecs.BOM_UTF32_LE),  # before UTF-16, whose mark it begins with
    ("utf-32-be", codecs.BOM_UTF32_BE),
    ("utf-8", codecs.BOM_UTF8),
    ("utf-16-le", codecs.BOM_UTF16_LE),
    ("utf-16-be", codecs.BOM_UTF16_BE),
)


@dataclass(frozen=True, slots=True)
class Encoding:
    """What was found: `codec` and `errors` are for `open`, `bom` is the number of bytes to skip."""

    name: str
    bom: int
    holds_nul: bool
    doubts: list[str] = field(default_factory=list)

    @property
    def codec(self) -> str:
        return "utf-8" if self.name == MIXED else self.name

    @property
    def errors(self) -> str:
        return "as-windows-1252" if self.name in {MIXED, "cp1252"} else "strict"


def _windows_character(byte: int) -> str:
    # Five bytes mean nothing in Windows-1252; browsers read them as control characters.
    return bytes([byte]).decode("cp1252", "ignore") or chr(byte)


WINDOWS = [_windows_character(byte) for byte in range(256)]


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(WINDOWS[byte] for byte in error.object[error.start : error.end]), error.end


codecs.register_error("as-windows-1252", _as_windows)


def find(path: Path, chosen: str = "") -> Encoding:
    """Find the encoding, or check that the chosen one fits; reads the file once or twice.

    Raises UnreadableFile when the file does not fit what was chosen or what its mark says.
    """
    if chosen and chosen not in ENCODINGS:
        raise UnreadableFile(f"“{chosen}” is not an encoding that can be read here.")
    with path.open("rb") as file:
        head = file.read(64 * 1024)
    name = chosen or _marked(head) or unmarked_utf16(head) or "utf-8"
    try:
        nul = _scan(path, name)
    except UnicodeDecodeError as problem:
        if chosen or name != "utf-8":
            raise UnreadableFile(
                f"The file cannot be read as {name.upper()}: some of its bytes mean nothing in it."
                " Choose another encoding, or save it as “CSV UTF-8” and upload that."
            ) from problem
        return _western(path, head)
    return Encoding(name, _bom(head, name), nul)


def _marked(head: bytes) -> str:
    return next((name for name, bom in BOMS if head.startswith(bom)), "")


def _bom(head: bytes, name: str) -> int:
    codec = "utf-8" if name == MIXED else name
    return next((len(bom) for other, bom in BOMS if other == codec and head.startswith(bom)), 0)


def unmarked_utf16(head: bytes) -> str:
    """Recognise UTF-16 without a mark: every second byte of Latin text is a NUL."""
    pairs = max(1, len(head) // 2)
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 0.3 * pairs and even < 0.05 * pairs:
        return "utf-16-le"
    if even > 0.3 * pairs and odd < 0.05 * pairs:
        return "utf-16-be"
    return ""


def _chunks(path: Path) -> Iterator[bytes]:
    """Read the file in pieces; a line without an end is refused before it fills the memory."""
    endless = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            endless = 0 if b"\n" in chunk or b"\r" in chunk else endless + 1
            if endless >= LONGEST_LINE_CHUNKS:
                raise UnreadableFile(
                    "The file has a line of more than 16 MB, so it is not a table of leads."
                    " Save the spreadsheet as CSV again and upload that."
                )
            yield chunk


def _scan(path: Path, name: str) -> bool:
    """Decode the whole file without keeping it; tells whether it holds NUL characters."""
    if name in {MIXED, "cp1252"}:
        return any([b"\x00" in chunk for chunk in _chunks(path)])  # noqa: C419 to the last line
    decoder = codecs.getincrementaldecoder(name)()
    nul = False
    pending = False
    for chunk in _chunks(path):
        if name == "utf-8" and chunk.isascii() and not pending:
            nul = nul or b"\x00" in chunk
            continue
        nul = "\x00" in decoder.decode(chunk) or nul
        pending = bool(decoder.getstate()[0])
    decoder.decode(b"", final=True)
    return nul


def _western(path: Path, head: bytes) -> Encoding:
    """Not UTF-8: either Windows-1252 throughout, or UTF-8 into which such bytes were pasted."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    good = bad = 0
    nul = False
    for chunk in _chunks(path):
        nul = nul or b"\x00" in chunk
        text = decoder.decode(chunk)
        replaced = text.count("\ufffd")
        bad += replaced
        if len(text) - replaced > len(chunk.translate(None, HIGH_BYTES)):
            good += len(EUROPEAN.findall(text))
    name = MIXED if good * 10 > bad else "cp1252"
    doubt = (
        "The file mixes UTF-8 and Windows-1252: look whether names with accents came out right."
        if name == MIXED
        else "The file is not UTF-8 and was read as Windows-1252 (Western European): look whether"
        " names with accents came out right, else choose another encoding."
    )
    return Encoding(name, _bom(head, name), nul, [doubt])
