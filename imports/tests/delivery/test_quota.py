"""A key sends as much as it may, and never more, whatever kind of quota MEGA has."""

from collections import deque
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imports.delivery.pacing import Pace
from imports.delivery.quota import HOLD, Exchange, KeyFacts, allowance

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)


def after(seconds):
    return NOON + timedelta(seconds=seconds)


def ended(start, end=None, **headers):
    return Exchange(after(start), after(start + 0.2 if end is None else end), **headers)


def test_a_fresh_key_may_use_its_whole_minute_at_once():
    assert allowance(KeyFacts(limit=10), NOON).may_start == 10


def test_what_is_claimed_or_in_flight_holds_a_slot():
    facts = KeyFacts(limit=10, claimed=3, exchanges=(Exchange(after(-1), None),))

    assert allowance(facts, NOON).may_start == 6


def test_a_slot_comes_free_60_point_2_seconds_after_the_answer():
    facts = KeyFacts(limit=1, exchanges=(ended(0, 1.5),))

    assert allowance(facts, after(61.6)).may_start == 0
    assert allowance(facts, after(10)).next_at == after(1.5) + HOLD
    assert allowance(facts, after(61.8)).may_start == 1


def test_the_headers_can_only_lower_the_count():
    told = ended(-5, -4, remaining=2, reset_at=after(50))
    started_since = Exchange(after(-3), None)

    low = allowance(KeyFacts(limit=10, exchanges=(told, started_since)), NOON)
    high = allowance(KeyFacts(limit=2, exchanges=(ended(-5, remaining=500),)), NOON)

    assert low.may_start == 1
    assert high.may_start == 1


def test_somebody_else_used_the_key_up():
    facts = KeyFacts(limit=10, exchanges=(ended(-5, -4, remaining=0, reset_at=after(31)),))

    answer = allowance(facts, NOON)

    assert (answer.may_start, answer.why) == (0, "quota")
    assert answer.next_at == after(31.2)
    assert allowance(facts, after(31.3)).may_start == 9


def test_a_request_that_overtook_the_newest_answered_one_keeps_no_slot_idle():
    """It counts twice: in what that answer left, and as started since. Its own answer tells, and
    the clock looks again at each answer where it is the quota that is waited for.
    """
    answered = tuple(ended(-8 + place * 0.15) for place in range(47))
    newest = ended(-0.9, -0.1, remaining=11, reset_at=after(59.9))
    flying = tuple(Exchange(after(-0.8 + place * 0.1), None) for place in range(8))
    facts = KeyFacts(limit=60, exchanges=(*answered, newest, *flying), waiting=64)
    back = tuple(
        replace(one, ended_at=after(0.1), remaining=4 + 7 - place, reset_at=after(60.1))
        for place, one in enumerate(flying)
    )

    allowed = allowance(facts, NOON)
    later = allowance(replace(facts, exchanges=(*answered, newest, *back)), after(0.2))

    assert (allowed.may_start, allowed.why) == (0, "quota")
    assert allowed.next_at > after(40)
    assert later.may_start == 4


def test_retry_after_is_waited_for():
    answer = allowance(KeyFacts(limit=10, hold_until=after(7)), NOON)

    assert (answer.may_start, answer.next_at, answer.why) == (0, after(7), "told_to_wait")


def test_after_an_unexpected_429_requests_go_evenly_and_five_per_cent_slower():
    facts = KeyFacts(limit=10, pace=Pace(20, after(600)), exchanges=(ended(0),))

    assert allowance(facts, after(6.2)).may_start == 0
    assert allowance(facts, after(6.31)).may_start == 1


@pytest.mark.parametrize("state", [{"proved": False}, {"unclear_streak": 3}])
def test_a_key_in_doubt_sends_one_request_at_a_time(state):
    assert allowance(KeyFacts(limit=10, **state), NOON).may_start == 1
    assert allowance(KeyFacts(limit=10, claimed=1, **state), NOON).may_start == 0


