"""Celery's settings, each with its reason: PostgreSQL is the truth, a task is only a nudge."""

import itertools
import shlex
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from portal.celery import app

WANTED = {
    "task_ignore_result": (True, "nobody asks a task for its result"),
    "result_backend": (None, "likewise"),
    "accept_content": (["json"], "a pickle is a program"),
    "task_acks_late": (True, "a worker that ends gives back what it did not begin"),
    "task_reject_on_worker_lost": (False, "else a file that kills its reader does so for ever"),
    "task_publish_retry": (False, "the clock nudges again; a person does not wait"),
    "broker_pool_acquire_timeout": (5, "nor for a connection"),
    "broker_connection_retry_on_startup": (True, "a worker may start before its broker"),
    "broker_connection_max_retries": (None, "and waits for it as long as it takes"),
    "worker_prefetch_multiplier": (1, "a frozen worker sits on few tasks"),
    "worker_cancel_long_running_tasks_on_connection_loss": (False, "a request goes on without it"),
    "worker_send_task_events": (False, "nobody listens"),
    "worker_enable_remote_control": (False, "its subscription ends a worker with the broker"),
    "task_time_limit": (900, "of intake: ends what hangs; threads take no notice"),
    "worker_max_tasks_per_child": (200, "of intake: what leaks is let go"),
    "worker_max_memory_per_child": (600_000, "of intake: likewise"),
}
TRANSPORT = {
    "visibility_timeout": (600, "longer than any task; the database brings work back sooner"),
    "unacked_restore_interval": (10, "what a dead worker held is looked for"),
    "unacked_restore_throttle": (1, "each time"),
    "socket_timeout": (1, "a frozen broker costs whoever publishes a second"),
    "socket_connect_timeout": (1, "likewise"),
    "socket_keepalive": (True, "a broker that is gone without a word is noticed"),
    "health_check_interval": (25, "likewise, on the connection that waits for tasks"),
    "max_retries": (0, "kombu would try for six seconds"),
}
# What no setting of the app can say, by process of the Procfile.
FLAGS = {
    "delivery": {"--pool threads", "--without-gossip", "--without-mingle"},
    "intake": {"--pool prefork", "--without-gossip", "--without-mingle"},
}


@pytest.mark.parametrize("name", WANTED)
def test_a_setting_of_celery_is_what_it_must_be(name):
    wanted, why = WANTED[name]
    assert app.conf[name] == wanted, why


def test_the_transport_knows_nothing_more_and_nothing_else():
    found = dict(app.conf.broker_transport_options)
    assert found.pop("global_keyprefix", "") == ""
    assert found == {name: wanted for name, (wanted, _why) in TRANSPORT.items()}


@pytest.mark.parametrize("kind", FLAGS)
def test_the_procfile_starts_workers_as_the_settings_expect(kind):
    lines = (Path(__file__).parents[2] / "Procfile").read_text().splitlines()
    command = next(line.partition(":")[2] for line in lines if line.startswith(f"{kind}:"))
    words = shlex.split(command)
    pairs = {*words, *(" ".join(pair) for pair in itertools.pairwise(words))}
    assert FLAGS[kind] <= pairs


def test_each_thread_of_a_delivery_worker_finds_a_connection_that_works():
    database = settings.DATABASES["default"]
    assert settings.DB_POOL_SIZE > settings.DELIVERY_SLOTS
    assert database["CONN_HEALTH_CHECKS"] is True


@pytest.mark.django_db
def test_a_dead_network_to_the_database_is_noticed_within_half_a_minute():
    with connection.cursor() as cursor:
        known = {name: int(value) for name, value in of_libpq(cursor).items()}

    silence = known["keepalives_interval"] * known["keepalives_count"]
    assert known["keepalives_idle"] + silence <= 30
    assert known["tcp_user_timeout"] <= 30_000
    assert known["connect_timeout"] <= 10


def of_libpq(cursor):
    found = cursor.connection.info.get_parameters()
    kinds = ("keepalives_", "tcp_user_timeout", "connect_timeout")
    return {name: value for name, value in found.items() if name.startswith(kinds)}
