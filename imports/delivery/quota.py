"""How many requests of a key may start now: a pure function of what is known of the key.

A request holds its slot until 60.2 s after its answer arrived, or after its end when none came:
counted so, no quota that a vendor may have (fixed window, sliding window, token bucket) is
exceeded, whichever way the clocks and the network lean. What the headers say can only lower that.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

HOLD = timedelta(seconds=60.2)
WINDOW = timedelta(seconds=60)
LIMIT_RANGE = (1, 600)
SPACING_MARGIN = 1.05
UNCLEAR_BEFORE_PROBING = 3


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request of the key that still matters: in flight, or ended within two minutes."""

    started_at: datetime
    ended_at: datetime | None
    remaining: int | None = None  # RateLimit-Remaining of its answer
    reset_at: datetime | None = None  # when its answer said that the window is full again


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What is known of one key. All times are the database's."""

    limit: int  # requests a minute: learnt from headers, else configured
    exchanges: tuple[Exchange, ...] = ()
    claimed: int = 0  # granted, no attempt yet
    hold_until: datetime | None = None  # Retry-After, or the pause after lost connections
    spaced: bool = False  # after an unexpected 429: evenly, a little slower
    proved: bool = True  # a 200 was seen with this key
    unclear_streak: int = 0  # exchanges in a row without a usable answer


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many requests may start, and if none: when to look again, and why not now.

    `why` is one of '', 'quota', 'told_to_wait', 'spacing', 'probing'.
    """

    may_start: int
    next_at: datetime | None = None
    why: str = ""


def allowance(facts: KeyFacts, now: datetime) -> Allowance:
    """Return what the key may do now."""
    if facts.hold_until is not None and facts.hold_until > now:
        return Allowance(0, facts.hold_until, "told_to_wait")
    if _is_probing(facts):
        return _one_at_a_time(facts, now)
    free, next_at = _own_count(facts, now)
    heard, heard_until = _headers_say(facts, now)
    if heard is not None and heard < free:
        free, next_at = heard, heard_until
    if free <= 0:
        return Allowance(0, next_at, "quota")
    if facts.spaced:
        return _spaced(facts, now)
    return Allowance(free)


def share(facts: KeyFacts, free: int) -> int:
    """Return how many of the workers' `free` slots the key may take: half of what it would leave.

    So a key whose requests all hang cannot fill the workers, and each gets at least one.
    """
    own = facts.claimed + sum(exchange.ended_at is None for exchange in facts.exchanges)
    return max((free - own) // 2, 0 if own else 1)


def _is_probing(facts: KeyFacts) -> bool:
    return not facts.proved or facts.unclear_streak >= UNCLEAR_BEFORE_PROBING


def is_probing(facts: KeyFacts) -> bool:
    """Whether one request at a time is sent until an answer proves that the key works."""
    return _is_probing(facts)


def _one_at_a_time(facts: KeyFacts, now: datetime) -> Allowance:
    if facts.claimed or any(exchange.ended_at is None for exchange in facts.exchanges):
        return Allowance(0, None, "probing")
    free, next_at = _own_count(facts, now)
    return Allowance(1) if free > 0 else Allowance(0, next_at, "quota")


def _own_count(facts: KeyFacts, now: datetime) -> tuple[int, datetime | None]:
    """Count free slots, and when the next one comes free if none is."""
    releases = [e.ended_at + HOLD for e in facts.exchanges if e.ended_at is not None]
    held = sorted(release for release in releases if release > now)
    in_flight = facts.claimed + sum(e.ended_at is None for e in facts.exchanges)
    free = facts.limit - len(held) - in_flight
    if free > 0 or not held:
        return free, None
    return free, held[min(-free, len(held) - 1)]


def _headers_say(facts: KeyFacts, now: datetime) -> tuple[int | None, datetime | None]:
    """Return what the newest answer leaves, less what has started since; None when it is stale."""
    told = [e for e in facts.exchanges if e.ended_at is not None and e.remaining is not None]
    if not told:
        return None, None
    newest = max(told, key=lambda exchange: exchange.started_at)
    assert newest.remaining is not None and newest.ended_at is not None  # noqa: S101, PT018
    valid_until = newest.ended_at + HOLD
    if newest.reset_at is not None:
        valid_until = min(valid_until, newest.reset_at + (HOLD - WINDOW))
    if valid_until <= now:
        return None, None
    since = facts.claimed + sum(e.started_at > newest.started_at for e in facts.exchanges)
    return newest.remaining - since + _come_free(facts, newest, now), valid_until


def _come_free(facts: KeyFacts, newest: Exchange, now: datetime) -> int:
    """Count requests of ours that the answer counted and that a sliding window has let go since.

    Such a window says that it is full again a whole minute after its newest request. A fixed one
    says when it ends, and until then nothing of it comes free.
    """
    if newest.ended_at is None or newest.reset_at is None:
        return 0
    if newest.reset_at - newest.ended_at < WINDOW - timedelta(seconds=1):
        return 0
    return sum(
        e.ended_at is not None
        and e.ended_at + HOLD <= now
        and e.started_at > newest.ended_at - WINDOW
        for e in facts.exchanges
    )


def _spaced(facts: KeyFacts, now: datetime) -> Allowance:
    if facts.claimed:
        return Allowance(0, None, "spacing")
    gap = WINDOW / facts.limit * SPACING_MARGIN
    latest = max((e.started_at for e in facts.exchanges), default=None)
    if latest is not None and latest + gap > now:
        return Allowance(0, latest + gap, "spacing")
    return Allowance(1)
