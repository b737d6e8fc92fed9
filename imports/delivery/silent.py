"""Connections of ours that stopped in the middle of a COPY: their client vanished without a word.

A machine that lost its power or its network closes nothing. PostgreSQL goes on waiting for the rest
of the rows, for two hours as a rule, and the transaction keeps its locks: the batch or the file
could be given to nobody else. Neither `statement_timeout` nor the timeout of idle transactions ends
a COPY that waits for its client; ending the connection does.
"""

import logging

from django.conf import settings
from django.db import connection

log = logging.getLogger(__name__)

LONGEST_COPY = 180.0  # seconds; who reads a workbook may wait 120 for its next rows

# Only our own processes' connections (PGAPPNAME): others of the role may restore a backup.
_END = """
    SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user
      AND application_name = current_setting('application_name')
      AND state = 'active' AND wait_event = 'ClientRead'
      AND state_change < now() - %s * interval '1 second'
"""


def end() -> int:
    """End connections that have waited too long for the rest of a COPY; return how many."""
    longest = max(LONGEST_COPY, settings.REQUEST_DEADLINE + settings.LEASE_MARGIN)
    with connection.cursor() as cursor:
        cursor.execute(_END, [longest])
        ended = len([pid for pid, has_ended in cursor.fetchall() if has_ended])
    if ended:
        log.warning("ended %s connections whose client vanished in the middle of a COPY", ended)
    return ended
