"""Removing old notices, with what became of their mails and webhook calls.

Never one that may still leave, and none of an import that is not over: what it asks may still be
open, and a later notice is compared with it (`tell`).
"""

from typing import Final

from django.conf import settings
from django.db import connection

SLICE: Final = 1_000

_ENDED_LATELY = "(x.state = 'waiting' OR x.ended_at >= now() - %(days)s * interval '1 day')"
# By OFFSET 0 and ARRAY each is looked up by an index, however many there are and whatever the
# statistics say: joined, a slice took a second.
_NOTICES = f"""
    WITH old AS MATERIALIZED (
        SELECT n.id
        FROM imports_notice n JOIN imports_import i ON i.id = n.import_id
        WHERE n.told_at < now() - %(days)s * interval '1 day' AND i.finished_at IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM imports_recipient x
                          WHERE x.notice_id = n.id AND {_ENDED_LATELY} OFFSET 0)
          AND NOT EXISTS (SELECT 1 FROM imports_webhookcall x
                          WHERE x.notice_id = n.id AND {_ENDED_LATELY} OFFSET 0)
        ORDER BY n.told_at LIMIT %(most)s
        FOR UPDATE OF n SKIP LOCKED
    ), people AS (
        DELETE FROM imports_recipient WHERE notice_id = ANY(ARRAY(SELECT id FROM old))
    ), calls AS (
        DELETE FROM imports_webhookcall WHERE notice_id = ANY(ARRAY(SELECT id FROM old))
    )
    DELETE FROM imports_notice WHERE id = ANY(ARRAY(SELECT id FROM old))
"""  # noqa: S608 - made of constants
# Tests of a webhook are about no import.
_TESTS = """
    DELETE FROM imports_webhookcall WHERE id IN (
        SELECT id FROM imports_webhookcall
        WHERE notice_id IS NULL AND state <> 'waiting'
          AND ended_at < now() - %(days)s * interval '1 day'
        LIMIT %(most)s FOR UPDATE SKIP LOCKED)
"""


def remove_old() -> bool:
    """Remove a slice of what was told, and ended, more than NOTICE_DAYS ago; return whether there
    may be more. Any number of couriers may do it at once.
    """
    limits = {"days": settings.NOTICE_DAYS, "most": SLICE}
    with connection.cursor() as cursor:
        cursor.execute(_NOTICES, limits)
        notices: int = cursor.rowcount
        cursor.execute(_TESTS, limits)
        tests: int = cursor.rowcount
    return SLICE in (notices, tests)
