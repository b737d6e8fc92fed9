"""Who is one person by MEGA's rule: the same e-mail, or the same last ten digits of the phone."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from imports.models import Import

MOST = 20_000
"""Rows that are followed from person to person; where it is more, all rows are judged anew."""

_KEYS = """
    SELECT number, email_key, phone_key FROM imports_lead
    WHERE import_id = %s AND mapping_id = %s AND number = ANY(%s)
"""
# By the indexes of the keys, which hold the keys of all imports.
_BY_KEY = """
    SELECT number, email_key, phone_key FROM imports_lead
    WHERE import_id = %s AND mapping_id = %s AND {key} = ANY(%s)
"""


def together(lead_import: Import, numbers: Iterable[int]) -> list[int] | None:
    """Return these rows and all that are tied to them by keys, in turn; None: more than MOST."""
    at = [lead_import.pk, lead_import.mapping_id]
    found = {*numbers}
    emails: set[str] = set()
    phones: set[str] = set()
    rows = _fetch(_KEYS, [*at, list(found)])
    while rows and len(found) <= MOST:
        new_emails = {email for _, email, _ in rows if email} - emails
        new_phones = {phone for *_, phone in rows if phone} - phones
        emails |= new_emails
        phones |= new_phones
        rows = _fetch(_BY_KEY.format(key="email_key"), [*at, list(new_emails)])
        rows += _fetch(_BY_KEY.format(key="phone_key"), [*at, list(new_phones)])
        rows = [row for row in rows if row[0] not in found]
        found.update(number for number, *_ in rows)
    return sorted(found) if len(found) <= MOST else None


def _fetch(sql: str, parameters: Sequence[Any]) -> list[tuple[int, str | None, str | None]]:
    if not parameters[-1]:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
