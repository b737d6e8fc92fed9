"""Queries that join all rows of an import, whatever PostgreSQL believes about it.

No statistics know a new import's id yet: the planner expects one row of it where there are a
hundred thousand, and would then walk through all of them once for each of them (tried: six minutes
for 30,000 rows instead of 40 ms). Hash and merge joins are quick for few rows and for many.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

# The second, because PostgreSQL before 18 prices what it is told to avoid so high that it would
# compile the query first.
_JOIN_BY_HASH = """
    SELECT set_config('enable_nestloop', 'off', true), set_config('jit', 'off', true)
"""
_AS_USUAL = "SELECT set_config('enable_nestloop', 'on', true)"


@contextmanager
def cursor() -> Iterator[CursorWrapper]:
    """Give a cursor that does not loop over one table for each row of another, in a transaction.

    A join that can only be a loop (over an array's elements, a LATERAL) is one all the same.
    """
    with transaction.atomic(), connection.cursor() as opened:
        opened.execute(_JOIN_BY_HASH)
        yield opened
        opened.execute(_AS_USUAL)
