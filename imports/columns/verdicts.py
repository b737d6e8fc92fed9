"""Verdicts that need the whole file: duplicates, unchanged rows, rows that share a person."""

from django.db import connection, transaction

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
    UPDATE imports_lead l SET verdict = 'unchanged', reason = 'Identical to what import '
        || last.import_id || ' already brought (row ' || last.number || ').'
    FROM imports_lead mine JOIN LATERAL (
        SELECT p.import_id, p.number, p.digest
        FROM imports_lead p
        JOIN imports_import i ON i.id = p.import_id AND i.mapping_id = p.mapping_id
        JOIN imports_outcome o ON o.import_id = p.import_id AND o.number = p.number
        WHERE i.customer_id = %(customer)s AND i.mega_id = %(mega_id)s AND i.id <> %(import)s
          AND o.status IN ('created', 'updated')
          AND (p.email_key = mine.email_key OR p.phone_key = mine.phone_key)
        ORDER BY o.attempt_id DESC LIMIT 1
    ) last ON last.digest = mine.digest
    WHERE mine.import_id = %(import)s AND mine.mapping_id = %(mapping)s AND mine.verdict = 'ok'
      AND l.import_id = mine.import_id AND l.mapping_id = mine.mapping_id
      AND l.number = mine.number
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
    parameters = {
        "import": lead_import.pk,
        "mapping": lead_import.mapping_id,
        "customer": lead_import.customer_id,
        "mega_id": lead_import.mega_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_RESET, parameters)
        if lead_import.unchanged == Unchanged.SKIP:
            cursor.execute(_UNCHANGED, parameters)
        if lead_import.duplicates != Duplicates.ALL:
            choice = Duplicates(lead_import.duplicates)
            every = choice == Duplicates.HOLD
            mark = _MARK.format(shared=_shared_with_last(_PICK[choice]))
            cursor.execute(mark, parameters | {"all": every, "what": _WHAT[choice]})
        cursor.execute(_FLAG_SHARED.format(shared=_SHARED.format(pick="min")), parameters)


def _shared_with_last(pick: str) -> str:
    """Add the other end of each group, so that the one that was picked can name another row."""
    other = "max" if pick == "min" else "min"
    more = (
        f", {other}(number) OVER email AS last_email, {other}(number) OVER phone AS last_phone\n"
        "    FROM imports_lead"
    )
    return _SHARED.format(pick=pick).replace("\n    FROM imports_lead", more, 1)
