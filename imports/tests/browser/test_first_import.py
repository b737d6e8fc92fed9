"""A new user does what the README says, with a sample of the demo: every click is counted, and what
is to be clicked next is in sight."""

import re
from collections import Counter

import pytest
from playwright.sync_api import expect

from imports import samples
from imports.models import Import
from imports.tests import people
from imports.tests.browser.conftest import sign_in
from imports.tests.pages import story
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
    name = f"{client.customer.name} · Road team"
    clicks.choose("Upload", page.get_by_label("Customer", exact=True), label=name)
    sample = tmp_path / "2-needs-repairs.xlsx"
    clicks.take("Upload", page.get_by_label("Spreadsheets"), sample)
    clicks.on("Upload", page.get_by_role("button", name="Upload"))

    expect(page.get_by_text("1 value of Quelle is unclear")).to_be_in_viewport()
    check = page.get_by_role("button", name="Check all rows")
    expect(check).to_be_in_viewport()
    clicks.on("Columns", check)

    page.get_by_role("heading", name="Problems, by repair").wait_for()
    onward = page.get_by_role("link", name="Go on to sending")
    expect(onward).to_be_in_viewport()
    clicks.on("Review", onward)
    expect(page.get_by_label("Keep the old values of leads that are updated")).to_be_hidden()
    expect(page.get_by_role("button", name=re.compile("^Send .* leads to"))).to_be_in_viewport()
    clicks.on("Review", page.get_by_role("button", name=re.compile("^Send .* leads to")))

    made = Import.objects.get(customer=client.customer)
    wait_for(made)
    report = page.get_by_role("link", name="Open the report")
    expect(report).to_be_in_viewport(ratio=1)
    clicks.on("Send", report)

    page.get_by_text("every row is in exactly one line").wait_for()
    with page.expect_download():
        clicks.on("Report", page.get_by_role("link", name="All rows", exact=True))

    steps = {
        "Sign in": 1, "Upload": 5, "Columns": 1, "Review": 2, "Send": 1, "Report": 1,
    }  # fmt: skip
    assert clicks == steps
    assert clicks.total() <= MOST
    expect(page.get_by_role("heading", name="What became of the rows")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_way_on_is_in_sight_however_many_columns_there_are(window, ines, client_of, width):
    headings = ["Name", "E-mail", *(f"Odd {n}" for n in range(30))]
    content = "\r\n".join([",".join(headings), ",".join(["x@example.com"] * len(headings))])
    made = story.reviewed(client_of().customer, ines, content=content)
    page = window(viewport={"width": width, "height": 800})
    sign_in(page, ines)
    page.goto(f"/imports/{made.pk}/columns/")
    check = page.get_by_role("button", name="Check all rows")
    expect(page.get_by_role("link", name="New import")).to_be_in_viewport()
    expect(check).to_be_in_viewport(ratio=1)
    for n in (0, 15, 29):
        choice = page.get_by_label(f"What column Odd {n} becomes")
        choice.focus()
        seen, bar = choice.bounding_box(), check.bounding_box()
        assert seen["y"] + seen["height"] <= bar["y"], "what has the focus is not beneath it"
    check.click()
    page.wait_for_url("**/review/")


def test_enter_in_a_field_checks_all_rows_and_leads_to_no_page_of_a_column(window, ines, client_of):
    made = story.reviewed(client_of().customer, ines)
    page = window()
    sign_in(page, ines)
    page.goto(f"/imports/{made.pk}/columns/")
    page.get_by_label("What column Budget becomes").select_option("custom")
    page.get_by_label("Slug of the custom field in MEGA").locator("visible=true").press("Enter")
    page.wait_for_url("**/review/")
    made.refresh_from_db()
    assert "custom_fields.budget" in str(made.mapping.content)


def test_what_counts_for_updates_alone_is_asked_of_who_updates(window, ines, client_of):
    made = story.reviewed(client_of().customer, ines)
    page = window()
    sign_in(page, ines)
    page.goto(f"/imports/{made.pk}/review/")
    kept = page.get_by_label("Keep the old values of leads that are updated")
    expect(kept).to_be_hidden()
    page.get_by_label("Update the existing lead").check()
    expect(kept).to_be_visible()
    expect(kept).to_be_checked()
