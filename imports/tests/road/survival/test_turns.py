"""Who goes first: a huge import lets small ones pass, and nobody waits for another customer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from imports.models import BatchState, Process
from imports.tests.road.engine import FULL, wait_for, wait_until
from imports.tests.road.survival.own import in_flight, judge

pytestmark = [pytest.mark.road, pytest.mark.case(15)]


def test_ten_small_imports_beside_a_huge_one_get_their_turns(engine, client_of, sheet):
    engine.have(clock=0)
    ines = client_of(rpm=15)
    huge = ines.review(sheet(9_500))
    small = [
        ines.review(sheet(2, start=10_000 + 10 * place, name=f"small{place}.csv"))
        for place in range(10)
    ]
    for one in (huge, *small):
        ines.hand_over(one)

    engine.have(clock=1)
    in_flight(ines, 15)
    wait_until(lambda: all(one.status for one in ines.requests()), "their answers")

    assert sorted(one.rows for one in ines.requests())[:10] == [2] * 10
    huge_rows = [one.rows for one in ines.requests() if one.rows > 2]
    assert huge_rows[0] == 25
    assert len(huge_rows) == 5


def test_a_small_import_starts_soon_although_the_huge_one_could_use_the_whole_minute(
    engine, client_of, sheet
):
    """At 12 a minute: the huge one's 25 requests end no later when they are spread, so they are."""
    engine.have()
    ines = client_of(rpm=12)
    huge = ines.review(sheet(12_000))
    small = ines.review(sheet(3, start=20_000, name="small.csv"))
    ines.hand_over(huge)
    in_flight(ines, 3)
    ticks_on(seconds=3)  # enough to use the minute up
    ines.hand_over(small)

    wait_for(small)

    sizes = [one.rows for one in ines.requests()]
    assert sizes.index(3) <= 8  # not behind all twelve of the minute
    assert {one.status for one in ines.requests()} == {200}


def ticks_on(seconds):
    """Wait until the clock has ticked for so long."""
    until = timezone.now() + timedelta(seconds=seconds)
    clock = Process.objects.filter(kind="clock", seen_at__gt=until)
    wait_until(clock.exists, "the clock to tick on")


def test_a_customer_whose_requests_all_hang_holds_up_nobody_else(engine, client_of, sheet, mega):
    engine.have(delivery=0)
    patient = engine.start("delivery", REQUEST_DEADLINE="60")
    engine.have()
    slow, quick = client_of(), client_of()
    mega.misbehave("hold_after", token=slow.raw, skip=1, times=1000)
    stuck = slow.review(sheet(9_000))
    other = quick.review(sheet(600, name="other.csv"))
    slow.hand_over(stuck)
    in_flight(slow, 3)  # the first was answered, the others hang

    quick.hand_over(other)
    judge(quick, other, 600)
    assert stuck.batches.filter(state=BatchState.SENDING).count() > 1

    mega.calm()
    judge(slow, stuck, 9_000)
    engine.end(patient)


def test_many_customers_at_once_are_all_served_with_one_request_each(engine, client_of, sheet):
    engine.have()
    everyone = [client_of() for _ in range(100 if FULL else 20)]
    path = sheet(1)
    made = [one.review(path) for one in everyone]

    for client, one in zip(everyone, made, strict=True):
        client.hand_over(one)

    for client, one in zip(everyone, made, strict=True):
        judge(client, one, 1)
    assert {len(client.requests()) for client in everyone} == {1}
