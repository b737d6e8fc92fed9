"""Rows that are identical to what this customer already received through the portal."""

from typing import Any

from imports import whole_file
from imports.models import Import, Unchanged
from imports.review import earlier
from imports.review.scope import Scope

# The newest lead of this person that MEGA took through the portal decides: a row that was sent,
# changed by a later import and now comes back as it was is not unchanged.
_UNCHANGED = """
    WITH mine AS MATERIALIZED (
        SELECT number, digest, email_key, phone_key FROM imports_lead
        WHERE import_id = %(import)s AND mapping_id = %(mapping)s AND verdict = 'ok' AND {among}
    ), theirs AS MATERIALIZED (
        SELECT p.import_id, p.number, p.digest, p.email_key, p.phone_key, o.attempt_id
        FROM imports_lead p
        JOIN imports_outcome o ON o.import_id = p.import_id AND o.number = p.number
        WHERE p.import_id = ANY(%(imports)s) AND p.mapping_id = ANY(%(mappings)s) AND {known}
          AND o.import_id = ANY(%(imports)s) AND o.status IN ('created', 'updated')
    ), same AS (
        SELECT m.number, t.attempt_id, t.import_id, t.number AS row, m.digest = t.digest AS equal
        FROM mine m JOIN theirs t ON t.email_key = m.email_key
        UNION ALL
        SELECT m.number, t.attempt_id, t.import_id, t.number, m.digest = t.digest
        FROM mine m JOIN theirs t ON t.phone_key = m.phone_key
    ), last AS (
        SELECT DISTINCT ON (number) * FROM same ORDER BY number, attempt_id DESC, row DESC
    )
    UPDATE imports_lead l SET repeats = last.import_id{left_out}
    FROM last
    WHERE l.import_id = %(import)s AND l.mapping_id = %(mapping)s AND l.number = last.number
      AND last.equal AND {among_both}
"""
_LEFT_OUT = """, verdict = 'unchanged', code = 'unchanged',
        reason = 'Identical to what import '
        || last.import_id || ' already brought (row ' || last.row || ').'"""
_FORGET = """
    UPDATE imports_lead SET repeats = NULL
    WHERE import_id = %(import)s AND mapping_id = %(mapping)s AND {among} AND repeats IS NOT NULL
"""


def mark(locked: Import, scope: Scope) -> None:
    """Mark what the customer has already, and leave it out where that is the import's choice."""
    before = earlier.imports_of(locked)
    with whole_file.cursor() as cursor:
        cursor.execute(_FORGET.format(among=scope.among()), scope.parameters)
        if before["imports"]:
            sql, parameters = _statement(scope, left_out=locked.unchanged == Unchanged.SKIP)
            cursor.execute(sql, parameters | before)


def _statement(scope: Scope, *, left_out: bool) -> tuple[str, dict[str, Any]]:
    known, parameters = "true", scope.parameters
    if scope.numbers is not None:
        known, parameters = earlier.KNOWN, parameters | earlier.keys(scope)
    sql = _UNCHANGED.format(
        among=scope.among(),
        among_both=scope.among("l"),
        known=known,
        left_out=_LEFT_OUT if left_out else "",
    )
    return sql, parameters
