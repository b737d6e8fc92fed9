"""What a person sees in an XLS: records of a kind, a length and as many bytes (BIFF 5 and 8).

Beside the parser's rows, like the other readers: what is not as expected ends the reading, and the
cells from there on show as they are stored.
"""

import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from imports.intake import ole, shown
from imports.intake.shown import Format, Shown
from imports.intake.shown_xlsb import short_number

BEGIN, END, SHEET, FORMAT, STYLE = 0x0809, 0x000A, 0x0085, 0x041E, 0x00E0
NUMBER, SHORT_NUMBER, SHORT_NUMBERS, FORMULA, ERROR = 0x0203, 0x027E, 0x00BD, 0x0006, 0x0205
CELLS: Final = {NUMBER, SHORT_NUMBER, SHORT_NUMBERS, FORMULA, ERROR}
BIFF_8 = 0x0600
# A cell with an error, as it is and as the result of a formula. Chance may make such bytes too:
# then all records are looked at in vain.
ANY_ERROR = re.compile(rb"\x05\x02\x08\x00.{7}\x01|\x06\x00.{8}\x02.{5}\xff\xff", re.DOTALL)

Records = Iterator[tuple[int, bytes]]


def cells(path: Path, sheet: int) -> Iterator[Shown]:
    """Give such cells of a sheet, which is named by its place among all sheets of the workbook."""
    with ole.Streams(path) as streams:
        stream = streams.read("Workbook", "Book")
    starts, formats = _globals(stream)
    if sheet < len(starts) and (formats or ANY_ERROR.search(stream)):
        for kind, content in _records(stream, starts[sheet]):
            if kind in CELLS and len(content) >= 8:
                yield from _cells(kind, content, formats)


def _globals(stream: bytes) -> tuple[list[int], dict[int, Format]]:
    """Give where each sheet begins, and the formats by the place of a cell's style."""
    starts: list[int] = []
    codes: dict[int, str] = {}
    styles: list[int] = []
    is_wide = int.from_bytes(stream[4:6], "little") == BIFF_8
    for kind, content in _records(stream, 0):
        if kind == SHEET:
            starts.append(int.from_bytes(content[:4], "little"))
        elif kind == FORMAT:
            codes[int.from_bytes(content[:2], "little")] = _code(content[2:], is_wide=is_wide)
        elif kind == STYLE:
            styles.append(int.from_bytes(content[2:4], "little"))
    return starts, shown.formats_of(styles, codes)


def _code(content: bytes, *, is_wide: bool) -> str:
    if not is_wide:
        return content[1 : 1 + content[0]].decode("latin-1") if content else ""
    size = int.from_bytes(content[:2], "little")
    if content[2:3] == b"\x00":  # each character in one byte
        return content[3 : 3 + size].decode("latin-1")
    return content[3 : 3 + 2 * size].decode("utf-16-le", "replace")


def _records(stream: bytes, at: int) -> Records:
    """Give the records of one part; a chart within a sheet has cells of its own, left out here."""
    depth = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<2H", stream, at)
        if kind == BEGIN:
            depth += 1
        elif kind == END:
            depth -= 1
        elif depth == 1:
            yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size
        if depth < 1:
            return


def _cells(kind: int, content: bytes, formats: dict[int, Format]) -> Iterator[Shown]:
    row, column = struct.unpack_from("<2H", content)
    if kind == SHORT_NUMBERS:
        for place in range((len(content) - 6) // 6):
            style = int.from_bytes(content[4 + 6 * place : 6 + 6 * place], "little")
            if style in formats:
                number = short_number(content[6 + 6 * place : 10 + 6 * place])
                yield Shown(row, column + place, shown.text(number, formats[style]))
        return
    style = int.from_bytes(content[4:6], "little")
    if text := _text(kind, content[6:14], formats.get(style)):
        yield Shown(row, column, text)


def _text(kind: int, value: bytes, shown_by: Format | None) -> str:
    if kind == ERROR:
        return shown.ERRORS.get(value[0], "") if value[1] else ""
    if kind == FORMULA and value[6:8] == b"\xff\xff":  # no number
        return shown.ERRORS.get(value[2], "") if value[0] == 2 else ""
    if shown_by is None or len(value) < (4 if kind == SHORT_NUMBER else 8):
        return ""
    number = short_number(value) if kind == SHORT_NUMBER else struct.unpack("<d", value)[0]
    return shown.text(number, shown_by)
