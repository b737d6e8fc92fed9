"""A text file as blocks of whole lines, decoded as it is read."""

import codecs
from collections.abc import Iterator
from pathlib import Path

from imports.intake.encoding import Encoding, endless_line

FIRST_BLOCK = 16 * 1024  # bytes: the first rows are wanted at once
BLOCK = 128 * 1024
LONGEST_LINE = 16 * 1024 * 1024  # characters


def blocks(path: Path, encoding: Encoding) -> Iterator[str]:
    """Give the text in pieces that end where a line ends (the last one where the text does).

    Raises UnreadableFile at a byte that means nothing in the encoding (`encoding.Disproved` where
    nobody has chosen it), and at a line of more than 16 MB.
    """
    decoder = codecs.getincrementaldecoder(encoding.codec)(encoding.errors)
    rest, size = "", FIRST_BLOCK
    with path.open("rb") as file:
        file.seek(encoding.bom)
        while data := file.read(size):
            text = rest + _decoded(decoder, data, encoding)
            size = BLOCK
            # A CR at the very end may be the first half of a CR LF.
            end = max(text.rfind("\n"), text.rfind("\r", 0, len(text) - 1)) + 1
            if end:
                yield text[:end]
            elif len(text) > LONGEST_LINE:
                raise endless_line()
            rest = text[end:]
    rest += _decoded(decoder, b"", encoding, final=True)
    if rest:
        yield rest


def _decoded(
    decoder: codecs.IncrementalDecoder, data: bytes, encoding: Encoding, *, final: bool = False
) -> str:
    try:
        return decoder.decode(data, final)
    except UnicodeDecodeError as problem:
        raise encoding.refusal() from problem
