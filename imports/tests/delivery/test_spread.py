"""A small import beside a huge one starts soon, and the huge one does not notice."""

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imports.delivery.spread import Course
from imports.tests.delivery.simulated import Job, world

KINDS = ["fixed", "sliding", "bucket"]


def started(slots, waiting, period=60.0, recent=(), **more):
    """When each of the waiting requests starts."""
    course, moments = Course(slots, recent, waiting, period, **more), []
    while course.waiting:
        moments.append(course.next_at())
        course.take(moments[-1])
    return moments


def alone(kind, limit, requests):
    one = world(kind, limit)
    one.run([Job(requests)])
    return one


def test_what_fits_into_a_minute_starts_at_once():
    assert started([0.0] * 10, 10) == [0.0] * 10


def test_two_full_minutes_go_in_two_bursts_since_anything_else_would_take_longer():
    assert started([0.0] * 10, 20) == [0.0] * 10 + [60.0] * 10


def test_slots_that_come_free_within_a_second_are_not_spread_over_it():
    """The clock looks a few times a second: one request each time would lose half a minute."""
    slots = [0.0] * 15 + [0.1 + place / 10 for place in range(45)]
    course = Course(slots, recent=[-1.0] * 45, waiting=118, period=60.4)
    at_once = 0
    while course.next_at() <= 0:
        course.take(0.0)
        at_once += 1
    assert at_once == 15


def test_what_ends_at_the_same_time_anyway_is_spread_evenly():
    moments = started([0.0] * 10, 21)

    assert moments[-1] == 120.0
    assert max(b - a for a, b in itertools.pairwise(moments)) < 7


def test_slots_that_the_last_request_does_not_need_are_spread_until_the_next_comes_free():
    moments = started([0.0] * 10, 54)

    assert moments[:4] == [0.0] * 4
    assert moments[-1] == 5 * 60.0
    assert max(b - a for a, b in itertools.pairwise(moments[:11])) < 9


@given(
    limit=st.integers(1, 60),
    waiting=st.integers(1, 400),
    share=st.sampled_from([0.0, 1 / 28, 1 / 6]),
)
@settings(deadline=None)
def test_spreading_never_costs_more_than_its_share(limit, waiting, share):
    moments = started([0.0] * limit, waiting, share=share)

    at_best = (waiting - 1) // limit * 60.0
    assert moments == sorted(moments)
    assert moments[-1] <= at_best * (1 + share) + 1e-6
    assert all(b - a >= 60 - 1e-6 for a, b in zip(moments, moments[limit:], strict=False))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("limit", [10, 60])
def test_three_hundred_requests_use_the_quota_to_its_limit_and_meet_no_429(kind, limit):
    one = alone(kind, limit, 300)

    seconds = max(one.arrivals) - min(one.arrivals)
    assert one.refused == 0
    assert len(one.arrivals) == 300
    assert seconds <= 1.03 * (-(-300 // limit) - 1) * 61


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("limit", "requests"), [(10, 201), (10, 300), (10, 555), (60, 2001)])
def test_a_small_import_beside_a_huge_one_starts_within_two_request_intervals(
    kind, limit, requests
):
    without = alone(kind, limit, requests)
    for seed in range(4):
        arrives = random.Random(seed).uniform(5, 240)
        huge, small = Job(requests), Job(1, arrives=arrives, seen=arrives)
        one = world(kind, limit, seed=seed)

        one.run([huge, small], until=arrives + 130)
        assert one.refused == 0
        assert small.waited <= 2 * 60 / limit

    one.run([huge, small])
    lost = huge.answered[-1] - max(without.arrivals)
    assert lost <= 0.01 * max(without.arrivals) + 60 / limit


@pytest.mark.parametrize("requests", [120, 137])
def test_an_import_that_is_foreseen_finds_a_slot_even_beside_one_of_some_minutes(requests):
    for seed in range(4):
        arrives = random.Random(seed).uniform(130, 300)
        small = Job(1, arrives=arrives, seen=arrives - 120)

        one = world("sliding", 10, seed=seed)
        one.run([Job(requests), small], until=arrives + 70)

        assert small.waited <= 12


def test_ten_small_imports_beside_a_huge_one_take_turns():
    huge, small = Job(300), [Job(1, arrives=100, seen=100) for _ in range(10)]

    one = world("sliding", 10)
    one.run([huge, *small], until=300)

    assert max(job.waited for job in small) <= 11 * 6.1 + 7
    assert sum(100 < at < 170 for at in huge.sent) >= 1


def test_what_is_to_go_first_goes_before_all_others():
    huge, urgent = Job(100), Job(20, arrives=60, seen=60, priority=1)

    one = world("sliding", 10)
    one.run([huge, urgent], until=260)

    between = [at for at in huge.sent if urgent.sent[1] < at < urgent.sent[-1]]
    assert len(urgent.sent) == 20
    assert between == []


@pytest.mark.parametrize("kind", KINDS)
def test_somebody_else_with_the_same_key_costs_only_the_429s_that_nobody_can_foresee(kind):
    """A stranger takes three a minute. MEGA says what is left, but not before our next answer."""
    foreign = tuple(
        moment for start in range(0, 1200, 60) for moment in (start + 7, start + 7.1, start + 29)
    )
    one = world(kind, 10, foreign=foreign)

    job = Job(100)
    one.run([job])

    assert len(job.answered) == 100
    assert one.refused <= 4
    assert max(one.arrivals) <= 1.35 * 100 / 7 * 60


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("slowest", [0.2, 0.5, 2.0])
@pytest.mark.parametrize("limit", [10, 60])
@pytest.mark.parametrize("kind", ["fixed", "sliding", "bucket"])
def test_slow_answers_cost_as_long_as_they_take_and_no_more(kind, limit, slowest, seed):
    """A slot is held until its answer is there; then it is used, whatever the kind of quota."""
    rounds = 5
    one = world(kind, limit, seed=seed, slowest=slowest)

    one.run([Job(limit * rounds)])

    longest = 61 + 2 * slowest
    assert one.refused == 0
    assert max(one.arrivals) - min(one.arrivals) <= (rounds - 1) * longest * 1.01
