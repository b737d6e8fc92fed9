"""A clock that stands still is said on a page that is open already, and taken back."""

import pytest

from imports.tests.browser.conftest import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.road]


def test_an_open_page_says_that_the_clock_stands_still_and_that_it_runs_again(window, ines, engine):
    page = window()
    sign_in(page, ines)
    page.goto("/help/")
    assert page.get_by_role("alert").count() == 0

    banner = page.get_by_role("alert")
    engine.kill("clock")
    try:
        banner.wait_for()
        assert "The clock process stands still" in banner.inner_text()
    finally:
        engine.start("clock")
    banner.wait_for(state="detached")
    assert page.url.endswith("/help/")


def test_a_hidden_page_asks_nothing(window, ines):
    page = window()
    sign_in(page, ines)
    page.goto("/help/")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate(
        "Object.defineProperty(document, 'hidden', {get: () => true, configurable: true})"
    )
    page.wait_for_timeout(4_500)
    assert [url for url in asked if "/engine/alarm" in url] == []

    page.evaluate(
        "Object.defineProperty(document, 'hidden', {get: () => false, configurable: true})"
    )
    with page.expect_request("**/engine/alarm*"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
