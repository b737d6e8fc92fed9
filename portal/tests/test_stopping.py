"""A wish to stop that arrives at an awkward moment is heard all the same."""

import signal
import sys
import time

import pytest

from portal.stopping import Stopped, Wish


class StoppedWhileItIsForgotten:
    """Python swallows whatever is raised in here."""

    def __del__(self):
        signal.raise_signal(signal.SIGTERM)


def swallow_and_wait():
    StoppedWhileItIsForgotten()
    time.sleep(5)


@pytest.fixture
def wish():
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    wish = Wish()
    wish.listen()
    yield wish
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)
    sys.unraisablehook = sys.__unraisablehook__


def test_a_wish_that_python_swallowed_is_told_again_and_does_not_hurry(wish, capfd):
    wish.starting = True

    began = time.monotonic()
    with pytest.raises(Stopped):
        swallow_and_wait()
    assert time.monotonic() - began < 4

    assert wish.stop.is_set()
    assert not wish.hurry.is_set()
    assert capfd.readouterr().err == ""
