"""Recording what became of an attempt: outcomes, batch, key, import, in one transaction."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Min, Q

from imports.delivery import (
    checks,
    dry_runs,
    exchange,
    keys,
    outcomes,
    replay,
    split,
    tripwire,
)
from imports.delivery.conclude import MAYBE_DONE, Code, Conclusion, conclude
from imports.delivery.quota import UNCLEAR_BEFORE_PROBING
from imports.errors import MegaError
from imports.mega import heard
from imports.mega.contract import Answer
from imports.mega.rates import RateHeaders
from imports.models import Attempt, Batch, BatchState, Kind, Quota

log = logging.getLogger(__name__)

SETTLED = (BatchState.DONE, BatchState.REPLACED)


@transaction.atomic
def record(attempt_id: int, reply: Answer | MegaError) -> Code:
    """Settle an attempt with MEGA's answer, or with the lack of one.

    1. Lock the batch. 2. Record the answer on its attempt, always. 3. Unless the batch is settled:
    outcomes, state of the batch, what the key teaches, state of the import, the audit trail, in
    this lock order.
    """
    reply = heard.without_tokens(reply)
    attempt, batch, now = exchange.load(attempt_id)
    refs = [str(number) for number in batch.row_numbers]
    found = conclude(reply, refs, now=now, dry_run=batch.kind != Kind.SEND)
    headers = _close(attempt, reply, found, now)
    was_open = batch.state not in SETTLED
    if not (was_open and _settles(batch, found)):
        exchange.write(attempt)
    if was_open:
        _apply(batch, attempt, found, now)
    keys.learn(attempt, found, headers, now)
    if found.code in keys.REFUSALS:
        keys.refuse(attempt, found)
    if batch.kind == Kind.SEND and batch.state in SETTLED:
        tripwire.look(batch, found.ignored_fields)
    if batch.kind == Kind.CHECK and was_open and batch.state in SETTLED:
        checks.follow(batch, attempt)
    return found.code


def _close(
    attempt: Attempt, reply: Answer | MegaError, found: Conclusion, now: datetime
) -> RateHeaders:
    attempt.ended_at = now
    attempt.conclusion = found.code
    attempt.was_sent = found.code != Code.NOT_SENT
    headers = exchange.keep(attempt, reply, now)
    if headers.absurd:
        log.warning("attempt %s: absurd %s, capped", attempt.pk, ", ".join(headers.absurd))
    return headers


def _settles(batch: Batch, found: Conclusion) -> bool:
    """Return whether nothing will ask for the attempt until its batch is written, too."""
    return batch.kind == Kind.SEND and found.code == Code.SETTLED


def _apply(batch: Batch, attempt: Attempt, found: Conclusion, now: datetime) -> None:
    """Change the batch by the answer table, if this attempt is the one that it is waiting for.

    A late answer changes nothing, save for results: they settle whoever brings them.
    """
    if batch.state != BatchState.SENDING or attempt.fence != batch.fence:
        _apply_late(batch, attempt, found, now)
        return
    if batch.kind == Kind.CHECK:
        checks.settle(batch, attempt, found, now)
    elif batch.kind == Kind.DRY_RUN:
        dry_runs.settle(batch, found, now)
    else:
        _settle_send(batch, attempt, found, now)
    batch.lease_until = None
    batch.deaths = 0  # the worker lived to tell: the batch does not kill whoever carries it
    _write(batch, attempt, found)


def _apply_late(batch: Batch, attempt: Attempt, found: Conclusion, now: datetime) -> None:
    """Take the results of an answer that nobody waits for any more; nothing else of it counts."""
    if batch.kind != Kind.SEND or found.code not in (Code.SETTLED, Code.INCOMPLETE):
        return
    outcomes.store(batch, attempt, found.results)
    if outcomes.stored(batch) == batch.rows:
        batch.state, batch.settled_at, batch.lease_until = BatchState.DONE, now, None
        batch.reason, batch.detail = Code.SETTLED, ""
    _write(batch, attempt, found)


def _write(batch: Batch, attempt: Attempt, found: Conclusion) -> None:
    if _settles(batch, found):
        exchange.write(batch, attempt)
    else:
        exchange.write(batch)


def _settle_send(batch: Batch, attempt: Attempt, found: Conclusion, now: datetime) -> None:
    batch.reason, batch.detail = found.code, found.detail[:1000]
    outcomes.store(batch, attempt, found.results)
    if found.code == Code.SETTLED:
        batch.state, batch.settled_at = BatchState.DONE, now
        return
    batch.first_sent_at = _first_maybe_sent(batch)
    may_have_happened = _was_unclear_before(batch, attempt)
    match found.code:
        case Code.INCOMPLETE:
            _incomplete(batch, now)
        case Code.UNCLEAR:
            _repeat_later(batch, attempt, found, now)
        case Code.REFUSED | Code.TOO_LARGE if not may_have_happened:
            split.split(batch, attempt, found, now)
        case Code.CONFLICT if may_have_happened:
            _repeat_later(batch, attempt, found, now)
        # Refused now, but an earlier attempt may have been carried out: under new keys its rows
        # would be processed twice, so a person decides.
        case Code.REFUSED | Code.TOO_LARGE | Code.CONFLICT | Code.UNEXPECTED:
            batch.state = BatchState.DECISION
        case _:  # not sent, too many requests, token refused: it did not happen, it waits
            wait_again(batch, now)


def wait_again(batch: Batch, not_before: datetime) -> None:
    """Put a batch back: `unknown` if an earlier attempt may have arrived, else `waiting`."""
    maybe_sent = batch.first_sent_at is not None
    batch.state = BatchState.UNKNOWN if maybe_sent else BatchState.WAITING
    batch.not_before = not_before


def _incomplete(batch: Batch, now: datetime) -> None:
    """Repeat once when rows are left out; what is missing then stays unknown until a person acts.

    A replay may complete what the first answer began, so the stored outcomes are counted.
    """
    if outcomes.stored(batch) == batch.rows:
        batch.state, batch.settled_at = BatchState.DONE, now
    elif batch.attempts.filter(conclusion=Code.INCOMPLETE).count() > 1:
        batch.state = BatchState.DECISION
    else:
        wait_again(batch, now + timedelta(seconds=settings.REPLAY_BACKOFF_BASE))


def _repeat_later(batch: Batch, attempt: Attempt, found: Conclusion, now: datetime) -> None:
    """Repeat the identical request after a while; past the limit a person decides.

    While the whole key gets no usable answers its batches are not blamed for that.
    """
    streak = Quota.objects.get(pk=attempt.quota_id).unclear_streak
    if streak < UNCLEAR_BEFORE_PROBING:
        batch.sends += 1
    if batch.sends >= settings.REPLAY_LIMIT:
        batch.state = BatchState.DECISION
        return
    failures = max(batch.sends, streak)
    wait = replay.after_unclear(failures, found.retry_after, base=settings.REPLAY_BACKOFF_BASE)
    wait_again(batch, now + timedelta(seconds=wait))


def _was_unclear_before(batch: Batch, attempt: Attempt) -> bool:
    earlier = batch.attempts.exclude(pk=attempt.pk)
    return earlier.filter(Q(ended_at=None) | Q(conclusion__in=MAYBE_DONE)).exists()


def _first_maybe_sent(batch: Batch) -> datetime | None:
    maybe = batch.attempts.filter(Q(ended_at=None) | Q(conclusion__in=MAYBE_DONE))
    first: datetime | None = maybe.aggregate(first=Min("started_at"))["first"]
    return first
