"""A troubled file is brought to a clean send in a few actions, and its books balance after each."""

import re

import pytest
from playwright.sync_api import expect

from imports.delivery import control
from imports.models import Duplicates, Import, Lead, OnDuplicate, Verdict
from imports.reports import balance
from imports.tests.browser.actions import Actions
from imports.tests.browser.conftest import sign_in
from imports.tests.road.engine import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.road]

HEADINGS = "Name,E-mail,Phone,City,Unsubscribed"


def person(n, city="Boise", told=""):
    return f"Person {n},p{n}@example.com,(206) 555-{n:04},{city},{told}"


def sheet(path, rows, headings=HEADINGS):
    path.write_text("\r\n".join((headings, *rows, "")), encoding="utf-8")
    return path


OLD_ROWS = [person(n).rstrip(",") for n in range(100, 160)]
OLD = [person(n) for n in range(100, 160)]
NEW = [
    *OLD,  # a third: nothing about them is new
    *[person(n) for n in range(200, 220)] * 2,  # twenty twice, the same
    *[
        person(n, city) for n in range(220, 240) for city in ("Reno", "Salem")
    ],  # twenty, not the same
    *[f"Letter {n},,2O6 555 {n:04},Boise," for n in range(300, 325)],  # an O for a nought
    *[person(n, told="yes") for n in range(400, 405)],
    *[f"Desk {chr(65 + n)}. Frost{n},,206 555 0999,Boise," for n in range(6)],  # one office line
    person(500),
    person(501),
    person(502),
    person(503),
]


@pytest.fixture
def troubled(client_of, crm_of, tmp_path):
    """The second file of a customer who got sixty of its rows before."""
    client = crm_of(client_of(), custom_fields=("city",))
    first = client.review(sheet(tmp_path / "may.csv", OLD_ROWS, "Name,E-mail,Phone,City"))
    control.send(first, None, on_duplicate=OnDuplicate.UPDATE, undo_seconds=0)
    wait_for(first)
    return client, client.review(sheet(tmp_path / "june.csv", NEW), duplicates=Duplicates.ASK)


def books(lead_import):
    """Every row is in one bucket, and whichever is kept back says why."""
    now = Import.objects.get(pk=lead_import.pk)
    sums = balance.recount(now)
    assert sums.is_balanced
    kept = Lead.objects.filter(lead_import=now, mapping=now.mapping).exclude(verdict=Verdict.OK)
    assert not kept.exclude(verdict=Verdict.INVALID).filter(reason="").exists()
    assert not kept.filter(verdict=Verdict.INVALID, problems=[]).exists()
    return sums


def test_it_takes_less_than_twelve_actions(window, ines, troubled):
    client, made = troubled
    page, actions = window(), Actions()
    sign_in(page, ines)
    page.goto(f"/imports/{made.pk}/review/")
    assert books(made).left_out

    actions.click(page.get_by_role("link", name="Say which values forbid contact"))
    page.screenshot(path="/tmp/me/clean-2.png", full_page=True)
    actions.click(page.get_by_role("button", name=re.compile("^(Use|Save)")))
    page.wait_for_url("**/review/")
    expect(page.get_by_role("heading", name="What will happen")).to_be_visible()
    sums = books(made)
    actions.click(page.get_by_role("link", name="Find and replace"))
    actions.type(page.get_by_label("Find", exact=True), "O")
    actions.type(page.get_by_label("Replace by"), "0")
    actions.click(page.get_by_role("button", name="Show what would change"))
    page.screenshot(path="/tmp/me/clean-3.png", full_page=True)
    actions.click(page.get_by_role("button", name="Change 25 cells"))
    books(made)
    page.screenshot(path="/tmp/me/clean-4.png", full_page=True)
    print(page.locator("main").inner_text())
    assert 0
