"""Whose request goes next: the order in which the clock claims, as tables."""

import pytest

from imports.delivery.turns import CHECK, DRY_RUN, REPLAY, Queued, Turns


def order(*queue, at=0.0, dry_runs=99):
    """Whose requests go, all at one moment, until nobody may."""
    turns, went = Turns(queue), []
    while (one := turns.next(at, dry_runs)) is not None:
        went.append(one.import_id)
        dry_runs -= one.kind == DRY_RUN
        turns.put(one)
    return went


ORDERS = [
    ([Queued(1, 2, served=-1.0), Queued(2, 2, served=-9.0)], [2, 1, 2, 1]),
    ([Queued(1, 2, served=-9.0), Queued(2, 1)], [2, 1, 1]),  # who never went, first
    ([Queued(1, 1, order=8), Queued(2, 1, order=7)], [2, 1]),  # then in the order of being made
    ([Queued(1, 2), Queued(2, 1, priority=1), Queued(3, 1, priority=-1)], [2, 1, 1, 3]),
    ([Queued(1, 1, priority=1), Queued(1, 1, kind=REPLAY), Queued(-1, 1, kind=CHECK)], [-1, 1, 1]),
    ([Queued(1, 1, ready=5.0), Queued(2, 1)], [2]),
    # Two repetitions of one import, of which one was asked for a moment later.
    ([Queued(1, 1, kind=REPLAY, ready=-0.2), Queued(1, 1, kind=REPLAY, ready=-0.1)], [1, 1]),
    ([Queued(1, 2, served=-9.0), Queued(-1, 3, kind=DRY_RUN)], [-1, 1, 1, -1, -1]),
    ([Queued(1, 2), Queued(-1, 2, kind=DRY_RUN, served=-299.0)], [1, 1, -1, -1]),
    ([Queued(1, 2, served=-9.0), Queued(-1, 2, kind=DRY_RUN, served=-301.0)], [-1, 1, 1, -1]),
    ([Queued(1, 1, priority=1), Queued(-1, 1, kind=DRY_RUN)], [1, -1]),
]


@pytest.mark.parametrize(("queue", "went"), ORDERS)
def test_checks_then_repetitions_then_imports_in_turns_and_dry_runs_get_what_is_left(queue, went):
    assert order(*queue) == went


def test_dry_runs_get_no_more_than_their_part():
    assert order(Queued(-1, 5, kind=DRY_RUN), dry_runs=2) == [-1, -1]


def test_who_waits_for_an_answer_comes_back_with_it():
    one = Queued(1, 3, waits={1: 0, 2: 0})
    turns = Turns([one])

    turns.next(0.0).start(2.1)
    turns.put(one)

    assert turns.next(2.0) is None
    assert turns.ready_at(0.0) == pytest.approx(2.1)
    assert turns.later_than(0.0) == pytest.approx(2.1)
    assert turns.next(2.2) is one
    assert turns.waiting == 1
