"""Rows that repair others: which of those went to MEGA in the meantime, so that none goes twice.

A row of a file that came back repairs the row of its parent whose number stands in it; a row of a
follow-up is its parent's under the same number. It is gone when the parent, another file that came
back or another follow-up brought that row, or is sending it.
"""

from typing import Any

from imports import whole_file
from imports.models import UNDER_WAY, Again, Import, ImportState, Origin

_BY_NUMBER = (Origin.RETRY, Origin.REST)
# What is under way counts as gone, and what was sent without a clear answer: nobody knows.
_GONE = """
    WITH mine AS MATERIALIZED (
        SELECT l.number, CASE WHEN %(by_number)s THEN r.number ELSE r.repairs END AS row
        FROM imports_lead l JOIN imports_row r ON r.import_id = l.import_id AND r.number = l.number
        WHERE l.import_id = %(import)s AND l.mapping_id = %(mapping)s AND r.import_id = %(import)s
          AND l.verdict = ANY(%(verdicts)s)
    ), unclear AS MATERIALIZED (
        SELECT b.import_id, n.number
        FROM imports_batch b CROSS JOIN LATERAL unnest(b.row_numbers) AS n (number)
        WHERE b.import_id = ANY(%(sources)s) AND b.kind = 'send'
          AND b.state NOT IN ('done', 'replaced') AND b.first_sent_at IS NOT NULL
    ), gone AS (
        SELECT DISTINCT ON (m.number) m.number, m.row, s.id AS source,
               coalesce(o.status, 'under way') AS how
        FROM imports_import s
        JOIN imports_row r ON r.import_id = s.id
        JOIN mine m ON m.row = CASE WHEN s.id = %(parent)s OR s.origin <> 'file' THEN r.number
                                    ELSE r.repairs END
        JOIN imports_lead k ON k.import_id = r.import_id AND k.mapping_id = s.mapping_id
             AND k.number = r.number AND k.verdict = 'ok'
        LEFT JOIN imports_outcome o ON o.import_id = r.import_id AND o.number = r.number
        LEFT JOIN unclear u ON u.import_id = r.import_id AND u.number = r.number
        WHERE s.id = ANY(%(sources)s) AND r.import_id = ANY(%(sources)s)
          AND k.import_id = ANY(%(sources)s)
          AND (o.status IN ('created', 'updated') OR (
               o.status IS NULL AND (s.state = ANY(%(under_way)s) OR u.number IS NOT NULL)))
        ORDER BY m.number, how
    )
"""
_COUNT = f"{_GONE} SELECT count(*) FROM gone"  # noqa: S608 - made of constants
_LEAVE_OUT = f"""{_GONE}
    UPDATE imports_lead l SET verdict = 'duplicate', reason = CASE
        WHEN g.how = 'under way' THEN 'Row ' || g.row || ' of import ' || %(parent)s
            || ' is on its way to MEGA already: see import ' || g.source || '.'
        ELSE 'Row ' || g.row || ' of import ' || %(parent)s || ' was ' || g.how
            || ' in MEGA already by import ' || g.source || '.' END
    FROM gone g
    WHERE l.import_id = %(import)s AND l.mapping_id = %(mapping)s AND l.number = g.number
"""  # noqa: S608 - made of constants


def concerns(lead_import: Import) -> bool:
    """Whether its rows are another import's, in the same account of MEGA."""
    parent = lead_import.parent
    if parent is None or parent.mega_id != lead_import.mega_id:
        return False
    return bool(lead_import.returned.get("linked")) or lead_import.origin in _BY_NUMBER


def count(lead_import: Import) -> int:
    """Return how many of the rows that can be sent are gone, left out or not."""
    if not concerns(lead_import):
        return 0
    with whole_file.cursor() as cursor:
        cursor.execute(_COUNT, _parameters(lead_import) | {"verdicts": ["ok", "duplicate"]})
        found: int = cursor.fetchone()[0]
    return found


def leave_out(locked: Import) -> int:
    """Leave out the rows that are gone, unless a person wants them sent; return how many.

    The caller holds the import's row. The parent's is taken too: of two files with the same row
    that are sent at the same moment the second waits here, and sees the first.
    """
    if locked.again == Again.SEND or not concerns(locked):
        return 0
    list(Import.objects.select_for_update(no_key=True).filter(children=locked))
    with whole_file.cursor() as cursor:
        cursor.execute(_LEAVE_OUT, _parameters(locked) | {"verdicts": ["ok"]})
        return int(cursor.rowcount)


def _parameters(lead_import: Import) -> dict[str, Any]:
    """A follow-up has its rows from the parent, so only what came back in files can be ahead."""
    by_number = lead_import.origin in _BY_NUMBER
    others = Import.objects.filter(parent=lead_import.parent_id, mega_id=lead_import.mega_id)
    others = others.exclude(pk=lead_import.pk).exclude(state=ImportState.FAILED)
    family = others.filter(origin=Origin.FILE, returned__linked=True)
    if not by_number:
        family |= others.filter(origin__in=_BY_NUMBER)
    sources = list(family.values_list("pk", flat=True))
    return {
        "import": lead_import.pk,
        "mapping": lead_import.mapping_id,
        "parent": lead_import.parent_id,
        "by_number": by_number,
        "sources": sources if by_number else [lead_import.parent_id, *sources],
        "under_way": list(UNDER_WAY),
    }
