"""Values of a workbook's cells as the text that a person sees, nothing lost and nothing added."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

CellValue = int | float | str | bool | time | date | datetime | timedelta

POSITIONAL = 1e16  # from here on Python shows a float with an exponent


def text(value: CellValue) -> str:
    """2065550123.0 → 2065550123, 1e-07 → 0.0000001, True → TRUE, dates in ISO 8601."""
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime | time | timedelta):
        return _moment(value)
    return str(value)


def _moment(value: datetime | time | timedelta) -> str:
    if isinstance(value, datetime):
        return _to_second(value).isoformat(sep=" ")
    if isinstance(value, time):
        return _to_second(datetime.combine(date.min, value)).time().isoformat()
    return _duration(value)


def _number(value: float) -> str:
    if -POSITIONAL < value < POSITIONAL and value == int(value):
        return str(int(value))
    shown = repr(value)
    return format(Decimal(shown), "f") if "e" in shown else shown


def _to_second(moment: datetime) -> datetime:
    # Excel keeps a time as a fraction of a day: 14:05 may come as 14:04:59.999999.
    if moment.microsecond >= 500_000:
        moment += timedelta(seconds=1)
    return moment.replace(microsecond=0)


def _duration(value: timedelta) -> str:
    seconds = round(abs(value.total_seconds()))
    sign = "-" if value < timedelta() else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def count(number: int, noun: str) -> str:
    """1 cell, 2 cells."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
