"""Round steps for axes: numbers as people say them, times as clocks show them."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

DAY = 24 * 3600
STEPS = (60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, DAY)  # seconds


def ticks(top: float, most: int = 5) -> list[int]:
    """Return whole numbers from 0 in round steps, at most so many; the last one is `top` or more.

    There is always something to see: the smallest axis goes to 1.
    """
    top = max(math.ceil(top), 1)
    step = next(step for step in _round_numbers() if math.ceil(top / step) < most)
    return list(range(0, math.ceil(top / step) * step + 1, step))


def _round_numbers() -> Iterator[int]:
    power = 1
    while True:
        yield from (power, 2 * power, 5 * power)
        power *= 10


def seconds_a_bar(span: timedelta, most: int) -> int:
    """Return the shortest of `STEPS`, or of whole days, that needs at most `most` bars."""
    seconds = max(span.total_seconds(), 1)
    for step in STEPS:
        if math.ceil(seconds / step) <= most:
            return step
    return math.ceil(seconds / most / DAY) * DAY


def floor(moment: datetime, step: int) -> datetime:
    """Return the moment at which its bar begins; bars are counted from 1970."""
    return datetime.fromtimestamp(moment.timestamp() // step * step, UTC)


def time_ticks(start: datetime, end: datetime, most: int = 6) -> list[datetime]:
    """Return at most so many moments between both, even by the clock of the zone of `start`."""
    step = seconds_a_bar(end - start, most)
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    gone = math.ceil((start - midnight).total_seconds() / step)
    first = midnight + timedelta(seconds=gone * step)
    count = max(math.floor((end - first).total_seconds() / step) + 1, 0)
    found = [first + timedelta(seconds=place * step) for place in range(count)]
    return found[:most]
