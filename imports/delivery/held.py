"""Rows that are held back for what MEGA knows of their lead: won, lost, contacted, changed."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from imports.mega.listed import Listed
from imports.models import BeforeRead, Held, Import, Origin

# Stable words: reports of years to come show them as they are stored.
_REASON = """
    CASE b.held
        WHEN 'won' THEN 'Held back: MEGA has this lead as won.'
        WHEN 'lost' THEN 'Held back: MEGA has this lead as lost.'
        WHEN 'contacted' THEN 'Held back: somebody was in contact with this lead on '
            || left(b.content->>'last_interaction_at', 10) || ', within the last '
            || %(days)s || ' days.'
        ELSE 'Held back: somebody changed this lead in MEGA since it was updated by import '
            || coalesce(%(parent)s::text, '') || '.'
    END
"""
_APPLY = f"""
    UPDATE imports_lead l SET verdict = 'excluded', code = 'held_' || b.held, reason = {_REASON}
    FROM (SELECT DISTINCT ON (number) number, held, content FROM imports_beforeimage
          WHERE import_id = %(import)s AND held <> '' ORDER BY number, lead_id) b
    WHERE l.import_id = %(import)s AND l.mapping_id = %(mapping)s AND l.number = b.number
      AND l.verdict = 'ok'
"""  # noqa: S608 - made of constants
# Old values that are put back must find their lead: MEGA would make a new one of them.
_GONE = """
    UPDATE imports_lead l SET verdict = 'excluded', code = 'not_found',
        reason = 'Held back: MEGA does not find this lead any more, it would make a new one.'
    WHERE l.import_id = %(import)s AND l.mapping_id = %(mapping)s AND l.verdict = 'ok'
      AND NOT EXISTS (SELECT 1 FROM imports_beforeimage b
                      WHERE b.import_id = l.import_id AND b.number = l.number)
"""
_RELEASE = """
    UPDATE imports_lead l SET verdict = 'ok', reason = '', code = ''
    WHERE l.import_id = %(import)s AND l.mapping_id = %(mapping)s AND l.verdict = 'excluded'
      AND l.reason LIKE 'Held back: %%'
"""


def why(read: BeforeRead, lead: Listed, now: datetime) -> Held:
    """Return why a row of this lead is to be held back, if it is."""
    if read.hold_won and lead.is_called("won"):
        return Held.WON
    if read.hold_lost and lead.is_called("lost"):
        return Held.LOST
    contacted = lead.contacted_at
    if read.hold_days and contacted and contacted > now - timedelta(days=read.hold_days):
        return Held.CONTACTED
    return Held.NOT


def apply(locked: Import, read: BeforeRead) -> int:
    """Leave the rows out whose leads are to be held back; return how many. It is not planned yet.

    The caller holds the import's row.
    """
    held = _run(_APPLY, locked, days=read.hold_days, parent=locked.parent_id)
    if locked.origin == Origin.REPAIR and read.state == BeforeRead.State.DONE:
        held += _run(_GONE, locked)
    return held


def release(locked: Import) -> None:
    """Let the rows that were held back be sent again. The caller holds the import's row."""
    _run(_RELEASE, locked)


def _run(sql: str, locked: Import, **more: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"import": locked.pk, "mapping": locked.mapping_id, **more})
        return int(cursor.rowcount)
