"""Rows that MEGA would take for one person: which are sent, and which wait for a decision.

1. Find the rows that share an e-mail or a phone with others, or meet a lead of another name that
   the customer has already: in SQL, as all others need no look. 2. Join them to components, and
   judge these some thousand rows at a time: who would melt though they are different people
   (`melting`), who is one person with somebody whom nobody may contact (`contact`), and which of
   one person's rows are sent (`twins`). 3. Flag those that are sent and
   still share a value, so that no request holds two of them.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from django.db import connection

from imports import whole_file
from imports.columns.bars import Bar
from imports.models import Gathering, Import
from imports.review import barred, decided, gathered, known, ties
from imports.review.melting import Met, Tied
from imports.review.scope import Scope

AT_ONCE: Final = 5_000  # rows

# Those that are to be sent, and whom nobody may contact, whatever became of the row that says so.
# Each row with the first one that has its e-mail, and with the first that has its phone.
_SHARED = """
    WITH mine AS MATERIALIZED (
        SELECT number, email_key, phone_key, verdict = 'ok' AS is_ok FROM imports_lead
        WHERE import_id = %(import)s AND mapping_id = %(mapping)s AND {among} AND (verdict = 'ok'
           OR barred <> '' AND string_to_array(barred, ' ') && %(codes)s::text[])
    ), emails AS MATERIALIZED (
        SELECT email_key, min(number) AS first FROM mine WHERE email_key IS NOT NULL
        GROUP BY 1 HAVING count(*) > 1 AND bool_or(is_ok)
    ), phones AS MATERIALIZED (
        SELECT phone_key, min(number) AS first FROM mine WHERE phone_key IS NOT NULL
        GROUP BY 1 HAVING count(*) > 1 AND bool_or(is_ok)
    )
    SELECT m.number, e.first FROM mine m JOIN emails e ON e.email_key = m.email_key
    UNION ALL
    SELECT m.number, p.first FROM mine m JOIN phones p ON p.phone_key = m.phone_key
"""
_ROWS = f"""
    SELECT number, email_key, phone_key, coalesce(body->>'contact_name', ''), encode(digest, 'hex'),
           b.code, b.why
    FROM imports_lead l LEFT JOIN LATERAL ({barred.FIRST}) b ON l.verdict <> 'ok'
    WHERE import_id = %(import)s AND mapping_id = %(mapping)s AND number = ANY(%(numbers)s)
"""  # noqa: S608 - made of constants
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
    met, codes = known.met(locked, scope), barred.of_consent(locked)
    home = ties.homes([*_edges(scope, codes), *((number, number) for number in met)])
    decisions = decided.of(locked)
    for components in ties.portions(home, AT_ONCE):
        numbers = [number for component in components for number in component]
        rows = {row.number: row for row in _rows(scope, numbers, met, codes)}
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


def _edges(scope: Scope, codes: Sequence[str]) -> Sequence[tuple[int, int]]:
    with whole_file.cursor() as cursor:
        parameters = scope.parameters | {"codes": list(codes)}
        cursor.execute(_SHARED.format(among=scope.among()), parameters)
        return list(cursor.fetchall())


def _rows(
    scope: Scope, numbers: Sequence[int], met: dict[int, list[Met]], codes: Sequence[str]
) -> Iterator[Tied]:
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, scope.parameters | {"numbers": list(numbers), "codes": list(codes)})
        for number, email, phone, name, digest, code, why in cursor:
            bar = Bar(code, why) if code else None
            yield Tied(number, email, phone, name, digest, met.get(number, []), bar)
