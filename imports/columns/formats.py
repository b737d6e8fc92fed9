"""Dates and numbers written as text: what a whole column says about their order and marks.

“03/04/2025” is 3 April or March 4, “1.234” over a thousand or little more than one. A single cell
cannot tell; the whole column often can (a 13 in either place, digits behind the mark). Where it
cannot, a person is asked, and nothing is guessed row by row.
"""

import re
from datetime import date, time
from functools import partial
from typing import Final, Literal

from imports.columns import clean
from imports.columns.clean import BLANK, Cleaned, Note

ReadAs = Literal["", "text", "dmy", "mdy", "comma", "point"]
Looks = Literal["", "date", "dmy", "mdy", "number", "comma", "point"]

WORDS: Final[dict[ReadAs, str]] = {
    "text": "as it stands",
    "dmy": "dates, day first",
    "mdy": "dates, month first",
    "comma": "numbers with a decimal comma",
    "point": "numbers with a decimal point",
}
CHOICES: Final[dict[str, tuple[ReadAs, ...]]] = {
    "date": ("dmy", "mdy", "text"),
    "number": ("point", "comma", "text"),
}
FIRST_YEAR_OF_THE_LAST_CENTURY = 30
"""Two digits of a year from here on are 19xx, smaller ones 20xx: as Excel reads them."""

# For Python and for PostgreSQL alike.
DATE = r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?:[ T,]+\d{1,2}:\d{2}.*)?$"
_MARKED = (
    r"^[-+]?(\d{1,3}([%(other)s '\u00a0\u202f]\d{3})+[%(mark)s]\d+|\d+[%(mark)s](\d{1,2}|\d{4,})"
    r"|0[%(mark)s]\d+|\d{1,3}([%(other)s]\d{3}){2,})$"
)
COMMA = _MARKED % {"mark": ",", "other": "."}
POINT = _MARKED % {"mark": ".", "other": ","}
EITHER = r"^[-+]?[1-9]\d{0,2}[.,]\d{3}$"

_DATE = re.compile(
    r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})"
    r"(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([ap])?\.?m?\.?)?",
    re.IGNORECASE,
)
_GROUP = re.compile(r"\d{3}")
_LOST_DIGITS = re.compile(r"[-+]?\d[.,]\d+E\+\d{2,}", re.IGNORECASE)
_BETWEEN = str.maketrans("", "", " '\u00a0\u202f")


def looks_of_dates(highest_first: int, highest_second: int) -> Looks:
    """Which order the highest numbers of a column in the first two places prove, if any."""
    if (highest_first > 12) == (highest_second > 12):
        return "date"
    return "dmy" if highest_first > 12 else "mdy"


def looks_of_numbers(commas: int, points: int, either: int) -> Looks:
    """Which mark the cells of a column prove: counts of those that prove one, and of the others."""
    if commas and points:
        return "number"
    if commas or points:
        return "comma" if commas else "point"
    return "number" if either else ""


def topic(looks: str) -> str:
    """Tell whether a column's looks are those of "date", of "number", or "" of neither."""
    return {"dmy": "date", "mdy": "date", "comma": "number", "point": "number"}.get(looks, looks)


def has_lost_digits(text: str) -> bool:
    """Whether a spreadsheet program shortened a long number to such as 2.06556E+09."""
    return _LOST_DIGITS.fullmatch(text) is not None


def read_text(cell: str) -> Cleaned:
    """A custom field as it stands; a number that lost its digits keeps the row back."""
    read = clean.read_text(cell)
    if read.value and read.value[-1].isdecimal() and has_lost_digits(read.value):
        return Cleaned(None, (Note("digits_lost"),))
    return read


def reader(read_as: ReadAs) -> partial[Cleaned]:
    """The reader of a column's cells: of dates ("dmy", "mdy") or numbers ("comma", "point")."""
    if read_as == "dmy" or read_as == "mdy":  # noqa: PLR1714 - mypy narrows it so
        return partial(read_date, order=read_as)
    return partial(read_number, mark="," if read_as == "comma" else ".")


def read_date(cell: str, order: Literal["dmy", "mdy"]) -> Cleaned:
    """The date in ISO 8601, with its time if it has one; ISO itself and blanks go as they are."""
    known = clean.read_text(cell)
    if known.value is None or clean.is_nothing(known.value):
        return Cleaned(None, known.notes)
    if re.match(r"\d{4}-\d{2}-\d{2}", known.value):
        return known
    found = _DATE.fullmatch(known.value)
    moment = _moment(found, order) if found else ""
    return (
        Cleaned(moment)
        if moment
        else clean.left_out("date_impossible", WORDS[order].removeprefix("dates, "))
    )


def _moment(found: re.Match[str], order: str) -> str:
    first, second, year = int(found[1]), int(found[2]), int(found[3])
    if len(found[3]) == 2:
        year += 1900 if year >= FIRST_YEAR_OF_THE_LAST_CENTURY else 2000
    day, month = (first, second) if order == "dmy" else (second, first)
    try:
        shown = date(year, month, day).isoformat()
        if found[4] is None:
            return shown
        hour = int(found[4])
        if found[7]:
            hour = hour % 12 + (12 if found[7].lower() == "p" else 0)
        return f"{shown}T{time(hour, int(found[5]), int(found[6] or 0)).isoformat()}"
    except ValueError:
        return ""


def read_number(cell: str, mark: str) -> Cleaned:
    """The number with a decimal point and without marks between thousands."""
    known = clean.read_text(cell)
    if known.value is None or clean.is_nothing(known.value):
        return Cleaned(None, known.notes) if known.notes else BLANK
    if has_lost_digits(known.value):
        return Cleaned(None, (Note("digits_lost"),))
    plain = _plain(known.value.translate(_BETWEEN), mark)
    if plain is None:
        said = WORDS["comma" if mark == "," else "point"].removeprefix("numbers ")
        return Cleaned(known.value, (Note("number_impossible", said),))
    return Cleaned(plain)


def _plain(text: str, mark: str) -> str | None:
    """The number as programs write it, or None when it is none with this decimal mark."""
    other = "." if mark == "," else ","
    whole, _, fraction = text.partition(mark)
    first, *groups = whole.split(other)
    if not re.fullmatch(r"[-+]?\d+", first) or not (fraction.isdecimal() or text == whole):
        return None
    if groups and (len(first.lstrip("+-")) > 3 or not all(map(_GROUP.fullmatch, groups))):
        return None
    return "".join([first, *groups]) + (f".{fraction}" if fraction else "")
