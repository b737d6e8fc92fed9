"""Leads that this customer already received through the portal, under other names than rows have.

What MEGA has of other sources nobody knows here.
"""

from collections import defaultdict

from imports import whole_file
from imports.models import Import
from imports.review import earlier, names
from imports.review.melting import Met
from imports.review.scope import Scope

# A lead has the name that it was given last. Names that are spelt alike need no closer look.
_MET = """
    WITH mine AS MATERIALIZED (
        SELECT number, email_key, phone_key, lower(body->>'contact_name') AS name
        FROM imports_lead
        WHERE import_id = %(import)s AND mapping_id = %(mapping)s AND verdict = 'ok' AND {among}
    ), theirs AS MATERIALIZED (
        SELECT p.email_key, p.phone_key, p.body->>'contact_name' AS name, o.lead_id, o.attempt_id,
               p.number
        FROM imports_lead p
        JOIN imports_outcome o ON o.import_id = p.import_id AND o.number = p.number
        WHERE p.import_id = ANY(%(imports)s) AND p.mapping_id = ANY(%(mappings)s) AND {known}
          AND o.import_id = ANY(%(imports)s) AND o.status IN ('created', 'updated')
          AND p.body ? 'contact_name'
    ), other AS (
        SELECT m.number, 'e' AS kind, t.lead_id
        FROM mine m JOIN theirs t ON t.email_key = m.email_key
        WHERE m.name IS DISTINCT FROM lower(t.name)
        UNION
        SELECT m.number, 'p', t.lead_id FROM mine m JOIN theirs t ON t.phone_key = m.phone_key
        WHERE m.name IS DISTINCT FROM lower(t.name)
    ), last AS (
        SELECT DISTINCT ON (t.lead_id) t.lead_id, t.name FROM theirs t
        WHERE t.lead_id IN (SELECT lead_id FROM other)
        ORDER BY t.lead_id, t.attempt_id DESC, t.number DESC
    )
    SELECT DISTINCT o.number, o.kind, m.name, l.name FROM other o
    JOIN last l USING (lead_id) JOIN mine m ON m.number = o.number
    ORDER BY 1, 2, 4
"""


def met(locked: Import, scope: Scope) -> dict[int, list[Met]]:
    """Return for rows that are ok the leads of other names that MEGA would take them for.

    Who has the same first name is that person, under a new last name.
    """
    before = earlier.imports_of(locked)
    if not before["imports"]:
        return {}
    known, parameters = "true", scope.parameters | before
    if scope.numbers is not None:
        known, parameters = earlier.KNOWN, parameters | earlier.keys(scope)
    found: defaultdict[int, list[Met]] = defaultdict(list)
    with whole_file.cursor() as cursor:
        cursor.execute(_MET.format(among=scope.among(), known=known), parameters)
        for number, kind, own, name in cursor:
            if not names.is_renamed(own or "", name):
                found[number].append(Met(kind, name))
    return dict(found)
