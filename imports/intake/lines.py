"""A text file as blocks of whole lines, decoded as it is read.

A text of ASCII's own separators ends its records by RS, and a line end in it is part of a cell.
They change places while it is read (RS with LF, GS with CR), and again in each cell (`in_cells`).
"""

import codecs
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from imports.intake.encoding import Encoding, endless_line

FIRST_BLOCK = 16 * 1024  # bytes: the first rows are wanted at once
BLOCK = 128 * 1024
LONGEST_LINE = 16 * 1024 * 1024  # characters
END_OF_DOS = "\x1a"
UNIT, RECORD = "\x1f", "\x1e"
SWAPPED = re.compile("[\x1d\x1e]")  # a line end within a cell
_SWAP = str.maketrans("\x1e\n\x1d\r", "\n\x1e\r\x1d")
_END = re.compile("[\x1e\r\n]")
_LINE_END = re.compile("\n\x1d?\x1e")


def beginning(path: Path, encoding: Encoding) -> str:
    """Return the first characters of a text, whatever ends its lines."""
    decoder = codecs.getincrementaldecoder(encoding.codec)(encoding.errors)
    with path.open("rb") as file:
        file.seek(encoding.bom)
        return _decoded(decoder, file.read(FIRST_BLOCK), encoding)


def has_records(head: str) -> bool:
    """Tell by its first line whether a text is divided by ASCII's own separators.

    They may stand in cells of any other text as well, but there a line end comes first.
    """
    first = _END.search(head)
    return first is not None and first[0] == RECORD and UNIT in head[: first.start()]


def blocks(path: Path, encoding: Encoding, *, records: bool = False) -> Iterator[str]:
    """Give the text in pieces that end where a line ends (the last one where the text does).

    `records` is what `has_records` told: then RS and line ends have changed places.

    Raises UnreadableFile at a byte that means nothing in the encoding (`encoding.Disproved` where
    nobody has chosen it), and at a line of more than 16 MB.
    """
    decoder = codecs.getincrementaldecoder(encoding.codec)(encoding.errors)
    whole = _whole_records() if records else _as_it_is
    rest, size = "", FIRST_BLOCK
    with path.open("rb") as file:
        file.seek(encoding.bom)
        while data := file.read(size):
            text = rest + _swapped(_decoded(decoder, data, encoding), records=records)
            size = BLOCK
            # A CR at the very end may be the first half of a CR LF.
            end = max(text.rfind("\n"), text.rfind("\r", 0, len(text) - 1)) + 1
            if end:
                yield whole(text[:end])
            elif len(text) > LONGEST_LINE:
                raise endless_line()
            rest = text[end:]
    rest += _swapped(_decoded(decoder, b"", encoding, final=True), records=records)
    if rest := whole(rest).rstrip(END_OF_DOS):
        yield rest


def in_cells(cells: list[str]) -> list[str]:
    """Give cells of a text with `records` the line ends back that they have in the file."""
    return [cell.translate(_SWAP) for cell in cells]


def _swapped(text: str, *, records: bool) -> str:
    return text.translate(_SWAP) if records else text


def _as_it_is(text: str) -> str:
    return text


def _whole_records() -> Callable[[str], str]:
    """What takes each block in turn and leaves out one line end right behind each RS.

    The RS of a line end with which a block begins is the last of the block before.
    """
    before = "\n"

    def whole(text: str) -> str:
        nonlocal before
        kept = _LINE_END.sub("\n", before + text)[len(before) :]
        before = "\n" if text.endswith("\n") else ""
        return kept

    return whole


def _decoded(
    decoder: codecs.IncrementalDecoder, data: bytes, encoding: Encoding, *, final: bool = False
) -> str:
    try:
        return decoder.decode(data, final)
    except UnicodeDecodeError as problem:
        raise encoding.refusal() from problem
