"""Asking MEGA for leads before they are updated: one request at a time, each written down first.

1. Take the reading, if its key may read now. 2. Commit the attempt. 3. Ask, outside of any
transaction. 4. Keep what matches, and decide how to go on. A worker that vanishes on the way leaves
a lease that lapses; the next one asks for the same page again, which changes nothing.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from imports import vault
from imports.delivery import (
    before,
    deliver,
    exchange,
    images,
    read_quota,
    read_ways,
    replay,
    window,
)
from imports.delivery.read_ways import Step
from imports.errors import MegaError, NotSent, VaultError
from imports.mega import heard, listed
from imports.mega.contract import Answer, MalformedAnswer
from imports.mega.rates import RateHeaders
from imports.mega.wire import steady
from imports.models import (
    SENDABLE,
    BeforeRead,
    Import,
    ReadAttempt,
    ReadQuota,
    Token,
)

log = logging.getLogger(__name__)

LONGEST_ANSWER = 20.0  # seconds that a reading request may take
LONGEST_VISIT = 5.0  # seconds after which a worker leaves: others may wait for its thread
MOST_TRIES = 4  # in a row without a usable answer
REFUSED = {401: "unauthorized", 403: "no_right"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A reading request that this worker alone may send now, with its committed attempt."""

    read_id: int
    import_id: int
    attempt_id: int
    fence: int
    sealed: bytes
    customer_id: int
    mega_id: str
    step: Step


def run(read_id: int, worker: str) -> int | None:
    """Read page after page while the key may; return the import's id once its reading is over."""
    leave_at = steady() + LONGEST_VISIT
    while steady() < leave_at:
        asked = take(read_id, worker)
        if asked is None:
            return None
        settle(asked, ask(asked))
        if not BeforeRead.objects.filter(pk=read_id, state__in=before.OPEN_STATES).exists():
            return asked.import_id
    return None


def _deadline() -> float:
    return min(settings.REQUEST_DEADLINE, LONGEST_ANSWER)


@transaction.atomic
def take(read_id: int, worker: str) -> Asked | None:
    """Take the reading for one request and commit the attempt; None when there is nothing to do."""
    read = (
        BeforeRead.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("lead_import__customer")
        .filter(pk=read_id, state__in=before.OPEN_STATES, lead_import__state__in=SENDABLE)
        .first()
    )
    now = window.database_now()
    if read is None or read.not_before > now or (read.lease_until and read.lease_until > now):
        return None
    token = read.lead_import.customer.token
    if token is None:
        return None
    wait = _wait(token, now)
    if wait is not None:
        BeforeRead.objects.filter(pk=read.pk).update(not_before=wait)
        return None
    return _begin(read, token, worker, now)


def _begin(read: BeforeRead, token: Token, worker: str, now: datetime) -> Asked:
    read.state, read.begun_at = BeforeRead.State.READING, read.begun_at or now
    read.fence += 1
    read.lease_until = now + timedelta(seconds=_deadline() + settings.LEASE_MARGIN)
    read.save(update_fields=["state", "begun_at", "fence", "lease_until"])
    step = read_ways.next_step(read)
    attempt = ReadAttempt.objects.create(
        lead_import=read.lead_import, asked=step.params,
        read=read, quota=token.quota, token=token, worker=worker[:100], fence=read.fence,
        started_at=now,
    )  # fmt: skip
    return Asked(
        read_id=read.pk,
        import_id=read.lead_import_id,
        attempt_id=attempt.pk,
        fence=read.fence,
        sealed=bytes(token.sealed),
        customer_id=token.customer_id,
        mega_id=str(read.lead_import.mega_id),
        step=step,
    )


def _wait(token: Token, now: datetime) -> datetime | None:
    """Return until when the key must not read, None when it may; locks the key's reading budget."""
    ReadQuota.objects.get_or_create(quota=token.quota)
    budget = ReadQuota.objects.select_for_update().get(quota=token.quota)
    long_ago = now - timedelta(seconds=_deadline() + settings.LEASE_MARGIN)
    lost = ReadAttempt.objects.filter(quota=token.quota, ended_at=None, started_at__lt=long_ago)
    lost.update(ended_at=now, conclusion="lost")
    return read_quota.next_at(read_quota.exchanges_of(token.quota, now), budget.hold_until, now)


