"""Questions that are asked again and again in the same words: the clock's, each second.

Nearly always there is nothing to do, and to build and compile a queryset takes longer than its
answer. What was compiled once serves for the life of the process.
"""

from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from django.db import connection
from django.db.models import QuerySet


def question(asks: Callable[[], QuerySet[Any, Any]]) -> Callable[[], list[int]]:
    """Make a function that returns a queryset of ids into one that returns the ids it finds.

    The queryset must be the same each time: the present is `Now()`, not a moment of Python's, and a
    setting must not change while the process lives. It takes no lock: who acts looks again.
    """

    @cache
    def compiled() -> tuple[str, tuple[Any, ...]]:
        sql, values = asks().query.sql_with_params()
        return sql, tuple(values)

    @wraps(asks)
    def ask() -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(*compiled())
            return [row[0] for row in cursor.fetchall()]

    return ask
