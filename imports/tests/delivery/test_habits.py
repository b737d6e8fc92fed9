"""How MEGA answers, judged by its latest answers, against each kind of quota that it may have."""

from datetime import timedelta

import pytest

from imports.delivery import habits, quota
from imports.delivery.habits import Headers
from imports.mega.sandbox.quota import make
from imports.tests.delivery.simulated import Job, at, world


@pytest.mark.parametrize(("kind", "counts"), [("fixed", ""), ("sliding", "sliding"),
                                              ("bucket", "bucket")])  # fmt: skip
@pytest.mark.parametrize("requests", [3, 12, 31])
@pytest.mark.parametrize("delay", [0.05, 1.0])
def test_it_is_seen_how_mega_counts_and_how_long_it_takes(kind, counts, requests, delay):
    one = world(kind, 10, seed=3, delay=lambda: delay)
    one.run([Job(requests)])

    found = habits.of(one.answered, 10)

    assert found.counts == counts
    assert found.took == pytest.approx(2 * delay)


def test_without_answers_the_usual_is_presumed_and_without_headers_nothing_of_the_quota():
    plain = quota.Exchange(at(0), at(3))

    assert habits.of([quota.Exchange(at(0), None)], 10) == habits.Habits((habits.USUAL,), "")
    assert habits.of([plain], 10) == habits.Habits((3.0,), "")


def test_only_the_latest_answers_count():
    slow = [quota.Exchange(at(n), at(n + 9)) for n in range(30)]
    quick = [quota.Exchange(at(100 + n), at(101 + n)) for n in range(20)]

    assert habits.of(slow + quick, 10).took == 1.0


@pytest.mark.parametrize("kind", ["sliding", "bucket"])
def test_headers_are_foretold_as_the_vendor_gives_them(kind):
    vendor, moments = make(kind, 5), [0.0, 0.0, 7.0, 11.0, 30.0, 61.0, 68.0, 80.0, 200.0]
    foretold = Headers(kind, 5, [])

    for moment in moments:
        told = vendor.take(moment)
        assert foretold.answer(moment) == (told.remaining, told.reset)


def test_what_went_before_is_counted():
    assert Headers("sliding", 5, [-50.0, -70.0, -10.0]).answer(0.0) == (2, 60.0)
    assert Headers("", 5, [-50.0]).answer(0.0) is None


def test_a_fixed_window_that_ends_soon_is_not_taken_for_another():
    told = [quota.Exchange(at(n), at(n + 1), 10 - n, at(30)) for n in range(5)]

    assert habits.of(told, 10).counts == ""
    assert habits.of(told, 10).took == timedelta(seconds=1).total_seconds()
