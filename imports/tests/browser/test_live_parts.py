"""What moves by itself lets people go on with what they are doing, and does not jump."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import expect

from imports.models import Batch, BatchState, DryRun, Import, ImportState
from imports.tests.browser.conftest import sign_in
from imports.tests.pages import story
from imports.tests.road.engine import phone, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.road]

WATCH = """() => {
  new PerformanceObserver((list) => {
    const kept = JSON.parse(sessionStorage.shifts || "[]");
    for (const entry of list.getEntries()) {
      if (entry.hadRecentInput) continue;
      const name = (node) => node?.id || node?.className || node?.nodeName;
      const what = entry.sources.map((one) => name(one.node));
      kept.push([location.pathname, entry.value, what.join(" ")]);
    }
    sessionStorage.shifts = JSON.stringify(kept);
  }).observe({ type: "layout-shift", buffered: true });
}"""


@pytest.fixture
def paused(ines, client_of):
    """Half sent; its page asks every two seconds how it stands."""
    return story.paused(client_of().customer, ines)


def told(lead_import, **changes):
    """Something of it changes, so that the next poll brings a new part."""
    Import.objects.filter(pk=lead_import.pk).update(**changes)


def test_the_focus_stays_where_it_is_while_the_part_around_it_is_renewed(window, ines, paused):
    page = window()
    sign_in(page, ines)
    page.goto(f"/imports/{paused.pk}/send/")
    page.get_by_role("button", name="Resume").focus()
    told(paused, reason="Paused by Ines for a moment.")
    page.get_by_text("Paused by Ines for a moment.").wait_for()
    expect(page.get_by_role("button", name="Resume")).to_be_focused()

    requests = page.locator(f"#live a[href='/imports/{paused.pk}/requests/']")
    requests.focus()
    told(paused, reason="Paused by Ines for an hour.")
    page.get_by_text("Paused by Ines for an hour.").wait_for()
    expect(requests).to_be_focused()


def test_a_focus_whose_control_is_gone_is_on_the_heading(window, ines, paused):
    page = window()
    sign_in(page, ines)
    page.goto(f"/imports/{paused.pk}/send/")
    page.get_by_role("button", name="Resume").focus()
    told(paused, state=ImportState.CANCELLED, finished_at=timezone.now())
    page.get_by_role("link", name="Open the report").wait_for()
    expect(page.locator("#standing")).to_be_focused()


def test_a_dialog_opened_from_a_part_that_is_renewed_gives_the_focus_back(window, ines, paused):
    page = window()
    sign_in(page, ines)
    page.goto(f"/imports/{paused.pk}/send/")
    page.get_by_role("link", name="Cancel …").press("Enter")
    page.get_by_role("dialog").wait_for()
    told(paused, reason="Paused by Ines for a week.")
    page.get_by_text("Paused by Ines for a week.").wait_for()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Cancel …")).to_be_focused()


def test_what_is_chosen_and_typed_for_a_decision_is_not_lost(window, ines, paused):
    batch = story.a_batch(paused, [5], state=BatchState.DECISION, first_sent_at=timezone.now())
    told(paused, state=ImportState.DECISION)
    page = window()
    sign_in(page, ines)
    page.goto(f"/imports/{paused.pk}/send/")
    page.get_by_label("Leave it as it is").check()
    why = page.get_by_label("Why")
    why.type("I looked into MEGA and")
    told(paused, reason="One request waits for a person.")
    page.get_by_text("One request waits for a person.").wait_for()
    expect(why).to_be_focused()
    expect(page.get_by_label("Leave it as it is")).to_be_checked()
    page.keyboard.type(" they are there")
    page.keyboard.press("Home")
    told(paused, reason="One request still waits for a person.")
    page.get_by_text("One request still waits for a person.").wait_for()
    page.keyboard.type("Yes: ")
    expect(why).to_have_value("Yes: I looked into MEGA and they are there")
    page.get_by_role("button", name="Decide").click()
    page.get_by_text("The decision was written down").wait_for()
    assert batch.decisions.get().why == "Yes: I looked into MEGA and they are there"


def test_columns_that_are_being_chosen_outlast_the_checking(window, ines, client_of):
    made = story.reviewed(client_of().customer, ines)
    soon = timezone.now() + timedelta(minutes=10)  # somebody checks them, and takes his time
    made.mapping.chunks.update(done_at=None, work_until=soon)
    told(made, state=ImportState.CHECKING)
    page = window()
    sign_in(page, ines)
    page.goto(f"/imports/{made.pk}/columns/")
    page.get_by_text("Checking").first.wait_for()
    budget = page.get_by_label("What column Budget becomes")
    budget.select_option("custom")
    budget.focus()
    told(made, state=ImportState.REVIEW)
    page.get_by_text("All rows are checked.").wait_for()
    expect(page.locator("#state")).to_have_text("Ready for review")
    expect(budget).to_be_focused()
    expect(budget).to_have_value("custom")
    page.get_by_role("link", name="Go to the review").click()
    page.wait_for_url(f"**/imports/{made.pk}/review/")


def test_what_stands_open_stays_open_and_where_it_was_scrolled_to(window, ines, paused):
    now = timezone.now().replace(second=0, microsecond=0)
    for minute in range(5, 35):
        story.requested(paused, now - timedelta(minutes=minute))
    told(paused, started_at=now - timedelta(minutes=36))
    page = window()
    sign_in(page, ines)
    page.goto(f"/imports/{paused.pk}/send/")
    table = page.locator("#pace-table")
    table.get_by_text("Show as a table").click()
    table.locator(".table-box").first.evaluate("box => { box.scrollTop = 120 }")
    before = page.locator("#pace-about").inner_text()
    story.requested(paused, now - timedelta(minutes=4))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#pace-about")).not_to_have_text(before)
    expect(table).to_have_attribute("open", "")
    assert table.locator(".table-box").first.evaluate("box => box.scrollTop") == 120
    expect(table.locator("summary")).to_be_focused()


def test_an_open_report_moves_under_whoever_reads_it_its_head_too(window, ines, paused):
    page = window()
    sign_in(page, ines)
    page.goto(f"/imports/{paused.pk}/report/")
    failed = page.get_by_role("link", name="Download only: Failed")
    failed.focus()
    told(paused, state=ImportState.CANCELLED, finished_at=timezone.now(), reason="By Ines.")
    expect(page.locator("#state")).to_have_text("Cancelled")
    expect(page).to_have_title(re.compile("^Report · "))
    expect(failed).to_be_focused()
    expect(page.locator("#announce")).to_have_text("Cancelled")
    assert page.locator("#steps").count() == 1


def test_how_far_asking_mega_is_can_be_heard(window, ines, client_of):
    made = story.reviewed(client_of().customer, ines)
    with transaction.atomic():  # else the clock may end it before it has a batch
        asked = DryRun.objects.create(
            lead_import=made, mapping=made.mapping, on_duplicate="skip", state=DryRun.State.RUNNING
        )
        batches = [story.a_batch(made, [2], state=BatchState.DECISION).pk for _ in range(10)]
        Batch.objects.filter(pk__in=batches).update(kind="dry_run", dry_run=asked)
    page = window()
    sign_in(page, ines)
    page.goto(f"/imports/{made.pk}/review/")
    page.get_by_text("0 of 10 requests answered").wait_for()
    Batch.objects.filter(pk__in=batches[:4]).update(settled_at=timezone.now())
    expect(page.locator("#announce")).to_have_text("Asking MEGA, 40 %")


@pytest.fixture
def watched(window, ines):
    """A window that notes whatever moves by itself."""
    page = window(viewport={"width": 1280, "height": 800})
    page.add_init_script(f"({WATCH})()")
    sign_in(page, ines)
    return page


def assert_nothing_jumped(page):
    page.wait_for_timeout(300)
    shifts = page.evaluate("JSON.parse(sessionStorage.shifts || '[]')")
    by_page = {}
    for path, value, _ in shifts:
        by_page[path] = by_page.get(path, 0) + value
    assert {path: total for path, total in by_page.items() if total >= 0.01} == {}, shifts


def test_nothing_jumps_while_a_file_is_read_and_its_import_waits_for_quota(
    watched, client_of, tmp_path
):
    """One request a minute: after the first one the import waits, also on the home page."""
    page, client = watched, client_of(rpm=1)
    made = _upload_and_send(page, client, tmp_path, 6_000)
    page.get_by_role("button", name="Pause").wait_for()
    page.get_by_text("Quota pause").wait_for()
    page.goto("/")
    page.locator("#live progress").first.wait_for()
    page.wait_for_timeout(6_000)  # longer than home's own interval
    page.goto(f"/imports/{made.pk}/send/")
    page.get_by_role("button", name="Pause").click()
    page.get_by_text("Paused by Ines Iversen").wait_for()
    page.get_by_role("link", name="Cancel …").click()
    page.get_by_role("button", name="Cancel the import").click()
    wait_for(made)
    assert_nothing_jumped(page)


def test_nothing_jumps_when_an_import_comes_to_its_end(watched, client_of, tmp_path):
    made = _upload_and_send(watched, client_of(), tmp_path, 600)
    wait_for(made)
    watched.get_by_role("link", name="Open the report").wait_for()
    assert_nothing_jumped(watched)


def _upload_and_send(page, client, folder, rows):
    own = client.customer.pk % 700 * 10_000  # people of this story: the guard knows the others'
    lines = [f"Person {n},{phone(n)},p{n}@example.com\n" for n in range(own, own + rows)]
    path = Path(folder) / "leads.csv"
    path.write_text("Full name,Phone,E-mail\n" + "".join(lines))
    page.goto(f"/imports/new/?customer={client.customer.slug}")
    page.get_by_label("Spreadsheets").set_input_files(path)
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("button", name="Check all rows").click()
    page.get_by_role("button", name=f"Send {rows:,} leads").click()
    page.get_by_role("button", name="Undo").wait_for()
    return client.customer.imports.get()
