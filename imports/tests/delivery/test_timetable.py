"""When each import of a key starts and ends, and how well that comes true in simulated time."""

from dataclasses import replace
from datetime import timedelta
from unittest import mock

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from imports.delivery import backlog, line_up, outlook, quota, timetable, window
from imports.delivery.habits import Habits
from imports.delivery.pacing import Pace
from imports.delivery.turns import CHECK, DRY_RUN, REPLAY, SEND, Queued
from imports.models import Batch, ImportState, Priority
from imports.tests import people
from imports.tests.delivery.sending import batch
from imports.tests.delivery.simulated import START, Job, at, world
from imports.tests.delivery.test_claims import another, may_send

FRESH = quota.KeyFacts(limit=10)
FIRST_ALONE = {1: 0}  # the first request is answered before the second starts


def foretold(*queue, facts=FRESH, **more):
    """Seconds until each import starts and ends; None: it has begun."""
    found = timetable.timetable(facts, queue, START, **more)
    return {
        key: (
            one.starts_at and (one.starts_at - START).total_seconds(),
            (one.ends_at - START).total_seconds(),
        )
        for key, one in found.items()
    }


def test_a_lone_small_import_starts_and_ends_at_once():
    starts, ends = foretold(Queued(1, 3, waits=FIRST_ALONE, is_new=True))[1]

    assert starts < 0.1
    assert ends < 3


def test_a_hundred_thousand_rows_take_twenty_minutes():
    _, ends = foretold(Queued(1, 201, waits=FIRST_ALONE, is_new=True))[1]

    assert 1200 < ends < 1230


def test_imports_take_turns_so_the_small_one_ends_first():
    times = foretold(Queued(1, 100, served=-5.0), Queued(2, 10, waits=FIRST_ALONE, is_new=True))

    assert times[2][0] < 7
    assert times[2][1] < times[1][1] / 4
    assert times[1][0] is None


def test_what_is_to_go_first_goes_first_and_what_is_to_go_last_last():
    urgent, idle = Queued(1, 20, priority=1, is_new=True), Queued(3, 5, priority=-1, is_new=True)
    times = foretold(Queued(2, 20, is_new=True), urgent, idle)

    assert times[1][1] < times[2][1] < times[3][0]


def test_what_can_still_be_undone_starts_after_that():
    assert 10 <= foretold(Queued(1, 2, ready=10, waits=FIRST_ALONE, is_new=True))[1][0] < 11.1


def test_an_import_whose_last_request_is_under_way_ends_when_that_is_answered():
    assert foretold(Queued(1, 0, served=-1.0))[1] == (None, 0)
    assert foretold(Queued(1, 0, served=-0.1))[1] == (None, pytest.approx(0.45))


def test_after_429s_it_goes_slower_until_they_are_made_up_for():
    slowed = quota.KeyFacts(limit=10, pace=Pace(left=40, until=at(600)))  # five a minute, then ten

    _, ends = foretold(Queued(1, 60), facts=slowed)[1]

    assert ends == pytest.approx(452, abs=5)  # as in simulated time, with a sliding window


def test_nothing_is_foretold_while_mega_does_not_answer():
    assert foretold(Queued(1, 5), facts=quota.KeyFacts(limit=10, unclear_streak=3)) == {}


# What waits beside an import of two requests at two a minute, and when that import ends.
BESIDE = [
    ([], 3),
    ([Queued(-1, 1, kind=CHECK)], 63),  # a token check goes first and takes a request
    ([Queued(-1, 1, kind=DRY_RUN)], 63),  # a dry run gets its first request in turn
    ([Queued(-1, 1, served=-9.0, kind=DRY_RUN)], 31),  # then what imports leave, so it only spreads
    ([Queued(7, 2, kind=REPLAY)], 61),  # what may have arrived is repeated before anything new
    ([Queued(7, 1, ready=90, kind=REPLAY)], 31),  # unless it is not due yet
]


