"""What a person sees in an XLSX: the sheet's entry is read once more, beside the parser's rows."""

import re
from collections.abc import Iterator
from pathlib import Path

from imports.intake import shown
from imports.intake.shown import Format, Shown
from imports.intake.workbook_look import OVERLAP, Part, column_number, entry_of, unpacked, xml_of

STYLES = "xl/styles.xml"
VALUE = rb"(?<!/)>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]{1,40})<"
PLACE = re.compile(rb"\sr=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
TYPE = re.compile(rb"\st=[\"'](\w+)[\"']")
STYLE = re.compile(rb"\ss=[\"'](\d+)[\"']")

NUMBER = re.compile(r"\d{1,9}", re.ASCII)


def cells(path: Path, entry: str, parts: dict[str, Part]) -> Iterator[Shown]:
    """Give such cells of a sheet in the order in which they stand in the file."""
    formats = _formats(path) if STYLES in parts else {}
    wanted = [rb"\ss=[\"'](?:%s)[\"']" % "|".join(map(str, formats)).encode()] if formats else []
    if parts[entry].marks:
        wanted.append(rb"\st=[\"']e[\"']")
    if wanted:
        cell = rb"<(?:\w+:)?c(?=\s)(?=[^>]*(?:%s))([^>]*)" % b"|".join(wanted)
        yield from _search(path, entry, re.compile(cell + VALUE, re.DOTALL), formats)


def _search(
    path: Path, entry: str, pattern: re.Pattern[bytes], formats: dict[int, Format]
) -> Iterator[Shown]:
    with path.open("rb") as file:
        tail = b""
        for piece in unpacked(file, entry_of(file, entry)):
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
        return shown.text(float(value), formats[int(style[1])])
    except ValueError:
        return ""


def _formats(path: Path) -> dict[int, Format]:
    root = xml_of(path, STYLES)
    codes = {
        _whole(each.get("numFmtId")): each.get("formatCode", "")
        for each in root.findall("{*}numFmts/{*}numFmt")
    }
    styles = [_whole(each.get("numFmtId")) for each in root.findall("{*}cellXfs/{*}xf")]
    return shown.formats_of(styles, codes)


def _whole(number: str | None) -> int:
    return int(number) if number and NUMBER.fullmatch(number) else 0
