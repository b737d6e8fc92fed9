"""Who is one person by MEGA's rule: the same e-mail, or the same last ten digits of the phone."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from imports.models import Import
from imports.review.changed import IS_CHANGED

_Row = tuple[int, str | None, str | None]

MOST = 20_000
"""Rows that are followed from person to person; where it is more, all rows are judged anew."""

# Of a lead that a decision changed, what it was: judging puts that back first.
_SAID = """
    SELECT number, CASE WHEN checked IS NULL THEN email_key ELSE checked->>'email' END,
           CASE WHEN checked IS NULL THEN phone_key ELSE checked->>'phone' END
"""
_AS_CHECKED = f"{_SAID} FROM imports_lead WHERE import_id = %s AND mapping_id = %s"
_KEYS = f"{_AS_CHECKED} AND number = ANY(%s)"
# By the indexes of the keys, which hold the keys of all imports, and of leads that were changed. No
# statistics know a new import: PostgreSQL would walk through all its leads instead.
_BY_KEY = f"""
    WITH alike AS MATERIALIZED (SELECT * FROM imports_lead WHERE {{key}} = ANY(%s))
    {_SAID} FROM alike WHERE import_id = %s AND mapping_id = %s
"""  # noqa: S608 - made of constants
_BY_FORMER = f"""
    WITH alike AS MATERIALIZED (
        SELECT * FROM imports_lead WHERE mapping_id = %s AND {IS_CHANGED})
    {_SAID} FROM alike WHERE import_id = %s AND checked->>'{{former}}' = ANY(%s)
"""  # noqa: S608 - made of constants


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
        rows = [*_sharing(at, "email", new_emails), *_sharing(at, "phone", new_phones)]
        rows = [row for row in rows if row[0] not in found]
        found.update(number for number, *_ in rows)
    return sorted(found) if len(found) <= MOST else None


def _sharing(at: Sequence[Any], which: str, values: set[str]) -> list[_Row]:
    if not values:
        return []
    now = _fetch(_BY_KEY.format(key=f"{which}_key"), [list(values), *at])
    return now + _fetch(_BY_FORMER.format(former=which), [*reversed(at), list(values)])


def _fetch(sql: str, parameters: Sequence[Any]) -> list[_Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
