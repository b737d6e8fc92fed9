"""Recording what became of an attempt: outcomes, batch, key, import, in one transaction."""

import hashlib
import json
import logging
import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Min, Q

from imports.delivery import checks, dry_runs, keys, replay, split, window
from imports.delivery.conclude import MAYBE_DONE, Code, Conclusion, conclude, without_tokens
from imports.delivery.quota import UNCLEAR_BEFORE_PROBING
from imports.errors import MegaError
from imports.mega.contract import Answer, RateHeaders, RowResult
from imports.models import (
    OPEN,
    Attempt,
    Batch,
    BatchState,
    Import,
    ImportState,
    Kind,
    Outcome,
    OutcomeStatus,
    Quota,
)

log = logging.getLogger(__name__)

SETTLED = (BatchState.DONE, BatchState.REPLACED)
BODY = ("body", "body_sha256")  # never changes: not loaded, so not written again with the rest
TRIPWIRE = 0.2  # share of the first request's rows that may fail before a person is asked


@transaction.atomic
def record(attempt_id: int, reply: Answer | MegaError) -> Code:
    """Settle an attempt with MEGA's answer, or with the lack of one.

    1. Lock the batch. 2. Record the answer on its attempt, always. 3. Unless the batch is settled:
    outcomes, state of the batch, what the key teaches, state of the import, in this lock order.
    """
    reply = without_tokens(reply)
    attempt = Attempt.objects.get(pk=attempt_id)
    batch = Batch.objects.select_for_update().defer(*BODY).get(pk=attempt.batch_id)
    now = window.database_now()
    refs = [str(number) for number in batch.row_numbers]
    found = conclude(reply, refs, now=now, dry_run=batch.kind != Kind.SEND)
    headers = _close(attempt, reply, found, now)
    if batch.state not in SETTLED:
        _apply(batch, attempt, found, now)
    keys.learn(attempt, found, headers, now)
    if found.code in keys.REFUSALS:
        keys.refuse(attempt, found)
    if batch.kind == Kind.SEND and batch.state in SETTLED:
        _tripwire(batch)
    return found.code


def _close(
    attempt: Attempt, reply: Answer | MegaError, found: Conclusion, now: datetime
) -> RateHeaders:
    attempt.ended_at = now
    attempt.conclusion = found.code
    attempt.was_sent = found.code != Code.NOT_SENT
    headers = RateHeaders.parse({}, now=now)
    if isinstance(reply, Answer):
        headers = RateHeaders.parse(reply.headers, now=now)
        if headers.absurd:
            log.warning("attempt %s: absurd %s, capped", attempt.pk, ", ".join(headers.absurd))
        attempt.status = reply.status
        attempt.headers = dict(reply.headers)
        attempt.remaining = headers.remaining
        if headers.reset is not None:
            attempt.reset_at = now + timedelta(seconds=headers.reset)
        attempt.answer_sha256 = hashlib.sha256(reply.body).digest()
        attempt.answer = zlib.compress(reply.body, 1)
    attempt.save()
    return headers


def _apply(batch: Batch, attempt: Attempt, found: Conclusion, now: datetime) -> None:
    """Change the batch by the answer table; only a 200 may do so when another took over."""
    has_results = found.code in (Code.SETTLED, Code.INCOMPLETE)
    if attempt.fence != batch.fence and not has_results:
        return
    if batch.kind == Kind.CHECK:
        checks.settle(batch, attempt, found, now)
    elif batch.kind == Kind.DRY_RUN:
        dry_runs.settle(batch, found, now)
    else:
        _settle_send(batch, attempt, found, now)
    batch.lease_until = None
    batch.deaths = 0  # the worker lived to tell: the batch does not kill whoever carries it
    batch.save()


def _settle_send(batch: Batch, attempt: Attempt, found: Conclusion, now: datetime) -> None:
    batch.reason, batch.detail = found.code, found.detail[:1000]
    store_outcomes(batch, attempt, found.results)
    batch.first_sent_at = _first_maybe_sent(batch)
    match found.code:
        case Code.SETTLED:
            batch.state, batch.settled_at = BatchState.DONE, now
        case Code.INCOMPLETE:
            _incomplete(batch, now)
        case Code.UNCLEAR:
            _repeat_later(batch, attempt, found, now)
        case Code.REFUSED | Code.TOO_LARGE:
            split.split(batch, attempt, found, now)
        case Code.CONFLICT if _was_unclear_before(batch, attempt):
            _repeat_later(batch, attempt, found, now)
        case Code.CONFLICT | Code.UNEXPECTED:
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
    stored = Outcome.objects.filter(batch=batch).count()
    if stored == batch.rows:
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


def store_outcomes(batch: Batch, attempt: Attempt, results: Mapping[str, RowResult]) -> None:
    """Write the outcomes by COPY; a row that has one already keeps it."""
    if not results:
        return
    have = set(Outcome.objects.filter(batch=batch).values_list("number", flat=True))
    columns = (
        "import_id, number, status, lead_id, matched_by, errors, ignored_custom_fields, "
        "batch_id, attempt_id"
    )
    copy_sql = f"COPY imports_outcome ({columns}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(copy_sql) as copy:
        for ref, result in results.items():
            if int(ref) not in have:
                copy.write_row(
                    (
                        batch.lead_import_id,
                        int(ref),
                        result.status,
                        result.lead_id or "",
                        result.matched_by or "",
                        json.dumps(list(result.errors or ())),
                        json.dumps(list(result.ignored_custom_fields or ())),
                        batch.pk,
                        attempt.pk,
                    )
                )


def _tripwire(batch: Batch) -> None:
    """Pause the import with a question when too many rows of its first request failed."""
    if batch.number != 1:
        return
    counts = Outcome.objects.filter(batch__lead_import=batch.lead_import_id, batch__number=1)
    numbers = counts.aggregate(
        rows=Count("number"), failed=Count("number", filter=Q(status=OutcomeStatus.FAILED))
    )
    if not numbers["rows"] or numbers["failed"] <= TRIPWIRE * numbers["rows"]:
        return
    if not _more_to_send(batch):
        return
    going = Import.objects.filter(pk=batch.import_pk, state__in=keys.GOING, accepted_failures=False)
    going.update(
        state=ImportState.DECISION,
        question="first_failures",
        reason=f"{numbers['failed']} of the first {numbers['rows']} rows were refused by MEGA. "
        "Nothing else was sent. Look at the reasons, then go on or cancel.",
    )


def _more_to_send(batch: Batch) -> bool:
    others = Batch.objects.filter(lead_import=batch.lead_import_id, kind=Kind.SEND, state__in=OPEN)
    unplanned = Import.objects.filter(pk=batch.import_pk, planned_at=None)
    return others.exclude(pk=batch.pk).exists() or unplanned.exists()
