"""Rows that repair others: which of those went to MEGA in the meantime, so that none goes twice.

A row of a file that came back repairs the row of its parent whose number stands in it; a row of a
follow-up is its parent's under the same number. It is gone when the parent, another file that came
back or another follow-up brought that row, or is sending it.
"""

from collections.abc import Collection
from typing import Any

from imports import whole_file
from imports.models import UNDER_WAY, Again, Import, ImportState, Lead, Origin, Verdict

_BEGINNING = "Row "  # of the reasons below, and of no other of a duplicate
_BY_NUMBER = (Origin.RETRY, Origin.REST)
_MINE = """
    SELECT l.number, CASE WHEN %(by_number)s THEN r.number ELSE r.repairs END AS row
    FROM imports_lead l JOIN imports_row r ON r.number = l.number
    WHERE l.import_id = %(import)s AND l.mapping_id = %(mapping)s AND r.import_id = %(import)s
      AND l.verdict = ANY(%(verdicts)s)
"""
_ROWS = f"SELECT array_agg(row) FROM ({_MINE}) mine WHERE row IS NOT NULL"  # noqa: S608 - constants
# What is under way counts as gone, and what was sent without a clear answer: nobody knows.
# Each table is asked for these rows only: the parent may have a million, and a page waits.
_GONE = f"""
    WITH mine AS MATERIALIZED ({_MINE}), theirs AS MATERIALIZED (
        SELECT k.number AS row, k.import_id, k.number
        FROM imports_lead k
        WHERE k.import_id = ANY(%(numbered)s) AND k.mapping_id = ANY(%(mappings)s)
          AND k.number = ANY(%(rows)s) AND k.verdict = 'ok'
        UNION ALL
        SELECT r.repairs, r.import_id, r.number
        FROM imports_row r
        JOIN imports_lead k ON k.import_id = r.import_id AND k.number = r.number
        WHERE r.import_id = ANY(%(files)s) AND r.repairs = ANY(%(rows)s)
          AND k.import_id = ANY(%(files)s) AND k.mapping_id = ANY(%(mappings)s)
          AND k.verdict = 'ok'
    ), answered AS MATERIALIZED (
        SELECT import_id, number, status FROM imports_outcome
        WHERE import_id = ANY(%(numbered)s) AND number = ANY(%(rows)s)
        UNION ALL
        SELECT import_id, number, status FROM imports_outcome WHERE import_id = ANY(%(files)s)
    ), unclear AS MATERIALIZED (
        SELECT b.import_id, n.number
        FROM imports_batch b CROSS JOIN LATERAL unnest(b.row_numbers) AS n (number)
        WHERE (b.import_id = ANY(%(numbered)s) OR b.import_id = ANY(%(files)s)) AND b.kind = 'send'
          AND b.state NOT IN ('done', 'replaced') AND b.first_sent_at IS NOT NULL
    ), gone AS (
        SELECT DISTINCT ON (m.number) m.number, m.row, s.id AS source,
               coalesce(a.status, 'under way') AS how
        FROM mine m JOIN theirs t ON t.row = m.row JOIN imports_import s ON s.id = t.import_id
        LEFT JOIN answered a ON a.import_id = t.import_id AND a.number = t.number
        LEFT JOIN unclear u ON u.import_id = t.import_id AND u.number = t.number
        WHERE a.status IN ('created', 'updated') OR (
              a.status IS NULL AND (s.state = ANY(%(under_way)s) OR u.number IS NOT NULL))
        ORDER BY m.number, how
    )
"""  # noqa: S608 - made of constants
_COUNT = f"{_GONE} SELECT count(*) FROM gone"  # noqa: S608 - made of constants
_LEAVE_OUT = f"""{_GONE}
    UPDATE imports_lead l SET verdict = 'duplicate', reason = CASE
        WHEN g.how = 'under way' THEN '{_BEGINNING}' || g.row || ' of import ' || %(parent)s
            || ' is on its way to MEGA already: see import ' || g.source || '.'
        ELSE '{_BEGINNING}' || g.row || ' of import ' || %(parent)s || ' was ' || g.how
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
    """Return how many rows were left out because they are gone, or go all the same.

    For a page: what went since is found out when the import is sent.
    """
    if not concerns(lead_import):
        return 0
    if lead_import.again == Again.SEND:
        return _run(_COUNT, lead_import, ("ok", "duplicate"))
    left_out = Lead.objects.filter(lead_import=lead_import, mapping=lead_import.mapping_id)
    return left_out.filter(verdict=Verdict.DUPLICATE, reason__startswith=_BEGINNING).count()


def leave_out(locked: Import) -> int:
    """Leave out the rows that are gone, unless a person wants them sent; return how many.

    The caller holds the import's row. The parent's is taken too: of two files with the same row
    that are sent at the same moment the second waits here, and sees the first.
    """
    if locked.again == Again.SEND or not concerns(locked):
        return 0
    list(Import.objects.select_for_update(no_key=True).filter(children=locked))
    return _run(_LEAVE_OUT, locked, ("ok",))


def _run(sql: str, lead_import: Import, verdicts: Collection[str]) -> int:
    """Return how many rows of the import with these verdicts are gone."""
    parameters = _parameters(lead_import) | {"verdicts": list(verdicts)}
    if not parameters["numbered"] and not parameters["files"]:
        return 0
    with whole_file.cursor() as cursor:
        cursor.execute(_ROWS, parameters)
        (parameters["rows"],) = cursor.fetchone()
        if not parameters["rows"]:
            return 0
        cursor.execute(sql, parameters)
        return int(cursor.fetchone()[0] if sql is _COUNT else cursor.rowcount)


def _parameters(lead_import: Import) -> dict[str, Any]:
    """A follow-up has its rows from the parent, so only what came back in files can be ahead."""
    by_number = lead_import.origin in _BY_NUMBER
    others = Import.objects.filter(parent=lead_import.parent_id, mega_id=lead_import.mega_id)
    others = others.exclude(pk=lead_import.pk).exclude(state=ImportState.FAILED)
    files = dict(
        others.filter(origin=Origin.FILE, returned__linked=True).values_list("pk", "mapping_id")
    )
    numbered: dict[int, int | None] = {}
    if not by_number and lead_import.parent:
        numbered = dict(others.filter(origin__in=_BY_NUMBER).values_list("pk", "mapping_id"))
        numbered[lead_import.parent.pk] = lead_import.parent.mapping_id
    return {
        "import": lead_import.pk,
        "mapping": lead_import.mapping_id,
        "parent": lead_import.parent_id,
        "by_number": by_number,
        "files": list(files),
        "numbered": list(numbered),
        "mappings": [one for one in (*files.values(), *numbered.values()) if one],
        "under_way": list(UNDER_WAY),
    }
