"""Rows of one file that are of one person: which of them are sent, and which wait for another."""

from imports import whole_file
from imports.models import Duplicates, Import
from imports.review.scope import Scope

# Rows are of one person by MEGA's rule: the same e-mail, or the same last ten digits of the phone.
_SHARED = """
    SELECT number,
        CASE WHEN email_key IS NOT NULL THEN {pick}(number) OVER email END AS by_email,
        CASE WHEN phone_key IS NOT NULL THEN {pick}(number) OVER phone END AS by_phone,
        CASE WHEN email_key IS NOT NULL THEN count(*) OVER email ELSE 1 END AS emails,
        CASE WHEN phone_key IS NOT NULL THEN count(*) OVER phone ELSE 1 END AS phones
    FROM imports_lead
    WHERE import_id = %(import)s AND mapping_id = %(mapping)s AND verdict = 'ok' AND {among}
    WINDOW email AS (PARTITION BY email_key), phone AS (PARTITION BY phone_key)
"""
_MARK = """
    UPDATE imports_lead l SET verdict = 'duplicate', code = 'duplicate', reason =
        CASE WHEN s.emails > 1 AND (s.by_email <> s.number OR %(all)s)
             THEN 'Has the same e-mail as row ' || s.other_email
             ELSE 'Has the same phone as row ' || s.other_phone END || %(what)s
    FROM (SELECT *, CASE WHEN by_email <> number THEN by_email ELSE last_email END AS other_email,
                    CASE WHEN by_phone <> number THEN by_phone ELSE last_phone END AS other_phone
          FROM ({shared}) inner_shared) s
    WHERE l.import_id = %(import)s AND l.mapping_id = %(mapping)s AND l.number = s.number
      AND ((s.emails > 1 AND (s.by_email <> s.number OR %(all)s))
           OR (s.phones > 1 AND (s.by_phone <> s.number OR %(all)s)))
"""
_FLAG_SHARED = """
    UPDATE imports_lead l SET shared = true FROM ({shared}) s
    WHERE l.import_id = %(import)s AND l.mapping_id = %(mapping)s AND l.number = s.number
      AND (s.emails > 1 OR s.phones > 1)
"""
_PICK = {Duplicates.FIRST: "min", Duplicates.LAST: "max", Duplicates.HOLD: "min"}
_WHAT = {
    Duplicates.FIRST: ", which is sent instead.",
    Duplicates.LAST: ", which is sent instead.",
    Duplicates.HOLD: "; none of them is sent.",
}


def leave_out(locked: Import, scope: Scope) -> None:
    """Keep back what the import's choice for rows of one person leaves out."""
    if locked.duplicates == Duplicates.ALL:
        return
    choice = Duplicates(locked.duplicates)
    parameters = scope.parameters | {"all": choice == Duplicates.HOLD, "what": _WHAT[choice]}
    with whole_file.cursor() as cursor:
        cursor.execute(_mark(_PICK[choice], scope), parameters)


def flag(_locked: Import, scope: Scope) -> None:
    """Mark leads that share a person with another that is sent: no request may hold two of them."""
    with whole_file.cursor() as cursor:
        cursor.execute(_flag(scope), scope.parameters)


def _flag(scope: Scope) -> str:
    return _FLAG_SHARED.format(shared=_SHARED.format(pick="min", among=scope.among()))


def _mark(pick: str, scope: Scope) -> str:
    """Add the other end of each group, so that the one that was picked can name another row."""
    other = "max" if pick == "min" else "min"
    more = (
        f", {other}(number) OVER email AS last_email, {other}(number) OVER phone AS last_phone\n"
        "    FROM imports_lead"
    )
    shared = _SHARED.format(pick=pick, among=scope.among())
    return _MARK.format(shared=shared.replace("\n    FROM imports_lead", more, 1))