@pytest.mark.parametrize(("beside", "seconds"), BESIDE)
def test_other_requests_of_the_key_take_their_share(beside, seconds):
    facts = quota.KeyFacts(limit=2)
    queue = [Queued(1, 2, served=-8.0), *(replace(one, waits={}, ends=[]) for one in beside)]

    assert foretold(*queue, facts=facts)[1][1] == pytest.approx(seconds, abs=2.5)


def test_an_import_ends_when_its_repeated_request_does():
    times = foretold(Queued(1, 0, served=-40.0), Queued(1, 1, ready=20, kind=REPLAY))

    assert 20 < times[1][1] < 22


def test_a_key_that_is_not_proved_waits_for_its_first_answer():
    unproved, slow = quota.KeyFacts(limit=10, proved=False), Habits((9.0,))
    two = Queued(1, 1, is_new=True), Queued(2, 1, is_new=True)
    same = [replace(one, ends=[]) for one in two]

    assert foretold(*two, facts=unproved, known=slow)[2][0] > 9
    assert foretold(*same, known=slow)[2][0] < 1


def test_requests_of_the_same_persons_go_one_after_the_other():
    chain = Queued(1, 6, waits={place: place - 1 for place in range(1, 6)})

    assert foretold(Queued(1, 6), known=Habits((4.0,)))[1][1] < 6
    assert foretold(chain, known=Habits((4.0,)))[1][1] > 6 * 4


def test_what_is_under_way_is_answered_before_the_second_request_starts():
    waiting = Queued(1, 3, served=-1.0, waits={0: -1})

    assert 4 < foretold(waiting, known=Habits((3.0,)))[1][1] < 7


def test_a_key_for_which_more_is_about_to_come_is_spread_and_ends_later():
    assert foretold(Queued(1, 12))[1][1] < 63
    assert foretold(Queued(1, 12), company_until=3600)[1][1] > 65


def test_few_workers_let_a_small_import_have_its_turn_within_a_burst():
    """Without a bound the big one takes the whole burst while the small one's first is answered."""
    facts = quota.KeyFacts(limit=60)
    queue = [Queued(1, 80, served=-5.0), Queued(2, 3, is_new=True, waits=FIRST_ALONE)]
    fresh = [replace(one, ends=[]) for one in queue]

    assert foretold(*queue, facts=facts, slots=32)[2][1] < 3
    assert foretold(*fresh, facts=facts)[2][1] > 20


def test_a_long_queue_is_foretold_to_its_end_at_the_same_pace():
    _, ends = foretold(Queued(1, 25_000))[1]

    assert ends == pytest.approx(2499 * 60.85, rel=0.005)


@pytest.mark.parametrize("limit", [2, 10, 60])
@pytest.mark.parametrize("requests", [150, 240, 301])
def test_along_the_course_that_is_foreseen_it_ends_as_it_does_tick_by_tick(limit, requests):
    queue = [Queued(1, requests, served=-9.0), Queued(2, 40, is_new=True, waits=FIRST_ALONE)]
    facts = quota.KeyFacts(limit=limit)
    with mock.patch.object(timetable, "WORK", 10**9):
        exact = foretold(
            *(replace(one, waits=dict(one.waits), ends=[]) for one in queue), facts=facts
        )
    with mock.patch.object(timetable, "WORK", 50 * limit):
        soon = foretold(*queue, facts=facts)

    for key, (_, ends) in exact.items():
        assert soon[key][1] == pytest.approx(ends, rel=0.01, abs=2)


def _job(requests, arrives, priority, chained, kind):
    waits = {place: place - 1 for place in range(1, requests, 1 if chained else 1000)}
    return Job(requests, arrives=arrives, told=0.0, priority=priority, waits=waits, kind=kind)


JOBS = st.builds(
    _job, st.integers(1, 60), st.sampled_from([0.0, 0.0, 20.0]), st.sampled_from([0, 0, 1, -1]),
    st.booleans(), st.sampled_from([SEND, SEND, SEND, DRY_RUN]),
)  # fmt: skip


