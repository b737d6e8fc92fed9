"""The sandbox's page in a real browser, from the address that is printed."""

import pytest

from imports.mega.sandbox import Sandbox

pytestmark = [pytest.mark.browser, pytest.mark.road]


def test_its_buttons_work_from_the_printed_address(chromium):
    with Sandbox(key="a-key-of-this-story") as mega:
        context = chromium.new_context()
        page = context.new_page()
        page.goto(mega.page)
        assert page.url == f"{mega.url}/"
        page.get_by_role("button", name="Misbehave").click()
        page.get_by_text("Waiting:").wait_for()
        assert len(mega.service.faults.waiting) == 1
        page.get_by_role("button", name="Behave again").click()
        page.get_by_text("Waiting:").wait_for(state="detached")
        assert not mega.service.faults.waiting
        context.close()
