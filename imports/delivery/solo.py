"""Letting a batch that keeps killing its worker run alone, so that it takes nobody with it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_condition = threading.Condition()
_inside = 0
_solo_waits = False

LONGEST_WAIT = 90.0  # seconds; every other delivery ends before, its request has a deadline


@contextmanager
def passage(*, alone: bool) -> Iterator[None]:
    """Hold a place among this process's deliveries; `alone` waits until it is the only one.

    Whoever comes while one waits to be alone lets it go first, so that it is not starved.
    """
    _enter(alone=alone)
    try:
        yield
    finally:
        _leave(alone=alone)


def _enter(*, alone: bool) -> None:
    global _inside, _solo_waits  # noqa: PLW0603 - one state for each process is the point
    with _condition:
        _condition.wait_for(lambda: not _solo_waits, LONGEST_WAIT)
        if alone:
            _solo_waits = True
            _condition.wait_for(lambda: _inside == 0, LONGEST_WAIT)
        _inside += 1


def _leave(*, alone: bool) -> None:
    global _inside, _solo_waits  # noqa: PLW0603
    with _condition:
        _inside -= 1
        if alone:
            _solo_waits = False
        _condition.notify_all()