def ask(asked: Asked) -> Answer | MegaError:
    """Send the request, outside of any transaction; return the answer or what went wrong."""
    try:
        return deliver.client().list_leads(
            base_url=settings.MEGA_BASE_URL,
            token=vault.unseal(asked.sealed, asked.customer_id),
            mega_id=asked.mega_id,
            params=asked.step.params,
            deadline=steady() + _deadline(),
        )
    except VaultError as problem:
        return NotSent(problem.sentence, code="vault")
    except MegaError as problem:
        return problem


@transaction.atomic
def settle(asked: Asked, reply: Answer | MegaError) -> None:
    """Record the answer on its attempt; keep the old values in it and go on, wait, or give up.

    Locks: import → reading → the key's reading budget. A late answer is recorded and no more.
    """
    lead_import = Import.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "customer__team").get(pk=asked.import_id)  # fmt: skip
    read = BeforeRead.objects.select_for_update().filter(pk=asked.read_id).first()
    now = window.database_now()
    reply = heard.without_tokens(reply)
    code, page = _conclude(reply)
    headers = _close(asked, reply, code, now)
    if read is None or not read.is_open or read.fence != asked.fence:
        return
    read.lease_until = None
    if page is not None:
        _go_on(lead_import, read, asked.step, page, now)
    elif code == "busy":
        _wait_or_end(lead_import, read, asked, headers, now)
    else:
        _try_again_or_end(lead_import, read, code, now)


def _conclude(reply: Answer | MegaError) -> tuple[str, listed.Page | None]:
    """Name what the answer is ('read' for a page of leads), and return the page."""
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


def _close(asked: Asked, reply: Answer | MegaError, code: str, now: datetime) -> RateHeaders:
    attempt = ReadAttempt.objects.get(pk=asked.attempt_id)
    attempt.ended_at, attempt.conclusion = now, code
    attempt.was_sent = not isinstance(reply, NotSent)
    headers = exchange.keep(attempt, reply, now)
    if attempt.status == 200:
        attempt.answer = None  # a page of leads, most of them people who are not in the sheet
    attempt.save()
    return headers


def _go_on(
    lead_import: Import, read: BeforeRead, step: Step, page: listed.Page, now: datetime
) -> None:
    images.keep(lead_import, read, page, now)
    read.answered, read.tries = read.answered + 1, 0
    if page.total is not None and not step.is_search:
        read.total = page.total
    why = read_ways.advance(lead_import, read, page, now)
    read.save()
    if why is not None:
        before.end(lead_import, read, why)


def _wait_or_end(
    lead_import: Import, read: BeforeRead, asked: Asked, headers: RateHeaders, now: datetime
) -> None:
    """After a 429 the whole key waits; longer than sending would wait for it, it is given up."""
    wait = timedelta(seconds=replay.after_too_many(headers.retry_after))
    attempt = ReadAttempt.objects.get(pk=asked.attempt_id)
    ReadQuota.objects.filter(quota=attempt.quota_id).update(hold_until=now + wait)
    read.not_before = now + wait
    read.save()
    if read.give_up_at is not None and read.not_before > read.give_up_at:
        _end_if_going(lead_import, read, "busy")


def _try_again_or_end(lead_import: Import, read: BeforeRead, code: str, now: datetime) -> None:
    read.tries += 1
    wait = replay.backoff(read.tries, base=settings.REPLAY_BACKOFF_BASE, longest=15.0)
    read.not_before = now + timedelta(seconds=wait)
    read.save()
    if code != "unreachable" or read.tries >= MOST_TRIES:
        _end_if_going(lead_import, read, code)


def _end_if_going(lead_import: Import, read: BeforeRead, why: str) -> None:
    """An import that was paused meanwhile is left as it is: once resumed, MEGA is asked again."""
    if lead_import.state in SENDABLE:
        before.end(lead_import, read, why)
