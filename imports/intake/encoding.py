"""Which encoding a text is written in: found from a sample, confirmed while the text is read.

1. A mark at the beginning decides (UTF-8 may have stray bytes all the same). 2. NULs at every
second byte tell UTF-16, three of four UTF-32; escapes among ASCII the Japanese of e-mails.
3. What decodes as UTF-8 is UTF-8. 4. Of what does not, the words beyond ASCII tell in
which encoding they are most likely (`likelihood`).

Files up to SMALL are looked at as a whole. Of larger ones the beginning and WINDOWS places are, so
that the first rows can be shown at once; whoever reads on meets the byte that proves it wrong as
`Disproved`, and begins anew with a `thorough` look at the whole file, which judges by more words.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from imports.errors import UnreadableFile
from imports.intake import likelihood, marks
from imports.intake.dialect import ENCODINGS

CHUNK = 1024 * 1024
SMALL = 8 * CHUNK
WINDOWS, WINDOW = 64, 64 * 1024
LONGEST_LINE_CHUNKS = 16
STRAY = "/cp1252"
MIXED = f"utf-8{STRAY}"
EVIDENCE = 64 * 1024  # bytes of lines beyond ASCII are enough to judge by
EVIDENCE_OF_A_PIECE = 4 * 1024
FEW = 20
ASCII = bytes(range(128))
MIXES = (
    "The file mixes UTF-8 and Windows-1252: look whether names with accents came out right, else"
    " choose another encoding."
)
LINE_ENDS = (b"\n", b"\r", b"\x1e")  # the last one is ASCII's own mark of a record's end
# Tried at the beginning of each line alone, and what was ASCII is never given back: else a long
# line would be gone through once for each of its characters.
HIGH_LINE = re.compile(rb"(?<![^\r\n\x1e])[^\r\n\x1e\x80-\xff]*+[\x80-\xff][^\r\n\x1e]*")
# Two characters of Windows-1252 in a row may happen to be UTF-8 too, but for a far-off script.
EUROPEAN = re.compile("[\u00a0-\u04ff\u2010-\u20ac]")
BEYOND_ASCII = re.compile(r"(?<!\w)[0-9A-Z_a-z]*+[^\W\x00-\x7f]\w*")  # in the same way


class Disproved(UnreadableFile):
    """The encoding that a sample let expect is not that of the whole file."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """What was found: `codec` and `errors` are for decoders, `bom` is the number of bytes to skip.

    `is_chosen` tells that a person said so: then there is nothing else to try.
    """

    name: str
    bom: int
    is_chosen: bool = False
    doubts: list[str] = field(default_factory=list)

    @property
    def codec(self) -> str:
        return "utf-8" if self.name == MIXED else self.name

    @property
    def errors(self) -> str:
        if self.name in {MIXED, "cp1252"}:
            return "as-windows-1252"
        return marks.HALF_A_PAIR if self.name.startswith("utf-16") else "strict"

    def refusal(self) -> UnreadableFile:
        """Make the error for a byte that means nothing in this encoding."""
        return (UnreadableFile if self.is_chosen else Disproved)(
            f"The file cannot be read as {self.name.upper()}: some of its bytes mean nothing in it."
            " Choose another encoding, or save it as “CSV UTF-8” and upload that.",
            code="encoding",
        )


def _windows_character(byte: int) -> str:
    # Five bytes mean nothing in Windows-1252; browsers read them as control characters.
    return bytes([byte]).decode("cp1252", "ignore") or chr(byte)


WINDOWS_1252 = [_windows_character(byte) for byte in range(256)]


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(WINDOWS_1252[byte] for byte in error.object[error.start : error.end]), error.end


codecs.register_error("as-windows-1252", _as_windows)


def find(path: Path, chosen: str = "", *, thorough: bool = False) -> Encoding:
    """Find the encoding, or check that the chosen one may fit.

    Raises UnreadableFile when what was looked at does not fit what was chosen or its mark says.
    """
    if chosen and chosen not in ENCODINGS:
        raise UnreadableFile(f"“{chosen}” is not an encoding that can be read here.")
    with path.open("rb") as file:
        head = file.read(64 * 1024)
    mark = marks.marked(head)
    said = chosen or mark.removeprefix("utf-8")
    name = said or mark or marks.unmarked(head) or "utf-8"
    encoding = Encoding(name, marks.size(head, name.removesuffix(STRAY)), is_chosen=bool(said))
    if name.startswith(("utf-16", "utf-32", marks.JAPANESE_OF_MAILS)):
        _try(encoding, [head], final=False)
        return encoding
    pieces = _pieces(path, thorough=thorough)
    if said:
        _try(encoding, pieces, final=True)
        return encoding
    most = likelihood.MANY if thorough else likelihood.SOME
    return _judged(pieces, marks.size(head, "utf-8"), most)


def _pieces(path: Path, *, thorough: bool) -> Iterator[bytes]:
    """Give whole lines: all of them, or of a large file those at its beginning and many places."""
    size = path.stat().st_size
    if thorough or size <= SMALL:
        yield from _whole_lines(path)
        return
    with path.open("rb") as file:
        yield _within_line_ends(file.read(CHUNK), first=True)
        for place in range(1, WINDOWS + 1):
            file.seek((size - WINDOW) * place // WINDOWS)
            yield _within_line_ends(file.read(WINDOW), last=place == WINDOWS)


def _within_line_ends(piece: bytes, *, first: bool = False, last: bool = False) -> bytes:
    begin = 0 if first else _first_end(piece)
    end = len(piece) if last else _last_end(piece)
    return piece[begin:end]


def _first_end(piece: bytes) -> int:
    found = [at for at in map(piece.find, LINE_ENDS) if at >= 0]
    return min(found) + 1 if found else len(piece)


def _last_end(piece: bytes) -> int:
    return max(map(piece.rfind, LINE_ENDS)) + 1


def _whole_lines(path: Path) -> Iterator[bytes]:
    """A line without an end is refused before it fills the memory."""
    open_line = b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            piece = open_line + chunk
            end = _last_end(piece)
            if not end and len(piece) >= LONGEST_LINE_CHUNKS * CHUNK:
                raise endless_line()
            open_line = piece[end:]
            if end:
                yield piece[:end]
    yield open_line


def endless_line() -> UnreadableFile:
    """Make the error for a line that never ends."""
    return UnreadableFile(
        "The file has a line of more than 16 MB, so it is not a table of leads."
        " Save the spreadsheet as CSV again and upload that."
    )


def _try(encoding: Encoding, pieces: Iterator[bytes] | list[bytes], *, final: bool) -> None:
    try:
        for piece in pieces:
            decoder = codecs.getincrementaldecoder(encoding.codec)(encoding.errors)
            decoder.decode(piece, final)
    except UnicodeDecodeError as problem:
        raise encoding.refusal() from problem


def _judged(pieces: Iterator[bytes], bom: int, most: int) -> Encoding:
    """UTF-8 when all is; else UTF-8 with stray bytes, or what the lines beyond ASCII look like."""
    good = bad = 0
    evidence: list[bytes] = []
    for piece in pieces:
        if piece.isascii():
            continue
        try:
            piece.decode()
        except UnicodeDecodeError as problem:
            at = _last_end(piece[: problem.start])
            above = _lines_beyond_ascii(piece[:at])
            lines = _lines_beyond_ascii(piece[at:])
            fine = sum(map(_is_utf8, lines))
            good, bad = good + len(above) + fine, bad + len(lines) - fine
            if sum(map(len, evidence)) < EVIDENCE:
                evidence += lines + above
        else:
            high = len(piece.translate(None, ASCII))
            ends = filter(None, map(piece.count, LINE_ENDS))
            good += min(high, next(ends, 0))  # lines, about
    if not bad:
        return Encoding("utf-8", bom)
    sample = b"\n".join(evidence)
    # A mark says that it is UTF-8. A few short lines of other encodings may happen to be that too.
    is_mixed = good * 4 > bad and (good > FEW or likelihood.is_of_two(sample, most))
    if bom or is_mixed:
        return Encoding(MIXED, bom, doubts=[MIXES])
    name = likelihood.best(sample, most)
    return Encoding(name, bom, doubts=[_doubt(name, sample)])


def _lines_beyond_ascii(piece: bytes) -> list[bytes]:
    lines: list[bytes] = []
    size = 0
    for found in HIGH_LINE.finditer(piece):
        lines.append(found[0])
        size += len(found[0])
        if size > EVIDENCE_OF_A_PIECE:
            break
    return lines


def _is_utf8(line: bytes) -> bool:
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return False
    return bool(EUROPEAN.search(text)) or len(text) + 4 <= len(line)


def _doubt(name: str, evidence: bytes) -> str:
    words = BEYOND_ASCII.findall(evidence[:EVIDENCE].decode(name, "replace"))
    shown = [f"“{word[:30]}”" for word in list(dict.fromkeys(words))[:3]]
    sample = f" such as {', '.join(shown)}" if shown else ""
    return (
        f"The file is not UTF-8 and was read as {ENCODINGS[name]}: look whether names with accents"
        f" or other letters{sample} came out right, else choose another encoding."
    )
