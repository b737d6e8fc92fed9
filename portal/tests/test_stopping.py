"""A wish to stop that arrives at an awkward moment is heard all the same."""

import signal
import subprocess
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


WAITS_OFTEN = """
from portal.stopping import Wish
wish = Wish()
wish.listen()
print("ready", flush=True)
while not (any(wish.stop.wait(0) for _ in range(100)) or wish.stop.wait(1e-6)):
    pass
"""


def test_a_wish_that_comes_while_somebody_begins_to_wait_is_heard():
    """An event of `threading` would be locked then by the very thread that is interrupted."""
    for _ in range(12):  # an event of `threading` hung in one of two
        child = subprocess.Popen([sys.executable, "-c", WAITS_OFTEN], stdout=subprocess.PIPE)
        try:
            child.stdout.readline()
            child.terminate()
            assert child.wait(10) == 0
        finally:
            child.kill()
            child.stdout.close()
