"""Verdicts that need the whole file: duplicates, unchanged rows, rows that share a person."""

from typing import Any

from django.db import transaction

from imports import whole_file
from imports.columns import gone
from imports.models import Duplicates, Import, ImportState, MappingVersion, Unchanged

_RESET = """
    UPDATE imports_lead SET verdict = 'ok', reason = '', shared = false
    WHERE import_id = %(import)s AND mapping_id = %(mapping)s
      AND (verdict IN ('duplicate', 'unchanged') OR shared)
"""

# Rows are of one person by MEGA's rule: the same e-mail, or the same last ten digits of the phone.
_SHARED = """
    SELECT number,
        CASE WHEN email_key IS NOT NULL THEN {pick}(number) OVER email END AS by_email,
        CASE WHEN phone_key IS NOT NULL THEN {pick}(number) OVER phone END AS by_phone,
        CASE WHEN email_key IS NOT NULL THEN count(*) OVER email ELSE 1 END AS emails,
        CASE WHEN phone_key IS NOT NULL THEN count(*) OVER phone ELSE 1 END AS phones
    FROM imports_lead
    WHERE import_id = %(import)s AND mapping_id = %(mapping)s AND verdict = 'ok'
    WINDOW email AS (PARTITION BY email_key), phone AS (PARTITION BY phone_key)
"""
_MARK = """
    UPDATE imports_lead l SET verdict = 'duplicate', reason =
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

# The newest lead of this person that MEGA took through the portal decides: a row that was sent,
# changed by a later import and now comes back as it was is not unchanged.
_UNCHANGED = """
    WITH mine AS MATERIALIZED (
        SELECT number, digest, email_key, phone_key FROM imports_lead
        WHERE import_id = %(import)s AND mapping_id = %(mapping)s AND verdict = 'ok'
    ), theirs AS MATERIALIZED (
        SELECT p.import_id, p.number, p.digest, p.email_key, p.phone_key, o.attempt_id
        FROM imports_lead p
        JOIN imports_outcome o ON o.import_id = p.import_id AND o.number = p.number
        WHERE p.import_id = ANY(%(imports)s) AND p.mapping_id = ANY(%(mappings)s)
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
    UPDATE imports_lead l SET verdict = 'unchanged', reason = 'Identical to what import '
        || last.import_id || ' already brought (row ' || last.row || ').'
    FROM last
    WHERE l.import_id = %(import)s AND l.mapping_id = %(mapping)s AND l.number = last.number
      AND last.equal
"""

_PICK = {Duplicates.FIRST: "min", Duplicates.LAST: "max", Duplicates.HOLD: "min"}
_WHAT = {
    Duplicates.FIRST: ", which is sent instead.",
    Duplicates.LAST: ", which is sent instead.",
    Duplicates.HOLD: "; none of them is sent.",
}


@transaction.atomic
def conclude(mapping: MappingVersion) -> None:
    """Decide what needs the whole file and open the review; once, while the mapping is current."""
    lead_import = (
        Import.objects.select_for_update(no_key=True)
        .filter(pk=mapping.lead_import_id, mapping=mapping, state=ImportState.CHECKING)
        .first()
    )
    if lead_import is None:
        return
    apply(lead_import)
    Import.objects.filter(pk=lead_import.pk).update(
        state=ImportState.REVIEW, reason="", question="", work_until=None
    )


def apply(lead_import: Import) -> None:
    """Derive the verdicts anew from the import's options. The caller holds the import's row."""
    parameters: dict[str, Any] = {
        "import": lead_import.pk,
        "mapping": lead_import.mapping_id,
    }
    with whole_file.cursor() as cursor:
        cursor.execute(_RESET, parameters)
    gone.leave_out(lead_import)
    with whole_file.cursor() as cursor:
        if lead_import.unchanged == Unchanged.SKIP:
            cursor.execute(_UNCHANGED, parameters | _earlier(lead_import))
        if lead_import.duplicates != Duplicates.ALL:
            choice = Duplicates(lead_import.duplicates)
            every = choice == Duplicates.HOLD
            mark = _MARK.format(shared=_shared_with_last(_PICK[choice]))
            cursor.execute(mark, parameters | {"all": every, "what": _WHAT[choice]})
        cursor.execute(_FLAG_SHARED.format(shared=_SHARED.format(pick="min")), parameters)


def _earlier(lead_import: Import) -> dict[str, list[int]]:
    """Return the customer's other imports of which something was sent, and their mappings."""
    same_account = Import.objects.filter(
        customer=lead_import.customer_id, mega_id=lead_import.mega_id, started_at__isnull=False
    )
    ids = list(same_account.exclude(pk=lead_import.pk).values_list("pk", "mapping_id"))
    return {"imports": [one for one, _ in ids], "mappings": [one for _, one in ids if one]}


def _shared_with_last(pick: str) -> str:
    """Add the other end of each group, so that the one that was picked can name another row."""
    other = "max" if pick == "min" else "min"
    more = (
        f", {other}(number) OVER email AS last_email, {other}(number) OVER phone AS last_phone\n"
        "    FROM imports_lead"
    )
    return _SHARED.format(pick=pick).replace("\n    FROM imports_lead", more, 1)
