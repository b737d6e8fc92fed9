"""Somebody brings a file in which a column says who must not be contacted."""

import pytest
from playwright.sync_api import expect

from imports.models import Lead
from imports.tests.browser.conftest import assert_open_to_all, sign_in
from imports.tests.browser.eyes import CUT_OFF, SMALL
from imports.tests.pages import story

pytestmark = [pytest.mark.browser, pytest.mark.road]

SHEET = (
    "Full name,Phone,E-mail,Newsletter\r\n"
    "Ana Souza,2065550123,ana@example.com,yes\r\n"
    "Ben Okafor,2065550177,ben@example.com,no\r\n"
    "Ben O.,,ben@example.com,yes\r\n"
    "Chen Li,2065550188,chen@example.com,unsubscribed\r\n"
    "Dora Novak,2065550199,dora@example.com,perhaps\r\n"
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_review_asks_and_what_is_answered_holds(window, ines, client_of, scheme, width):
    made = story.reviewed(client_of().customer, ines, content=SHEET)
    page = window(viewport={"width": width, "height": 800}, color_scheme=scheme)
    sign_in(page, ines)
    page.goto(f"/imports/{made.pk}/review/")
    expect(page.get_by_role("heading", name="Who must not be contacted?")).to_be_visible()
    assert_open_to_all(page)
    page.get_by_role("link", name="Say which values forbid contact").click()

    expect(page.get_by_label("“no”: 1 row")).to_have_value("forbids")
    expect(page.get_by_label("“unsubscribed”: 1 row")).to_have_value("forbids")
    expect(page.get_by_label("“yes”: 2 rows")).to_have_value("allows")
    expect(page.get_by_label("“perhaps”: 1 row")).to_have_value("")
    assert_open_to_all(page)
    assert page.evaluate(CUT_OFF) == []
    assert page.evaluate(SMALL) == []
    page.get_by_role("button", name="Use these answers").click()
    expect(page.get_by_text("Say whether this forbids or allows contact.").first).to_be_visible()
    assert_open_to_all(page)

    page.get_by_label("“perhaps”: 1 row").select_option(label="forbids contact")
    page.get_by_role("button", name="Use these answers").click()
    expect(page.get_by_text("4 rows: must not be contacted")).to_be_visible()
    expect(page.get_by_role("heading", name="Who must not be contacted?")).to_have_count(0)
    assert_open_to_all(page)
    assert page.evaluate(CUT_OFF) == []
    sent = Lead.objects.filter(lead_import=made, verdict="ok").values_list("number", flat=True)
    assert list(sent) == [2]
