"""Doing what the schedule says. Each kind names the settings and rules that it puts to the test."""

import heapq
import signal
import time
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import psycopg
import redis
from django.db import Error

from bench.faults.house import House
from bench.faults.schedule import INCOMPLETE, Fault
from imports.models import Batch, BatchState
from imports.tests.road.engine import Client
from imports.tests.road.survival.own import superuser

CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = 'portal' AND pid <> pg_backend_pid()"
)
SLOW = 1.0  # seconds for each piece of data, while the network is slow
Act = Callable[[], object]


class Agenda:
    """What is to be done when, in seconds since it was made."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._due: list[tuple[float, int, Act]] = []
        self._numbers = count()

    @property
    def now(self) -> float:
        return time.monotonic() - self._began

    def put(self, at: float, act: Act) -> None:
        heapq.heappush(self._due, (at, next(self._numbers), act))

    def run(self) -> None:
        """Do all, each at its time."""
        while self._due:
            at, _, act = heapq.heappop(self._due)
            time.sleep(max(0.0, at - self.now))
            act()


class Striker:
    """Strikes one house; what ends later (a frozen process wakes) is put on the agenda."""

    def __init__(self, house: House, clients: Sequence[Client], agenda: Agenda) -> None:
        self._house = house
        self._clients = clients
        self._agenda = agenda

    def strike(self, fault: Fault) -> None:
        """Do it and print it; a fault that finds nothing to strike says so."""
        act = getattr(self, "_" + fault.what.replace(" ", "_"))
        try:
            why_not = act(**fault.how)
        except (psycopg.Error, redis.RedisError, Error, StopIteration) as problem:
            why_not = f"in vain: {type(problem).__name__}"
        print(f"{fault}{f'  ({why_not})' if why_not else ''}", flush=True)

    def _later(self, seconds: float, act: Act) -> None:
        self._agenda.put(self._agenda.now + seconds, act)

    # --- processes: task_acks_late without task_reject_on_worker_lost, unacked_restore_*,
    # visibility_timeout, worker_prefetch_multiplier, fences, leases, the grace of SIGTERM

    def _kill_worker(self, kind: str, which: int, seconds: float) -> str | None:
        process = self._house.processes.one(kind, which)
        if process is None:
            return "nobody there"
        self._house.processes.end(process)
        self._later(seconds, lambda: self._house.processes.start(kind))
        return None

    _kill_clock = _kill_intake = _kill_worker

    def _kill_workers(self, kind: str, which: str, seconds: float) -> None:  # noqa: ARG002 - all
        for place in range(len(self._house.processes.of(kind))):
            self._kill_worker(kind, 0, seconds + place / 10)

    def _stop_worker(self, kind: str, which: int, seconds: float) -> str | None:
        """Ask it to end; it finishes what it carries, and its successor starts meanwhile."""
        process = self._house.processes.one(kind, which)
        if process is None:
            return "nobody there"
        process.is_wanted_dead = True
        process.send_signal(signal.SIGTERM)
        self._later(seconds, lambda: self._house.processes.start(kind))
        return None

    def _freeze_worker(self, kind: str, which: int, seconds: float) -> str | None:
        process = self._house.processes.one(kind, which)
        if process is None:
            return "nobody there"
        self._house.processes.stop_the_world_of(process)
        self._later(seconds, lambda: self._house.processes.wake(process))
        return None

    _freeze_clock = _freeze_intake = _freeze_worker

    def _add_clock(self, seconds: float) -> None:
        clock = self._house.processes.start("clock")
        self._later(seconds, lambda: self._house.processes.end(clock))

    # --- the broker: task_publish_retry, broker_pool_acquire_timeout, socket_timeout,
    # socket_connect_timeout, socket_keepalive, health_check_interval,
    # broker_connection_max_retries, worker_cancel_long_running_tasks_on_connection_loss

    def _flush_broker(self) -> None:
        with self._house.servers.broker() as broker:
            broker.flushall()

    def _kill_broker(self) -> None:
        """Kill it; it is started again, and is empty."""
        self._flush_broker()
        self._house.servers.child("valkey").kill()

    def _freeze_broker(self, seconds: float) -> None:
        broker = self._house.servers.child("valkey")
        broker.suspend()
        self._later(seconds, broker.resume)

    def _cut_broker(self) -> None:
        self._house.broker.cut()

    def _silence_broker(self) -> None:
        self._house.broker.silence()

    def _stall_broker(self, seconds: float) -> None:
        self._house.broker.stall()
        self._later(seconds, self._house.broker.flow)

    # --- the database: CONN_HEALTH_CHECKS, the pool, attempts committed before the first byte

    def _stop_database(self, mode: str) -> None:
        number = {"immediate": signal.SIGQUIT, "fast": signal.SIGINT}[mode]
        self._house.servers.child("postgres").send_signal(number)

    def _cut_database(self) -> None:
        with superuser(self._house.servers) as boss:
            boss.execute(CUT)

    def _stall_database(self, seconds: float) -> None:
        self._house.database.stall()
        self._later(seconds, self._house.database.flow)

    # --- the network to MEGA: one deadline, what is unknown, late arrivals

    def _cut_network(self) -> None:
        self._house.network.cut()

    def _refuse_network(self, seconds: float) -> None:
        self._house.network.refuse()
        self._house.network.cut()
        self._later(seconds, self._house.network.admit)

    def _stall_network(self, seconds: float) -> None:
        self._house.network.stall()
        self._later(seconds, self._house.network.flow)

    def _slow_network(self, seconds: float) -> None:
        network, usual = self._house.network, self._house.network.latency
        network.latency = SLOW
        self._later(seconds, lambda: setattr(network, "latency", usual))

    # --- MEGA's answers: the answer table

    def _unclear_answers(self, customer: int, **how: Any) -> None:
        self._house.mega.misbehave(**how, token=self._clients[customer].raw)

    _complete_answers = _too_many = _slow_answers = _unclear_answers

    def _incomplete_answer(self, customer: int, **how: Any) -> str | None:
        """Leave rows out, but never twice of one request: that is rightly a person's."""
        client = self._clients[customer]
        if _leaves_out(client, self._house):
            return "another one is not settled yet"
        self._unclear_answers(customer, **how)
        return None


def _leaves_out(client: Client, house: House) -> bool:
    """Whether an answer that leaves rows out is on its way, or its request not settled yet."""
    kinds = {one["kind"] for one in INCOMPLETE}
    waiting = list(house.mega.service.faults.waiting)
    if any(one.kind in kinds and one.token == client.raw for one in waiting):
        return True
    keys = {one.key for one in client.requests() if one.fault in kinds}
    done = Batch.objects.filter(key__in=keys, state=BatchState.DONE).count()
    return done < len(keys)
