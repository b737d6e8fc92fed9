"""Rows that are kept back for what stands in them: no consent, or a rule of the customer's.

What bars a row was found when it was checked (`Lead.barred`). Of rows of one person the most
restrictive counts: nobody is contacted by another row of the file.
"""

from collections.abc import Sequence
from typing import Any

from imports import whole_file
from imports.columns import bars
from imports.models import Import
from imports.review import standing
from imports.review.scope import Scope

# The first of a row's codes that nobody overrode.
_FIRST = """
    SELECT number, email_key, phone_key, verdict, b.code, b.why
    FROM imports_lead l CROSS JOIN LATERAL (
        SELECT code, why
        FROM unnest(string_to_array(l.barred, ' '), string_to_array(l.barred_why, E'\\n'))
             WITH ORDINALITY AS one (code, why, place)
        WHERE code = ANY(%(codes)s) ORDER BY place LIMIT 1) b
    WHERE l.import_id = %(import)s AND l.mapping_id = %(mapping)s AND l.barred <> '' AND {among}
"""
_EXCLUDE = """
    WITH said AS ({first})
    UPDATE imports_lead l SET verdict = 'excluded', code = s.code, reason = s.why FROM said s
    WHERE l.import_id = %(import)s AND l.mapping_id = %(mapping)s AND l.number = s.number
      AND s.verdict = 'ok' AND {among}
"""
# Whatever became of the row that says so: that a person must not be contacted stays true.
_SAME_PERSON = """
    WITH said AS MATERIALIZED ({first}), tied AS (
        SELECT l.number, s.number AS other, s.code, s.why, 'e-mail' AS what
        FROM said s JOIN imports_lead l ON l.email_key = s.email_key
        WHERE l.import_id = %(import)s AND l.mapping_id = %(mapping)s AND l.verdict = 'ok'
          AND {among_others}
        UNION ALL
        SELECT l.number, s.number, s.code, s.why, 'phone'
        FROM said s JOIN imports_lead l ON l.phone_key = s.phone_key
        WHERE l.import_id = %(import)s AND l.mapping_id = %(mapping)s AND l.verdict = 'ok'
          AND {among_others}
    ), first AS (
        SELECT DISTINCT ON (number) * FROM tied WHERE other <> number
        ORDER BY number, code, other, what
    )
    UPDATE imports_lead l SET verdict = 'excluded', code = f.code,
        reason = 'Has the same ' || f.what || ' as row ' || f.other || ', of which this holds: '
                 || f.why
    FROM first f
    WHERE l.import_id = %(import)s AND l.mapping_id = %(mapping)s AND l.number = f.number
      AND {among_others}
"""


def without_consent(locked: Import, scope: Scope) -> None:
    """Exclude whom nobody may contact, or of whom that is unclear; with all rows of that person."""
    codes = _standing(locked, bars.OF_CONSENT)
    if not codes or not _asks_for_consent(locked):
        return
    _run(_EXCLUDE, scope, codes)
    _run(_SAME_PERSON, scope, codes)


def against_rules(locked: Import, scope: Scope) -> None:
    """Exclude what the customer's rules do not want."""
    codes = _standing(locked, bars.OF_RULES)
    if codes and locked.mapping and locked.mapping.rules:
        _run(_EXCLUDE, scope, codes)


def _standing(locked: Import, codes: Sequence[str]) -> list[str]:
    """Those of the codes that no manager overrode."""
    overridden = set(standing.of(locked).filter(about__in=codes).values_list("about", flat=True))
    return [code for code in codes if code not in overridden]


def _asks_for_consent(locked: Import) -> bool:
    columns = locked.mapping.content.get("columns", []) if locked.mapping else []
    return any("consent" in column for column in columns)


def _run(sql: str, scope: Scope, codes: Sequence[str]) -> None:
    parameters: dict[str, Any] = scope.parameters | {"codes": list(codes)}
    sql = sql.replace("{first}", _FIRST).replace("{among_others}", scope.among("l"))
    with whole_file.cursor() as cursor:
        cursor.execute(sql.replace("{among}", scope.among("l")), parameters)
