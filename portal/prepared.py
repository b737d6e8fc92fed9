"""Statements that PostgreSQL reads and plans once for a connection, not at each execution.

For the few that run with every request to MEGA. Django binds values in the client: their statement
is another text each time, a long one where an answer's bytes stand in it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection


@contextmanager
def cursor() -> Iterator["psycopg.Cursor[Any]"]:
    """Give a cursor whose values are bound by the server; it raises Django's errors.

    Values keep their type: PostgreSQL must be able to tell it from the statement or by a cast.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as bound:
        yield bound
