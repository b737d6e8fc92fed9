"""Somebody else uses the same key: few of our requests are refused, and we still get on."""

import random

import pytest

from imports.tests.delivery.simulated import Job, world
from imports.tests.delivery.strangers import PATTERNS, WARM, even

KINDS = ["fixed", "sliding", "bucket"]
AT_MOST = {"all": 0.14, "retry_after": 0.18, "nothing": 0.18}  # of our requests are refused
AN_HOUR = 3600.0


def beside(kind, pattern, share, *, seed=1, tells="all"):
    """Send 100 requests at ten a minute while a stranger sends `share` of that."""
    random.seed(seed)
    foreign = PATTERNS[pattern](10 * share, seed=seed)
    one, job = world(kind, 10, seed=seed, foreign=foreign, tells=tells), Job(100, arrives=WARM)
    one.run([job], until=4 * AN_HOUR)
    return one, job


@pytest.mark.parametrize("tells", AT_MOST)
@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("kind", KINDS)
def test_beside_a_stranger_at_full_rate_about_one_in_ten_is_refused(kind, pattern, tells):
    runs = [beside(kind, pattern, 1, seed=seed, tells=tells) for seed in range(3)]

    refused = sum(one.refused for one, _ in runs)
    assert refused <= AT_MOST[tells] * sum(len(one.arrivals) for one, _ in runs)
    assert all(len(job.answered) >= 50 for _, job in runs)


@pytest.mark.parametrize("tells", AT_MOST)
@pytest.mark.parametrize("pattern", ["even", "bursty"])
@pytest.mark.parametrize("share", [0.25, 0.5])
@pytest.mark.parametrize("kind", KINDS)
def test_beside_a_stranger_who_leaves_something_all_is_sent(kind, share, pattern, tells):
    one, job = beside(kind, pattern, share, tells=tells)

    assert len(job.answered) == 100
    assert one.refused <= 0.12 * len(one.arrivals)
    assert max(job.answered) - WARM <= 100 / (10 * (1 - share)) * 60 * 2.5


@pytest.mark.parametrize("kind", ["sliding", "bucket"])
def test_where_a_metronome_leaves_nothing_at_all_we_ask_every_few_minutes(kind):
    """He sends in the very instant in which MEGA lets go of his request of a minute ago."""
    random.seed(1)
    foreign = even(10, late=0)
    one, job = world(kind, 10, seed=1, foreign=foreign), Job(100, arrives=WARM)

    one.run([job], until=4 * AN_HOUR)

    assert one.refused <= 4 * 25


@pytest.mark.parametrize("tells", AT_MOST)
@pytest.mark.parametrize("kind", KINDS)
def test_when_the_stranger_is_gone_the_whole_quota_is_used_again_within_the_hour(kind, tells):
    random.seed(1)
    foreign = even(10, late=0, until=WARM + AN_HOUR)
    one, job = world(kind, 10, seed=1, foreign=foreign, tells=tells), Job(2000, arrives=WARM)

    one.run([job], until=WARM + 2 * AN_HOUR + 600)

    last_ten_minutes = sum(at > WARM + 2 * AN_HOUR for at in job.sent)
    assert last_ten_minutes >= 90


@pytest.mark.parametrize("share", [0.5, 1])
@pytest.mark.parametrize("slowest", [6.0, 16.0])
def test_slow_answers_of_a_sliding_window_cost_no_more_requests_beside_a_stranger(slowest, share):
    """What an answer may have counted is not taken for free where somebody else may have it."""
    refused = arrived = 0
    for seed in range(3):
        random.seed(seed)
        foreign = even(10 * share, seed=seed)
        one, job = world("sliding", 10, seed=seed, slowest=slowest, foreign=foreign), Job(100, WARM)
        one.run([job], until=4 * AN_HOUR)
        refused, arrived = refused + one.refused, arrived + len(one.arrivals)

    assert refused <= arrived * {0.5: 0.035, 1: 0.28}[share]
