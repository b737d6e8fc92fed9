"""Cells of an XLSX that a person sees otherwise than they are stored: 12 %, 00123, #N/A.

The parser gives 0.12, 123 and nothing for them. Only where a workbook has such formats or errors
is the sheet's entry read once more, beside the parser's rows.
"""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree
from zipfile import ZipFile

from imports.intake.workbook_look import OVERLAP, Part, column_number, unpacked

STYLES = "xl/styles.xml"
PERCENT_FORMATS = {9, 10}  # that Excel knows without being told
QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.')
ZEROS = re.compile(r"(?:\[[^\]]*\])*(0{2,})(?:;@)?")
VALUE = rb"(?<!/)>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]{1,40})<"
PLACE = re.compile(rb"\sr=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
TYPE = re.compile(rb"\st=[\"'](\w+)[\"']")
STYLE = re.compile(rb"\ss=[\"'](\d+)[\"']")

Format = Callable[[Decimal], str]


class Shown(NamedTuple):
    """What is seen in a cell; row and column from 0."""

    row: int
    column: int
    text: str


NOTHING = Shown(2**31, 0, "")


def cells(path: Path, entry: str, parts: dict[str, Part]) -> Iterator[Shown]:
    """Give such cells of a sheet in the order in which they stand in the file."""
    formats = _formats(path) if STYLES in parts else {}
    wanted = [rb"\ss=[\"'](?:%s)[\"']" % "|".join(map(str, formats)).encode()] if formats else []
    if parts[entry].errors:
        wanted.append(rb"\st=[\"']e[\"']")
    if wanted:
        cell = rb"<(?:\w+:)?c(?=\s)(?=[^>]*(?:%s))([^>]*)" % b"|".join(wanted)
        yield from _search(path, entry, re.compile(cell + VALUE, re.DOTALL), formats)


def _search(
    path: Path, entry: str, pattern: re.Pattern[bytes], formats: dict[int, Format]
) -> Iterator[Shown]:
    with path.open("rb") as file:
        info = next(each for each in ZipFile(file).infolist() if _same(each.filename, entry))
        tail = b""
        for piece in unpacked(file, info):
            window = tail + piece
            end = 0
            for match in pattern.finditer(window):
                end = match.end()
                place = PLACE.search(match[1])
                text = _text(match[1], match[2], formats)
                if place and text:
                    yield Shown(int(place[2]) - 1, column_number(place[1]) - 1, text)
            tail = window[max(end, len(window) - OVERLAP) :]


def _text(attributes: bytes, value: bytes, formats: dict[int, Format]) -> str:
    kind, style = TYPE.search(attributes), STYLE.search(attributes)
    if kind and kind[1] == b"e":
        return value.decode("utf-8", "replace")
    if (kind and kind[1] != b"n") or not style or int(style[1]) not in formats:
        return ""
    try:
        # Through a float, as the program has it: 7.0000000000000007E-2 is 0.07.
        return formats[int(style[1])](Decimal(repr(float(value))))
    except (ValueError, InvalidOperation):
        return ""


def _formats(path: Path) -> dict[int, Format]:
    """Give the styles of cells whose format shows a per cent sign or leading zeros."""
    with ZipFile(path) as archive:
        name = next(each for each in archive.namelist() if _same(each, STYLES))
        root = ElementTree.fromstring(archive.read(name))  # noqa: S314 expat bounds expansion, this process the rest
    codes = {
        int(each.get("numFmtId", "0")): each.get("formatCode", "")
        for each in root.findall("{*}numFmts/{*}numFmt")
    }
    found: dict[int, Format] = {}
    for style, each in enumerate(root.findall("{*}cellXfs/{*}xf")):
        number = int(each.get("numFmtId", "0"))
        if number in PERCENT_FORMATS or "%" in QUOTED.sub("", codes.get(number, "")):
            found[style] = _percent
        elif zeros := ZEROS.fullmatch(codes.get(number, "")):
            found[style] = _zeros(len(zeros[1]))
    return found


def _percent(value: Decimal) -> str:
    """0.12 → 12%, 0.125 → 12.5% under any number of decimals: nothing is rounded away."""
    return f"{(value * 100).normalize():f}%"


def _zeros(width: int) -> Format:
    def text(value: Decimal) -> str:
        return f"{int(value):0{width}d}" if value == int(value) else ""

    return text


def _same(filename: str, name: str) -> bool:
    return filename.replace("\\", "/").lower() == name
