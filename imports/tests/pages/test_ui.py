"""Numbers, lengths of time and moments, as pages show them."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from imports.templatetags import ui

NOON = dt.datetime(2025, 11, 3, 12, 5, 9, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""), (0, "0 s"), (59.4, "59 s"), (60, "1 min"), (3_540, "59 min"), (3_600, "1 h"),
        (4_800, "1 h 20 min"), (172_800, "2 days"), (187_200, "2 days 4 h"),
    ],
)  # fmt: skip
def test_lengths_of_time(seconds, words):
    assert ui.duration(seconds) == words


def test_numbers_have_thousands_and_nothing_is_a_dash():
    assert [ui.number(value) for value in (0, 1234567, None)] == ["0", "1,234,567", "–"]


def test_a_moment_names_its_zone_and_is_whole_on_hover():
    with time_machine.travel(NOON + dt.timedelta(days=9)), timezone.override("America/New_York"):
        shown = ui.when(NOON)
    assert 'datetime="2025-11-03T12:05:09Z"' in shown
    assert ">3 Nov 2025, 07:05 EST</time>" in shown
    assert "Monday 3 November 2025, 07:05:09 EST (2025-11-03 12:05:09 UTC)" in shown


def test_today_needs_no_date():
    with time_machine.travel(NOON), timezone.override("UTC"):
        assert ui.when(NOON, seconds=True).endswith(">12:05:09 UTC</time>")
        assert ui.when(None) == "–"
