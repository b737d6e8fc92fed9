"""Asking MEGA for leads before they are updated: one request at a time, each written down first.

1. Take the reading, if its key may read now. 2. Commit the attempt. 3. Ask, outside of any
transaction. 4. Keep what matches, and decide how to go on. A worker that vanishes on the way leaves
a lease that lapses; the next one asks for the same page again, which changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from imports.delivery import before, images, read_requests, read_ways, window
from imports.delivery.read_requests import LONGEST_VISIT, MOST_TRIES, Request
from imports.delivery.read_ways import Step
from imports.errors import MegaError
from imports.mega import listed
from imports.mega.contract import Answer
from imports.mega.rates import RateHeaders
from imports.mega.wire import steady
from imports.models import SENDABLE, BeforeRead, Import, Token


@dataclass(frozen=True, slots=True)
class Asked:
    """A reading request that this worker alone may send now, and whose it is."""

    read_id: int
    import_id: int
    fence: int
    step: Step
    request: Request


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
    wait = read_requests.wait(token, now)
    if wait is not None:
        BeforeRead.objects.filter(pk=read.pk).update(not_before=wait)
        return None
    return _begin(read, token, worker, now)


def _begin(read: BeforeRead, token: Token, worker: str, now: datetime) -> Asked:
    read.state, read.begun_at = BeforeRead.State.READING, read.begun_at or now
    read.fence += 1
    read.lease_until = read_requests.lease_from(now)
    read.save(update_fields=["state", "begun_at", "fence", "lease_until"])
    step, made = read_ways.next_step(read), read.lead_import
    request = read_requests.begin(
        token, str(made.mega_id), step.params, now,
        lead_import=made, read=read, worker=worker, fence=read.fence,
    )  # fmt: skip
    return Asked(read.pk, made.pk, read.fence, step, request)


def ask(asked: Asked) -> Answer | MegaError:
    """Send the request, outside of any transaction; return the answer or what went wrong."""
    return read_requests.ask(asked.request)


@transaction.atomic
def settle(asked: Asked, reply: Answer | MegaError) -> None:
    """Record the answer on its attempt; keep the old values in it and go on, wait, or give up.

    Locks: import → reading → the key's reading budget. A late answer is recorded and no more.
    """
    lead_import = Import.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "customer__team").get(pk=asked.import_id)  # fmt: skip
    read = BeforeRead.objects.select_for_update().filter(pk=asked.read_id).first()
    now = window.database_now()
    code, page, headers = read_requests.close(asked.request, reply, now)
    if read is None or not read.is_open or read.fence != asked.fence:
        return
    read.lease_until = None
    if page is not None:
        _go_on(lead_import, read, asked.step, page, now)
    elif code == "busy":
        _wait_or_end(lead_import, read, asked, headers, now)
    else:
        _try_again_or_end(lead_import, read, code, now)


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
    read.not_before = read_requests.hold(asked.request.quota_id, headers, now)
    read.save()
    if read.give_up_at is not None and read.not_before > read.give_up_at:
        _end_if_going(lead_import, read, "busy")


def _try_again_or_end(lead_import: Import, read: BeforeRead, code: str, now: datetime) -> None:
    read.tries += 1
    read.not_before = read_requests.pause_after(read.tries, now)
    read.save()
    if code != "unreachable" or read.tries >= MOST_TRIES:
        _end_if_going(lead_import, read, code)


def _end_if_going(lead_import: Import, read: BeforeRead, why: str) -> None:
    """An import that was paused meanwhile is left as it is: once resumed, MEGA is asked again."""
    if lead_import.state in SENDABLE:
        before.end(lead_import, read, why)
