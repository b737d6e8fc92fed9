"""A portal that does not answer its own pages is told from one that refuses something."""

import pytest
from playwright.sync_api import expect

from imports.tests.browser.conftest import sign_in
from imports.tests.pages import story

pytestmark = [pytest.mark.browser, pytest.mark.road]

# How often the note was shown, be it for no more than a moment.
WATCH = """() => {
  window.shown = 0;
  new MutationObserver((seen) => {
    window.shown += seen.filter((one) => one.oldValue === null).length;
  }).observe(document.querySelector("[data-offline]"),
             { attributeFilter: ["hidden"], attributeOldValue: true });
}"""


@pytest.fixture
def page_in_trouble(chromium, portal, ines):
    """A window of its own: here it is right that the console complains."""
    context = chromium.new_context(base_url=portal)
    page = context.new_page()
    sign_in(page, ines)
    yield page
    context.close()


@pytest.fixture
def lead_import(ines, client_of):
    """It can be cancelled."""
    return story.paused(client_of().customer, ines)


def answering(status):
    return lambda route: route.fulfill(status=status)


def test_a_portal_that_does_not_answer_is_said_until_it_does(page_in_trouble, lead_import):
    page = page_in_trouble
    page.goto(f"/imports/{lead_import.pk}/report/")
    note = page.get_by_text("The portal does not answer at the moment")
    for trouble in (lambda route: route.abort(), answering(503)):
        page.route("**/engine/alarm*", trouble)
        expect(note).to_be_visible()
        page.unroute("**/engine/alarm*")
        expect(note).to_be_hidden()


def test_what_is_refused_or_fails_is_no_portal_that_does_not_answer(page_in_trouble, lead_import):
    page = page_in_trouble
    page.goto(f"/imports/{lead_import.pk}/send/")
    page.evaluate(WATCH)
    page.route("**/engine/alarm*", answering(500))
    for status in (403, 404, 500, 503):
        page.route("**/cancel/", answering(status))
        with page.expect_response("**/cancel/"):
            page.get_by_role("link", name="Cancel …").click()
    with page.expect_response("**/engine/alarm*"):
        pass
    assert page.evaluate("window.shown") == 0
