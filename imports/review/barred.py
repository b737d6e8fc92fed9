"""Rows that are kept back for what stands in them: no consent, or a rule of the customer's.

What bars a row was found when it was checked (`Lead.barred`).
"""

from collections.abc import Sequence
from typing import Any

from imports import whole_file
from imports.columns import bars
from imports.models import Import
from imports.review import standing
from imports.review.scope import Scope

# By the first of a row's codes that nobody overrode.
FIRST = """
    SELECT code, why
    FROM unnest(string_to_array(l.barred, ' '), string_to_array(l.barred_why, E'\\n'))
         WITH ORDINALITY AS one (code, why, place)
    WHERE code = ANY(%(codes)s) ORDER BY place LIMIT 1
"""
_EXCLUDE = f"""
    WITH said AS (
        SELECT number, b.code, b.why FROM imports_lead l CROSS JOIN LATERAL ({FIRST}) b
        WHERE l.import_id = %(import)s AND l.mapping_id = %(mapping)s AND l.barred <> ''
          AND l.verdict = 'ok' AND {{among}}
    )
    UPDATE imports_lead l SET verdict = 'excluded', code = s.code, reason = s.why FROM said s
    WHERE l.import_id = %(import)s AND l.mapping_id = %(mapping)s AND l.number = s.number
      AND {{among}}
"""  # noqa: S608 - made of constants


def without_consent(locked: Import, scope: Scope) -> None:
    """Exclude whom nobody may contact, or of whom that is unclear.

    Other rows of that person follow in `same_person`: it must be known first who is one.
    """
    if codes := of_consent(locked):
        _run(_EXCLUDE, scope, codes)


def of_consent(locked: Import) -> list[str]:
    """Return the codes of consent for which rows are kept back."""
    return _standing(locked, bars.OF_CONSENT) if _asks_for_consent(locked) else []


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
    with whole_file.cursor() as cursor:
        cursor.execute(sql.format(among=scope.among("l")), parameters)
