"""Workers are killed, frozen and stopped at the worst moments: every row arrives exactly once."""

import random
import time

import pytest

from imports.delivery import leases
from imports.models import Attempt, Batch, BatchState, Outcome, Process
from imports.tests.road.engine import FULL, wait_until
from imports.tests.road.survival.own import (
    conclusions,
    in_flight,
    is_ready,
    judge,
    locked,
    pid_of,
    waiters,
)
from imports.tests.road.survival.wires import Blackhole

pytestmark = pytest.mark.road


@pytest.mark.case(1)
@pytest.mark.parametrize("fault", ["hold_before", "hold_after"])
def test_a_worker_killed_in_mid_request_is_replaced_and_the_request_repeated(
    engine, client_of, sheet, mega, fault
):
    engine.have(delivery=2)
    ines = client_of()
    mega.misbehave(fault, token=ines.raw)
    made = ines.send(sheet(30))
    in_flight(ines)

    engine.end(engine.carrier(made))
    mega.release()

    judge(ines, made, 30)
    assert conclusions(made) == ["lost", "settled", "settled"]
    assert repeated_identically(ines)


def repeated_identically(client):
    """The first two requests were the same; the others were sent once."""
    sent = [(one.key, one.sha256) for one in client.requests()]
    return sent[0] == sent[1] and len(set(sent)) == len(sent) - 1


@pytest.mark.case(1)
def test_a_worker_killed_before_its_attempt_was_committed_leaves_no_trace(engine, client_of, sheet):
    engine.have(delivery=1)
    ines = client_of()
    made, batch = claimed_but_not_taken(engine, ines, sheet(30))

    with locked(batch.pk):
        engine.thaw("delivery")
        wait_until(waiters, "the worker to take the batch")
        assert ines.requests() == []
        engine.kill("delivery")
    engine.start("delivery")

    judge(ines, made, 30)
    assert conclusions(made) == ["settled", "settled"]
    assert len(ines.requests()) == 2


def claimed_but_not_taken(engine, client, path):
    """Send an import while the workers are frozen; return it and its first batch."""
    made = client.review(path)
    wait_until(lambda: Process.objects.filter(kind="delivery").exists(), "a worker")
    engine.freeze("delivery")
    client.hand_over(made)
    batch = wait_until(
        lambda: made.batches.filter(state=BatchState.CLAIMED).first(), "the first claim"
    )
    return made, batch


@pytest.mark.case(1)
def test_a_worker_killed_after_the_answer_and_before_its_commit_settles_by_a_replay(
    engine, client_of, sheet, mega
):
    engine.have(delivery=2)
    ines = client_of()
    mega.misbehave("hold_after", token=ines.raw)
    made = ines.send(sheet(30))
    in_flight(ines)

    with locked(made.batches.first().pk):
        mega.release()
        wait_until(waiters, "the worker to settle")
        engine.end(engine.carrier(made))

    judge(ines, made, 30)
    assert conclusions(made) == ["lost", "settled", "settled"]
    assert [one.was_replay for one in ines.requests()] == [False, True, False]
    assert repeated_identically(ines)


@pytest.mark.case(2)
def test_a_worker_held_up_before_the_post_does_not_send_late(engine, client_of, sheet):
    engine.have(delivery=1)
    ines = client_of()
    made, batch = claimed_but_not_taken(engine, ines, sheet(30))

    with locked(batch.pk):
        engine.thaw("delivery")
        wait_until(waiters, "the worker to take the batch")
        time.sleep(2.1)  # longer than may pass between taking and posting

    judge(ines, made, 30)
    assert conclusions(made) == ["not_sent", "settled", "settled"]
    assert len(ines.requests()) == 2
    assert Batch.objects.filter(lead_import=made, sends=0, deaths=0).count() == 2


