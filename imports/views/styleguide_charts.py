"""Numbers for the charts of the style guide, the same at any time."""

import datetime as dt
from typing import Any

from imports.reports.charts.months import OUTCOMES, Month, Sums
from imports.reports.charts.pace import Bar, Pace
from imports.reports.charts.waits import Wait, Why
from imports.views import drawing, words

_MINUTE = dt.timedelta(minutes=1)
_NOON = dt.datetime(2025, 11, 3, 12, 0, tzinfo=dt.UTC)
_MONTHS = ((9, (3_100, 800, 240, 90, 0)), (10, (0, 0, 0, 0, 0)), (11, (5_200, 1_900, 400, 310, 55)))
_MINUTES = ((10, 0, 0), (7, 1, 0), (0, 0, 0), (0, 0, 0), (6, 0, 4), (8, 0, 2))


def context() -> dict[str, Any]:
    """What the template of the section is given."""
    return {
        "by_month": drawing.of_months([_month(number, rows) for number, rows in _MONTHS]),
        "by_minute": drawing.of_pace(_pace()),
        "outcomes": [(code, words.result(code).word) for code in OUTCOMES],
    }


def _month(number: int, rows: tuple[int, ...]) -> Month:
    return Month(dt.date(2025, number, 1), Sums(1, 0, dict(zip(OUTCOMES, rows, strict=True))))


def _pace() -> Pace:
    bars = [Bar(_NOON + place * _MINUTE, *counts) for place, counts in enumerate(_MINUTES)]
    paused = Wait(Why.PAUSED, _NOON + 2 * _MINUTE, _NOON + 4 * _MINUTE)
    return Pace(60, bars, limit=10, waits=[paused])
