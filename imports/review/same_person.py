"""Rows that MEGA would take for one person: which are sent, and which wait for a decision.

1. Find the rows that share an e-mail or a phone with others, or meet a lead of another name that
   the customer has already: in SQL, as all others need no look. 2. Join them to components, and
   judge these some thousand rows at a time: who would melt though they are different people
   (`melting`), and which of one person's rows are sent (`twins`). 3. Flag those that are sent and
   still share a value, so that no request holds two of them.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from django.db import connection

from imports import whole_file
from imports.models import Gathering, Import
from imports.review import decided, gathered, known, ties
from imports.review.melting import Met, Tied
from imports.review.scope import Scope

AT_ONCE: Final = 5_000  # rows

# Each row with the first one that has its e-mail, and with the first that has its phone.
_SHARED = """
    WITH mine AS MATERIALIZED (
        SELECT number, email_key, phone_key FROM imports_lead
        WHERE import_id = %(import)s AND mapping_id = %(mapping)s AND verdict = 'ok' AND {among}
    ), emails AS MATERIALIZED (
        SELECT email_key, min(number) AS first FROM mine WHERE email_key IS NOT NULL
        GROUP BY 1 HAVING count(*) > 1
    ), phones AS MATERIALIZED (
        SELECT phone_key, min(number) AS first FROM mine WHERE phone_key IS NOT NULL
        GROUP BY 1 HAVING count(*) > 1
    )
    SELECT m.number, e.first FROM mine m JOIN emails e ON e.email_key = m.email_key
    UNION ALL
    SELECT m.number, p.first FROM mine m JOIN phones p ON p.phone_key = m.phone_key
"""
_ROWS = """
    SELECT number, email_key, phone_key, coalesce(body->>'contact_name', ''), encode(digest, 'hex')
    FROM imports_lead
    WHERE import_id = %(import)s AND mapping_id = %(mapping)s AND number = ANY(%(numbers)s)
"""
_FLAG = """
    WITH mine AS MATERIALIZED (
        SELECT number, email_key, phone_key FROM imports_lead
        WHERE import_id = %(import)s AND mapping_id = %(mapping)s AND verdict = 'ok'
          AND number = ANY(%(numbers)s)
    ), emails AS MATERIALIZED (
        SELECT email_key FROM mine WHERE email_key IS NOT NULL GROUP BY 1 HAVING count(*) > 1
    ), phones AS MATERIALIZED (
        SELECT phone_key FROM mine WHERE phone_key IS NOT NULL GROUP BY 1 HAVING count(*) > 1
    )
    UPDATE imports_lead l SET shared = true
    FROM mine m LEFT JOIN emails e ON e.email_key = m.email_key
         LEFT JOIN phones p ON p.phone_key = m.phone_key
    WHERE l.import_id = %(import)s AND l.mapping_id = %(mapping)s AND l.number = m.number
      AND l.number = ANY(%(numbers)s)
      AND (e.email_key IS NOT NULL OR p.phone_key IS NOT NULL)
"""


def judge(locked: Import, scope: Scope) -> None:
    """Keep back what would melt, what waits for a decision, and what a decision leaves out."""
    _forget(scope)
    met = known.met(locked, scope)
    home = ties.homes([*_edges(scope), *((number, number) for number in met)])
    decisions = decided.of(locked)
    for components in ties.portions(home, AT_ONCE):
        numbers = [number for component in components for number in component]
        rows = {row.number: row for row in _rows(scope, numbers, met)}
        together = [[rows[number] for number in component] for component in components]
        gathered.judge(scope, decisions, together)
    flag(scope, home)


def flag(scope: Scope, numbers: Iterable[int]) -> None:
    """Mark those of these leads that are sent and share a person with another that is sent."""
    among = list(numbers)
    if not among:
        return
    with whole_file.cursor() as cursor:
        cursor.execute(_FLAG, scope.parameters | {"numbers": among})


def _forget(scope: Scope) -> None:
    found = Gathering.objects.filter(lead_import=scope.lead_import)
    if scope.numbers is not None:
        found = found.filter(first__in=scope.numbers)
    found.delete()


def _edges(scope: Scope) -> Sequence[tuple[int, int]]:
    with whole_file.cursor() as cursor:
        cursor.execute(_SHARED.format(among=scope.among()), scope.parameters)
        return list(cursor.fetchall())


def _rows(scope: Scope, numbers: Sequence[int], met: dict[int, list[Met]]) -> Iterator[Tied]:
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, scope.parameters | {"numbers": list(numbers)})
        for number, email, phone, name, digest in cursor:
            yield Tied(number, email, phone, name, digest, met.get(number, []))
