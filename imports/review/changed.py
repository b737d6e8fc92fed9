"""Leads that a decision changed: stored beside what they were, and put back before each judging."""

import json
from collections.abc import Sequence

from django.db import connection

from imports import whole_file
from imports.review.merging import Changed
from imports.review.scope import Scope

IS_CHANGED = "checked IS NOT NULL"  # by an index of these alone
_RESTORE = f"""
    UPDATE imports_lead SET verdict = 'ok', reason = '', code = '', shared = false,
        body = checked->'body', problems = checked->'problems',
        warned = (checked->>'warned')::boolean, email_key = checked->>'email',
        phone_key = checked->>'phone', digest = decode(checked->>'digest', 'hex'), checked = NULL
    WHERE import_id = %(import)s AND mapping_id = %(mapping)s AND {IS_CHANGED} AND {{among}}
"""  # noqa: S608 - made of constants
# A lead that is changed twice (a value left out, then merged) keeps what it was at first.
_STORE = """
    UPDATE imports_lead l SET
        checked = coalesce(l.checked, jsonb_build_object(
            'body', l.body, 'problems', l.problems, 'warned', l.warned, 'email', l.email_key,
            'phone', l.phone_key, 'digest', encode(l.digest, 'hex'))),
        body = c.body::jsonb, problems = c.problems::jsonb, warned = NOT c.nobody,
        verdict = CASE WHEN c.nobody THEN 'invalid' ELSE l.verdict END,
        email_key = c.email, phone_key = c.phone, digest = decode(c.digest, 'hex')
    FROM unnest(%(numbers)s::int[], %(bodies)s::text[], %(problems)s::text[], %(nobody)s::bool[],
                %(emails)s::text[], %(phones)s::text[], %(digests)s::text[])
        AS c (number, body, problems, nobody, email, phone, digest)
    WHERE l.import_id = %(import)s AND l.mapping_id = %(mapping)s AND l.number = c.number
      AND l.number = ANY(%(numbers)s::int[])
"""


def restore(scope: Scope) -> None:
    """Put back what decisions changed of these leads."""
    with whole_file.cursor() as cursor:
        cursor.execute(_RESTORE.format(among=scope.among()), scope.parameters)


def store(scope: Scope, leads: Sequence[Changed]) -> None:
    """Write changed leads; one that is nobody any more becomes invalid."""
    if not leads:
        return
    values = {
        "numbers": [one.number for one in leads],
        "bodies": [json.dumps(one.body) for one in leads],
        "problems": [json.dumps(one.problems) for one in leads],
        "nobody": [one.is_nobody for one in leads],
        "emails": [one.email_key for one in leads],
        "phones": [one.phone_key for one in leads],
        "digests": [one.digest for one in leads],
    }
    with connection.cursor() as cursor:
        cursor.execute(_STORE, scope.parameters | values)
