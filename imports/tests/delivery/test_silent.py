"""A worker's machine vanishes in the middle of a COPY, and nobody tells the database."""

from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection
from psycopg.pq import ExecStatus

from imports.delivery import silent
from imports.tests.road.engine import wait_until

pytestmark = pytest.mark.django_db

LOCK = 4711


@contextmanager
def storing(name="portal"):
    """Somebody who has locked something, began to store rows, and says nothing more."""
    params = connection.get_connection_params()
    known = {k: params[k] for k in ("host", "port", "dbname", "user", "password") if k in params}
    other = psycopg.connect(**known, application_name=name)
    try:
        other.execute("CREATE TEMP TABLE rows (number int)")
        other.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        assert other.pgconn.exec_(b"COPY rows FROM STDIN").status == ExecStatus.COPY_IN
        other.pgconn.put_copy_data(b"1\n")
        other.pgconn.flush()
        # PostgreSQL says that a COPY may begin a moment before it waits for the rows.
        wait_until(lambda: is_waiting(other), "PostgreSQL to wait for more rows")
        yield
    finally:
        other.close()


def is_waiting(other):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT wait_event FROM pg_stat_activity WHERE pid = %s", [other.info.backend_pid]
        )
        return cursor.fetchone()[0] == "ClientRead"


def is_locked():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return not cursor.fetchone()[0]


@pytest.fixture
def impatient(settings, monkeypatch):
    """Nobody is waited for."""
    settings.REQUEST_DEADLINE = settings.LEASE_MARGIN = 0
    monkeypatch.setattr(silent, "LONGEST_COPY", 0.0)


def test_what_it_had_locked_is_free_again(impatient):
    with storing():
        assert is_locked()
        assert silent.end() == 1
        wait_until(lambda: not is_locked(), "the lock to be gone")


def test_who_has_just_begun_is_let_be():
    with storing():
        assert silent.end() == 0
        assert is_locked()


def test_what_is_not_ours_is_let_be(impatient):
    with storing(name="pg_restore"):
        assert silent.end() == 0
        assert is_locked()
