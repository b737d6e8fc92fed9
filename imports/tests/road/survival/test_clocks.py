"""Two clocks, doubled tasks, wrong clocks, locked rows: the same result, the same requests."""

import pytest
from django.db import connection

from imports.delivery import control
from imports.models import Attempt, BatchState, Decision, Process
from imports.reports import balance
from imports.tests.road.engine import wait_for, wait_until
from imports.tests.road.survival.own import conclusions, in_flight, judge, locked
from portal.models import User

pytestmark = pytest.mark.road


@pytest.fixture
def max_(engine):
    """Max, a manager."""
    found = User.objects.filter(email="max@example.com").first()
    return found or User.objects.create_user("max@example.com", name="Max")


@pytest.mark.case(7)
def test_two_clocks_and_every_task_three_times_make_no_request_more(engine, client_of, sheet):
    patient = engine.start(
        "delivery", REQUEST_DEADLINE="30"
    )  # a late answer would be asked for anew
    engine.have(clock=0, delivery=1, **{"thrice clock": 2})
    ines = client_of()

    made = ines.send(sheet(3_000))

    judge(ines, made, 3_000)
    assert len(ines.requests()) == 7
    assert conclusions(made) == ["settled"] * 7
    engine.end(patient)


@pytest.mark.case(7)
def test_two_clocks_keep_the_quota_of_a_key(engine, client_of, sheet, mega):
    engine.have(clock=2, delivery=2)
    ines = client_of(rpm=4)
    made = ines.send(sheet(3_525))  # eight requests, which spreading over the minute would delay

    wait_until(lambda: len(ines.requests()) == 4, "the whole minute's requests")
    wait_until(lambda: Attempt.objects.filter(batch__lead_import=made, ended_at=None).count() == 0,
               "their answers")  # fmt: skip
    assert ticked(20)

    assert len(ines.requests()) == 4
    assert ines.complaints() == []
    control.cancel(made, None)
    wait_for(made)


def ticked(times):
    """Wait for so many signs of life of any clock."""
    seen = set()
    wait_until(
        lambda: (
            seen.update(Process.objects.filter(kind="clock").values_list("seen_at", flat=True))
            or len(seen) > times
        ),
        f"{times} ticks",
    )
    return True


@pytest.mark.case(13)
def test_a_clock_that_is_a_minute_ahead_on_one_machine_changes_nothing(engine, client_of, sheet):
    engine.have(clock=1, delivery=0, **{"later clock": 1, "later delivery": 1})
    ines = client_of()

    made = ines.send(sheet(600))

    judge(ines, made, 600)
    assert conclusions(made) == ["settled"] * 3


@pytest.mark.case(15)
@pytest.mark.parametrize("table", ["batch", "import", "quota", "customer"])
def test_a_row_that_somebody_holds_locked_delays_nobody_else(engine, client_of, sheet, table):
    engine.have()
    ines, neighbour = client_of(), client_of()
    made, other = ines.review(sheet(30)), neighbour.review(sheet(30, name="other.csv"))
    engine.freeze("clock")
    ines.hand_over(made)
    row = {
        "batch": made.batches.first().pk,
        "import": made.pk,
        "quota": ines.customer.token.quota_id,
        "customer": ines.customer.pk,
    }[table]

    neighbour.hand_over(other)
    with locked(row, f"imports_{table}"):
        engine.thaw("clock")
        judge(neighbour, other, 30)
        if table == "quota":
            assert ines.requests() == []  # whoever holds a key decides alone what it may start

    judge(ines, made, 30)


@pytest.mark.case(12)
def test_an_import_paused_for_a_week_with_an_unknown_request_asks_a_person(
    engine, client_of, sheet, mega, max_
):
    engine.have()
    ines = client_of()
    made = unknown_for_a_week(engine, ines, mega, sheet(30))

    asked = wait_until(lambda: made.batches.filter(state=BatchState.DECISION).first(), "a question")
    assert asked.reason == "too_old"
    assert balance.balance(made).unknown == 25
    assert len(ines.requests()) == 1

    control.decide(asked, max_, Decision.Choice.REPEAT, "MEGA says the key is still known")
    wait_until(lambda: "settled" in conclusions(made), "the repeat")
    control.resume(made, None)
    judge(ines, made, 30)


def unknown_for_a_week(engine, client, mega, path):
    """An import that was paused when its first request had no clear answer, a week ago."""
    mega.misbehave("hold_after", token=client.raw)
    mega.misbehave("status_after_work", status=500, token=client.raw)
    made = client.send(path)
    in_flight(client)
    control.pause(made, None)
    engine.freeze("clock")
    engine.end(engine.carrier(made))
    mega.calm()
    week = "interval '7 days'"
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE imports_attempt SET started_at = started_at - {week} "
            "WHERE batch_id IN (SELECT id FROM imports_batch WHERE import_id = %s)",
            [made.pk],
        )
        cursor.execute(
            f"UPDATE imports_batch SET first_sent_at = first_sent_at - {week}, "
            f"lease_until = lease_until - {week} WHERE import_id = %s",
            [made.pk],
        )
    engine.thaw("clock")
    engine.start("delivery")
    return made