@st.composite
def mixes(draw, kinds=("fixed", "bucket"), delays=(0.05, 0.3, 1.5)):
    """A key somewhere in its life, with imports and dry runs, some perhaps still to be undone."""
    kind, delay = draw(st.sampled_from(kinds)), draw(st.sampled_from(delays))
    one = world(kind, draw(st.sampled_from([1, 2, 5, 10, 60])), delay=lambda: delay)
    one.proved = draw(st.booleans())
    jobs = draw(st.lists(JOBS, min_size=1, max_size=4))
    one.run(jobs, until=draw(st.sampled_from([0.01, 5.0, 40.0, 100.0])))
    return one, jobs, Habits((2 * delay,), "" if kind == "fixed" else kind)


def off(mix):
    """By how many seconds the forecast of each import misses its start and its end."""
    one, jobs, known = mix
    now, begun = one.now, [bool(job.sent) for job in jobs]
    with mock.patch.object(timetable, "WORK", 10**9):  # all of it tick by tick
        found = timetable.timetable(one.facts(jobs), one.queue(jobs), at(now), known=known)
    one.run(jobs)
    for place, expected in found.items():
        job, starts = jobs[place], expected.starts_at
        assert begun[place] == (starts is None)
        yield abs((expected.ends_at - at(job.answered[-1])).total_seconds())
        yield abs((starts - at(job.sent[0])).total_seconds()) if starts else 0.0


@given(mixes())
@settings(deadline=None, max_examples=40)
def test_it_comes_true_within_a_tick_when_nothing_else_happens(mix):
    """Two where dry runs wait for their half of the minute, and one more for each ten requests that
    wait for one another: whether an answer is there just before a tick or just after it moves all
    that follow, again and again in a chain.
    """
    chained = [job.requests for job in mix[1] if job.waits.get(2) == 1]
    ticks = 2 if chained or any(job.kind == DRY_RUN for job in mix[1]) else 1
    assert max(off(mix), default=0.0) <= 1.1 * (ticks + max(chained, default=0) // 10)


@given(mixes(kinds=("sliding",), delays=(0.05, 0.2)))
@settings(deadline=None, max_examples=20)
def test_headers_of_a_sliding_window_leave_something_to_chance_but_no_more_than_a_minute(mix):
    """Whether one of them arrives just before or just after a slot comes free decides about it."""
    assert max(off(mix), default=0.0) <= 61


@pytest.mark.django_db
class TestOfTheDatabase:
    def test_it_counts_what_waits_and_what_is_not_cut_yet(self, made):
        for number in range(2, 5):
            batch(made, number)
        uncut = people.an_import(made.customer)
        type(made).objects.filter(pk=uncut.pk).update(state=ImportState.QUEUED, row_count=1030)
        (key,) = [made.customer.token.quota_id]

        queue = {one.import_id: one for one in line_up.of(key, window.database_now()).imports}

        assert queue[made.pk].requests == 3
        assert queue[uncut.pk].is_uncut
        assert backlog.load([key])[key].requests == 7
        assert backlog.load([key])[key].company

    def test_paused_and_cancelled_imports_are_not_counted(self, made):
        batch(made, 2)
        paused = another(made.customer)
        batch(paused, 2)
        type(made).objects.filter(pk=paused.pk).update(state=ImportState.PAUSED)

        found = outlook.of(made.customer)

        assert list(found.expected) == [made.pk]
        assert [one.pk for one in outlook.held(made.customer)] == [paused.pk]

    def test_an_import_before_sending_is_told_when_it_would_start_and_end(self, made):
        may_send(made, 2)
        for number in range(2, 42):
            batch(made, number)
        Batch.objects.update(claimed_at=timezone.now() - timedelta(seconds=70))
        new = people.an_import(made.customer)

        found = outlook.before_sending(new, 3)
        type(made).objects.filter(pk=made.pk).update(priority=Priority.FIRST)
        behind = outlook.before_sending(new, 3)

        until_start = (found.expected[new.pk].starts_at - found.now).total_seconds()
        assert found.others(new) == 1
        assert 10 <= until_start <= 80
        assert found.expected[new.pk].ends_at < found.expected[made.pk].ends_at
        assert behind.expected[new.pk].starts_at > behind.expected[made.pk].ends_at - timedelta(
            minutes=1
        )
