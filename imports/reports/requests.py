"""The requests of an import, and what happened to each: for pages and for whoever asks later.

The bodies are the very bytes that were sent and that came back (less a token that MEGA may have
repeated); the Authorization header is kept nowhere. Answers' headers are kept but for cookies.
"""

import hashlib
import json
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Max, Q, QuerySet, TextField
from django.db.models.functions import Cast

from imports.mega.contract import error_message
from imports.models import (
    Attempt,
    Batch,
    BatchState,
    Decision,
    Import,
    Kind,
    Outcome,
    OutcomeStatus,
)

BODY = ("body", "body_sha256")  # up to some hundred KB each: only loaded to be shown
SHOWN = 20_000  # characters of a body on a page
DIGITS = 9  # at most, of a number of a request or a row
LAID_OUT = 2 * 1024 * 1024  # bytes; a longer body is shown as it came

# What a list can be narrowed to. A request that was given up may have arrived, too.
FILTERS: dict[str, Q] = {
    "": Q(kind=Kind.SEND),
    "open": Q(kind=Kind.SEND)
    & Q(state__in=(BatchState.WAITING, BatchState.CLAIMED, BatchState.SENDING)),
    "unknown": Q(kind=Kind.SEND)
    & (Q(state=BatchState.UNKNOWN) | Q(state=BatchState.DROPPED, first_sent_at__isnull=False)),
    "decision": Q(kind=Kind.SEND, state=BatchState.DECISION),
    "dry_run": Q(kind=Kind.DRY_RUN),
}
FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Line:
    """A request in the list: how often it was tried, when last, how many of its rows failed."""

    batch: Batch
    attempts: int
    last_at: datetime | None
    failed: int


@dataclass(frozen=True, slots=True)
class Body:
    """A body as a page shows it: `text` is laid out where it is JSON, and cut after `SHOWN`.

    `size` are its bytes, `is_whole` tells that nothing was cut, `holds` that the kept bytes still
    have the hash that was noted when they were sent or came.
    """

    text: str
    size: int
    sha256: str
    is_whole: bool
    holds: bool


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry of a request's timeline: an attempt or a decision. `said` are MEGA's words."""

    at: datetime
    number: int = 0
    attempt: Attempt | None = None
    seconds: float | None = None
    said: str = ""
    answer: Body | None = None
    decision: Decision | None = None


def chosen(lead_import: Import, which: str) -> QuerySet[Batch]:
    """Return the requests of one of `FILTERS`, or those with `FAILED` rows, in their order."""
    batches = lead_import.batches.defer(*BODY).order_by("number", "pk")
    if which != FAILED:
        return batches.filter(FILTERS.get(which, FILTERS[""]))
    failed = Outcome.objects.filter(lead_import=lead_import, status=OutcomeStatus.FAILED)
    return batches.filter(pk__in=failed.order_by().values("batch").distinct())


def sought(batches: QuerySet[Batch], words: str) -> QuerySet[Batch]:
    """Those with this number or this row, or whose Idempotency-Key begins so; all without words.

    Only the import's own are looked through, some thousand at most.
    """
    if not words:
        return batches
    number = words.replace(",", "").removeprefix("#")
    if number.isdecimal() and len(number) <= DIGITS:
        return batches.filter(Q(number=int(number)) | Q(row_numbers__contains=[int(number)]))
    keys = batches.annotate(key_text=Cast("key", TextField()))
    return keys.filter(key_text__istartswith=words)


def counts(lead_import: Import) -> dict[str, int]:
    """Return how many requests each of `FILTERS` has."""
    sums = {name or "all": Count("pk", filter=wanted) for name, wanted in FILTERS.items()}
    found: dict[str, int] = lead_import.batches.aggregate(**sums)
    return found


def lines(batches: Collection[Batch]) -> list[Line]:
    """Add to a page of requests what was tried and what failed."""
    ids = [batch.pk for batch in batches]
    tried = Attempt.objects.filter(batch__in=ids).order_by().values_list("batch")
    attempts = {pk: (n, at) for pk, n, at in tried.annotate(Count("pk"), Max("started_at"))}
    bad = Outcome.objects.filter(batch__in=ids, status=OutcomeStatus.FAILED).order_by()
    failed = dict(bad.values_list("batch").annotate(Count("number")))
    return [Line(one, *attempts.get(one.pk, (0, None)), failed.get(one.pk, 0)) for one in batches]


def results(batch: Batch) -> dict[str, int]:
    """Return how many rows of the request had each result."""
    found = Outcome.objects.filter(batch=batch).order_by().values_list("status")
    return dict(found.annotate(Count("number")))


def timeline(batch: Batch) -> list[Moment]:
    """Return every attempt and every decision about a request, in the order of time."""
    attempts = batch.attempts.select_related("token")
    moments = [_moment(number, one) for number, one in enumerate(attempts, start=1)]
    decisions = batch.decisions.select_related("made_by")
    moments += [Moment(at=one.made_at, decision=one) for one in decisions]
    return sorted(moments, key=lambda one: one.at)


def _moment(number: int, attempt: Attempt) -> Moment:
    seconds = None
    if attempt.ended_at is not None:
        seconds = (attempt.ended_at - attempt.started_at).total_seconds()
    content = answer_bytes(attempt)
    return Moment(
        at=attempt.started_at,
        number=number,
        attempt=attempt,
        seconds=seconds,
        said=error_message(content) if content and attempt.status != 200 else "",
        answer=None if content is None else _body(content, attempt.answer_sha256),
    )


def request_bytes(batch: Batch) -> bytes:
    """Return the request's body, byte for byte as it is sent."""
    return zlib.decompress(batch.body)


def answer_bytes(attempt: Attempt) -> bytes | None:
    """Return the answer's body, byte for byte as it came; None when none did."""
    return None if attempt.answer is None else zlib.decompress(attempt.answer)


def request_body(batch: Batch) -> Body:
    """Return the request's body for a page."""
    return _body(request_bytes(batch), batch.body_sha256)


def _body(content: bytes, noted: bytes | memoryview | None) -> Body:
    digest = hashlib.sha256(content).digest()
    text = _laid_out(content)
    return Body(
        text=text[:SHOWN],
        size=len(content),
        sha256=digest.hex(),
        is_whole=len(text) <= SHOWN,
        holds=noted is not None and bytes(noted) == digest,
    )


def _laid_out(content: bytes) -> str:
    if len(content) <= LAID_OUT:
        try:
            return json.dumps(json.loads(content), ensure_ascii=False, indent=2)
        except (ValueError, RecursionError):
            pass
    return content.decode(errors="replace")


def trusted_until(batch: Batch) -> datetime | None:
    """Return until when a request that may have arrived is repeated without asking a person.

    As `leases.set_aside_old`: a person's word to repeat it counts anew, and one with a row of a
    name only is trusted for a shorter time.
    """
    if batch.first_sent_at is None:
        return None
    hours = settings.KEY_TRUST_HOURS
    if batch.matchless:
        hours = min(hours, settings.NAME_ONLY_TRUST_HOURS)
    repeats = batch.decisions.filter(choice=Decision.Choice.REPEAT).order_by("pk")
    said = repeats.values_list("made_at", flat=True).last()
    return max(batch.first_sent_at, said or batch.first_sent_at) + timedelta(hours=hours)
