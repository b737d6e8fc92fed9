"""What people made of rows goes along when an import gets them from another."""

import json
from typing import Any

from django.db import connection

from imports import whole_file
from imports.columns import derive
from imports.models import Import, ReviewAct
from imports.review import merging

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
# Alone in the child, such a row would have the value again that different people share.
_LEAVE_OUT = """
    INSERT INTO imports_correction (act_id, import_id, number, "column", old, new)
    SELECT %(act)s, %(child)s, n.number, %(column)s, n.old, ''
    FROM (
        SELECT r.number, coalesce(
            (SELECT c.new FROM imports_correction c
             WHERE c.import_id = %(child)s AND c.number = r.number AND c."column" = %(column)s
             ORDER BY c.act_id DESC LIMIT 1),
            r.cells[%(column)s + 1], '') AS old
        FROM imports_lead l JOIN imports_row r ON r.import_id = %(child)s AND r.number = l.number
        WHERE l.import_id = %(parent)s AND l.mapping_id = %(mapping)s
          AND l.problems @> %(problem)s::jsonb
    ) n WHERE n.old <> '' RETURNING number
"""


def left_out(parent: Import, child: Import) -> None:
    """Blank in a child's rows what was left out of them, as different people share it.

    After `over`. It stands among the changes of the child's review, and can be undone there.
    """
    for field, code in merging.FIELDS.values():
        for column in derive.mapping_of(parent).columns:
            if field in column.targets and not column.masked:
                _blank(parent, child, column.index, code)


def _blank(parent: Import, child: Import, column: int, code: str) -> None:
    act = ReviewAct.objects.create(
        lead_import=child,
        kind=ReviewAct.Kind.FILL,
        content={"column": column, "put": ""},
        why=f"Left out in import #{parent.pk}, as different people share it.",
    )
    with whole_file.cursor() as cursor:
        parameters = {
            "act": act.pk,
            "child": child.pk,
            "column": column,
            "parent": parent.pk,
            "mapping": parent.mapping_id,
            "problem": json.dumps([{"c": code}]),
        }
        cursor.execute(_LEAVE_OUT, parameters)
        act.rows = sorted(number for (number,) in cursor.fetchall())
    if act.rows:
        act.save(update_fields=["rows"])
    else:
        act.delete()


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
