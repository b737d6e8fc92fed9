"""How many requests of a key may start now: a pure function of what is known of the key.

A request holds its slot until 60.2 s after its answer arrived, or after its end when none came:
counted so, no quota that a vendor may have (fixed window, sliding window, token bucket) is
exceeded, whichever way the clocks and the network lean. What the headers say can only lower that.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from imports.delivery import spread
from imports.delivery.pacing import Pace

HOLD = timedelta(seconds=60.2)
WINDOW = timedelta(seconds=60)
# What an answer of the last minute said was used up may be a minute older than it.
REMEMBERED = timedelta(seconds=122)
SOON = 0.2  # seconds until the clock looks again where only the workers had no room
DRY_RUN_WAIT = 300.0  # seconds that imports keep a dry run waiting at most
SPACING_MARGIN = 1.05
UNCLEAR_BEFORE_PROBING = 3


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request of the key that still matters: in flight, or ended within two minutes."""

    started_at: datetime
    ended_at: datetime | None
    remaining: int | None = None  # RateLimit-Remaining of its answer
    reset_at: datetime | None = None  # when its answer said that the window is full again
    is_dry_run: bool = False


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What is known of one key. All times are the database's."""

    limit: int  # requests a minute: learnt from headers, else configured
    exchanges: tuple[Exchange, ...] = ()
    claimed: int = 0  # granted, no attempt yet
    hold_until: datetime | None = None  # Retry-After, or the pause after lost connections
    pace: Pace = field(default_factory=Pace)  # after unexpected 429s: evenly, or slower
    proved: bool = True  # a 200 was seen with this key
    unclear_streak: int = 0  # exchanges in a row without a usable answer
    waiting: int = 0  # requests that are still to be sent, those not cut yet included
    company: bool = False  # another import of the key is about to come
    has_imports: bool = False  # imports are among what waits
    claimed_dry_runs: int = 0  # among the claimed


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many requests may start, when the next one may, and if none: why not now.

    `why` is one of '', 'quota', 'turns', 'told_to_wait', 'spacing', 'probing'.
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
    is_lowered = heard is not None and heard < free
    if heard is not None and is_lowered:
        free, next_at = heard, heard_until
    if free <= 0:
        return Allowance(0, next_at, "quota")
    if facts.pace.left_at(now):
        return _spaced(facts, now)
    # A request that overtook the newest answered one counts twice until its own answer is there:
    # what the headers deny may be free with the next answer, whatever turns they let foresee.
    return _spread(facts, free, now, why="quota" if is_lowered else "turns")


def exchange_seconds(facts: KeyFacts) -> float:
    """Return how long an exchange of the key takes, judged by the latest ones."""
    took = [(e.ended_at - e.started_at).total_seconds() for e in facts.exchanges if e.ended_at]
    return statistics.median(took) if took else 0.5


def _spread(facts: KeyFacts, free: int, now: datetime, *, why: str) -> Allowance:
    """Start what may start at once; the rest follows when its turn comes."""
    if not facts.waiting:
        return Allowance(free)
    ahead, count = course(facts, now), 0
    while count < free and ahead.waiting:
        at = ahead.next_at()
        if at > 0:
            next_at = now + timedelta(seconds=at)
            return Allowance(count, next_at, "" if count else why)
        ahead.take(at)
        count += 1
    return Allowance(count)


def course(facts: KeyFacts, now: datetime) -> spread.Course:
    """Return when the waiting requests may start, as far as can be foreseen: seconds from now."""
    took = exchange_seconds(facts)
    period = HOLD.total_seconds() + took
    pause = max(_seconds(facts.hold_until, now), 0.0)
    held = [period] * facts.claimed
    for exchange in facts.exchanges:
        ended_at = exchange.ended_at or max(exchange.started_at + timedelta(seconds=took), now)
        held.append(_seconds(ended_at + HOLD, now))
    held = sorted(release for release in held if release > 0)[-facts.limit :]
    unused = [0.0] * (facts.limit - len(held))
    heard, heard_until = _headers_say(facts, now)
    if heard is not None:
        heard = max(heard, 0)
        unused[heard:] = [_seconds(heard_until, now)] * len(unused[heard:])
    recent = [0.0] * facts.claimed + [_seconds(e.started_at, now) for e in facts.exchanges]
    return spread.Course(
        slots=sorted(max(slot, pause) for slot in unused + held),
        recent=recent,
        waiting=facts.waiting,
        period=period,
        share=spread.IN_COMPANY if facts.company else spread.ALONE,
    )


