"""Home and a chart's page in a real browser: live without a jump, files at once, open to all."""

import re
import secrets
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from imports.models import Draft, Import, ImportState
from imports.tests.browser.conftest import assert_open_to_all, sign_in
from imports.tests.pages import story
from imports.tests.road.engine import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.road]

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def done(ines, client_of):
    """Ended two hours ago, with failures, a 429 and requests over some minutes."""
    made = story.ended(client_of(rpm=10).customer, ines)
    begun = timezone.now().replace(second=0, microsecond=0) - timedelta(hours=2)
    Import.objects.filter(pk=made.pk).update(
        started_at=begun, finished_at=begun + timedelta(minutes=40)
    )
    for minute in (*range(4), 30):
        for second in range(10):
            story.requested(made, begun + timedelta(minutes=minute, seconds=second))
    at = begun + timedelta(minutes=4)
    story.requested(made, at, 429, headers={"retry-after": "600"})
    return made


@pytest.fixture
def going(ines, client_of):
    """An import that is sent as far as the page is told."""
    made = story.reviewed(client_of().customer, ines, name=f"{secrets.token_hex(3)}.csv")
    Import.objects.filter(pk=made.pk).update(state=ImportState.PAUSED, reason="Paused by Ines.")
    return made


def over(page):
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


@pytest.fixture(params=[("light", PHONE), ("dark", {"width": 1280, "height": 900})])
def look(request, window, ines):
    """A window in one look, and how to see that nobody is shut out of a page."""
    scheme, size = request.param
    page = window(color_scheme=scheme, viewport=size)
    sign_in(page, ines)

    def see(address):
        page.goto(address)
        for table in page.get_by_text("Show as a table").all():
            table.click()
        assert_open_to_all(page)
        assert over(page) <= 0, address

    return see


def test_home_is_open_to_all(look, done, going):
    look("/")


def test_charts_of_an_import_and_of_its_customer_are_open_to_all(look, done):
    look(f"/imports/{done.pk}/report/")
    look(f"/customers/{done.customer.slug}/?pace=day")


def test_charts_of_the_history_are_open_to_all(look, done):
    look(f"/history/charts/?customer={done.customer.slug}")


def test_a_chart_has_bars_a_limit_and_words_of_their_own_size_on_a_phone(window, ines, done):
    page = window(viewport=PHONE)
    sign_in(page, ines)
    page.goto(f"/imports/{done.pk}/report/")
    plot = page.locator("#pace .plot")
    box, card = plot.bounding_box(), page.locator("#pace").bounding_box()
    assert card["width"] * 0.6 < box["width"] < card["width"]
    bars = plot.locator("rect.piece")
    assert bars.count() >= 4
    limit = plot.locator("line.limit").bounding_box()
    tallest = min(bar.bounding_box()["y"] for bar in bars.all())
    assert abs(limit["y"] - tallest) < 2  # ten in a minute, of ten
    labels = plot.locator("text.label:visible")
    assert labels.count() >= 2
    for label in labels.all():
        size = label.bounding_box()
        assert size["height"] >= 11
        assert size["x"] >= box["x"] - 24
        assert size["x"] + size["width"] <= 390


def test_forced_colours_leave_bars_with_edges(window, ines, done):
    page = window(forced_colors="active")
    sign_in(page, ines)
    page.goto(f"/imports/{done.pk}/report/")
    bar = page.locator("#pace rect.piece").first
    assert bar.evaluate("bar => getComputedStyle(bar).stroke") not in {"none", ""}


def test_home_comes_anew_without_losing_focus_or_place(window, ines, going):
    page = window(viewport={"width": 1000, "height": 500})
    sign_in(page, ines)
    page.goto("/")
    link = page.locator(f"#run-{going.pk}")
    link.focus()
    page.evaluate("scrollBy(0, 60)")
    before = link.bounding_box()["y"]
    waiting = story.reviewed(going.customer, ines, content="Name,Phone\nAna,2065550123\n")
    number = int(re.match(r"\d+|", page.title())[0] or 0)
    expect(page).to_have_title(re.compile(rf"^{number + 1} needs? you · Home"))
    expect(page.locator(f"#run-{going.pk}")).to_be_focused()
    assert abs(link.bounding_box()["y"] - before) < 5  # what one looks at stays where it is
    assert waiting.state == ImportState.REVIEW


def test_a_file_is_dropped_on_home_and_waits_for_its_customer(window, ines, client_of):
    client_of()
    page = window()
    sign_in(page, ines)
    page.goto("/")
    expect(page.get_by_role("button", name="Upload")).to_be_hidden()
    page.set_input_files(
        "#upload-files",
        {"name": "new.csv", "mimeType": "text/csv", "buffer": b"Full name,Phone\r\nAna,206555\r\n"},
    )
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url("**/uploads/*/")
    group = re.search(r"/uploads/([\w-]+)/", page.url)[1]
    wait_until(lambda: Draft.objects.filter(together=group, owner=ines).exists(), "the draft")


def test_files_go_up_from_home_without_javascript(window, ines, client_of, tmp_path):
    client_of()
    page = window(java_script_enabled=False)
    sign_in(page, ines)
    path = tmp_path / "plain.csv"
    path.write_text("Full name,Phone\nAna,2065550123\n")
    page.goto("/")
    page.set_input_files("#upload-files", path)
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url("**/uploads/*/")


def test_the_historys_charts_come_when_they_are_reached(window, ines, done):
    page = window()
    sign_in(page, ines)
    page.goto(f"/history/?customer={done.customer.slug}")
    page.keyboard.press("End")
    page.get_by_role("heading", name="Rows by month").wait_for()
    page.get_by_role("heading", name="Why rows failed").wait_for()
    page.get_by_role("link", name="no such stage").click()
    page.wait_for_url(re.compile(r"/rows/\?result=failed&reason=\w{12}"))
    expect(page.get_by_text("1 row match")).to_be_visible()
