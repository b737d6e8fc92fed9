"""Letting a batch that keeps killing its worker run alone, so that it takes nobody with it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

_condition = threading.Condition()
_inside = 0
_solo_waits = False


@contextmanager
def passage(*, alone: bool) -> Iterator[bool]:
    """Hold a place among this process's deliveries; `alone` waits until it is the only one.

    Whoever comes while one waits to be alone lets it go first, so that it is not starved. Yields
    False when others did not end in time: then what must be alone is left for another time.
    """
    is_alone = _enter(alone=alone)
    try:
        yield is_alone or not alone
    finally:
        _leave(alone=alone)


def _enter(*, alone: bool) -> bool:
    """Return whether nobody else is inside."""
    global _inside, _solo_waits  # noqa: PLW0603 - one state for each process is the point
    longest = settings.REQUEST_DEADLINE + 2 * settings.LEASE_MARGIN  # others end before, mostly
    with _condition:
        _condition.wait_for(lambda: not _solo_waits, longest)
        if alone:
            _solo_waits = True
            _condition.wait_for(lambda: _inside == 0, longest)
        _inside += 1
        return _inside == 1


def _leave(*, alone: bool) -> None:
    global _inside, _solo_waits  # noqa: PLW0603
    with _condition:
        _inside -= 1
        if alone:
            _solo_waits = False
        _condition.notify_all()
