"""What a person sees in an XLSB: records of a kind, a length and as many bytes.

Beside the parser's rows, like the other readers: what is not as expected ends the reading, and the
cells from there on show as they are stored.
"""

import re
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from imports.intake import shown
from imports.intake.shown import Format, Shown
from imports.intake.workbook_look import Part, entry_of, unpacked, xml_of

STYLES = "xl/styles.bin"
WORKBOOK, RELATIONS = "xl/workbook.bin", "xl/_rels/workbook.bin.rels"
MOST_BYTES = 1024 * 1024  # of a record; a cell's text has 64 KB at most

ROW, SHORT_NUMBER, ERROR, NUMBER, COMPUTED, COMPUTED_ERROR = 0, 2, 3, 5, 9, 11
STYLE, FORMAT, STYLES_BEGIN, STYLES_END, SHEET = 47, 44, 617, 618, 156
NUMBERS: Final = frozenset({SHORT_NUMBER, NUMBER, COMPUTED})
BAD: Final = frozenset({ERROR, COMPUTED_ERROR})


def cells(path: Path, sheet: str, parts: dict[str, Part]) -> Iterator[Shown]:
    """Give such cells of the sheet with this name in the order in which they stand in the file."""
    entry = _entry_of_sheet(path, sheet) if {WORKBOOK, RELATIONS} <= parts.keys() else ""
    if entry not in parts:
        return
    formats = _formats(path) if STYLES in parts else {}
    if not formats and not parts[entry].marks:
        return
    row = 0
    for kind, content in _records(path, entry, NUMBERS | BAD | {ROW}):
        if kind == ROW:
            row = int.from_bytes(content[:4], "little")
        elif len(content) > 8:
            column, style = struct.unpack_from("<2I", content)
            text = _text(kind, content[8:], formats.get(style & 0xFFFFFF))
            if text:
                yield Shown(row, column, text)


def _text(kind: int, value: bytes, shown_by: Format | None) -> str:
    if kind in BAD:
        return shown.ERRORS.get(value[0], "")
    if shown_by is None or len(value) < (4 if kind == SHORT_NUMBER else 8):
        return ""
    number = short_number(value) if kind == SHORT_NUMBER else struct.unpack_from("<d", value)[0]
    return shown.text(number, shown_by)


def short_number(value: bytes) -> float:
    """Read four bytes: 30 bits of a whole number or of a float, perhaps a hundred times as much."""
    bits = int.from_bytes(value[:4], "little", signed=True)
    number: float = bits >> 2
    if not bits & 2:
        (number,) = struct.unpack("<d", bytes(4) + (bits & 0xFFFFFFFC).to_bytes(4, "little"))
    return number / 100 if bits & 1 else number


def _formats(path: Path) -> dict[int, Format]:
    codes: dict[int, str] = {}
    styles: list[int] = []
    is_cells = False  # styles of whole looks, such as “Percent”, stand in a list of their own
    for kind, content in _records(path, STYLES, {STYLE, FORMAT, STYLES_BEGIN, STYLES_END}):
        if kind == FORMAT:
            codes[int.from_bytes(content[:2], "little")] = _wide(content[2:])
        elif kind == STYLE and is_cells:
            styles.append(int.from_bytes(content[2:4], "little"))
        else:
            is_cells = kind == STYLES_BEGIN
    return shown.formats_of(styles, codes)


def _entry_of_sheet(path: Path, name: str) -> str:
    relation = ""
    for _, content in _records(path, WORKBOOK, {SHEET}):
        size = int.from_bytes(content[8:12], "little")
        if _wide(content[12 + 2 * size :]) == name:
            relation = _wide(content[8:])
            break
    root = xml_of(path, RELATIONS)
    target = next((each.get("Target", "") for each in root if each.get("Id") == relation), "")
    return (target.lstrip("/") if target.startswith("/") else f"xl/{target}").lower()


def _wide(content: bytes) -> str:
    size = int.from_bytes(content[:4], "little")
    return content[4 : 4 + 2 * size].decode("utf-16-le", "replace")


def _records(path: Path, entry: str, wanted: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    kinds = frozenset(wanted)
    with path.open("rb") as file:
        rest = b""
        for piece in unpacked(file, entry_of(file, entry)):
            window = rest + piece
            at, end = 0, len(window)
            while at + 1 < end:
                kind, begin, size = window[at], at + 2, window[at + 1]
                if kind > 127 or size > 127:  # few are; a call for each would take twice the time
                    kind, begin, size = _long_head(window, at)
                if begin + size > end:
                    break
                if kind in kinds:
                    yield kind, window[begin : begin + size]
                at = begin + size
            rest = window[at:]
            if len(rest) > MOST_BYTES:
                return


_LONG_HEAD = re.compile(rb"([\x00-\x7f]|[\x80-\xff].)([\x80-\xff]{0,3}[\x00-\x7f])", re.DOTALL)


def _long_head(window: bytes, at: int) -> tuple[int, int, int]:
    """Give kind, place and size of a record's content; the place is far off for half a head."""
    head = _LONG_HEAD.match(window, at)
    if head is None:
        return 0, len(window) + 1, 0
    return _joined(head[1]), head.end(), _joined(head[2])


def _joined(sevens: bytes) -> int:
    return sum((byte & 0x7F) << 7 * place for place, byte in enumerate(sevens))
