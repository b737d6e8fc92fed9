"""Toasts: read out, in nobody's way, and never gone before they could be read."""

import pytest
from playwright.sync_api import expect

from imports.tests.browser.conftest import assert_open_to_all, sign_in
from imports.tests.road.engine import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.road]

SAID = "Your preferences were saved."
LISTEN = """addEventListener('DOMContentLoaded', () => {
  window.readOut = [];
  new MutationObserver((changes) => {
    readOut.push(...changes.flatMap((one) => [...one.addedNodes]).map((node) => node.innerText));
  }).observe(document.getElementById('toasts'), { childList: true });
});"""


def saved(page, ines):
    """Ines has just saved her preferences."""
    sign_in(page, ines)
    page.goto("/preferences/")
    page.get_by_role("button", name="Save").click()
    toast = page.locator("#toasts .toast")
    expect(toast).to_be_visible()
    expect(toast).to_have_text(SAID)
    return toast


def test_a_toast_is_put_into_its_live_region_so_that_it_is_read_out(window, ines):
    page = window()
    page.add_init_script(LISTEN)
    saved(page, ines)
    wait_until(lambda: page.evaluate("readOut.length > 0"), "the toast to be read out")
    assert [said.strip() for said in page.evaluate("readOut")] == [SAID]
    assert page.get_by_role("status").count() == 1
    assert_open_to_all(page)


def stopped(page):
    """Stop the page's clock; how many milliseconds the page has lived."""
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 0.5)
    return page.evaluate("Date.now() - born")


def test_it_stays_ten_seconds_and_as_long_as_it_is_looked_at(window, ines):
    page = window()
    page.clock.install()
    page.add_init_script("window.born = Date.now()")
    toast = saved(page, ines)
    page.clock.run_for(max(0, 8_500 - stopped(page)))
    expect(toast).to_be_visible()

    toast.hover()
    page.clock.run_for(60_000)
    expect(toast).to_be_visible()

    page.mouse.move(5, 5)
    toast.get_by_role("button").focus()
    page.clock.run_for(60_000)
    expect(toast).to_be_visible()

    page.evaluate("document.activeElement.blur()")
    page.clock.run_for(10_000)
    expect(toast).to_have_count(0)


def test_it_can_be_dismissed_by_hand_and_by_key_and_the_focus_is_not_lost(window, ines):
    page = window()
    toast = saved(page, ines)
    toast.get_by_role("button", name=f"Dismiss: {SAID}").press("Enter")
    expect(toast).to_have_count(0)
    assert page.evaluate("document.activeElement.id") == "main"

    page.get_by_role("button", name="Save").click()
    expect(toast).to_be_visible()
    toast.get_by_role("button").focus()
    page.keyboard.press("Escape")
    expect(toast).to_have_count(0)


def test_on_a_phone_it_covers_nothing_and_stays(window, ines):
    page = window(viewport={"width": 390, "height": 800})
    page.clock.install()
    page.add_init_script("window.born = Date.now()")
    toast = saved(page, ines)
    assert page.evaluate("getComputedStyle(document.getElementById('toasts')).position") == "static"
    box = toast.bounding_box()
    beneath = page.evaluate(
        """(box) => [...document.querySelectorAll('a, button, input, select')].filter((one) => {
          const it = one.getBoundingClientRect();
          return one.checkVisibility() && !one.closest('.toast') && !one.matches('.skip')
            && it.x < box.x + box.width && it.right > box.x
            && it.y < box.y + box.height && it.bottom > box.y;
        }).map((one) => one.outerHTML)""",
        box,
    )
    assert beneath == []
    stopped(page)
    page.clock.run_for(120_000)
    expect(toast).to_be_visible()


def test_without_scripts_it_is_a_plain_note(window, ines):
    page = window(java_script_enabled=False)
    toast = saved(page, ines)
    expect(toast.get_by_role("button")).to_have_count(0)
    assert toast.bounding_box()["y"] < page.get_by_role("heading", level=1).bounding_box()["y"]
