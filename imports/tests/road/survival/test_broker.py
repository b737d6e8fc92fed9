"""The broker is emptied, killed, frozen or full: it costs a moment, and never a row."""

import json
import os
import signal
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from imports import tasks
from imports.models import Import, ImportState
from imports.tests.pages import story
from imports.tests.road.engine import FULL, wait_for, wait_until
from imports.tests.road.survival.own import in_flight, is_alive, judge
from portal.models import Membership, Role, User
from portal.tests.running_servers import until

pytestmark = [pytest.mark.road, pytest.mark.case(6)]


def test_a_broker_emptied_again_and_again(engine, client_of, sheet, mega, servers):
    engine.have()
    ines = client_of()
    mega.misbehave("delay_after", seconds=0.1, times=1000, token=ines.raw)
    made = ines.review(sheet(3_000))
    ines.hand_over(made)

    with servers.broker() as broker:
        for number in range(1, 6):
            in_flight(ines, number)
            broker.flushall()

    judge(ines, made, 3_000)


def test_a_broker_killed_and_restarted_empty(engine, client_of, sheet, mega, servers):
    engine.have()
    ines = client_of()
    mega.misbehave("hold_after", token=ines.raw)
    made = ines.send(sheet(600))
    in_flight(ines)

    with servers.broker() as broker:
        broker.flushall()
    killed = servers.child("valkey")
    killed.kill()
    assert until(lambda: servers.child("valkey").pid != killed.pid and servers.broker().ping())
    back = time.monotonic()
    mega.release()

    judge(ines, made, 600)
    assert time.monotonic() - back < 10


def test_a_frozen_broker_holds_up_no_upload_and_delivery_goes_on_when_it_thaws(
    engine, client_of, sheet, mega, servers
):
    engine.have()
    ines = client_of()
    mega.misbehave("hold_after", token=ines.raw)
    made = ines.send(sheet(600))
    in_flight(ines)
    broker = servers.child("valkey")

    broker.suspend()
    try:
        mega.release()
        began = time.monotonic()
        second = ines.upload(sheet(3, start=601, name="second.csv"))
        assert time.monotonic() - began < 5
        wait_until(lambda: made.outcomes.count() == 25, "the request in flight to be settled")
        time.sleep(60 if FULL else 1)  # the clock claims and cannot nudge
    finally:
        broker.resume()
    back = time.monotonic()

    judge(ines, made, 600)
    assert time.monotonic() - back < 10
    assert len(ines.requests()) == 3
    read_at_last(second)


def test_the_upload_page_answers_while_the_broker_is_frozen(
    engine, client_of, servers, settings, client
):
    """task_publish_retry, broker_pool_acquire_timeout, socket_timeout: a person does not wait."""
    engine.have()
    ines = client_of()
    client.force_login(importer_of(ines.customer.team))
    settings.REDIS_URL = servers.redis_url
    cache = settings.CACHES["default"]
    settings.CACHES = {"default": {**cache, "LOCATION": servers.redis_url}}
    broker = servers.child("valkey")

    broker.suspend()
    try:
        began = time.monotonic()
        fields = {"customer": ines.customer.slug, "file": story.a_file()}
        answer = client.post("/imports/new/", fields)
        assert time.monotonic() - began < 5
    finally:
        broker.resume()

    assert answer.status_code == 302
    read_at_last(Import.objects.get(customer=ines.customer))


def importer_of(team):
    user, _ = User.objects.get_or_create(email="ines@example.com", defaults={"name": "Ines"})
    Membership.objects.get_or_create(user=user, team=team, defaults={"role": Role.IMPORTER})
    return user


def read_at_last(lead_import):
    """The clock finds what nobody was told of, ten seconds later: not waited for here."""
    long_ago = timezone.now() - timedelta(minutes=1)
    Import.objects.filter(pk=lead_import.pk).update(created_at=long_ago)
    wait_for(lead_import, (ImportState.REVIEW,))


def test_without_any_broker_files_are_taken_in_and_read_when_it_is_back(
    engine, client_of, sheet, servers
):
    engine.have()
    ines = client_of()
    os.kill(servers.process.pid, signal.SIGSTOP)  # so that nobody restarts it
    try:
        servers.child("valkey").kill()
        began = time.monotonic()
        made = ines.upload(sheet(30))
        assert time.monotonic() - began < 5
        assert made.state == ImportState.UPLOADED
    finally:
        os.kill(servers.process.pid, signal.SIGCONT)

    read_at_last(made)
    ines.hand_over(made)
    judge(ines, made, 30)


@pytest.mark.parametrize("trouble", ["maxmemory 1", "min-replicas-to-write 1"])
def test_a_broker_that_takes_no_tasks_stops_neither_the_clock_nor_a_person(
    engine, client_of, sheet, servers, trouble
):
    engine.have()
    ines = client_of()
    clocks = engine.of("clock")
    with servers.broker() as broker:
        broker.config_set(*trouble.split())
        try:
            made = ines.upload(sheet(30))
            ticks_on(clocks)
        finally:
            broker.config_set(trouble.split()[0], 0)

    read_at_last(made)
    ines.hand_over(made)
    judge(ines, made, 30)
    assert engine.of("clock") == clocks


def ticks_on(clocks):
    """The clock has something to nudge about, cannot, and lives."""
    long_ago = timezone.now() - timedelta(minutes=1)
    Import.objects.filter(state=ImportState.UPLOADED).update(created_at=long_ago)
    for _ in range(3):
        wait_until(lambda: is_alive("clock", 0.3), "a tick")
        assert [one.poll() for one in clocks] == [None]
        time.sleep(0.2)


def waiting_to_be_read(broker):
    """How many files; other stories may have left something else to do."""
    tasks = [json.loads(one)["headers"]["task"] for one in broker.lrange("intake", 0, -1)]
    return tasks.count("imports.read")


def test_a_backlog_is_not_nudged_deeper_at_every_tick(engine, client_of, sheet, servers):
    engine.have(intake=0)
    ines = client_of()
    with servers.broker() as broker:
        broker.flushall()
        made = [ines.upload(sheet(3, name=f"{n}.csv")) for n in range(5)]
        long_ago = timezone.now() - timedelta(minutes=1)
        Import.objects.filter(state=ImportState.UPLOADED).update(created_at=long_ago)
        for _ in range(20):
            wait_until(lambda: is_alive("clock", 0.3), "a tick")
            time.sleep(0.1)
        assert 5 <= waiting_to_be_read(broker) <= 10
        broker.flushall()
        assert until(lambda: 5 <= waiting_to_be_read(broker) <= 10)  # lost ones come at once

    engine.have()
    for one in made:
        wait_for(one, (ImportState.REVIEW,))


def test_a_nudge_never_raises(servers, engine, caplog):
    with servers.broker() as broker:
        broker.config_set("maxmemory", 1)
        try:
            assert tasks.publish(tasks.deliver, [1, 2, 3]) is False
        finally:
            broker.config_set("maxmemory", 0)
    assert "nudge imports.deliver failed" in caplog.text
