"""When a key may read again, as a pure function; and played against every kind of quota."""

from datetime import UTC, datetime, timedelta

import pytest

from imports.delivery import read_quota
from imports.delivery.quota import Exchange
from imports.mega.sandbox import quota as judge

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def after(seconds):
    return NOON + timedelta(seconds=seconds)


def asked(start, took=0.2, **told):
    return Exchange(after(start), after(start + took), **told)


def test_the_first_request_may_start_at_once():
    assert read_quota.next_at([], None, NOON) is None


def test_one_at_a_time():
    in_flight = Exchange(after(-1), None)
    assert read_quota.next_at([in_flight], None, NOON) == after(1)


def test_fifty_in_a_minute_and_the_next_when_the_first_has_left():
    fifty = [asked(-50 + n) for n in range(50)]
    assert read_quota.next_at(fifty[1:], None, NOON) is None
    assert read_quota.next_at(fifty, None, NOON) == after(-50 + 0.2 + 60.2)


def test_nine_hundred_in_an_hour():
    many = [asked(-3_600 + 4 * n) for n in range(900)]
    assert read_quota.next_at(many, None, after(0)) == after(-3_600 + 0.2 + 3_601)
    assert read_quota.left_this_hour(many, NOON) == 0
    assert read_quota.left_this_hour(many[:10], NOON) == 890


def test_what_the_newest_answer_says_is_believed_also_when_others_use_the_key():
    told = asked(-1, remaining=0, reset_at=after(1_800))
    assert read_quota.next_at([told], None, NOON) == after(1_801)
    silent = asked(-1, remaining=0)
    assert read_quota.next_at([silent], None, NOON) == after(-1 + 0.2 + 61)
    more = [told, asked(-0.5, remaining=3, reset_at=after(1_800))]
    assert read_quota.next_at(more, None, NOON) is None


def test_a_429_is_waited_out():
    assert read_quota.next_at([], after(40), NOON) == after(40)
    assert read_quota.next_at([], after(-1), NOON) is None


@pytest.mark.parametrize("kind", ["fixed", "sliding", "bucket"])
def test_no_request_is_over_the_quota_in_an_hour_of_reading(kind):
    minute, hour = judge.make(kind, 60), judge.make(kind, 1_000, judge.HOUR)
    both = judge.Several([minute, hour])
    exchanges, now, refused, sent = [], 0.0, 0, 0
    while now < 3_600:
        wait = read_quota.next_at(exchanges, None, after(now))
        if wait is not None:
            now = max(now + 0.05, (wait - NOON).total_seconds())
            continue
        grant = both.take(now)
        sent, refused = sent + 1, refused + (not grant.allowed)
        told = {"remaining": grant.remaining, "reset_at": after(now + 0.3 + grant.reset)}
        exchanges.append(asked(now, took=0.3, **told))
        now += 0.3
    assert refused == 0
    assert 850 <= sent <= read_quota.PER_HOUR


@pytest.mark.parametrize("before", [0, 30, 60, 890])
@pytest.mark.parametrize("requests", [0, 1, 49, 51, 130])
def test_how_long_it_will_take_is_foretold(before, requests):
    """Played by the very rule that lets each request start."""
    begun = [asked(-4.0 * (before - n)) for n in range(before)]
    exchanges, now = list(begun), 0.0
    while len(exchanges) < before + requests:
        wait = read_quota.next_at(exchanges, None, after(now))
        now = now if wait is None else (wait - NOON).total_seconds()
        exchanges.append(asked(now))
        now += 0.2 + read_quota.BETWEEN

    foretold = read_quota.seconds_left(begun or [asked(-4000)], requests, NOON, None)

    assert foretold == pytest.approx(now, abs=0.5 + 0.1 * (requests // 50))


def test_reading_goes_on_after_a_429_or_when_the_headers_say_so():
    told = asked(-1, remaining=0, reset_at=after(30))

    assert read_quota.seconds_left([], 1, NOON, after(20)) > 20
    assert read_quota.seconds_left([told], 1, NOON, after(20)) > 31
