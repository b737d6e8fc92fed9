"""Rows are repaired in a review, by keyboard alone, and two people at it hear of each other."""

import re

import pytest
from playwright.sync_api import expect

from imports.models import Import, Lead
from imports.reports import balance
from imports.tests.browser.conftest import assert_open_to_all, sign_in
from imports.tests.browser.eyes import CUT_OFF
from imports.tests.browser.test_two_at_columns import max_  # noqa: F401 - a fixture
from imports.tests.pages import story

pytestmark = [pytest.mark.browser, pytest.mark.road]


@pytest.fixture
def made(ines, client_of):
    return story.reviewed(client_of().customer, ines)


def at_rows(window, user, made, more="", **options):
    page = window(**options)
    sign_in(page, user)
    page.goto(f"/imports/{made.pk}/review/rows/{more}")
    return page


def cell(page, row, column):
    return page.locator(f"#row-{row} [data-column='{column}']")


def is_adding_up(made, **counts):
    books = balance.balance(Import.objects.get(pk=made.pk))
    assert books.is_balanced
    assert {name: getattr(books, name) for name in counts} == counts


def test_three_cells_are_corrected_by_keyboard_then_replaced_dropped_and_undone(window, ines, made):
    page = at_rows(window, ines, made)
    grid = page.get_by_role("grid", name="Rows to repair")
    expect(grid).to_be_visible()
    assert_open_to_all(page)
    keys = page.keyboard

    cell(page, 2, 0).focus()  # as Tab reaches it
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight", "Enter"):
        keys.press(key)
    box = page.get_by_role("textbox", name="E-mail, row 4")
    expect(box).to_be_focused()
    assert_open_to_all(page)
    keys.type("first@example.com")
    keys.press("Escape")
    expect(cell(page, 4, 2)).to_contain_text("not an address")
    expect(cell(page, 4, 2)).to_be_focused()
    keys.press("Enter")
    keys.type("chen@example.com")
    keys.press("Tab")
    expect(page.locator("#row-4")).to_contain_text("Will be sent")
    expect(page.locator("#announce")).to_contain_text("The row: will be sent.")
    expect(cell(page, 4, 3)).to_be_focused()

    keys.press("Enter")
    keys.type("Flyer")
    keys.press("Enter")
    expect(cell(page, 4, 3)).to_be_focused()
    expect(cell(page, 4, 3)).to_contain_text("Corrected, the file has “Referral”")
    for key in ("ArrowUp", "ArrowLeft", "ArrowLeft", "Enter"):
        keys.press(key)
    keys.type("(206) 555-0188")
    keys.press("Enter")
    expect(cell(page, 3, 1)).to_contain_text("Corrected")
    is_adding_up(made, not_sent=4, invalid=0)
    changes = page.locator("#changes li")
    expect(changes).to_have_count(3)
    assert_open_to_all(page)

    replaced(page)
    dropped_and_undone(page, made)
    page.goto(f"/imports/{made.pk}/review/")
    expect(page.locator("#changes li")).to_have_count(4)
    assert_open_to_all(page)


def replaced(page):
    page.get_by_role("button", name="Find and replace").press("Enter")
    page.get_by_label("Column", exact=True).select_option(label="Source")
    page.get_by_label("Find", exact=True).fill("Referral")
    page.get_by_label("Replace by").fill("Flyer")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 cell will be changed")).to_be_visible()
    assert_open_to_all(page)
    page.get_by_role("button", name="Change 1 cell").press("Enter")
    expect(
        page.get_by_text("'Referral' replaced by 'Flyer' in Source, 1 row.").first
    ).to_be_visible()


def dropped_and_undone(page, made):
    page.get_by_role("checkbox", name=re.compile("2$")).first.press("Space")
    page.get_by_role("button", name="Drop rows").press("Enter")
    page.get_by_label("Why").fill("A test of ours")
    assert_open_to_all(page)
    page.get_by_role("button", name="Drop 1 row").press("Enter")
    expect(page.locator("#row-2")).to_contain_text("A test of ours")
    is_adding_up(made, not_sent=3, excluded=1)

    page.get_by_role("button", name=re.compile("^Undo ?: 1 row dropped")).press("Enter")
    expect(page.locator("#row-2")).to_contain_text("Will be sent")
    is_adding_up(made, not_sent=4, excluded=0)


def test_the_second_of_two_sees_what_the_first_made_of_the_cell(window, ines, max_, made):  # noqa: F811
    hers, his = at_rows(window, ines, made), at_rows(window, max_, made)
    cell(his, 4, 2).dblclick()
    his.keyboard.type("li@example.com")
    his.keyboard.press("Enter")
    expect(his.locator("#row-4")).to_contain_text("Will be sent")

    cell(hers, 4, 2).dblclick()
    hers.keyboard.type("chen@example.com")
    hers.keyboard.press("Enter")
    error = cell(hers, 4, 2).locator(".error")
    expect(error).to_contain_text("Max Meyer changed this cell since you saw it")
    expect(error).to_contain_text("It now holds: li@example.com")
    expect(hers.get_by_role("textbox", name="E-mail, row 4")).to_have_value("chen@example.com")
    assert_open_to_all(hers)
    hers.evaluate("htmx.trigger('#changed', 'refresh')")
    expect(hers.get_by_text("changed something in this review")).to_be_visible()

    hers.keyboard.press("Enter")
    expect(hers.locator("#row-4")).to_contain_text("Will be sent")
    assert Lead.objects.get(lead_import=made, number=4).body["contact_email"] == "chen@example.com"


def test_on_a_phone_the_rows_are_read_and_corrected_without_scripts(window, ines, made):
    page = window(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    sign_in(page, ines)
    page.goto(f"/imports/{made.pk}/review/rows/?result=invalid")
    page.get_by_role("link", name="Edit row 4").click()
    page.get_by_label("E-mail").fill("chen@example.com")
    page.get_by_role("button", name="Save and check this row").click()
    page.wait_for_url(re.compile(r"result=invalid"))
    expect(page.get_by_text("No row matches")).to_be_visible()
    expect(page.get_by_text(re.compile("Row 4 corrected: E-mail from")).first).to_be_visible()
    phone = at_rows(window, ines, made, viewport={"width": 360, "height": 740})
    assert phone.evaluate(CUT_OFF) == []
    assert_open_to_all(phone)
