"""Rows that a person dropped: they are not sent, whatever else holds of them."""

from collections.abc import Sequence

from imports import whole_file
from imports.models import Import, Lead, ReviewAct
from imports.review import overlay, standing
from imports.review.scope import Scope

CODE = "dropped"

# Also invalid ones: who drops a row has done with its problems.
_DROP = """
    UPDATE imports_lead l SET verdict = 'excluded', code = 'dropped', reason = w.reason
    FROM (
        SELECT DISTINCT ON (d.number) d.number, s.reason
        FROM unnest(%(acts)s::bigint[], %(reasons)s::text[]) AS s (act, reason)
        JOIN (SELECT id, unnest(rows) AS number FROM imports_reviewact
              WHERE id = ANY(%(acts)s::bigint[])) d ON d.id = s.act
        ORDER BY d.number, d.id
    ) w
    WHERE l.import_id = %(import)s AND l.mapping_id = %(mapping)s AND l.number = w.number
      AND l.verdict IN ('ok', 'invalid') AND {among}
"""


def leave_out(locked: Import, scope: Scope) -> None:
    """Exclude the rows that were dropped, with who did it and why."""
    drops = standing.of(locked).filter(kind=ReviewAct.Kind.DROP)
    made = list(drops.select_related("made_by").defer("rows"))
    if not made:
        return
    sentences = {"acts": [one.pk for one in made], "reasons": [sentence(one) for one in made]}
    with whole_file.cursor() as cursor:
        cursor.execute(_DROP.format(among=scope.among("l")), scope.parameters | sentences)


def still_in(lead_import: Import, numbers: Sequence[int]) -> list[int]:
    """Return those of these rows that were not dropped yet."""
    at = Lead.objects.filter(lead_import=lead_import, mapping=lead_import.mapping_id)
    at = at.filter(number__in=numbers).exclude(code=CODE)
    return list(at.order_by("number").values_list("number", flat=True))


def sentence(act: ReviewAct) -> str:
    """Say who dropped the rows, when and why."""
    said = f"Dropped by {act.made_by or 'the portal'} on {overlay.day(act.made_at)}"
    why = act.why.strip().rstrip(".")
    return f"{said}: {why}." if why else f"{said}."
