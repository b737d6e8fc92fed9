"""A troubled file is brought to a clean send in a few actions, and its books balance after each."""

import pytest
from playwright.sync_api import expect

from imports.delivery import control
from imports.models import Duplicates, Import, ImportState, Lead, OnDuplicate, Verdict
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


DESKS = ("Abel", "Borg", "Cruz", "Diaz", "Evans", "Frost")
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
    *[f"Desk {name},{name}@example.com,206 555 0999,Boise," for name in DESKS],  # one office line
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


def kept_back(page):
    return page.get_by_role("region", name="Kept back, by reason")


def answer(page, actions):
    """Say who must not be contacted: what is guessed is right."""
    actions.click(page.get_by_role("link", name="Say which values forbid contact"))
    actions.click(page.get_by_role("button", name="Use these answers and check all rows"))
    expect(page.get_by_role("heading", name="Kept back, by reason")).to_be_visible()


def mend_phones(page, actions):
    actions.click(page.get_by_role("link", name="Find and replace"))
    actions.type(page.get_by_label("Find", exact=True), "O")
    actions.type(page.get_by_label("Replace by"), "0")
    actions.click(page.get_by_role("button", name="Show what would change"))
    actions.click(page.get_by_role("button", name="Change 25 cells"))
    expect(page.get_by_text("'O' replaced by '0' in Phone, 25 rows.").first).to_be_visible()


def test_it_takes_less_than_twelve_actions(window, ines, troubled):
    client, made = troubled
    page, actions = window(), Actions()
    sign_in(page, ines)
    page.goto(f"/imports/{made.pk}/review/")
    before = books(made)
    assert (before.not_sent, before.left_out, before.duplicate) == (89, 91, 60)

    answer(page, actions)
    assert books(made).excluded == 25 + 5 + 6

    mend_phones(page, actions)
    assert books(made).excluded == 5 + 6

    actions.click(page.get_by_role("button", name="Leave the shared value out"))
    expect(kept_back(page)).not_to_contain_text("would become one lead")
    assert books(made).excluded == 5

    actions.click(page.get_by_role("button", name="Merge into the first"))
    expect(kept_back(page)).not_to_contain_text("but not the same")
    assert books(made).duplicate == 20 + 20

    actions.click(page.get_by_role("button", name="Leave them out"))
    expect(page.get_by_role("button", name="Send them again")).to_be_visible()
    assert books(made).unchanged == 60

    actions.click(page.get_by_role("button", name="Send 75 leads"))
    done = wait_for(made)
    assert actions.count < 12
    assert (done.state, books(made).created, books(made).failed) == (ImportState.FINISHED, 75, 0)
    assert_what_mega_has(client)


def assert_what_mega_has(client):
    """Nobody who asked for none is written to, six desks are six leads, no phone has a letter."""
    leads = {lead["contact_name"] or "": lead for lead in client.leads}
    assert not {f"Person {n}" for n in range(400, 405)} & leads.keys()
    desks = [lead for name, lead in leads.items() if name.startswith("Desk")]
    assert (len(desks), {lead["contact_phone"] for lead in desks}) == (6, {None})
    letters = [lead["contact_phone"] for name, lead in leads.items() if name.startswith("Letter")]
    assert (len(letters), len(set(letters))) == (25, 25)
    ours = [name for name in leads if name.startswith(("Person", "Desk", "Letter"))]
    assert len(ours) == 60 + 75
