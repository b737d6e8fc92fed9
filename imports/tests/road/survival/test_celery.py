"""Each setting of Celery that delivery goes by, put to the test; the others' stories name theirs.

`portal/tests/test_celery_settings.py` compares the settings with their list.
"""

import os
import signal
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.utils import timezone

from imports import tasks
from imports.models import Import, ImportState, Row
from imports.tests.road.engine import FULL, wait_for, wait_until
from imports.tests.road.proxy import Proxy
from imports.tests.road.survival.own import conclusions, in_flight, is_ready, judge, waiters
from portal.tests.running_servers import until

pytestmark = [pytest.mark.road, pytest.mark.case(6)]


@pytest.fixture
def wire(engine, servers):
    """A wire between workers and the broker; the workers that were started behind it are ended."""
    address = servers.redis_url.rpartition("@")[2].removesuffix("/0")
    made = Proxy(address)
    made.redis_url = servers.redis_url.replace(address, f"127.0.0.1:{made.port}")
    started = []

    def start(kind, **more):
        started.append(engine.start(kind, REDIS_URL=made.redis_url, **more))
        return started[-1]

    made.start = start
    yield made
    made.heal()
    for process in started:
        engine.end(process)
    made.close()


def alone_behind(wire, engine, **more):
    """One delivery worker, and that behind the wire."""
    engine.have(delivery=0)
    worker = wire.start("delivery", **more)
    wait_until(lambda: is_ready(worker), "the worker")
    return worker


def test_nothing_but_json_is_taken_and_nobody_dies_of_the_rest(engine, client_of, sheet, servers):
    """accept_content."""
    engine.have()
    workers = engine.of("delivery")
    ines = client_of()
    tasks.deliver.apply_async((_Bomb(),), serializer="pickle")

    judge(ines, ines.send(sheet(30)), 30)

    assert engine.of("delivery") == workers
    assert not _Bomb.marker.exists()


class _Bomb:
    """Whoever unpickles it makes a file."""

    marker = None

    def __reduce__(self):
        return (os.mknod, (str(self.marker),))


@pytest.fixture(autouse=True)
def _marker(tmp_path):
    _Bomb.marker = tmp_path / "unpickled"


def test_no_results_and_no_events_pile_up_in_the_broker(engine, client_of, sheet, servers):
    """task_ignore_result, result_backend, worker_send_task_events; workers without gossip."""
    engine.have()
    ines = client_of()
    with servers.broker() as broker:
        broker.flushall()
        judge(ines, ines.send(sheet(600)), 600)

        kept = [key for key in broker.scan_iter() if not key.startswith(("_kombu", "unacked"))]
        heard = broker.pubsub_channels("*celeryev*")

    assert [key for key in kept if "result" in key or "meta" in key] == []
    assert heard == []


def test_a_worker_that_starts_before_its_broker_waits_for_it(engine, client_of, sheet, wire):
    """broker_connection_retry_on_startup, broker_connection_max_retries."""
    engine.have(delivery=0)
    wire.refuse()
    worker = wire.start("delivery")
    ines = client_of()
    made = ines.send(sheet(30))
    time.sleep(30 if FULL else 5)
    assert worker.poll() is None

    wire.admit()

    judge(ines, made, 30)


def test_a_request_goes_on_while_its_worker_has_lost_the_broker(
    engine, client_of, sheet, mega, wire
):
    """worker_cancel_long_running_tasks_on_connection_loss, task_acks_late."""
    alone_behind(wire, engine, REQUEST_DEADLINE="30")  # nobody else could carry it
    ines = client_of()
    mega.misbehave("hold_after", token=ines.raw)
    made = ines.send(sheet(30))
    in_flight(ines)

    wire.refuse()
    wire.cut()
    mega.release()
    wait_until(lambda: "settled" in conclusions(made), "the answer to be recorded")
    wire.admit()

    judge(ines, made, 30)
    assert conclusions(made) == ["settled", "settled"]


@pytest.mark.skipif(not FULL, reason="takes a minute: `make faults` runs it")
def test_a_worker_notices_a_broker_that_has_gone_silent(engine, client_of, sheet, wire):
    """health_check_interval, socket_keepalive, socket_timeout."""
    alone_behind(wire, engine)
    ines = client_of()
    wire.silence()  # as a firewall does that forgets a connection: no end, no answer

    made = ines.send(sheet(30))

    wait_for(made, patience=70)
    judge(ines, made, 30)


