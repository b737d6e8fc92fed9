"""Where the parts of a chart stand."""

import datetime as dt

import pytest
from django.utils import timezone

from imports.reports.charts import months
from imports.reports.charts.pace import Bar, Pace
from imports.reports.charts.waits import Wait, Why
from imports.views import drawing

NOON = dt.datetime(2026, 11, 3, 12, 0, tzinfo=dt.UTC)


def at(minute):
    return NOON + dt.timedelta(minutes=minute)


def a_pace(counts, waits=(), limit=10):
    return Pace(60, [Bar(at(place), *bar) for place, bar in enumerate(counts)], limit, [*waits])


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0"), (7, "7"), (999, "999"), (1_000, "1k"), (1_500, "1.5k"), (2_000_000, "2M")],
)
def test_numbers_fit_beside_an_axis(count, text):
    assert drawing.short(count) == text


def test_bars_stand_side_by_side_and_a_minute_without_requests_is_empty():
    drawn = drawing.of_pace(a_pace([(10,), (), (5,), (0,)]))
    assert [column.place.middle for column in drawn.columns] == ["12.50%", "62.50%"]
    assert [float(part.height) for column in drawn.columns for part in column.parts] == [144, 72]


def test_a_full_minute_reaches_the_limit_exactly():
    drawn = drawing.of_pace(a_pace([(10,)]))
    assert drawn.columns[0].parts[0].y == drawn.limit.y
    assert drawn.limit.label == "limit 10 a minute"
    assert [line.label for line in drawn.lines] == ["0", "5", "10"]


def test_refused_requests_stand_on_top_and_are_marked():
    (column,) = drawing.of_pace(a_pace([(6, 2, 1)])).columns
    assert [part.code for part in column.parts] == ["sent", "refused", "others"]
    assert float(column.parts[1].y) + float(column.parts[1].height) == float(column.parts[0].y)
    assert column.is_marked
    assert column.title == "3 Nov 12:00 UTC: 9 requests, 2 refused for the rate (429)"


def test_waits_are_bands_and_the_shortest_is_seen_within_the_chart():
    waits = [Wait(Why.PAUSED, at(1), at(2)), Wait(Why.TOLD, at(3.999), at(4))]
    first, last = drawing.of_pace(a_pace([(1,)] * 4, waits)).bands
    assert (first.code, first.x, first.width) == ("paused", "25.00%", "25.00%")
    assert (last.x, last.width) == ("99.50%", "0.50%")
    assert first.title == "Paused, 3 Nov 12:01 UTC to 3 Nov 12:02 UTC"


def test_times_below_are_the_readers_and_keep_within_the_chart():
    with timezone.override("Asia/Kolkata"):
        ticks = drawing.of_pace(a_pace([(1,)] * 61)).ticks
    assert [tick.label for tick in ticks] == ["17:30", "17:45", "18:00", "18:15", "18:30"]
    assert ticks[0].anchor == "start"
    assert [tick.is_minor for tick in ticks[-3:]] == [False, True, False]


def a_year(last, rows=()):
    wanted = months.up_to(last)
    found = [months.Month(month, months.Sums()) for month in wanted]
    found[-1].sums.rows.update(rows)
    return drawing.of_months(found)


@pytest.mark.parametrize(
    ("last", "years"),
    [
        (dt.date(2026, 12, 1), {"Jan": "2026"}),
        (dt.date(2026, 11, 1), {"Jan": "2026"}),  # December would stand too near
        (dt.date(2026, 6, 1), {"Jul": "2025", "Jan": "2026"}),
    ],
)
def test_years_stand_where_they_begin(last, years):
    columns = a_year(last).columns
    assert {one.label: one.below for one in columns if one.below} == years
    assert len(columns) == 12


def test_rows_of_a_month_are_told_by_outcome_when_pointed_at():
    column = a_year(dt.date(2026, 11, 1), {"created": 1_200, "failed": 300}).columns[-1]
    assert column.title == "November 2026: Created 1,200, Failed 300"
    assert [part.code for part in column.parts] == ["created", "failed"]
    assert not column.is_minor
