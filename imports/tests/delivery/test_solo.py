"""A batch that keeps killing its worker runs when nobody else does."""

import threading

import pytest

from imports import tasks
from imports.delivery import claims, deliver, solo
from imports.tests.delivery.sending import batch


class Delivery(threading.Thread):
    """Somebody who goes in, says so, and stays until it is let out."""

    def __init__(self, *, alone=False):
        super().__init__(daemon=True)
        self.alone = alone
        self.inside, self.let_out = threading.Event(), threading.Event()
        self.start()

    def run(self):
        with solo.passage(alone=self.alone):
            self.inside.set()
            self.let_out.wait(10)

    def leave(self):
        self.let_out.set()
        self.join(10)


def test_any_number_go_in_together():
    together = [Delivery() for _ in range(3)]

    assert all(one.inside.wait(5) for one in together)

    for one in together:
        one.leave()


def test_who_must_be_alone_waits_for_all_to_leave_and_goes_before_those_who_come_later():
    early = Delivery()
    assert early.inside.wait(5)
    alone = Delivery(alone=True)
    while not solo._solo_waits:
        pass
    later = Delivery()

    assert not alone.inside.wait(0.05)
    assert not later.inside.is_set()
    early.leave()
    assert alone.inside.wait(5)
    assert not later.inside.wait(0.05)
    alone.leave()
    assert later.inside.wait(5)
    later.leave()


def test_a_failure_inside_leaves_the_door_open():
    with pytest.raises(ZeroDivisionError), solo.passage(alone=True):
        _ = 1 / 0

    after = Delivery(alone=True)
    assert after.inside.wait(5)
    after.leave()


@pytest.mark.django_db
@pytest.mark.parametrize(("deaths", "waited"), [(2, False), (3, True)])
def test_a_batch_that_took_three_workers_with_it_waits_to_be_alone(made, deaths, waited):
    suspect, seen = batch(made, 2, deaths=deaths), []
    done = threading.Event()

    def somebody_else():
        with solo.passage(alone=False):
            inside.set()
            while not (solo._solo_waits or done.is_set()):
                pass
            seen.append(solo._solo_waits)

    inside = threading.Event()
    other = threading.Thread(target=somebody_else)
    other.start()
    assert inside.wait(5)

    tasks.deliver(suspect.pk)  # nothing is claimed, so nothing is sent
    done.set()
    other.join(5)

    assert seen == [waited]


@pytest.mark.django_db
@pytest.mark.parametrize(("deaths", "is_taken"), [(2, True), (3, False)])
def test_a_batch_that_must_run_alone_is_not_taken_beside_others(made, deaths, is_taken):
    suspect = batch(made, 2, deaths=deaths)
    assert claims.claim() == [suspect.pk]

    beside_others = deliver.take(suspect.pk, "there:1", harmless=True)

    assert (beside_others is not None) == is_taken
    assert is_taken or deliver.take(suspect.pk, "there:1") is not None
