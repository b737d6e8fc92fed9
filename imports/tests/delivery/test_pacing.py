"""After a 429 that nobody foresaw a key goes slower; with each success a little faster."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.delivery import settle, window
from imports.delivery.pacing import ONE_EVENT, Pace, after_429
from imports.delivery.quota import Exchange, KeyFacts, allowance
from imports.mega.contract import Answer
from imports.models import Attempt, Batch, Quota
from imports.tests.delivery.sending import LONG_AGO, batch, created, taken

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)


def after(seconds):
    return NOON + timedelta(seconds=seconds)


def refused(*moments, limit=10, retry_after=1.0):
    """The pace after 429s at those seconds, and how long the last one makes the key wait."""
    pace, wait = Pace(), timedelta()
    for at in moments:
        pace, wait = after_429(pace, limit, after(at), retry_after, after(at + 0.2))
    return pace, wait.total_seconds()


def test_a_single_429_costs_no_slot_and_is_forgotten_after_20_successes_or_ten_minutes():
    pace, wait = refused(0)

    assert pace.slots(10, after(5)) == 10
    assert wait <= 1.3
    assert replace(pace, left=pace.left - 20).left_at(after(60)) == 0
    assert (pace.left_at(after(590)), pace.left_at(after(602))) == (20, 0)


def test_each_further_429_halves_the_requests_a_minute_and_comes_back_one_by_one():
    pace, _ = refused(0, 40, 80, 120)

    assert pace.slots(10, after(125)) == 1
    assert replace(pace, left=60).slots(10, after(125)) == 2
    assert pace.slots(10, after(125 + 610)) == 2
    assert pace.left_at(after(125 + 4 * 610)) == 0


def test_a_storm_of_half_a_minute_is_one_event():
    assert refused(0, 1, 2, 3, 5, 8, 13, 20, 29)[0].left == 20


def test_a_burst_of_which_several_were_refused_counts_once():
    pace, _ = after_429(Pace(), 10, NOON, 30.0, after(0.2))
    same, _ = after_429(pace, 10, NOON, 30.0, after(0.4))

    assert same == pace


@pytest.mark.parametrize("retry_after", [3.0, None])
def test_where_even_one_a_minute_is_too_many_the_waits_grow_to_some_four_minutes(retry_after):
    moments = range(0, 20 * 300, 300)

    waits = [refused(*moments[:count], retry_after=retry_after)[1] for count in range(1, 20)]

    assert max(waits[:4]) <= 61
    assert 183 <= max(waits) <= 302
    assert min(waits[6:]) >= 183


def test_few_slots_are_used_again_in_the_moment_in_which_they_come_free():
    pace = Pace(left=40, until=after(500))  # five a minute
    exchanges = [Exchange(after(at), after(at + 0.2)) for at in (-50, -40, -30, -20, -10)]

    answer = allowance(KeyFacts(limit=10, pace=pace, exchanges=tuple(exchanges)), NOON)

    assert (answer.may_start, answer.next_at, answer.why) == (0, after(10.4), "spacing")


@pytest.mark.parametrize(
    ("left", "free_at"),
    [(0, 7.2), (3, 50.4)],
    ids=["nothing is left", "a bucket that is soon full again does not make the pace quicker"],
)
def test_the_headers_tell_when_that_is_where_nothing_is_left(left, free_at):
    pace = Pace(left=80, until=after(500))  # one a minute
    told = Exchange(after(-10), after(-9.8), remaining=left, reset_at=after(7))

    answer = allowance(KeyFacts(limit=10, pace=pace, exchanges=(told,)), NOON)

    assert (answer.may_start, answer.next_at) == (0, after(free_at))


exchanges = st.lists(
    st.builds(
        Exchange,
        st.floats(-120, -61).map(after),
        st.none() | st.floats(-61, 0).map(after),
        st.none() | st.integers(0, 600),
        st.none() | st.floats(-60, 3600).map(after),
    ),
    max_size=20,
)


@given(exchanges, st.integers(1, 600), st.integers(0, 300), st.integers(-7000, 700))
def test_429s_can_only_lower_what_may_start_and_always_leave_a_next_time(some, limit, left, until):
    facts = KeyFacts(limit=limit, exchanges=tuple(some))
    slow = replace(facts, pace=Pace(left, after(until)))

    answer = allowance(slow, NOON)

    assert answer.may_start <= max(allowance(facts, NOON).may_start, 0)
    assert answer.next_at is None or NOON < answer.next_at <= after(60.3 + 63)


@given(st.lists(st.floats(0, 900), max_size=40), st.integers(1, 600))
def test_there_is_no_number_of_429s_that_is_not_made_up_for(gaps, limit):
    pace, now = Pace(), 0.0
    for gap in gaps:
        now += gap
        pace, wait = after_429(pace, limit, after(now), 5.0, after(now))

        assert 1 <= pace.slots(limit, after(now)) <= limit
        assert wait.total_seconds() <= 5.3 + 180
    assert pace.left_at(after(now + 190 + 600 * 12)) == 0
    assert pace.left <= 240


@pytest.mark.django_db
def test_the_key_remembers_its_429s_and_each_success_makes_up_for_a_part(made):
    one = batch(made, 2)
    for _ in range(2):
        settle.record(taken(one), Answer(429, {"retry-after": "0"}, b"{}"))
        half_a_minute_later()
    key = Quota.objects.get()
    slowed = window.load([key])[key.pk]

    settle.record(taken(one), created(2))

    key.refresh_from_db()
    assert slowed.pace.slots(10, window.database_now()) == 5
    assert (slowed.pace.left, key.spaced_left) == (40, 39)


def half_a_minute_later():
    """What happened is half a minute ago, and what is kept of requests more than two."""
    until = Quota.objects.get().spaced_until
    Quota.objects.update(hold_until=None, spaced_until=until - ONE_EVENT - timedelta(seconds=1))
    Attempt.objects.update(started_at=LONG_AGO, ended_at=LONG_AGO)
    Batch.objects.update(not_before=LONG_AGO)