@pytest.mark.case(2)
def test_a_worker_frozen_while_it_connects_past_its_lease_sends_nothing_when_it_wakes(
    engine, client_of, sheet, mega
):
    engine.have(delivery=2)
    ines = client_of()
    made, batch = claimed_but_not_taken(engine, ines, sheet(30))

    with Blackhole() as hole:
        Batch.objects.filter(pk=batch.pk).update(base_url=hole.url)
        engine.thaw("delivery")
        wait_until(hole.is_knocked_at, "the worker to connect")
        frozen = engine.carrier(made)
        engine.stop_the_world_of(frozen)
        Batch.objects.filter(pk=batch.pk).update(base_url=mega.url)
        hole.open()
        judge(ines, made, 30)
        assert hole.has_guest.wait(10)  # its machine has connected, it does not know yet
        engine.wake(frozen)
        wait_until(lambda: conclusions(made)[0] == "not_sent", "the late one to give up")
        assert hole.received() == b""

    assert conclusions(made) == ["not_sent", "settled", "settled"]
    assert Outcome.objects.filter(lead_import=made).count() == 30


@pytest.mark.case(2)
def test_a_worker_frozen_while_it_connects_sends_nothing_late_within_its_lease_either(
    engine, client_of, sheet, mega
):
    engine.have(delivery=0)
    patient = engine.start("delivery", REQUEST_DEADLINE="30")
    engine.have()
    ines = client_of()
    made, batch = claimed_but_not_taken(engine, ines, sheet(30))

    with Blackhole() as hole:
        Batch.objects.filter(pk=batch.pk).update(base_url=hole.url)
        engine.thaw("delivery")
        wait_until(hole.is_knocked_at, "the worker to connect")
        engine.stop_the_world_of(patient)
        hole.open()
        assert hole.has_guest.wait(10)
        time.sleep(3.1)  # longer than may pass between taking and the first byte
        Batch.objects.filter(pk=batch.pk).update(base_url=mega.url)
        engine.wake(patient)
        wait_until(lambda: conclusions(made)[0] == "not_sent", "the late one to give up")
        assert hole.received() == b""

    judge(ines, made, 30)
    assert conclusions(made) == ["not_sent", "settled", "settled"]
    engine.end(patient)


@pytest.mark.case(2)
def test_a_late_answer_settles_what_is_unsettled(engine, client_of, sheet, mega):
    engine.have(delivery=1)
    ines = client_of()
    frozen, made = frozen_with_an_answer(engine, ines, mega, sheet(20))
    wait_until(lambda: conclusions(made) == ["lost"], "the lease to lapse")
    engine.freeze("clock")  # nobody may repeat it now
    engine.wake(frozen)

    wait_until(lambda: conclusions(made) == ["settled"], "the late answer")
    engine.thaw("clock")

    judge(ines, made, 20)
    assert len(ines.requests()) == 1


@pytest.mark.case(2)
def test_a_late_answer_changes_nothing_that_is_settled(engine, client_of, sheet, mega):
    engine.have(delivery=2)
    ines = client_of()
    frozen, made = frozen_with_an_answer(engine, ines, mega, sheet(20))
    judge(ines, made, 20)
    before = list(Outcome.objects.filter(lead_import=made).order_by("number").values())

    engine.wake(frozen)
    wait_until(lambda: conclusions(made) == ["settled", "settled"], "the late answer")

    assert list(Outcome.objects.filter(lead_import=made).order_by("number").values()) == before
    assert before[0]["attempt_id"] == Attempt.objects.filter(batch__lead_import=made).last().pk


def frozen_with_an_answer(engine, client, mega, path):
    """Freeze a worker whose request is at MEGA; the answer arrives while it sleeps."""
    mega.misbehave("hold_after", token=client.raw)
    made = client.send(path)
    in_flight(client)
    frozen = engine.carrier(made)
    engine.stop_the_world_of(frozen)
    mega.release()
    wait_until(lambda: client.requests()[0].answered, "MEGA to answer")
    return frozen, made


@pytest.mark.case(2)
def test_a_worker_frozen_in_mid_settling_holds_nobody_up_for_long(engine, client_of, sheet, mega):
    engine.have(delivery=2)
    ines, neighbour = client_of(), client_of()
    mega.misbehave("hold_after", token=ines.raw)
    made = ines.send(sheet(20))
    in_flight(ines)

    with locked(ines.customer.token.quota_id, "imports_quota"):
        mega.release()
        wait_until(waiters, "the worker to write what it learnt of the key")
        engine.stop_the_world_of(engine.carrier(made))

    judge(neighbour, neighbour.send(sheet(20, name="other.csv")), 20)
    judge(ines, made, 20)


