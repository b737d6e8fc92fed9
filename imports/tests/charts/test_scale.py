"""Round steps on axes."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from imports.reports.charts import scale

NOON = dt.datetime(2026, 11, 3, 12, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("top", "ticks"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (3, [0, 1, 2, 3]),
        (4, [0, 1, 2, 3, 4]),
        (5, [0, 2, 4, 6]),
        (10, [0, 5, 10]),
        (9.6, [0, 5, 10]),
        (11, [0, 5, 10, 15]),
        (600, [0, 200, 400, 600]),
        (98_765, [0, 50_000, 100_000]),
    ],
)
def test_numbers_go_up_in_round_steps_to_the_top_or_just_above(top, ticks):
    assert scale.ticks(top) == ticks


@pytest.mark.parametrize("top", [*range(1, 2_000, 7), 10**6, 123_456_789])
def test_there_are_never_more_than_five_and_the_highest_fits(top):
    ticks = scale.ticks(top)
    assert 2 <= len(ticks) <= 5
    assert ticks[-2] < top <= ticks[-1]


@pytest.mark.parametrize(
    ("span", "seconds"),
    [
        (dt.timedelta(), 60),
        (dt.timedelta(hours=1), 60),
        (dt.timedelta(hours=2), 60),
        (dt.timedelta(hours=2, seconds=1), 120),
        (dt.timedelta(days=1), 900),
        (dt.timedelta(days=30), 21_600),
        (dt.timedelta(days=365), 4 * scale.DAY),
    ],
)
def test_long_stretches_have_wider_bars_and_at_most_120(span, seconds):
    assert scale.seconds_a_bar(span, 120) == seconds
    assert span.total_seconds() / seconds <= 120


def test_a_moment_belongs_to_the_bar_in_which_it_lies():
    assert scale.floor(NOON + dt.timedelta(seconds=299), 300) == NOON
    assert scale.floor(NOON + dt.timedelta(seconds=300), 300) == NOON + dt.timedelta(minutes=5)


def test_times_are_even_on_the_readers_own_clock():
    start = dt.datetime(2026, 11, 3, 9, 40, tzinfo=ZoneInfo("Asia/Kolkata"))
    found = scale.time_ticks(start, start + dt.timedelta(hours=5))
    assert [f"{one:%H:%M}" for one in found] == ["10:00", "11:00", "12:00", "13:00", "14:00"]


def test_days_begin_at_the_readers_midnight():
    start = dt.datetime(2026, 11, 3, 9, 40, tzinfo=ZoneInfo("America/New_York"))
    found = scale.time_ticks(start, start + dt.timedelta(days=4))
    assert [f"{one:%d %H:%M}" for one in found] == ["04 00:00", "05 00:00", "06 00:00", "07 00:00"]
