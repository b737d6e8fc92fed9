"""Which row holds the headings."""

import re
from collections.abc import Sequence

LOOK_AT = 50
LABEL_CHARS = 300  # forms export whole questions as headings
EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
NUMBERISH = re.compile(r"[\d\s.,:/()+\-–%$€£]+(?:[ap]\.?m\.?|[TZ][\d:.Z+\-]*)?", re.IGNORECASE)
DIGIT = re.compile(r"\d")
ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
# A word on each side of what might have divided two headings.
UNDIVIDED = re.compile(r"\w\"?\s*[,;\t|^~§\x14，；؛]\s*\"?\w")


def find(records: Sequence[Sequence[str]]) -> int:
    """Give the index of the row with the headings in the first records, -1 when all are blank.

    1. Rows much narrower than the table are titles and are passed over.
    2. The next row is it, unless it does not look like headings and a wider one below does
       (“Exported on | 2026-11-03” above the table); the last row is never it.
    """
    filled = [sum(1 for cell in record if cell.strip()) for record in records]
    widths = sorted(count for count in filled[: LOOK_AT * 2] if count)
    if not widths:
        return -1
    usual = widths[len(widths) * 3 // 4]
    wide = [place for place, count in enumerate(filled[:LOOK_AT]) if count * 2 >= usual and count]
    if not wide:
        return next(place for place, count in enumerate(filled) if count)
    first = wide[0]
    if looks_like_data(records[first]) or filled[first] == 1 < usual:
        for place in wide[1:-1]:
            if filled[place] > filled[first] and not looks_like_data(records[place]):
                return place
    return first


def looks_like_data(cells: Sequence[str]) -> bool:
    """Tell whether a row holds values: an address, a telephone number, a date, long texts."""
    return any(is_value(cell) for cell in cells)


def is_value(cell: str) -> bool:
    """Tell whether a cell is a value that nobody would use as a heading."""
    text = cell.strip()
    if len(text) > LABEL_CHARS or EMAIL.fullmatch(text) or ADDRESS.fullmatch(text):
        return True
    # A short number ("1", "2024") may be a heading; a telephone number or a date is not.
    return len(text) > 4 and bool(NUMBERISH.fullmatch(text) and DIGIT.search(text))


def doubt(number: int, cells: Sequence[str]) -> str:
    """Say that the row taken for the headings looks like data, or give an empty text."""
    value = next((cell.strip() for cell in cells if is_value(cell)), "")
    if not value:
        return ""
    return (
        f"Row {number:,} looks like data, not like headings: “{value[:40]}”. If the table has no"
        " headings, put a row with them above it and upload it again, so that this row counts too."
    )


def doubt_of_one(cells: Sequence[str]) -> str:
    """Say that a text's only heading looks like several, or give an empty text."""
    if len(cells) != 1 or not UNDIVIDED.search(cells[0]):
        return ""
    return (
        f"Each row was read as one cell, the headings as “{cells[0].strip()[:40]}”. If those are"
        " several columns, choose on this page what separates them, or save the sheet as CSV again"
        " and upload that."
    )