def test_what_a_dead_worker_had_taken_comes_back_to_nobody_s_harm(
    engine, client_of, sheet, mega, servers
):
    """visibility_timeout, unacked_restore_interval, unacked_restore_throttle, task_acks_late,
    worker_prefetch_multiplier: the tasks of a dead worker are restored after ten minutes, long
    after the clock brought the work back; restored ones find nothing to do.
    """
    engine.have(delivery=2)
    ines = client_of()
    mega.misbehave("hold_before", token=ines.raw)
    made = ines.send(sheet(600))
    in_flight(ines)
    engine.end(engine.carrier(made))
    mega.release()
    judge(ines, made, 600)
    requests = len(ines.requests())

    with servers.broker() as broker:
        left = broker.zcard("unacked_index")
        assert left >= 1
        for tag in broker.zrange("unacked_index", 0, -1):
            broker.zadd("unacked_index", {tag: time.time() - 700})
        assert until(lambda: broker.zcard("unacked_index") == 0, within=30)
        assert until(lambda: broker.llen("delivery") == 0)

    assert len(ines.requests()) == requests


def test_reading_that_takes_too_long_is_ended_and_taken_up_again(
    engine, client_of, sheet, servers, monkeypatch
):
    """task_time_limit (it travels with the task), task_reject_on_worker_lost."""
    engine.have()
    intake = engine.of("intake")[0]
    monkeypatch.setattr(tasks.read, "time_limit", 2)
    monkeypatch.setattr(tasks.read, "_exec_options", None)  # remembered by the first publish
    ines = client_of()
    with rows_held(servers):
        made = ines.upload(sheet(30))
        wait_until(waiters, "the reading")
        began = first_child(intake)
        wait_until(lambda: first_child(intake) not in (None, began), "its end, and a successor")

    assert Row.objects.filter(lead_import=made).count() == 0
    read_once_more(made)
    wait_for(made, (ImportState.REVIEW,))
    assert Row.objects.filter(lead_import=made).count() == 30


@contextmanager
def rows_held(servers):
    """Let whoever reads or writes rows wait."""
    with psycopg.connect(servers.database_url) as holder:
        holder.execute("LOCK TABLE imports_row IN ACCESS EXCLUSIVE MODE")
        yield


def first_child(process):
    """The pid of a pool's one process."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return int(children[0]) if children else None


def read_once_more(lead_import):
    """The lease of the dead reader ends after two minutes: not waited for here."""
    long_ago = timezone.now() - timedelta(minutes=1)
    Import.objects.filter(pk=lead_import.pk).update(created_at=long_ago, work_until=long_ago)


def test_an_intake_process_that_dies_takes_no_file_with_it(engine, client_of, sheet, servers):
    """task_reject_on_worker_lost: the message is dropped, the clock brings the file back."""
    engine.have()
    intake = engine.of("intake")[0]
    ines = client_of()
    with rows_held(servers):
        made = ines.upload(sheet(30))
        wait_until(waiters, "the reading")
        child = first_child(intake)
        os.kill(child, signal.SIGKILL)
        wait_until(lambda: first_child(intake) not in (None, child), "a successor")

    read_once_more(made)
    wait_for(made, (ImportState.REVIEW,))
    assert engine.of("intake") == [intake]


@pytest.mark.parametrize("worn_by", ["tasks", "memory"])
def test_an_intake_process_that_has_served_its_time_is_replaced(engine, client_of, sheet, worn_by):
    """worker_max_tasks_per_child, worker_max_memory_per_child: here after each task."""
    engine.have(intake=0, **{f"{worn_by} intake": 1})
    (intake,) = engine.of(f"{worn_by} intake")
    ines = client_of()
    served = [first_child(intake)]

    for rows in (30, 40):
        made = ines.review(sheet(rows))
        assert Row.objects.filter(lead_import=made).count() == rows
        wait_until(lambda: first_child(intake) not in (None, *served), "a successor")
        served.append(first_child(intake))

    assert engine.of(f"{worn_by} intake") == [intake]
