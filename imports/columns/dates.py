"""Days that rules are judged by. A date that can be read in two ways is both of them."""

from datetime import date
from typing import Final, Literal

from imports.columns import formats
from imports.columns.mapping import ColumnMap

Orders = tuple[Literal["dmy", "mdy"], ...]
_BOTH: Final[Orders] = ("dmy", "mdy")
_CENTURY: Final = 100


def orders(column: ColumnMap) -> Orders:
    """In which orders of day and month its dates are read: as chosen, as proven, else in both."""
    for said in (column.read_as, column.looks):
        if said == "dmy" or said == "mdy":  # noqa: PLR1714 - mypy narrows it so
            return (said,)
    return _BOTH


def read(cell: str, known: Orders, *, before: date | None = None) -> set[date]:
    """The days that the cell may mean; none where it is no date.

    Of a year with two digits the century is that in which the day is not after `before`.
    """
    texts = (formats.read_date(cell, order).value for order in known)
    days = {day for text in texts if text and (day := _day(text))}
    if before is None or not _has_short_year(cell):
        return days
    return {_earlier(day) if day > before else day for day in days}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _has_short_year(cell: str) -> bool:
    pieces = cell.replace("/", " ").replace(".", " ").replace("-", " ").split()
    return len(pieces) > 2 and all(len(piece) <= 2 for piece in pieces[:3])


def _earlier(day: date) -> date:
    try:
        return day.replace(year=day.year - _CENTURY)
    except ValueError:  # 29 February
        return day.replace(year=day.year - _CENTURY, day=28)


def years(born: date, on: date) -> int:
    """How old somebody is who was born on a day; -1 before it."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def shown(day: date) -> str:
    """The day as pages show it."""
    return f"{day.day} {day:%b %Y}"
