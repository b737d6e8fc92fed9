"""Corrections go along with the rows that an import gets from another."""

from typing import Any

from django.db import connection

from imports import whole_file
from imports.models import Import, ReviewAct

_WHICH = """
    SELECT c.act_id, array_agg(DISTINCT c.number) FROM imports_correction c
    JOIN imports_reviewact a ON a.id = c.act_id AND a.undone_at IS NULL
    JOIN imports_row r ON r.import_id = %(child)s AND r.number = c.number
    WHERE c.import_id = %(parent)s GROUP BY 1 ORDER BY 1
"""
_COPY = """
    INSERT INTO imports_correction (act_id, import_id, number, "column", old, new)
    SELECT m.own, %(child)s, c.number, c."column", c.old, c.new
    FROM unnest(%(theirs)s::bigint[], %(own)s::bigint[]) AS m (theirs, own)
    JOIN imports_correction c ON c.act_id = m.theirs AND c.import_id = %(parent)s
    JOIN imports_row r ON r.import_id = %(child)s AND r.number = c.number
"""
_SAME_TIME = """
    UPDATE imports_reviewact a SET made_at = o.made_at
    FROM unnest(%(theirs)s::bigint[], %(own)s::bigint[]) AS m (theirs, own)
    JOIN imports_reviewact o ON o.id = m.theirs WHERE a.id = m.own
"""


def over(parent: Import, child: Import) -> None:
    """Give a child what was corrected in the rows that it got: by the same people, as then."""
    ids: dict[str, Any] = {"parent": parent.pk, "child": child.pk}
    with whole_file.cursor() as cursor:
        cursor.execute(_WHICH, ids)
        numbers = dict(cursor.fetchall())
    former = list(ReviewAct.objects.filter(pk__in=numbers).order_by("pk"))
    own = ReviewAct.objects.bulk_create(
        ReviewAct(
            lead_import=child,
            kind=one.kind,
            rows=numbers[one.pk],
            content=one.content,
            why=one.why,
            made_by_id=one.made_by_id,
        )
        for one in former
    )
    if not own:
        return
    pairs = {"theirs": [one.pk for one in former], "own": [one.pk for one in own]}
    with connection.cursor() as cursor:
        cursor.execute(_COPY, ids | pairs)
        cursor.execute(_SAME_TIME, pairs)
