"""How long to wait: never less than was asked for, never for ever."""

import pytest

from imports.delivery import replay


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 2), (1, 2), (2, 4), (3, 8), (7, 128), (8, 256), (9, 300), (10_000, 300)],
)
def test_waits_double_up_to_five_minutes_and_lengthen_by_a_tenth_at_most(failures, seconds):
    waits = [replay.backoff(failures) for _ in range(200)]

    assert seconds <= min(waits) <= max(waits) <= seconds * 1.1
    assert len(set(waits)) > 100  # not all at the same moment


@pytest.mark.parametrize(
    ("retry_after", "least", "most"),
    [(None, 4, 4.4), (1.0, 4, 4.4), (60.0, 60, 60), (1e9, 3600, 3600)],
)
def test_retry_after_can_only_lengthen_the_wait(retry_after, least, most):
    assert least <= replay.after_unclear(2, retry_after) <= most


@pytest.mark.parametrize(
    ("retry_after", "least", "most"),
    [(None, 60, 61), (0.0, 0, 0.2), (30.0, 30, 30.6), (1e9, 3600, 3637)],
)
def test_a_429_waits_for_what_it_says_or_a_minute(retry_after, least, most):
    assert least <= replay.after_too_many(retry_after) <= most