def _seconds(moment: datetime | None, now: datetime) -> float:
    return 0.0 if moment is None else (moment - now).total_seconds()


def share(facts: KeyFacts, free: int) -> int:
    """Return how many of the workers' `free` slots the key may take: half of what it would leave.

    So a key whose requests all hang cannot fill the workers, and each gets at least one.
    """
    own = facts.claimed + sum(exchange.ended_at is None for exchange in facts.exchanges)
    return max((free - own) // 2, 0 if own else 1)


def dry_runs(facts: KeyFacts, now: datetime) -> int:
    """Return how many requests of dry runs may start: beside imports, half of the key's minute."""
    if not facts.has_imports:
        return facts.limit
    held = sum(
        e.is_dry_run and (e.ended_at is None or e.ended_at + HOLD > now) for e in facts.exchanges
    )
    return max(max(facts.limit // 2, 1) - held - facts.claimed_dry_runs, 0)


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
    assert newest.remaining is not None  # noqa: S101
    valid_until = _valid_until(newest)
    if valid_until <= now:
        return None, None
    since = facts.claimed + sum(e.started_at > newest.started_at for e in facts.exchanges)
    return newest.remaining - since + _come_free(facts, newest, now), valid_until


def _come_free(facts: KeyFacts, newest: Exchange, now: datetime) -> int:
    """Count requests of ours that the answer counted and that a sliding window has let go since.

    When they arrived there is known no better than that it was between start and end. Who counts
    only what the answer certainly counted leaves a key idle for most of a minute once answers are
    slow. So as long as our own requests may explain all that the answer says was used, what it may
    have counted is counted too; our own count bounds that. Beside somebody else only what is sure.

    Such a window says that it is full again a whole minute after its newest request. A fixed one
    says when it ends, and until then nothing of it comes free.
    """
    if newest.ended_at is None or newest.reset_at is None or newest.remaining is None:
        return 0
    if newest.reset_at - newest.ended_at < WINDOW - timedelta(seconds=1):
        return 0
    since, sure_since = newest.started_at - WINDOW, newest.ended_at - WINDOW
    before = [e for e in facts.exchanges if e.started_at <= newest.ended_at]
    may_be_counted = sum(e.ended_at is None or e.ended_at > since for e in before)
    has_company = facts.limit - newest.remaining > may_be_counted
    over = [e for e in facts.exchanges if e.ended_at is not None and e.ended_at + HOLD <= now]
    if has_company:
        return sum(e.started_at > sure_since for e in over)
    return sum(e.ended_at is not None and e.ended_at > since for e in over)


def spacing(facts: KeyFacts, now: datetime) -> timedelta:
    """Return the distance between two requests after unexpected 429s."""
    slots = facts.pace.slots(facts.limit, now)
    return WINDOW / slots * SPACING_MARGIN if slots == facts.limit else HOLD / slots


def _spaced(facts: KeyFacts, now: datetime) -> Allowance:
    """Start one: an even distance after the latest, or as soon as one of the few slots is free."""
    if facts.claimed:
        return Allowance(0, None, "spacing")
    recent = sorted(facts.exchanges, key=lambda exchange: exchange.started_at, reverse=True)
    slots = facts.pace.slots(facts.limit, now)
    if slots < facts.limit:
        return _few(recent, slots, now)
    at = recent[0].started_at + spacing(facts, now) if recent else now
    return Allowance(1) if at <= now else Allowance(0, at, "spacing")


def _few(recent: Sequence[Exchange], slots: int, now: datetime) -> Allowance:
    """Start one when as many slots are used and the earliest of them comes free: at that very
    moment, since nobody else can have it before, and after the answer to the one before.
    """
    if any(exchange.ended_at is None for exchange in recent):
        return Allowance(0, None, "spacing")
    at = _free_again(recent[slots - 1]) if len(recent) >= slots else now
    return Allowance(1) if at <= now else Allowance(0, at, "spacing")


def _free_again(answered: Exchange) -> datetime:
    """Return when its slot comes free: what is said of a quota that has more to give says nothing
    of that.
    """
    assert answered.ended_at is not None  # noqa: S101
    return answered.ended_at + HOLD if answered.remaining else _valid_until(answered)


def _valid_until(answered: Exchange) -> datetime:
    """Return until when what an answer says holds, and its request a slot of the vendor's."""
    assert answered.ended_at is not None  # noqa: S101
    until = answered.ended_at + HOLD
    if answered.reset_at is None:
        return until
    return min(until, answered.reset_at + (HOLD - WINDOW))
