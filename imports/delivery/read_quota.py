"""When a key may read again: a counter of its own, which sending never feels.

MEGA allows 60 reading requests a minute and 1,000 an hour. The portal takes fewer, so that other
programs that read with the same key are not pushed out by it, and asks one at a time: the headers
of each answer are then known before the next request, and they are believed.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from imports.delivery.quota import HOLD, Exchange
from imports.models import Quota, ReadAttempt

PER_MINUTE = 50  # of MEGA's 60
PER_HOUR = 900  # of MEGA's 1,000
HOUR_HOLD = timedelta(seconds=3601)
SETTLE = timedelta(seconds=1)  # RateLimit-Reset is in whole seconds, rounded who knows how
LOOK_AGAIN = timedelta(seconds=1)
USUAL = 0.4  # seconds that an answer takes, when nothing is known
BETWEEN = 0.1  # seconds from an answer until the next request is on its way


def next_at(
    exchanges: Sequence[Exchange], hold_until: datetime | None, now: datetime
) -> datetime | None:
    """Return None when a request may start now, else when to look again."""
    if any(one.ended_at is None for one in exchanges):
        return now + LOOK_AGAIN
    waits = [
        _window(exchanges, PER_MINUTE, HOLD, now),
        _window(exchanges, PER_HOUR, HOUR_HOLD, now),
        _told(exchanges),
        hold_until,
    ]
    late = [moment for moment in waits if moment is not None and moment > now]
    return max(late, default=None)


def _window(
    exchanges: Sequence[Exchange], limit: int, hold: timedelta, now: datetime
) -> datetime | None:
    """Return when the window has room: a request holds its place until after its answer."""
    ends = (one.ended_at + hold for one in exchanges if one.ended_at is not None)
    held = sorted(moment for moment in ends if moment > now)
    return held[-limit] if len(held) >= limit else None


def _told(exchanges: Sequence[Exchange]) -> datetime | None:
    """Return until when the newest answer leaves nothing."""
    newest = max(exchanges, key=lambda one: one.started_at, default=None)
    if newest is None or newest.ended_at is None or newest.remaining != 0:
        return None
    return (newest.reset_at or newest.ended_at + timedelta(seconds=60)) + SETTLE


def exchanges_of(quota: Quota, now: datetime) -> list[Exchange]:
    """Load the key's requests of the last hour."""
    recent = ReadAttempt.objects.filter(
        quota=quota, was_sent=True, started_at__gt=now - HOUR_HOLD - timedelta(minutes=2)
    )
    values = recent.values_list("started_at", "ended_at", "remaining", "reset_at")
    return [Exchange(*one) for one in values.order_by("started_at")]


def left_this_hour(exchanges: Sequence[Exchange], now: datetime) -> int:
    """Return how many requests the hour still has room for."""
    counted = sum(one.ended_at is None or one.ended_at + HOUR_HOLD > now for one in exchanges)
    return max(PER_HOUR - counted, 0)


def seconds_for(requests: int) -> float:
    """Estimate how long so many requests take: a minute's number at once, then a pause."""
    return max(-(-requests // PER_MINUTE) - 1, 0) * 61.0 + requests % PER_MINUTE * 0.5


def seconds_left(
    exchanges: Sequence[Exchange], requests: int, now: datetime, hold_until: datetime | None
) -> float:
    """Foretell in how many seconds so many more requests of the key will be answered.

    They go one after the other, as soon as both windows have room, at the speed of the latest ones.
    """
    ended = [one.ended_at for one in exchanges if one.ended_at is not None]
    ends = sorted((end - now).total_seconds() for end in ended)
    took = _took(exchanges) + BETWEEN
    holds = [hold_until, _told(exchanges)]
    at = max([(hold - now).total_seconds() for hold in holds if hold is not None] + [0.0])
    for _ in range(requests):
        for limit, hold in ((PER_MINUTE, HOLD), (PER_HOUR, HOUR_HOLD)):
            if len(ends) >= limit:
                at = max(at, ends[-limit] + hold.total_seconds())
        at += took
        ends.append(at)
    return at


def _took(exchanges: Sequence[Exchange]) -> float:
    latest = [e for e in exchanges if e.ended_at is not None][-20:]
    took = [(e.ended_at - e.started_at).total_seconds() for e in latest if e.ended_at]
    return sum(took) / len(took) if took else USUAL
