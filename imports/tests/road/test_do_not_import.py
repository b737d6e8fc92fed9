"""Somebody is put on a list while an import is under way, with real workers and a real MEGA."""

import pytest

from imports import tasks
from imports.delivery import control
from imports.do_not_import import entries, lists
from imports.do_not_import.lists import Origin, Owner
from imports.models import ImportState, Lead, ListAddition, OnDuplicate
from imports.reports import balance
from imports.tests.road.engine import wait_for, wait_until

pytestmark = pytest.mark.road
ROWS = 5000


def put(client, text):
    owner = Owner(client.customer.team, client.customer)
    origin = Origin(ListAddition.Way.TYPED, "a call")
    lists.add(owner, None, entries.read_lines(text, "US"), origin)


def in_flight(made):
    return made.batches.filter(state__in=["claimed", "sending"]).exists()


def test_who_is_listed_after_planning_never_arrives_and_the_books_balance(client_of, sheet):
    ines = client_of()
    made = ines.review(sheet(ROWS))
    control.send(made, None, on_duplicate=OnDuplicate.SKIP, undo_seconds=0)
    tasks.nudge_plan(made.pk)
    wait_until(lambda: ines.leads, "the first request to arrive")
    control.pause(made, None)
    wait_until(lambda: not in_flight(made), "what was under way to be answered")
    waits = made.batches.filter(state="waiting").latest("number")
    gone, mine = waits.row_numbers[0], waits.row_numbers[-1]
    put(ines, f"P{gone - 1}@Example.com\n 1 (206) {200 + (mine - 1) // 10000}-{mine - 1:04d}\n"
              "p1@example.com")  # fmt: skip

    control.resume(made, None)
    done = wait_for(made)

    assert done.state == ImportState.FINISHED
    emails = {lead["contact_email"] for lead in ines.leads}
    assert "p1@example.com" in emails  # it was sent before
    assert not {f"p{gone - 1}@example.com", f"p{mine - 1}@example.com"} & emails
    assert len(emails) == ROWS - 2
    books = balance.recount(done)
    assert (books.created, books.excluded) == (ROWS - 2, 2)
    kept_back = Lead.objects.filter(lead_import=made, code="listed", verdict="excluded")
    assert set(kept_back.values_list("number", flat=True)) == {gone, mine}
    assert ines.complaints() == []
