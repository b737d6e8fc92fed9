"""A new user does what the README says, with a sample of the demo, and every click is counted."""

import re
from collections import Counter

import pytest
from playwright.sync_api import expect

from imports import samples
from imports.models import Import
from imports.tests import people
from imports.tests.road.engine import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.road]

MOST = 12


class Clicks(Counter):
    """How often somebody had to click or choose, by step; typing does not count."""

    def on(self, step, control):
        self[step] += 1
        control.click()

    def choose(self, step, control, **option):
        self[step] += 1
        control.select_option(**option)

    def take(self, step, control, path):
        """The click on the input, and the one on the file in the window that opens."""
        self[step] += 2
        control.set_input_files(path)


def test_the_first_import_takes_at_most_twelve_clicks(window, ines, client_of, tmp_path):
    samples.write_samples(tmp_path)
    client, page, clicks = client_of(), window(), Clicks()
    page.goto("/")

    page.get_by_label("Email").fill(ines.email)
    page.get_by_label("Password").fill(people.PASSWORD)
    clicks.on("Sign in", page.get_by_role("button", name="Sign in"))

    clicks.on("Upload", page.get_by_role("link", name="New import").first)
    name = f"{client.customer.name} (Road team)"
    clicks.choose("Upload", page.get_by_label("Customer", exact=True), label=name)
    sample = tmp_path / "2-needs-repairs.xlsx"
    clicks.take("Upload", page.get_by_label("Spreadsheets"), sample)
    clicks.on("Upload", page.get_by_role("button", name="Upload"))

    clicks.on("Columns", page.get_by_role("button", name="Check all rows"))

    page.get_by_role("heading", name="Problems, by repair").wait_for()
    clicks.on("Review", page.get_by_role("button", name=re.compile("^Send .* leads to")))

    made = Import.objects.get(customer=client.customer)
    wait_for(made)
    clicks.on("Send", page.get_by_role("link", name="Open the report"))

    page.get_by_text("every row is in exactly one line").wait_for()
    with page.expect_download():
        clicks.on("Report", page.get_by_role("link", name="All rows", exact=True))

    steps = {
        "Sign in": 1, "Upload": 5, "Columns": 1, "Review": 1, "Send": 1, "Report": 1,
    }  # fmt: skip
    assert clicks == steps
    assert clicks.total() <= MOST
    expect(page.get_by_role("heading", name="What became of the rows")).to_be_visible()
