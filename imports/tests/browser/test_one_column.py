"""The pages of one column, and of what is joined, while somebody chooses."""

import pytest
from playwright.sync_api import expect

from imports.models import Import
from imports.tests.browser.conftest import assert_open_to_all, sign_in
from imports.tests.browser.eyes import CUT_OFF, SMALL
from imports.tests.pages import story

pytestmark = [pytest.mark.browser, pytest.mark.road]

SHEET = (
    "Who,Phone,Town\r\n"
    '"SOUZA, Ana",p:(206) 555-0123 / 206 555 0124,Austin\r\n'
    '"OKAFOR, Ben",p:12,Boise\r\n'
)


@pytest.fixture
def made(ines, client_of):
    return story.reviewed(client_of().customer, ines, content=SHEET)


def opened(window, ines, made, place, **options):
    page = window(**options)
    sign_in(page, ines)
    page.goto(f"/imports/{made.pk}/columns/{place}/")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_what_comes_out_is_shown_to_everybody_while_they_choose(window, ines, made, scheme, width):
    size = {"width": width, "height": 800}
    page = opened(window, ines, made, 1, viewport=size, color_scheme=scheme)
    page.get_by_label("Change 1").select_option(label="without what it begins with")
    expect(page.get_by_text("needs the text to look for")).to_be_visible()
    assert_open_to_all(page)
    page.get_by_label("Text to look for").first.fill("p:")
    page.get_by_label("Text to look for").first.blur()
    expect(page.get_by_text("+12065550123", exact=True)).to_be_visible()
    expect(page.locator("#examples").get_by_text("holds several")).to_be_visible()
    assert_open_to_all(page)
    assert page.evaluate(CUT_OFF) == []
    assert page.evaluate(SMALL) == []

    page.goto(f"/imports/{made.pk}/columns/joined/")
    page.get_by_label("Template 1").fill("{Town}, {Who}")
    page.get_by_label("Field 1", exact=True).select_option(label="Custom field …")
    page.get_by_label("Field 1: slug in MEGA").fill("place")
    page.get_by_label("Field 1: slug in MEGA").blur()
    expect(page.get_by_text("Austin, SOUZA, Ana")).to_be_visible()
    assert_open_to_all(page)
    assert page.evaluate(CUT_OFF) == []
    assert Import.objects.get(pk=made.pk).mapping.version == 1, "nothing is saved yet"


def test_only_what_is_needed_is_asked(window, ines, made):
    page = opened(window, ines, made, 0)
    look_for = page.get_by_label("Text to look for")
    instead, second = page.get_by_label("Put there instead"), page.get_by_label("Change 2")
    expect(look_for.first).to_be_hidden()
    expect(second).to_be_hidden()
    page.get_by_label("Change 1").select_option(label="find and replace")
    expect(look_for.first).to_be_visible()
    expect(instead.first).to_be_visible()
    expect(second).to_be_visible()
    expect(look_for.nth(1)).to_be_hidden()

    expect(page.get_by_label("Part 1", exact=True)).to_be_hidden()
    page.get_by_label("Split its cells").select_option(label="at each comma")
    expect(page.get_by_label("Part 2", exact=True)).to_be_visible()
    expect(page.get_by_label("Part 3", exact=True)).to_be_hidden()
    page.get_by_label("Into", exact=True).select_option(label="4 parts")
    expect(page.get_by_label("Part 4", exact=True)).to_be_visible()
    expect(page.get_by_label("Part 4: slug in MEGA")).to_be_hidden()
    page.get_by_label("Part 4", exact=True).select_option(label="Custom field …")
    expect(page.get_by_label("Part 4: slug in MEGA")).to_be_visible()


def test_what_is_frozen_cannot_be_typed_into(window, ines, client_of):
    sent = story.answered(client_of().customer, ines)
    page = opened(window, ines, sent, 0)
    expect(page.get_by_text("The columns are frozen since sending began.")).to_be_visible()
    expect(page.get_by_label("Change 1")).to_be_disabled()
    expect(page.get_by_label("Split its cells")).to_be_disabled()
