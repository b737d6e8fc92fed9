"""PostgreSQL is stopped at once, cuts connections, refuses writes: nothing goes out unrecorded."""

import signal
import time
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection

from imports.models import Attempt
from imports.tests.road.survival.own import conclusions, in_flight, judge, superuser
from portal.tests.running_servers import until

pytestmark = [pytest.mark.road, pytest.mark.case(8)]

CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def nothing_went_out_unrecorded(client, lead_import):
    sent = [one.key for one in client.requests()]
    tried = Attempt.objects.filter(batch__lead_import=lead_import, was_sent=True)
    assert sorted(sent) == sorted(str(key) for key in tried.values_list("batch__key", flat=True))


def reconnected(servers):
    """Wait until PostgreSQL is back, and forget this process's dead connections."""
    assert until(lambda: servers.sql("SELECT 1"))
    connection.close()


def test_an_immediate_stop_in_mid_request_keeps_the_answer(engine, client_of, sheet, mega, servers):
    engine.have()
    ines = client_of()
    mega.misbehave("hold_after", token=ines.raw)
    made = ines.send(sheet(600))
    in_flight(ines)

    stopped = servers.child("postgres")
    stopped.send_signal(signal.SIGQUIT)
    mega.release()
    stopped.wait(10)
    reconnected(servers)

    judge(ines, made, 600)
    assert conclusions(made) == ["settled"] * 3
    assert len(ines.requests()) == 3
    nothing_went_out_unrecorded(ines, made)


def test_immediate_stops_again_and_again(engine, client_of, sheet, mega, servers):
    """CONN_HEALTH_CHECKS: each stop leaves the workers' pools full of dead connections."""
    engine.have()
    ines = client_of()
    mega.misbehave("delay_after", seconds=0.1, times=1000, token=ines.raw)
    made = ines.review(sheet(3_000))
    ines.hand_over(made)

    for number in (1, 3):
        in_flight(ines, number)
        stopped = servers.child("postgres")
        stopped.send_signal(signal.SIGQUIT)
        stopped.wait(10)
        reconnected(servers)

    judge(ines, made, 3_000)
    nothing_went_out_unrecorded(ines, made)


def test_connections_cut_again_and_again(engine, client_of, sheet, mega, servers):
    """CONN_HEALTH_CHECKS: likewise, with a database that never went away."""
    engine.have()
    ines = client_of()
    mega.misbehave("delay_after", seconds=0.1, times=1000, token=ines.raw)
    made = ines.review(sheet(3_000))
    ines.hand_over(made)

    with superuser(servers) as boss:
        for number in range(1, 4):
            in_flight(ines, number)
            connection.close()
            boss.execute(CUT)

    judge(ines, made, 3_000)
    nothing_went_out_unrecorded(ines, made)


@contextmanager
def refusing(servers, what, undo):
    """Let the database refuse the portal's role something, from the next connection on."""
    with superuser(servers) as boss:
        boss.execute(f"ALTER {what}")
        boss.execute(CUT)
        try:
            yield
        finally:
            boss.execute(f"ALTER {undo}")
            boss.execute(CUT)
    connection.close()


@pytest.mark.parametrize(
    ("what", "undo"),
    [
        ("DATABASE portal SET default_transaction_read_only = on",
         "DATABASE portal RESET default_transaction_read_only"),
        ("ROLE portal CONNECTION LIMIT 0", "ROLE portal CONNECTION LIMIT -1"),
    ],
    ids=["read-only", "connections exhausted"],
)  # fmt: skip
def test_a_database_that_refuses_sends_nothing_and_goes_on_when_it_gives_in(
    engine, client_of, sheet, mega, servers, what, undo
):
    engine.have()
    ines = client_of()
    mega.misbehave("hold_after", token=ines.raw)
    made = ines.send(sheet(600))
    in_flight(ines)

    connection.close()
    with refusing(servers, what, undo):
        mega.release()
        time.sleep(1.5)
        assert len(ines.requests()) == 1

    judge(ines, made, 600)
    nothing_went_out_unrecorded(ines, made)


def test_psycopg_says_what_a_full_house_says(servers):
    with superuser(servers) as boss:
        boss.execute("ALTER ROLE portal CONNECTION LIMIT 0")
        try:
            with pytest.raises(psycopg.OperationalError, match="too many connections"):
                servers.sql("SELECT 1")
        finally:
            boss.execute("ALTER ROLE portal CONNECTION LIMIT -1")
