"""The statements of the busy road: read and planned once for a connection."""

import pytest
from django.db import DataError, connection

from portal import prepared

pytestmark = pytest.mark.django_db

_SUM = "SELECT %(left)s::int + %(right)s::int"


def _planned():
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [statement for (statement,) in cursor.fetchall()]


def test_what_runs_again_and_again_is_planned_once_whatever_its_values():
    for left in range(8):
        with prepared.cursor() as cursor:
            assert cursor.execute(_SUM, {"left": left, "right": 1}).fetchone() == (left + 1,)

    assert [one for one in _planned() if "::int + " in one] == ["SELECT $1::int + $2::int"]


def test_what_django_sends_is_not_kept():
    for left in range(8):
        with connection.cursor() as cursor:
            cursor.execute(_SUM, {"left": left, "right": 1})

    assert not [one for one in _planned() if "::int + " in one]


def test_it_raises_the_errors_that_django_raises():
    with pytest.raises(DataError), prepared.cursor() as cursor:
        cursor.execute("SELECT 1 / %s::int", [0])
