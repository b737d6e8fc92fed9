"""The portal in a browser that runs no script: everything is a link or a form."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from imports.models import BatchState, Import, ImportState
from imports.tests.browser.conftest import sign_in
from imports.tests.pages import story
from imports.tests.road.engine import phone, wait_for, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.road]


@pytest.fixture
def page(window, ines):
    page = window(java_script_enabled=False)
    sign_in(page, ines)
    return page


@pytest.fixture
def customer(client_of):
    return client_of().customer


def test_an_import_is_paused_resumed_and_cancelled(page, client_of, tmp_path):
    """One request a minute: after the first one there is time."""
    client, path = client_of(rpm=1), tmp_path / "leads.csv"
    lines = [f"Person {n},{phone(n)}\n" for n in range(60)]
    path.write_text("Full name,Phone\n" + "".join(lines))
    made = client.send(path)
    wait_until(made.outcomes.exists, "the first answer")
    page.goto(f"/imports/{made.pk}/send/")
    page.get_by_role("button", name="Pause").click()
    page.get_by_text("Paused by Ines Iversen").wait_for()
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("button", name="Pause").wait_for()
    page.get_by_role("link", name="Cancel …").click()
    page.get_by_role("heading", level=1, name=client.customer.name).wait_for()
    page.get_by_text("25 leads already sent stay sent: MEGA has no undo").wait_for()
    page.get_by_role("button", name="Cancel the import").click()
    page.get_by_text("was cancelled").wait_for()
    wait_for(made)
    assert made.state == ImportState.CANCELLED
    assert len(client.leads) == 25


def test_a_decision_is_made(page, ines, customer):
    made = story.answered(customer, ines, ["created", "failed"])
    batch = story.a_batch(made, [5], state=BatchState.DECISION, first_sent_at=timezone.now())
    Import.objects.filter(pk=made.pk).update(state=ImportState.DECISION, finished_at=None)
    page.goto(f"/imports/{made.pk}/send/")
    page.get_by_label("Why").fill("I looked into MEGA")
    page.get_by_label("Leave it as it is").check()
    page.get_by_role("button", name="Decide").click()
    page.get_by_text("The decision was written down").wait_for()
    assert batch.decisions.get().why == "I looked into MEGA"


def test_lists_are_filtered_and_the_filters_are_remembered_and_taken_off(page, ines, customer):
    made = story.answered(customer, ines)
    page.goto("/history/")
    page.get_by_label("Customer", exact=True).select_option(label=customer.name)
    page.get_by_label("State").select_option(label="Finished")
    page.get_by_role("button", name="Filter").click()
    page.wait_for_url("**/history/?*state=finished*")
    expect(page.get_by_role("link", name=f"#{made.pk}").first).to_be_visible()
    page.goto("/history/")
    page.wait_for_url("**/history/?*state=finished*")
    page.get_by_role("link", name="No longer filter by State: Finished").click()
    page.wait_for_url(re.compile(r"/history/\?(?!.*finished)"))
    page.get_by_role("link", name="Reset").click()
    page.wait_for_url("**/history/")

    page.goto("/audit/")
    page.get_by_label("Act", exact=True).select_option(label="File uploaded")
    page.get_by_role("button", name="Filter").click()
    page.goto("/audit/")
    page.wait_for_url("**/audit/?*act=uploaded*")
    page.get_by_role("link", name="Reset").click()

    page.goto(f"/imports/{made.pk}/rows/")
    page.get_by_role("link", name="Failed 1").click()
    page.get_by_text("1 row matches").wait_for()
    page.get_by_label("Find a person").fill("Dora")
    page.get_by_role("button", name="Search").click()
    page.locator("summary").get_by_text("Dora Novak").wait_for()


def test_a_file_is_read_differently_after_a_look_at_its_first_rows(page, ines, customer):
    content = "Leads of spring\r\nName,Phone\r\nAna,206 555 0123\r\n"
    made = story.reviewed(customer, ines, content=content)
    page.goto(f"/imports/{made.pk}/file/")
    page.get_by_label("Row of the headings").fill("2")
    page.get_by_role("button", name="Look at the first rows").click()
    page.get_by_role("heading", name="The first rows, read this way").wait_for()
    page.get_by_role("button", name="Read again this way").click()
    page.wait_for_url("**/columns/")
    made.refresh_from_db()
    wait_for(made, (ImportState.REVIEW,))
    made.refresh_from_db()
    assert made.headers == ["Name", "Phone"]


def test_files_get_their_customers_and_one_without_is_named(page, customer, tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.csv").write_text(f"Naam {name},Foon {name}\nAna,206 555 0123\n")
    page.goto("/imports/new/")
    page.get_by_label("Spreadsheets").set_input_files([tmp_path / "a.csv", tmp_path / "b.csv"])
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("heading", name="Whose leads are these?").wait_for()
    page.get_by_role("button", name="Import a.csv").click()
    page.get_by_role("alert").get_by_role("link", name="Customer of a.csv").click()
    for name in "ab":
        choice = page.get_by_label(f"Customer of {name}.csv")
        choice.select_option(label=f"{customer.name} · Road team")
    page.get_by_role("button", name="Import all that have a customer").click()
    page.get_by_role("heading", name="Imports", exact=True).wait_for()
    assert sorted(customer.imports.values_list("file_name", flat=True)) == ["a.csv", "b.csv"]
