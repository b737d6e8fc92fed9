"""Somebody new: what was found in the file, what stands behind the choices, the tour."""

import re
import time

import pytest
from playwright.sync_api import expect

from imports.models import Import
from imports.tests import people
from imports.tests.browser.conftest import HOME, assert_open_to_all, sign_in
from imports.tests.pages import story
from portal.models import Membership, Role, Team

pytestmark = [pytest.mark.browser, pytest.mark.road]

ODD = (
    "Leads of the fair\r\n"
    "Full name,Phone,E-mail\r\n"
    "Ana Souza,(206) 555-0123,ana@example.com\r\n"
    "Ben Okafor,07x 555,ben@example.com\r\n"
    "Chen Li,2.06556E+09,not an address\r\n"
    "Ana Souza,2065550123,ANA@example.com\r\n"
)


@pytest.fixture
def nora(ines, client_of):
    """New in the team, with one customer there; nothing of hers was imported yet."""
    client_of()
    user = people.person(f"nora{time.time_ns()}@browser.example", name="Nora Novak")
    user.set_password(people.PASSWORD)
    user.save()
    team = Team.objects.get(slug="road-team")
    Membership.objects.create(user=user, team=team, role=Role.IMPORTER)
    return user


def test_within_a_minute_she_sees_what_a_plain_upload_would_have_imported(window, nora, tmp_path):
    path = tmp_path / "fair.csv"
    path.write_text(ODD)
    page = window()
    sign_in(page, nora)
    page.goto("/imports/new/")
    page.get_by_label("Customer").select_option(index=1)
    page.get_by_label("Spreadsheet").set_input_files(path)
    dropped = time.monotonic()
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("heading", name="What we found in this file").wait_for()
    expect(page.locator("section[aria-labelledby=findings] li")).to_have_count(5)
    assert time.monotonic() - dropped < 60
    assert_open_to_all(page)
    page.get_by_role("link", name=re.compile(r"^Show the row ?: 1 phone")).click()
    expect(page.locator("details.group")).to_have_count(1)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_an_explanation_opens_beside_its_control_and_closes_by_escape(
    window, ines, client_of, scheme, width
):
    lead_import = story.reviewed(client_of().customer, ines)
    page = window(color_scheme=scheme, viewport={"width": width, "height": 800})
    sign_in(page, ines)
    page.goto(f"/imports/{lead_import.pk}/review/")
    button = page.get_by_role("button", name="How does MEGA recognise a person?")
    answer = page.locator("#explain-matching")
    expect(answer).to_be_hidden()
    button.focus()
    page.keyboard.press("Enter")
    expect(answer).to_be_visible()
    expect(answer).to_contain_text("last ten digits of the phone")
    box = answer.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert button.bounding_box()["height"] >= 40
    assert_open_to_all(page)
    page.keyboard.press("Tab")
    expect(answer.get_by_role("link", name="More on the help page")).to_be_focused()
    page.keyboard.press("Escape")
    expect(answer).to_be_hidden()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_tour_takes_six_clicks_and_sends_nothing(window, nora, scripts):
    page = window(java_script_enabled=scripts)
    sign_in(page, nora)
    page.goto("/imports/new/")
    page.get_by_role("button", name="Try it with a sample file").click()
    for number, title in enumerate(("The file", "The columns", "The review", "Sending"), start=1):
        page.get_by_role("heading", name=f"Tour {number} of 5: {title}").wait_for()
        if scripts:
            assert_open_to_all(page)
        if number == 2:
            _until_checked(page, scripts)
        page.locator("#tour").get_by_role("link", name="Next").click()
    page.get_by_role("heading", name="Tour 5 of 5: The report").wait_for()
    page.get_by_role("button", name="End the tour").click()
    page.wait_for_url(HOME)
    made = Import.objects.get(created_by=nora)
    assert (made.state, made.sent_by, made.batches.count()) == ("review", None, 0)
    nora.refresh_from_db()
    assert nora.tour == "off"


def _until_checked(page, scripts):
    """With scripts the page goes on by itself; without, somebody looks again."""
    following = page.locator("#tour").get_by_role("link", name="Next")
    if scripts:
        following.wait_for()
    for _ in range(40):
        if following.count():
            return
        time.sleep(0.5)
        page.reload()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_help_shuts_nobody_out_and_marks_the_entry_that_was_linked(window, ines, scheme):
    page = window(color_scheme=scheme, viewport={"width": 390, "height": 800})
    sign_in(page, ines)
    page.goto("/help/#problem-phone_letters")
    entry = page.locator("#problem-phone_letters")
    expect(entry).to_be_in_viewport()
    assert entry.evaluate("e => getComputedStyle(e).boxShadow") != "none"
    assert_open_to_all(page)
    over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(over) <= 0
    page.keyboard.press("/")
    page.keyboard.type("password")
    page.keyboard.press("Enter")
    page.get_by_text(re.compile(r"\d+ entries with “password”")).wait_for()
    assert_open_to_all(page)
