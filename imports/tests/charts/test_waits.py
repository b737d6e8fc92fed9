"""When nothing new was sent, as the trail and MEGA's 429s tell it."""

import datetime as dt

import pytest

from imports.audit import acts
from imports.reports.charts.waits import Wait, Why, of_acts, of_refusals, within

NOON = dt.datetime(2026, 11, 3, 12, 0, tzinfo=dt.UTC)


def at(minute):
    return NOON + dt.timedelta(minutes=minute)


def spans(waits):
    """Each as (why, minute of its start, minute of its end)."""
    return [
        (str(one.why), *((end - NOON).total_seconds() / 60 for end in (one.start, one.end)))
        for one in waits
    ]


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ([], []),
        ([(acts.SENT, 0), (acts.FINISHED, 9)], []),
        ([(acts.PAUSED, 1), (acts.RESUMED, 4)], [("paused", 1, 4)]),
        ([(acts.BLOCKED, 2), (acts.TOKEN_SET, 3), (acts.UNBLOCKED, 5)], [("blocked", 2, 5)]),
        ([(acts.ASKED, 1), (acts.DECIDED, 2), (acts.DECIDED, 3)], [("decision", 1, 2)]),
        ([(acts.PAUSED, 1), (acts.BLOCKED, 3), (acts.UNBLOCKED, 4)],
         [("paused", 1, 3), ("blocked", 3, 4)]),
        ([(acts.PAUSED, 1), (acts.CANCELLED, 2), (acts.ENDED, 3)], [("paused", 1, 2)]),
        ([(acts.ASKED, 7)], [("decision", 7, 10)]),
        ([(acts.PAUSED, 12)], [("paused", 12, 12)]),
    ],
)  # fmt: skip
def test_an_act_begins_a_wait_and_another_ends_it(told, found):
    assert spans(of_acts([(act, at(minute)) for act, minute in told], at(10))) == found


@pytest.mark.parametrize(
    ("refused", "found"),
    [
        ([], []),
        ([(1, "60")], [("told", 1, 2)]),
        ([(1, "60"), (1.5, "60")], [("told", 1, 2.5)]),
        ([(1, "120"), (2, "30")], [("told", 1, 3)]),
        ([(1, "60"), (3, "60")], [("told", 1, 2), ("told", 3, 4)]),
        ([(9, "3600")], [("told", 9, 10)]),
        ([(1, "soon"), (2, "")], []),
        ([(0, "Tue, 03 Nov 2026 12:05:00 GMT")], [("told", 0, 5)]),
    ],
)
def test_waits_that_mega_asked_for_are_one_where_they_overlap(refused, found):
    assert spans(of_refusals([(at(minute), text) for minute, text in refused], at(10))) == found


def test_only_what_lies_within_is_shown_in_the_order_of_time():
    waits = [Wait(Why.TOLD, at(8), at(30)), Wait(Why.PAUSED, at(-9), at(2))]
    waits.append(Wait(Why.BLOCKED, at(-9), at(-8)))
    assert spans(within(waits, at(0), at(10))) == [("paused", 0, 2), ("told", 8, 10)]
