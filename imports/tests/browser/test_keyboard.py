"""Ines works with the keyboard alone, from signing in to the report in her hands."""

import csv
import re

import pytest
from playwright.sync_api import expect

from imports.models import Import, ImportState
from imports.tests import people
from imports.tests.browser.conftest import HOME, sign_in
from imports.tests.browser.keys import Keys
from imports.tests.pages import story
from imports.tests.road.engine import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.road]


def test_the_main_job_needs_no_mouse(window, ines, client_of, tmp_path):
    client, page = client_of(), window()
    keys = Keys(page)
    _sign_in(page, keys, ines)
    made = _upload(page, keys, client, tmp_path)

    button = page.get_by_role("button", name="Check all rows")
    button.wait_for()
    keys.to(button)
    keys.press("Enter")
    _send_and_undo_and_send(page, keys, client)
    wait_for(made)
    report = page.get_by_role("link", name="Open the report")
    report.wait_for()
    keys.to(report)
    keys.press("Enter")

    download = page.get_by_role("link", name="All rows", exact=True)
    download.wait_for()
    keys.to(download)
    with page.expect_download() as downloading:
        keys.press("Enter")
    with downloading.value.path().open(encoding="utf-8-sig", newline="") as file:
        assert [row["Result"] for row in csv.DictReader(file)] == ["created"] * 2
    assert len(client.leads) == 2
    assert keys.unseen == []


def _sign_in(page, keys, user):
    page.goto("/sign-in/")
    keys.to(page.get_by_label("Email"))
    page.keyboard.type(user.email)
    keys.to(page.get_by_label("Password"), most=1)
    page.keyboard.type(people.PASSWORD)
    keys.press("Enter")
    page.wait_for_url(HOME)


def _upload(page, keys, client, folder):
    path = folder / "leads.csv"
    path.write_text("Full name,Phone\nAna Souza,206 555 0123\nBen Okafor,206 555 0177\n")
    # else the browser is told to hand over its dialog only with the key that opens it, or after it
    page.on("filechooser", lambda chooser: None)
    keys.press("n")
    page.wait_for_url("**/imports/new/")
    keys.to(page.get_by_label("Customer", exact=True))
    page.keyboard.type(client.customer.name)
    keys.to(page.get_by_label("Spreadsheets"))
    with page.expect_file_chooser() as choosing:
        keys.press("Enter")
    choosing.value.set_files(path)
    keys.to(page.get_by_role("button", name="Upload", exact=True))
    keys.press("Space")
    page.wait_for_url(re.compile(r"/imports/\d+/"))
    return Import.objects.get(pk=int(re.search(r"/imports/(\d+)/", page.url)[1]))


def _send_and_undo_and_send(page, keys, client):
    button = page.get_by_role("button", name=f"Send 2 leads to {client.customer.name}")
    button.wait_for()
    leave = page.get_by_label("Leave the existing lead as it is")
    update = page.get_by_label("Update the existing lead")
    keys.to(leave if leave.is_checked() else update)
    keys.press("ArrowDown", "ArrowUp", "ArrowDown")
    assert update.is_checked() or leave.is_checked()
    keys.to(button)
    keys.press("Enter")
    undo = page.get_by_role("button", name="Undo")
    undo.wait_for()
    keys.to(undo)
    keys.press("Enter")
    page.get_by_text("Sending was undone").wait_for()
    keys.to(page.get_by_role("button", name=f"Send 2 leads to {client.customer.name}"))
    keys.press("Enter")
    undo.wait_for()


@pytest.fixture
def waiting(ines, client_of):
    return story.reviewed(client_of().customer, ines)


def test_a_dialog_keeps_the_focus_and_gives_it_back(window, ines, waiting):
    page = window()
    sign_in(page, ines)
    page.goto(f"/imports/{waiting.pk}/review/")
    keys, link = Keys(page), page.get_by_role("link", name="Discard this import")
    keys.to(link)
    keys.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    expect(dialog.get_by_role("link", name="Keep it")).to_be_focused()
    for key in ["Tab"] * 4 + ["Shift+Tab"] * 4:
        keys.press(key)
        stop = keys.here()
        assert stop is None or stop["inDialog"], stop
    keys.press("Escape")
    dialog.wait_for(state="hidden")
    expect(link).to_be_focused()
    assert Import.objects.get(pk=waiting.pk).state == ImportState.REVIEW
    assert keys.unseen == []


def test_the_list_of_keys_opens_over_any_page_and_closes_again(window, ines, waiting):
    page = window()
    sign_in(page, ines)
    page.goto("/history/")
    link = page.get_by_role("link", name="CSV", exact=True)
    link.focus()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    dialog.wait_for()
    assert "Search on this page" in dialog.inner_text()
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    expect(link).to_be_focused()
    assert page.url.endswith("/history/")


def test_every_stop_of_the_main_pages_is_seen_and_the_first_skips_the_navigation(
    window, ines, waiting
):
    page = window()
    sign_in(page, ines)
    keys = Keys(page)
    for step in ("file", "columns", "review", "rows", "report"):
        page.goto(f"/imports/{waiting.pk}/{step}/")
        stops = keys.stops()
        assert stops[0] == "Skip to the content"
        assert len(stops) > 15, (step, stops)
    assert keys.unseen == []
    page.goto(f"/imports/{waiting.pk}/review/")
    keys.press("Tab", "Enter", "Tab")
    inside = page.evaluate("document.activeElement.closest('main') !== null")
    assert inside, "after the skip link the focus is in the content"