@dataclass
class Vendor:
    """A quota of the three kinds that a vendor may have, with the headers that it reports."""

    kind: str
    limit: int
    arrivals: deque = field(default_factory=deque)
    opened: float | None = None
    count: int = 0
    tokens: float = 0.0
    filled: float = 0.0

    def __post_init__(self):
        self.tokens = float(self.limit)

    def request(self, at):
        """Return (accepted, remaining, seconds until full)."""
        return getattr(self, self.kind)(at)

    def fixed(self, at):
        if self.opened is None or at >= self.opened + 60:
            self.opened, self.count = at, 0
        self.count += 1
        return self.count <= self.limit, max(self.limit - self.count, 0), self.opened + 60 - at

    def aligned(self, at):
        window = at // 60 * 60
        if self.opened != window:
            self.opened, self.count = window, 0
        self.count += 1
        return self.count <= self.limit, max(self.limit - self.count, 0), window + 60 - at

    def sliding(self, at):
        while self.arrivals and self.arrivals[0] <= at - 60:
            self.arrivals.popleft()
        self.arrivals.append(at)
        return len(self.arrivals) <= self.limit, max(self.limit - len(self.arrivals), 0), 60

    def bucket(self, at):
        rate = self.limit / 60
        self.tokens = min(self.limit, self.tokens + (at - self.filled) * rate)
        self.filled = at
        accepted = self.tokens >= 1 - 1e-9
        self.tokens -= 1 if accepted else 0
        return accepted, int(self.tokens), (self.limit - self.tokens) / rate


def simulate(kind, limit, total, delay_there, delay_back, tick=1.0):
    """Send `total` requests, each with its own delays; return (429s, seconds first to last)."""
    vendor, exchanges, waiting = Vendor(kind, limit), [], total
    in_flight, refused, arrivals, now = [], 0, [], 0.0
    while waiting or in_flight:
        # The vendor sees arrivals in the order of their time, not of their start.
        arrived = [one for one in in_flight if one[2] is None and one[3] <= now]
        for one in sorted(arrived, key=lambda one: one[3]):
            accepted, remaining, reset = vendor.request(one[3])
            refused += not accepted
            arrivals.append(one[3])
            in_flight[in_flight.index(one)] = (one[0], one[1], remaining, reset)
        for one in [one for one in in_flight if one[1] <= now]:
            in_flight.remove(one)
            start, end, remaining, reset = one
            exchanges.append(
                Exchange(after(start), after(end), remaining, after(end + -(-reset // 1)))
            )
        recent = tuple(e for e in exchanges if e.ended_at > after(now - 122))
        open_ones = tuple(Exchange(after(one[0]), None) for one in in_flight)
        facts = KeyFacts(limit=limit, exchanges=recent + open_ones)
        for _ in range(min(allowance(facts, after(now)).may_start, waiting)):
            waiting -= 1
            there, back = delay_there(), delay_back()
            in_flight.append((now, now + there + back, None, now + there))
        now += tick
    return refused, max(arrivals) - min(arrivals)


@pytest.mark.parametrize("kind", ["fixed", "aligned", "sliding", "bucket"])
@given(data=st.data(), limit=st.integers(1, 60))
@settings(max_examples=40, deadline=None)
def test_no_kind_of_quota_is_ever_exceeded(kind, data, limit):
    delays = st.floats(0.01, 1.5)

    refused, _ = simulate(
        kind, limit, limit * 3, lambda: data.draw(delays), lambda: data.draw(delays)
    )

    assert refused == 0


@pytest.mark.parametrize("kind", ["fixed", "aligned", "sliding", "bucket"])
def test_hardly_a_second_of_the_quota_is_wasted(kind):
    refused, seconds = simulate(kind, 60, 200, lambda: 0.05, lambda: 0.05)

    assert refused == 0
    assert seconds <= 3 * 61 / 0.95


@given(
    st.lists(
        st.builds(
            Exchange,
            st.floats(-120, 0).map(after),
            st.none() | st.floats(-61, 0).map(after),
            st.none() | st.integers(-5, 700),
            st.none() | st.floats(-60, 4000).map(after),
        )
    ),
    st.integers(1, 600),
    st.integers(0, 50),
)
def test_there_is_always_an_answer_and_it_never_exceeds_the_limit(exchanges, limit, claimed):
    answer = allowance(KeyFacts(limit=limit, exchanges=tuple(exchanges), claimed=claimed), NOON)

    assert answer.may_start <= limit - claimed or answer.may_start == 0
    assert answer.may_start == 0 or answer.why == ""
    assert answer.next_at is None or answer.next_at > NOON


def test_in_a_sliding_window_what_an_old_request_used_comes_free_again():
    old = ended(-61, -60.3, remaining=3, reset_at=after(-0.3))
    newest = ended(-58, -57.8, remaining=0, reset_at=after(2.2))
    facts = KeyFacts(limit=2, exchanges=(old, newest))

    assert allowance(facts, NOON).may_start == 1


def test_in_a_fixed_window_nothing_comes_free_before_its_end():
    old = ended(-110, -60.3, remaining=3, reset_at=after(2))
    newest = ended(-58, -57.8, remaining=0, reset_at=after(2))
    facts = KeyFacts(limit=2, exchanges=(old, newest, ended(-40, remaining=0, reset_at=after(2))))

    assert allowance(facts, NOON).may_start == 0
