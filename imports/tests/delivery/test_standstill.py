"""A clock that waits for something that never comes does not keep everybody waiting."""

import subprocess
import sys

SCRIPT = """
import threading
import django
django.setup()
from imports.delivery import clock

class Stuck(clock.Clock):
    def tick(self):
        threading.Event().wait()  # for an answer, say, that a broken network swallowed

clock.STANDSTILL = 0.5
nobody = lambda *_: True
Stuck(clock.Nudges(*(nobody,) * len(clock.Nudges.__dataclass_fields__))).run()
"""


def test_a_clock_that_stands_still_ends_and_says_where():
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=60, check=False
    )

    assert ended.returncode == 1
    assert "Timeout" in ended.stderr
    assert "in tick" in ended.stderr
