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


def hide(page, *, hidden):
    page.evaluate(
        f"Object.defineProperty(document, 'hidden', {{get: () => {str(hidden).lower()}, "
        "configurable: true})"
    )
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_a_hidden_page_asks_seldom_and_at_once_when_it_is_seen_again(window, ines):
    """Its title is what is seen of it, so it does not stand still."""
    page = window()
    page.clock.install()
    sign_in(page, ines)
    page.goto("/help/")
    asked = []
    page.on("request", lambda request: "/engine/alarm" in request.url and asked.append(request))
    hide(page, hidden=True)
    page.clock.run_for(25_000)
    assert asked == []
    for times in (1, 2):
        with page.expect_response("**/engine/alarm*"):
            page.clock.run_for(31_000)
        assert len(asked) == times
    with page.expect_request("**/engine/alarm*"):
        hide(page, hidden=False)
