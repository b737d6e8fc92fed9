"""A portal of its own for what hurts: servers that may be killed, workers that may be frozen."""

import os
import signal
import threading
from contextlib import contextmanager
from datetime import timedelta

import environ
import psycopg
from django.db import connection, transaction
from django.db.models.functions import Now

from imports.delivery import before, control, plan
from imports.models import Attempt, ImportState, OnDuplicate, Process
from imports.reports import balance
from imports.tests.road.engine import Client, Engine, wait_for, wait_until
from portal.celery import app
from portal.embedded import record

WRAPPED = "imports.tests.road.survival.wrapped"
ADDRESS = ("NAME", "USER", "PASSWORD", "HOST", "PORT")


@contextmanager
def at_home_in(servers):
    """Let this process be the web of the portal that lives on these servers."""
    there = environ.Env.db_url_config(servers.database_url)
    here, broker = {name: connection.settings_dict[name] for name in ADDRESS}, app.conf.broker_url
    _move(there, servers.redis_url)
    try:
        yield
    finally:
        _move(here, broker)


def _move(database, broker):
    connection.close()
    connection.close_pool()
    connection.settings_dict.update({name: database[name] for name in ADDRESS})
    app.conf.broker_url = broker
    app._after_fork()  # forget the connections to the other broker


class OwnEngine(Engine):
    """Processes that are frozen, killed and started anew; those that are left serve the next.

    Whatever ends by itself is started again, as the portal's launcher does it.
    """

    COMMANDS = {
        **Engine.COMMANDS,
        **{
            f"{wish} {kind}": ["-m", WRAPPED, wish, *(part for part in command if part != "-m")]
            for wish in ("thrice", "later")
            for kind, command in Engine.COMMANDS.items()
        },
        **{
            f"{wish} intake": [*Engine.COMMANDS["intake"], f"--max-{wish}-per-child", "1"]
            for wish in ("tasks", "memory")
        },
    }

    def __init__(self, environment, log):
        super().__init__(environment, log)
        self._stopping = threading.Event()
        self._watch = threading.Thread(target=self._start_again, daemon=True)
        self._watch.start()

    def _start_again(self):
        while not self._stopping.wait(0.1):
            for process in list(self.processes):
                if process.poll() is not None and not getattr(process, "is_wanted_dead", False):
                    process.is_wanted_dead = True
                    self.start(process.kind)

    def stop(self):
        self._stopping.set()
        super().stop()
        self._watch.join()  # last: the processes that it started end with it

    def have(self, **wanted):
        """Have so many of each kind, ready: `have(delivery=2, clock=1)`; others are ended."""
        wanted = {"clock": 1, "intake": 1, "delivery": 1, **wanted}
        for process in list(self.processes):
            if process.poll() is None and len(self.of(process.kind)) > wanted.get(process.kind, 0):
                self.end(process)
        for kind, count in wanted.items():
            for _ in range(count - len(self.of(kind))):
                self.start(kind)
        self.processes = [one for one in self.processes if one.poll() is None]
        wait_until(lambda: all(is_ready(one) for one in self.processes), "all to be ready")
        pids = [one.pid for one in self.processes]
        for process in Process.objects.filter(kind__in=("clock", "delivery", "intake")):
            if pid_of(process.name) not in pids:
                process.delete()  # of an earlier story

    def kill(self, kind):
        for process in self.of(kind):
            self.end(process)

    def end(self, process):
        process.is_wanted_dead = True
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def carrier(self, lead_import):
        """The process that carries the newest request of an import."""
        attempt = Attempt.objects.filter(batch__lead_import=lead_import).latest("id")
        return next(one for one in self.processes if one.pid == pid_of(attempt.worker))

    def freeze(self, kind):
        for process in self.of(kind):
            self.stop_the_world_of(process)

    def thaw(self, kind):
        for process in self.of(kind):
            self.wake(process)

    def stop_the_world_of(self, process):
        os.killpg(process.pid, signal.SIGSTOP)

    def wake(self, process):
        os.killpg(process.pid, signal.SIGCONT)


class OwnClient(Client):
    def hand_over(self, lead_import, on_duplicate=OnDuplicate.UPDATE):
        """Send and plan an import that was reviewed before, without any worker."""
        no_reading = before.Wish(keep=False)
        control.send(lead_import, None, on_duplicate=on_duplicate, undo_seconds=0, wish=no_reading)
        plan.plan(lead_import.pk)


def pid_of(name):
    return int(name.rpartition(":")[2])


def is_ready(process):
    """Whether it gave a sign of life, by which the clock counts on it."""
    return Process.objects.filter(name__endswith=f":{process.pid}").exists()


def is_alive(kind, seconds):
    """Whether a process of this kind gave a sign of life within so many seconds."""
    seen = Process.objects.filter(kind=kind, seen_at__gt=Now() - timedelta(seconds=seconds))
    return seen.exists()


def superuser(servers):
    """A connection that may do what the portal's own role may not."""
    known = record.load(servers.data_dir)
    url = record.database_url(known, user="postgres", database="portal")
    return psycopg.connect(url, autocommit=True)


@contextmanager
def locked(row_id, table="imports_batch"):
    """Hold a row, so that whoever wants it has to wait."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {table} WHERE id = %s FOR NO KEY UPDATE", [row_id])
        yield


def waiters():
    """How many of the database's clients wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return cursor.fetchone()[0]


def judge(client, lead_import, rows):
    """Every row final exactly once, the books balanced, MEGA's leads as many, no complaint."""
    try:
        done = wait_for(lead_import)
    except AssertionError as problem:
        raise AssertionError(f"{problem} {state_of(lead_import)}") from None
    sheet = balance.recount(done)
    assert done.state == ImportState.FINISHED, done.reason
    assert (sheet.created, sheet.sent, sheet.is_balanced) == (rows, rows, True)
    names = [lead["contact_email"] for lead in client.leads]
    assert (len(names), len(set(names))) == (rows, rows)
    assert client.complaints() == []
    return sheet


def conclusions(lead_import):
    attempts = Attempt.objects.filter(batch__lead_import=lead_import).order_by("id")
    return [one.conclusion for one in attempts]


def in_flight(client, number=1):
    """Wait until so many requests of a client have arrived at MEGA."""
    wait_until(lambda: len(client.requests()) >= number, f"request {number} to arrive")


def state_of(lead_import):
    """For a person who wonders why a story does not go on."""
    asked = ("number", "state", "reason", "fence", "deaths", "sends", "lease_until", "not_before")
    return [*lead_import.batches.values(*asked), conclusions(lead_import)]
