"""Carrying one claimed batch to MEGA: take, commit the attempt, post, settle."""

import logging
import time
import zlib
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.db import InterfaceError, InternalError, OperationalError, connection, transaction

from imports import vault
from imports.delivery import leases, listed, settle
from imports.do_not_import.lists import VERSION
from imports.errors import MegaError, NotSent, VaultError
from imports.mega.client import MegaClient
from imports.mega.contract import Answer
from imports.mega.wire import steady
from imports.models import Kind
from portal import prepared

log = logging.getLogger(__name__)

SETTLE_PAUSE = 0.5  # seconds between two tries to settle
LONGEST_PAUSE = 2.0  # seconds between the start of taking and the post; more is a frozen process

# Takes a batch that lies claimed, if its token is still in use and its import still going: a pause
# or a cancel stops what was never sent, a batch that may have arrived is repeated all the same. A
# claim that has lapsed is not taken: all may have slept for a week, and the clock decides anew.
# What was never sent is taken only if no do-not-import list was changed since it was looked at.
# What is taken has its attempt in the same statement, so that nothing is sent without a record.
_TAKE = f"""
WITH taken AS (
    UPDATE imports_batch b
    SET state = 'sending', fence = fence + 1,
        base_url = coalesce(nullif(base_url, ''), %(url)s),
        first_sent_at = CASE WHEN kind = 'send'
                             THEN coalesce(first_sent_at, clock_timestamp()) END,
        lease_until = clock_timestamp() + %(lease)s * interval '1 second'
    FROM imports_token t
    WHERE b.id = %(batch)s AND b.state = 'claimed' AND t.id = b.token_id
      AND b.lease_until > clock_timestamp() AND coalesce(b.deaths < %(deaths)s::int, true)
      AND t.retired_at IS NULL AND (t.refused_at IS NULL OR b.kind = 'check')
      AND (b.kind <> 'send' OR b.first_sent_at IS NOT NULL OR (
            b.listed_to = {VERSION.format(customer="b.customer_id")} AND EXISTS (
                SELECT 1 FROM imports_import i
                WHERE i.id = b.import_id AND i.state IN ('queued', 'sending'))))
    RETURNING b.id, b.kind, b.fence, b.token_id, t.quota_id, b.customer_id, b.mega_id, b.base_url,
              b.key, b.body, t.sealed
), noted AS (
    INSERT INTO imports_attempt (batch_id, quota_id, token_id, kind, worker, fence, started_at,
                                 was_sent, headers, conclusion)
    SELECT id, quota_id, token_id, kind, %(worker)s, fence, clock_timestamp(), true, '{{}}', ''
    FROM taken
    RETURNING id
)
SELECT noted.id, taken.id, kind, fence, sealed, customer_id, mega_id, base_url, key, body
FROM taken, noted
"""  # noqa: S608 - made of constants


@dataclass(frozen=True, slots=True)
class Taken:
    """A batch that this worker alone may post now, with its committed attempt."""

    attempt_id: int
    batch_id: int
    kind: Kind
    fence: int
    sealed: bytes
    customer_id: int
    mega_id: str
    base_url: str
    key: str
    body: bytes
    began: float  # `steady()` seconds, before the attempt was committed


@cache
def client() -> MegaClient:
    """Return this process's one client: connections are kept alive between deliveries."""
    return MegaClient(
        connect_timeout=settings.REQUEST_CONNECT_TIMEOUT, deadline=settings.REQUEST_DEADLINE
    )


def deliver(batch_id: int, worker: str, *, harmless: bool = False) -> bool:
    """Carry a batch; return False when there was nothing to take (doubled, late or stale nudge).

    With `harmless` a batch that took so many workers with it that it must run alone is not taken.
    """
    taken = take(batch_id, worker, harmless=harmless)
    if taken is None and listed.look_through(batch_id):
        taken = take(batch_id, worker, harmless=harmless)
    if taken is None:
        return False
    _settle(taken, post(taken))
    return True


@transaction.atomic
def take(batch_id: int, worker: str, *, harmless: bool = False) -> Taken | None:
    """Take a claimed batch and commit the attempt, so that nothing is sent without a record.

    A transaction around the one statement: the server would commit it alone, even when the worker
    that asked died while the statement waited for the batch's lock.
    """
    began = steady()
    values: dict[str, Any] = {
        "batch": batch_id,
        "url": settings.MEGA_BASE_URL,
        "lease": settings.REQUEST_DEADLINE + settings.LEASE_MARGIN,
        "deaths": leases.DEATHS_BEFORE_ALONE if harmless else None,
        "worker": worker[:100],
    }
    with prepared.cursor() as cursor:
        row = cursor.execute(_TAKE, values).fetchone()
    if row is None:
        return None
    (attempt, batch, kind, fence, sealed, customer, mega_id, base_url, key, body) = row
    return Taken(
        attempt_id=attempt,
        batch_id=batch,
        kind=Kind(kind),
        fence=fence,
        sealed=bytes(sealed),
        customer_id=customer,
        mega_id=str(mega_id),
        base_url=base_url,
        key=str(key),
        body=zlib.decompress(body),
        began=began,
    )


def post(taken: Taken) -> Answer | MegaError:
    """Post the stored bytes, outside any transaction, and return the answer or what went wrong."""
    try:
        token = vault.unseal(taken.sealed, taken.customer_id)
        if steady() - taken.began > LONGEST_PAUSE:
            raise NotSent("The worker stood still before sending.", code="late")
        return client().post_bulk(
            base_url=taken.base_url,
            token=token,
            mega_id=taken.mega_id,
            body=taken.body,
            idempotency_key=taken.key if taken.kind == Kind.SEND else None,
            start_by=taken.began + LONGEST_PAUSE + settings.REQUEST_CONNECT_TIMEOUT,
            deadline=steady() + settings.REQUEST_DEADLINE,
        )
    except VaultError as problem:
        return NotSent(problem.sentence, code="vault")
    except MegaError as problem:
        return problem


def _settle(taken: Taken, reply: Answer | MegaError) -> None:
    """Settle, and keep the answer in hand while the database is away: till the lease ends, or some
    time longer for a worker that woke up late.

    Without it the request would have to be repeated. A lost connection may have committed after
    all: settling twice changes nothing.
    """
    until = 0.0
    while True:
        try:
            settle.record(taken.attempt_id, reply)
        except (OperationalError, InterfaceError, InternalError) as problem:
            now, margin = steady(), settings.LEASE_MARGIN
            until = until or max(taken.began + settings.REQUEST_DEADLINE, now) + margin
            if now > until:
                raise
            log.warning("batch %s: not settled yet (%s)", taken.batch_id, type(problem).__name__)
            connection.close()
            time.sleep(SETTLE_PAUSE)
        else:
            return
