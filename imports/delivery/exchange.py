"""The two records of an exchange, its attempt and its batch, as settling needs them.

Five hundred outcomes are stored in the time of a few round trips and of a few queries built by the
ORM, so here one statement loads both and one writes them back: what is never looked at (the
bodies) is not loaded, and what never changes (the row numbers) is not written.
"""

import hashlib
import zlib
from datetime import datetime, timedelta
from functools import cache
from itertools import islice
from typing import Any

from django.db import connection, models

from imports.errors import MegaError
from imports.mega import heard
from imports.mega.contract import Answer
from imports.mega.rates import RateHeaders
from imports.models import Attempt, Batch, Customer, Exchange, Quota
from portal import prepared

_Fields = list["models.Field[Any, Any]"]
_UNREAD = ("body", "body_sha256", "headers", "answer", "answer_sha256")
_CHANGED: dict[type[models.Model], tuple[str, ...]] = {
    Attempt: (
        "ended_at", "was_sent", "status", "headers", "remaining", "reset_at", "answer_sha256",
        "answer", "cut_off", "conclusion",
    ),
    Batch: (
        "state", "reason", "detail", "not_before", "lease_until", "base_url", "first_sent_at",
        "sends", "deaths", "settled_at", "answered", "failed", "updated",
    ),
}  # fmt: skip


def _columns(model: type[models.Model], alias: str) -> tuple[list[str], str]:
    """Return the fields to be loaded, and the SQL that names their columns."""
    fields = [one for one in model._meta.concrete_fields if one.name not in _UNREAD]  # noqa: SLF001 - documented
    return [one.attname for one in fields], ", ".join(f"{alias}.{one.column}" for one in fields)


_ATTEMPT, _ATTEMPT_COLUMNS = _columns(Attempt, "a")
_BATCH, _BATCH_COLUMNS = _columns(Batch, "b")
_QUOTA, _QUOTA_COLUMNS = _columns(Quota, "q")
_LIMITS = ["id", "failure_percent", "update_points"]  # of the customer: when to stop and ask
_LOAD = f"""
    SELECT clock_timestamp(), {_ATTEMPT_COLUMNS}, {_BATCH_COLUMNS}, {_QUOTA_COLUMNS},
           {", ".join(f"c.{name}" for name in _LIMITS)}
    FROM imports_attempt a
    JOIN imports_batch b ON b.id = a.batch_id
    JOIN imports_quota q ON q.id = a.quota_id
    JOIN imports_customer c ON c.id = b.customer_id
    WHERE a.id = %s
    FOR UPDATE OF b
"""  # noqa: S608 - made of the models' own columns


def keep(attempt: Exchange, reply: Answer | MegaError, now: datetime) -> RateHeaders:
    """Note on an attempt what was heard of its answer, not storing it yet; return what the headers
    say. Of an answer that broke off it is the part that came, and `cut_off` says so.
    """
    answer = heard.of(reply)
    headers = RateHeaders.parse(answer.headers if answer else {}, now=now)
    if answer is None:
        return headers
    attempt.status, attempt.headers = answer.status, dict(answer.headers)
    attempt.cut_off = isinstance(reply, heard.BrokenOff)
    attempt.answer_sha256 = hashlib.sha256(answer.body).digest()
    attempt.answer = zlib.compress(answer.body, 1)
    attempt.remaining = headers.remaining
    if headers.reset is not None:
        attempt.reset_at = now + timedelta(seconds=headers.reset)
    return headers


def load(attempt_id: int) -> tuple[Attempt, Batch, datetime]:
    """Lock the attempt's batch; return both and the database's time. Raises Attempt.DoesNotExist.

    What is loaded of an attempt never changes, and the lock guards the batch. The attempt's quota
    comes along as it stood a moment ago, and the limits of the batch's customer.
    """
    with prepared.cursor() as cursor:
        row = cursor.execute(_LOAD, [attempt_id]).fetchone()
    if row is None:
        raise Attempt.DoesNotExist(f"There is no attempt {attempt_id}.")
    values = iter(row[1:])
    attempt = Attempt.from_db(connection.alias, _ATTEMPT, list(islice(values, len(_ATTEMPT))))
    batch = Batch.from_db(connection.alias, _BATCH, list(islice(values, len(_BATCH))))
    attempt.quota = Quota.from_db(connection.alias, _QUOTA, list(islice(values, len(_QUOTA))))
    batch.customer = Customer.from_db(connection.alias, _LIMITS, list(values))
    return attempt, batch, row[0]


def write(*records: Attempt | Batch) -> None:
    """Write back what settling may have changed, in one statement."""
    sql, fields = _update(tuple(type(record) for record in records))
    values: list[Any] = []
    for record, its in zip(records, fields, strict=True):
        values += [one.get_db_prep_save(getattr(record, one.attname), connection) for one in its]
        values.append(record.pk)
    with prepared.cursor() as cursor:
        cursor.execute(sql, values)


@cache
def _update(kinds: tuple[type[Attempt | Batch], ...]) -> tuple[str, list[_Fields]]:
    """Return the statement that writes records of these kinds back, and whose values it takes."""
    parts, fields = [], []
    for kind in kinds:
        meta, names = kind._meta, _CHANGED[kind]  # noqa: SLF001 - documented by Django
        fields.append([one for one in meta.concrete_fields if one.name in names])
        changes = ", ".join(f"{one.column} = %s" for one in fields[-1])
        parts.append(f"UPDATE {meta.db_table} SET {changes} WHERE id = %s")  # noqa: S608 - as above
    *others, last = parts
    before = ", ".join(f"of_{place} AS ({one})" for place, one in enumerate(others))
    return (f"WITH {before} {last}" if others else last), fields
