"""A request that only reads leads, whatever for: may it go, send it, write down what came.

All of a key share one budget, and one request at a time. Each is committed before it leaves.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from imports import vault
from imports.delivery import deliver, exchange, read_quota, replay
from imports.errors import MegaError, NotSent, VaultError
from imports.mega import heard, listed
from imports.mega.contract import Answer, MalformedAnswer
from imports.mega.rates import RateHeaders
from imports.mega.wire import steady
from imports.models import ReadAttempt, ReadQuota, Token

LONGEST_ANSWER = 20.0  # seconds that a reading request may take
LONGEST_VISIT = 5.0  # seconds after which a worker leaves: others may wait for its thread
MOST_TRIES = 4  # in a row without a usable answer
LONGEST_PAUSE = 15.0  # seconds between two of them
REFUSED = {401: "unauthorized", 403: "no_right"}


@dataclass(frozen=True, slots=True)
class Request:
    """A reading request that this worker alone may send now, with its committed attempt."""

    attempt_id: int
    quota_id: int
    sealed: bytes
    customer_id: int
    mega_id: str
    params: dict[str, str]


def _deadline() -> float:
    return min(settings.REQUEST_DEADLINE, LONGEST_ANSWER)


def _lease() -> timedelta:
    return timedelta(seconds=_deadline() + settings.LEASE_MARGIN)


def lease_from(now: datetime) -> datetime:
    """Return until when a worker that sends a request now has it for itself."""
    return now + _lease()


def wait(token: Token, now: datetime) -> datetime | None:
    """Return until when the key must not read, None when it may; locks the key's reading budget."""
    ReadQuota.objects.get_or_create(quota=token.quota)
    budget = ReadQuota.objects.select_for_update().get(quota=token.quota)
    lost = ReadAttempt.objects.filter(
        quota=token.quota, ended_at=None, started_at__lt=now - _lease()
    )
    lost.update(ended_at=now, conclusion="lost")
    return read_quota.next_at(read_quota.exchanges_of(token.quota, now), budget.hold_until, now)


def begin(
    token: Token, mega_id: str, params: dict[str, str], now: datetime, *, worker: str, **of: Any
) -> Request:
    """Write the attempt down; `of` says of which reading it is, and under which fence."""
    made = ReadAttempt.objects.create(
        asked=params, quota=token.quota, token=token, started_at=now, worker=worker[:100], **of
    )
    return Request(made.pk, token.quota_id, bytes(token.sealed), token.customer_id, mega_id, params)


def ask(request: Request) -> Answer | MegaError:
    """Send the request, outside of any transaction; return the answer or what went wrong."""
    try:
        return deliver.client().list_leads(
            base_url=settings.MEGA_BASE_URL,
            token=vault.unseal(request.sealed, request.customer_id),
            mega_id=request.mega_id,
            params=request.params,
            deadline=steady() + _deadline(),
        )
    except VaultError as problem:
        return NotSent(problem.sentence, code="vault")
    except MegaError as problem:
        return problem


def close(
    request: Request, reply: Answer | MegaError, now: datetime
) -> tuple[str, listed.Page | None, RateHeaders]:
    """Record the answer on its attempt, whoever still waits for it.

    Returns what the answer is ('read' for a page of leads), the page, and what MEGA told of the
    key's budget.
    """
    reply = heard.without_tokens(reply)
    code, page = _conclude(reply)
    attempt = ReadAttempt.objects.get(pk=request.attempt_id)
    attempt.ended_at, attempt.conclusion = now, code
    attempt.was_sent = not isinstance(reply, NotSent)
    headers = exchange.keep(attempt, reply, now)
    if attempt.status == 200:
        attempt.answer = None  # a page of leads, most of them people who are not in the sheet
    attempt.save()
    return code, page, headers


def _conclude(reply: Answer | MegaError) -> tuple[str, listed.Page | None]:
    """Name what the answer is, and return the page."""
    if isinstance(reply, NotSent) and reply.code == "vault":
        return "no_vault", None
    if not isinstance(reply, Answer) or reply.status >= 500:
        return "unreachable", None
    if reply.status == 429:
        return "busy", None
    if reply.status != 200:
        return REFUSED.get(reply.status, "odd"), None
    try:
        return "read", listed.Page.parse(reply.body)
    except MalformedAnswer:
        return "unreachable", None


def hold(quota_id: int, headers: RateHeaders, now: datetime) -> datetime:
    """After a 429 the whole key waits; return until when."""
    until = now + timedelta(seconds=replay.after_too_many(headers.retry_after))
    ReadQuota.objects.filter(quota=quota_id).update(hold_until=until)
    return until


def pause_after(tries: int, now: datetime) -> datetime:
    """Return when to try again after so many answers in a row that could not be used."""
    wait = replay.backoff(tries, base=settings.REPLAY_BACKOFF_BASE, longest=LONGEST_PAUSE)
    return now + timedelta(seconds=wait)
