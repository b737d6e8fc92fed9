"""The three quotas keep their promises whenever requests come."""

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imports.mega.sandbox.quota import KINDS, Several, make

GAPS = st.lists(st.sampled_from([0.0, 0.1, 1.0, 5.9, 6.0, 30.0, 59.9, 60.0, 200.0]), max_size=80)
LIMITS = st.integers(1, 12)


def allowed_times(limiter, gaps):
    moments = itertools.accumulate(gaps, initial=1000.0)
    return [moment for moment in moments if limiter.take(moment).allowed]


@given(GAPS, LIMITS)
def test_a_sliding_window_never_passes_more_than_its_limit_in_any_minute(gaps, limit):
    times = allowed_times(make("sliding", limit), gaps)
    for moment in times:
        assert sum(moment - 59.999 < other <= moment for other in times) <= limit


@given(GAPS, LIMITS)
def test_a_fixed_window_never_passes_more_than_its_limit_in_one_of_its_minutes(gaps, limit):
    times = allowed_times(make("fixed", limit), gaps)
    windows = [moment // 60 for moment in times]
    assert all(windows.count(window) <= limit for window in windows)


@given(GAPS, LIMITS)
def test_a_bucket_never_passes_more_than_it_holds_and_what_flowed_in(gaps, limit):
    times = allowed_times(make("bucket", limit), gaps)
    for first, last in itertools.combinations_with_replacement(range(len(times)), 2):
        flowed = (times[last] - times[first]) * limit / 60
        assert last - first + 1 <= limit + flowed + 1e-3


@pytest.mark.parametrize("kind", KINDS)
@given(gaps=GAPS, limit=LIMITS)
@example(gaps=[0.0, 5.9, 5.9, 0.1, 0.1], limit=1)  # a sum of seconds just below a window's end
def test_what_an_answer_says_is_true(kind, gaps, limit):
    limiter, moment = make(kind, limit), 1000.0
    for gap in gaps:
        moment += gap
        grant = limiter.take(moment)
        assert grant.limit == limit
        assert 0 <= grant.remaining <= limit
        assert 0 <= grant.reset <= 60
        assert grant.allowed or grant.remaining == 0
        if not grant.allowed:
            moment += grant.retry_after
            assert limiter.take(moment).allowed


@pytest.mark.parametrize("kind", KINDS)
@given(limit=LIMITS, used=st.integers(0, 12))
def test_what_remains_may_be_used_at_once(kind, limit, used):
    limiter = make(kind, limit)
    grants = [limiter.take(1000.0) for _ in range(used + 1)]
    left = grants[-1].remaining
    assert [limiter.take(1000.0).allowed for _ in range(left + 1)] == [True] * left + [False]


@pytest.mark.parametrize("kind", KINDS)
def test_after_the_reset_it_is_full_again(kind):
    limiter = make(kind, 5)
    grants = [limiter.take(1003.0) for _ in range(5)]
    later = 1003.0 + grants[-1].reset
    assert all(limiter.take(later).allowed for _ in range(5))


def test_a_limit_that_is_changed_holds_at_once():
    limiter = make("sliding", 10)
    for _ in range(5):
        limiter.take(0.0)
    limiter.limit = 3
    grant = limiter.take(1.0)
    assert (grant.allowed, grant.retry_after) == (False, 59)


def test_of_two_quotas_the_one_that_is_closer_to_its_end_is_told():
    both = Several([make("sliding", 2), make("sliding", 3, 3600.0)])
    told = [both.take(0.0), both.take(0.0), both.take(60.0), both.take(120.0)]
    assert [(grant.allowed, grant.limit) for grant in told] == [
        (True, 2),
        (True, 2),
        (True, 3),
        (False, 3),
    ]
