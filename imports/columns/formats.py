"""Dates and numbers written as text: what a whole column says about their order and marks.

“03/04/2025” is 3 April or March 4, “1.234” over a thousand or little more than one. A single cell
cannot tell; the whole column often can (a 13 in either place, digits behind the mark). Where it
cannot, a person is asked, and nothing is guessed row by row.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time
from functools import lru_cache, partial
from typing import Final, Literal

from imports.columns import clean, typed
from imports.columns.clean import BLANK, Cleaned, Note

ReadAs = Literal["", "text", "dmy", "mdy", "comma", "point", "yes_no"]
Looks = Literal["", "date", "dmy", "mdy", "number", "comma", "point"]

WORDS: Final[dict[ReadAs, str]] = {
    "text": "as it stands",
    "dmy": "dates, day first",
    "mdy": "dates, month first",
    "comma": "numbers with a decimal comma",
    "point": "numbers with a decimal point",
    "yes_no": "yes or no",
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
_YEAR_FIRST = re.compile(r"(\d{4})([/.-]?)(\d{1,2})\2(\d{1,2})([\sT,](?s:.*))?")
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?P<rest>:\d{2}(?::\d{2}(?:[.,]\d+)?)?)(?:\s*(?P<half>[ap])\.?m\.?)?"
    r"\s*(?:(?P<utc>Z|UTC|GMT)|(?P<offset>[-+]\d{2}(?::?\d{2})?))?",
    re.IGNORECASE,
)
_NUMBER = {
    mark: re.compile(
        rf"[-+]?(?:\d+|\d{{1,3}}(?P<by>[{other} '’\u00a0\u2009\u202f])\d{{3}}(?:(?P=by)\d{{3}})*)"
        rf"(?:\{mark}\d+)?"
    )
    for mark, other in ((",", "."), (".", ","))
}
_SHORT = 60  # characters of a cell that is worth remembering
_LOST_DIGITS = re.compile(r"[-+]?\d[.,](\d+)E\+(\d{2,})", re.IGNORECASE)
_BETWEEN = str.maketrans("", "", " '’\u00a0\u2009\u202f")


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
    short = _LOST_DIGITS.fullmatch(text)
    return short is not None and len(short[1]) < int(short[2])


def read_text(cell: str) -> Cleaned:
    """A custom field as it stands; a number that lost its digits keeps the row back."""
    return _short_text(cell) if len(cell) <= _SHORT else _text(cell)


def _text(cell: str) -> Cleaned:
    read = clean.read_text(cell)
    if read.value and read.value[-1].isdecimal() and has_lost_digits(read.value):
        return Cleaned(None, (Note("digits_lost"),))
    return read


# Cities, budgets and tags are the same few in most rows.
_short_text = lru_cache(maxsize=4_096)(_text)


def reader(read_as: ReadAs) -> Callable[[str], Cleaned]:
    """The reader of a column's cells: of dates ("dmy", "mdy"), numbers ("comma", "point"), or yes
    and no.
    """
    if read_as == "yes_no":
        return typed.read_yes_no
    if read_as == "dmy" or read_as == "mdy":  # noqa: PLR1714 - mypy narrows it so
        return partial(read_date, order=read_as)
    return partial(read_number, mark="," if read_as == "comma" else ".")


def converter(read_as: ReadAs) -> Callable[[str], typed.Scalar] | None:
    """What makes a JSON number or boolean of what was read; None where it is sent as text."""
    if read_as == "yes_no":
        return typed.as_yes_no
    return typed.as_number if read_as in ("comma", "point") else None


def read_date(cell: str, order: Literal["dmy", "mdy"]) -> Cleaned:
    """The date in ISO 8601, with its time if it has one; a year in front leaves no doubt."""
    known = clean.read_text(cell)
    if known.value is None or clean.is_nothing(known.value):
        return Cleaned(None, known.notes)
    found = _DATE.fullmatch(known.value)
    moment = _moment(found, order) if found else _year_first(known.value)
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


def _year_first(text: str) -> str:
    found = _YEAR_FIRST.fullmatch(text)
    if found is None:
        return ""
    day = f"{found[1]}-{found[3]:0>2}-{found[4]:0>2}"
    if not found[2] and len(found[3] + found[4]) < 4:
        return ""
    try:
        date.fromisoformat(day)
    except ValueError:
        return ""
    return _with_time(text, day, found[5][1:].strip()) if found[5] else day


def _with_time(text: str, day: str, rest: str) -> str:
    """The day with the time behind it; `text` as it stands where nobody can tell what that is."""
    clock = _CLOCK.fullmatch(rest.strip())
    moment = f"{day}T{_time(clock) if clock else rest}"
    try:
        datetime.fromisoformat(moment)
    except ValueError:
        return text if clock is None and text.startswith(day) else ""
    return moment


def _time(clock: re.Match[str]) -> str:
    """The time in ISO 8601, as far as there is one: "9:05 pm UTC" is 21:05Z, 25:00 stays so."""
    hour = int(clock["hour"])
    if clock["half"] and hour <= 12:
        hour = hour % 12 + (12 if clock["half"].lower() == "p" else 0)
    zone = "Z" if clock["utc"] else clock["offset"] or ""
    return f"{hour:02}{clock['rest']}{zone}"


def read_number(cell: str, mark: str) -> Cleaned:
    """The number with a decimal point, without marks between thousands and without its currency,
    which is said; what is none stays as it stands.
    """
    known = clean.read_text(cell)
    if known.value is None or clean.is_nothing(known.value):
        return Cleaned(None, known.notes) if known.notes else BLANK
    if has_lost_digits(known.value):
        return Cleaned(None, (Note("digits_lost"),))
    plain = _plain(known.value, mark)
    if plain is None and (amount := _amount(known.value, mark)):
        return Cleaned(amount, (Note("currency_removed", amount),))
    if plain is None:
        said = WORDS["comma" if mark == "," else "point"].removeprefix("numbers ")
        return Cleaned(known.value, (Note("number_impossible", said),))
    return Cleaned(plain)


def _amount(text: str, mark: str) -> str:
    """The number beside a currency, "" when there is none; an id is no amount."""
    amount = typed.without_currency(text)
    plain = _plain(amount, mark) if amount else None
    return "" if plain is None or typed.is_id(plain) else plain


def _plain(text: str, mark: str) -> str | None:
    """The number as programs write it, or None when it is none with this decimal mark.

    More digits than programs keep, and zeros in front, are those of an id: only digits are one.
    """
    if not text.isascii():
        text = "".join(str(unicodedata.decimal(c, c)) for c in text).replace("−", "-")
    if not _NUMBER[mark].fullmatch(text):
        return None
    other = "." if mark == "," else ","
    plain = text.translate(_BETWEEN).replace(other, "").replace(mark, ".")
    return None if typed.is_id(plain) and plain != text else plain
