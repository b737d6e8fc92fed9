"""Rows of one person and of different people are decided about in a real browser."""

import pytest
from playwright.sync_api import expect

from imports.models import Import
from imports.reports import balance
from imports.tests.browser.conftest import assert_open_to_all, sign_in
from imports.tests.road.engine import phone

pytestmark = [pytest.mark.browser, pytest.mark.road]

OFFICE = phone(77)
SHEET = (
    "Full name,E-mail,Phone,City\n"
    f"Ann Smith,ann@example.com,{OFFICE},Rome\n"
    f"Ben Okafor,ben@example.com,{OFFICE},Oslo\n"
    f"Cy Young,cy@example.com,{OFFICE},Bonn\n"
    "Eve Novak,eve@example.com,,Rome\n"
    "Eve Novak,eve@example.com,,Oslo\n"
    "Fay Li,fay@example.com,,Rome\n"
    "Fay Li,fay@example.com,,Bonn\n"
    "Gus Only,,,Rome\n"
)


@pytest.fixture
def made(client_of, tmp_path):
    path = tmp_path / "leads.csv"
    path.write_text(SHEET)
    client = client_of(custom_fields=["city"])
    mapping = {"columns": {"City": "custom_fields.city"}}
    return client.review(path, duplicates="ask", mapping=mapping)


def books(made):
    found = balance.balance(Import.objects.get(pk=made.pk))
    assert found.is_balanced
    assert balance.recount(made) == found
    return found.not_sent, found.duplicate, found.excluded


def test_groups_are_decided_one_by_one_and_all_at_once_and_undone(window, ines, made):
    page = window()
    sign_in(page, ines)
    page.goto(f"/imports/{made.pk}/review/")
    assert books(made) == (0, 4, 4)
    page.get_by_text("3 rows: of different people that would become one lead").wait_for()
    expect(page.get_by_text(f"3 people share the phone +1{OFFICE}: Ann Smith")).to_be_visible()
    page.locator("details", has_text="3 rows").get_by_role("link", name="Show the groups").click()
    page.get_by_role("heading", name=f"3 people share the phone +1{OFFICE}").wait_for()
    assert_open_to_all(page)

    group = page.locator("#p2")
    group.get_by_role("button", name="Leave the phone out").press("Enter")
    expect(group.get_by_text("Sent without what they share")).to_be_visible()
    assert books(made) == (3, 4, 1)

    page.get_by_role("link", name="Of one person with other rows").click()
    page.get_by_role("heading", name="2 rows of Eve Novak").wait_for()
    assert_open_to_all(page)
    page.locator("#d5").get_by_role("button", name="Merge into the first").click()
    expect(page.locator("#d5").get_by_text("Merge into the first: of each")).to_be_visible()
    assert books(made) == (4, 3, 1)
    everywhere = page.locator("form", has_text="For all groups without a decision")
    everywhere.get_by_role("button", name="Send the last").click()
    page.get_by_role("heading", name="Decided for all").wait_for()
    assert books(made) == (5, 2, 1)
    assert_open_to_all(page)

    page.locator("#d5").get_by_role("button", name="Undo this decision").click()
    expect(page.locator("#d5").get_by_text("Send only the last")).to_be_visible()
    assert books(made) == (5, 2, 1)
    page.get_by_role("button", name="Undo: of one person").click()
    expect(page.get_by_role("heading", name="Decided for all")).to_have_count(0)
    assert books(made) == (3, 4, 1)
    assert_open_to_all(page)


def test_rows_that_match_nothing_are_sent_by_one_click_and_kept_back_again(window, ines, made):
    page = window()
    sign_in(page, ines)
    page.goto(f"/imports/{made.pk}/review/")
    page.get_by_role("button", name="Send the 1 row all the same").click()
    changes = page.locator("#changes")
    said = "All rows with neither phone nor e-mail: “Send them”."
    expect(changes.get_by_text(said, exact=True)).to_be_visible()
    assert books(made) == (1, 4, 3)
    changes.get_by_role("button", name="Undo : All rows with neither").click()
    expect(page.get_by_text("1 row: with neither phone nor e-mail")).to_be_visible()
    assert books(made) == (0, 4, 4)


def test_it_works_on_a_phone_without_scripts(window, ines, made):
    page = window(java_script_enabled=False, viewport={"width": 375, "height": 700})
    sign_in(page, ines)
    page.goto(f"/imports/{made.pk}/review/groups/?about=melts")
    page.locator("#p2").get_by_role("button", name="Keep the rows back").click()
    expect(page.locator("#p2").get_by_text("Kept back", exact=True)).to_be_visible()
    assert books(made) == (0, 4, 4)
