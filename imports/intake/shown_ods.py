"""What a person sees in an OpenDocument, which keeps it beside each value.

Beside the parser's rows, like the other readers. As the parser does, it believes in the usual
prefixes (`table:`), and in repeated cells and rows, whose number `ods_look` has bounded.
"""

import math
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

from imports.intake import shown
from imports.intake.ods_look import ROW_END, TABLE_END, WholeRows
from imports.intake.shown import Shown
from imports.intake.workbook_look import ODS_MARKS, Part, entry_of, unpacked

CONTENT = "content.xml"
# No attribute holds a bare "<": where one comes, nothing further is searched for the tag's end.
_ATTRIBUTES = rb"((?:[^<>\"']|\"[^<\"]*\"|'[^<']*')*)>"
TABLE = re.compile(rb"<table:table(?=[\s/>])" + _ATTRIBUTES)
ROW = re.compile(rb"<table:table-row(?=[\s/>])" + _ATTRIBUTES)
CELL = re.compile(rb"<table:(?:covered-)?table-cell(?=[\s/>])" + _ATTRIBUTES)
CELL_END = b"</table:table-cell>"
ANNOTATION = re.compile(rb"<office:annotation[\s>]")
ANNOTATION_END = b"</office:annotation>"
PARAGRAPH = re.compile(rb"<text:p(?:\s[^<>]*)?>")
PARAGRAPH_END = b"</text:p>"
TAG = re.compile(rb"<[^<>]*>")
ZEROS = re.compile(r"0\d{1,400}", re.ASCII)
NAME = re.compile(rb"table:name=(?:\"([^\"]*)\"|'([^']*)')")
ROWS = re.compile(rb"number-rows-repeated=[\"'](\d{1,9})[\"']")
COLUMNS = re.compile(rb"number-columns-repeated=[\"'](\d{1,9})[\"']")
VALUE = re.compile(rb"office:value=[\"']([^\"']{1,40})[\"']")
PERCENTAGE = re.compile(rb"office:value-type=[\"']percentage[\"']")
ERROR = re.compile(rb"calcext:value-type=[\"']error[\"']")
SHOWN = re.compile(rb"value-type=[\"'](?:float|percentage|error)[\"']")

Cells = list[tuple[int, int, str]]  # column, how many of them, text


def cells(path: Path, sheet: str, parts: dict[str, Part]) -> Iterator[Shown]:
    """Give such cells of the sheet with this name in the order in which they stand in the file."""
    if CONTENT not in parts or not parts[CONTENT].marks:
        return
    row = 0
    for rows in _rows_of_sheet(path, sheet):
        at = 0
        while begin := ROW.search(rows, at):
            is_blank = begin[1].endswith(b"/")
            end = begin.end() if is_blank else rows.find(ROW_END, begin.end())
            at = end if end >= 0 else len(rows)
            count = _number(ROWS, begin[1])
            if ODS_MARKS.search(rows, begin.end(), at):
                found = _cells(rows[begin.end() : at])
                yield from _repeated(row, count, found)
            row += count


def _rows_of_sheet(path: Path, sheet: str) -> Iterator[bytes]:
    """Give the sheet's content in pieces that end where a row ends."""
    is_inside = False
    whole = WholeRows()
    with path.open("rb") as file:
        for piece in unpacked(file, entry_of(file, CONTENT)):
            window, at = whole.cut(piece), 0
            while not is_inside and (begin := TABLE.search(window, at)):
                at = begin.end()
                is_inside = _name(begin[1]) == sheet and not begin[1].endswith(b"/")
            if is_inside and window:
                end = window.find(TABLE_END, at)
                yield window[at:end] if end >= 0 else window[at:]
                if end >= 0:
                    return


def _name(attributes: bytes) -> str:
    name = NAME.search(attributes)
    return unescape((name[1] or name[2] or b"").decode("utf-8", "replace")) if name else ""


def _number(pattern: re.Pattern[bytes], attributes: bytes) -> int:
    found = pattern.search(attributes)
    return int(found[1]) if found else 1


def _repeated(row: int, count: int, found: Cells) -> Iterator[Shown]:
    for number in range(row, row + count if found else row):
        for column, times, text in found:
            for place in range(column, column + times):
                yield Shown(number, place, text)


def _cells(row: bytes) -> Cells:
    found: Cells = []
    column = at = 0
    while cell := CELL.search(row, at):
        attributes, at = cell[1], cell.end()
        count = _number(COLUMNS, attributes)
        if not attributes.endswith(b"/") and SHOWN.search(attributes):
            end = row.find(CELL_END, at)
            end = len(row) if end < 0 else end
            if text := _text(attributes, row[at:end]):
                found.append((column, count, text))
            at = end
        column += count
    return found


def _text(attributes: bytes, content: bytes) -> str:
    seen = unescape(TAG.sub(b"", _paragraph(content)).decode("utf-8", "replace"))
    if ERROR.search(attributes):
        return seen
    value = VALUE.search(attributes)
    try:
        number = float(value[1]) if value else math.nan
    except ValueError:
        return ""
    if PERCENTAGE.search(attributes):
        return shown.text(number, shown.percent)
    return seen if ZEROS.fullmatch(seen) and int(seen) == number else ""


def _paragraph(content: bytes) -> bytes:
    """The first paragraph of a cell, not of a note on it."""
    content = _without_notes(content)
    begin = PARAGRAPH.search(content)
    end = content.find(PARAGRAPH_END, begin.end()) if begin else -1
    return content[begin.end() : end] if begin and end >= 0 else b""


def _without_notes(content: bytes) -> bytes:
    kept, at = [], 0
    while begin := ANNOTATION.search(content, at):
        end = content.find(ANNOTATION_END, begin.end())
        if end < 0:  # nor has any other one an end
            break
        kept.append(content[at : begin.start()])
        at = end + len(ANNOTATION_END)
    return b"".join((*kept, content[at:]))