@pytest.mark.case(4)
def test_sigterm_lets_a_request_in_flight_finish(engine, client_of, sheet, mega):
    engine.have(delivery=1)
    ines = client_of()
    mega.misbehave("hold_after", token=ines.raw)
    made = ines.send(sheet(30))
    in_flight(ines)
    worker = engine.carrier(made)

    worker.is_wanted_dead = True
    worker.terminate()
    wait_until(lambda: not Process.objects.filter(kind="delivery").exists(), "the goodbye")
    assert worker.poll() is None
    mega.release()

    assert worker.wait(10) == 0
    assert conclusions(made) == ["settled"]
    engine.start("delivery")
    judge(ines, made, 30)
    assert conclusions(made) == ["settled", "settled"]


@pytest.mark.case(5)
def test_a_batch_that_always_kills_its_worker_runs_alone_and_is_set_aside(
    engine, client_of, sheet, mega
):
    engine.have(delivery=5)  # on a slow machine it takes three deaths until the next one is ready
    poison, innocent = client_of(), client_of()
    mega.misbehave("hold_before", token=poison.raw, times=20)
    mega.misbehave("hold_before", token=innocent.raw)
    made, other = poison.send(sheet(3)), innocent.send(sheet(3, name="innocent.csv"))

    def set_aside():
        return made.batches.filter(state=BatchState.DECISION).first()

    killed = []

    def has_carrier():
        return len(poison.requests()) > len(killed)

    while not set_aside():
        wait_until(lambda: has_carrier() or set_aside(), "the next request")
        if has_carrier():
            killed.append(engine.carrier(made))
            engine.end(killed[-1])
            mega.release()
            engine.start("delivery")

    batch = set_aside()
    assert (batch.reason, batch.deaths) == ("poison", leases.DEATHS_BEFORE_DECISION)
    # Where all seemed to be silent for a while, that one is not counted.
    assert leases.DEATHS_BEFORE_DECISION <= len(poison.requests()) == len(killed) < 15
    judge(innocent, other, 3)


KILLS, ROWS = 50 if FULL else 3, 2_500


@pytest.mark.case(3)
def test_all_workers_killed_again_and_again(engine, client_of, sheet, mega):
    """Each kill hits requests under way: when an import has ended, another one begins."""
    engine.have(delivery=0)
    sent = [slowly_sent(client_of(), sheet, mega)]

    chance = random.Random(7)
    for _ in range(KILLS):
        have_two_workers(engine)
        if is_over(sent[-1][1]):
            sent.append(slowly_sent(client_of(), sheet, mega))
        ines, made = sent[-1]
        before = len(ines.requests())
        wait_until(
            lambda ines=ines, made=made, before=before: (
                len(ines.requests()) > before or is_over(made)
            ),
            "a request",
        )
        time.sleep(chance.random() / 4)
        engine.kill("delivery")
    have_two_workers(engine)

    for ines, made in sent:
        judge(ines, made, ROWS)


def have_two_workers(engine):
    """In full a batch may be hit again and again: that all ended together must be seen, and a sign
    of life counts for six seconds; so a lease lasts for longer.
    """
    more = {"LEASE_MARGIN": "6"} if FULL else {}
    started = [engine.start("delivery", **more) for _ in range(2)]
    wait_until(lambda: all(is_ready(one) for one in started), "the workers")


def slowly_sent(client, sheet, mega):
    """Send an import whose every answer takes a moment; return it with its client."""
    mega.misbehave("delay_after", seconds=0.15, times=1000, token=client.raw)
    return client, client.send(sheet(ROWS))


def is_over(lead_import):
    lead_import.refresh_from_db()
    return lead_import.finished_at is not None


def test_worker_names_tell_processes_apart(engine):
    engine.have(delivery=1)

    names = [one.name for one in Process.objects.filter(kind__in=("clock", "delivery", "intake"))]

    assert sorted(pid_of(name) for name in names) == sorted(p.pid for p in engine.processes)
