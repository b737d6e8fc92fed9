"""Pages in light, dark and on a phone: reachable by everybody, nothing cut off, keys that work."""

import uuid
import zlib

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from imports.intake import drafts
from imports.models import Attempt, Import, ImportState
from imports.tests.browser.conftest import assert_open_to_all, sign_in
from imports.tests.pages import story

pytestmark = [pytest.mark.browser, pytest.mark.road]


@pytest.fixture
def pages(ines, client_of):
    """The addresses of all pages, with a finished and a reviewed import behind them."""
    customer = client_of().customer
    done = story.answered(customer, ines)
    Import.objects.filter(pk=done.pk).update(state=ImportState.FINISHED)
    request = done.batches.get()
    request.body = zlib.compress(b'{"leads": [{"row_ref": "2"}]}')
    request.save()
    Attempt.objects.filter(batch=request).update(
        answer=zlib.compress(b"<h1>502</h1>"), headers={"x-request-id": "0a1b2c3d4e5f" * 6}
    )
    waiting = story.reviewed(customer, ines)
    masked = story.reviewed(customer, ines, content="Name,Phone,Blood type\nAna,2065550123,A+\n")
    story.kept(done, 3)
    draft = drafts.keep(ines, story.a_file("Naam,Telefoon\r\nAna,1\r\n"), "x.csv", uuid.uuid4())
    Import.objects.filter(pk=waiting.pk).update(together=draft.together)
    return [
        "/", "/customers/", f"/customers/{customer.slug}/", f"/customers/{customer.slug}/token/",
        "/customers/new/", "/teams/road-team/", "/imports/new/", "/history/", "/audit/",
        "/audit/check/", "/help/", "/preferences/", "/notices/", "/engine/",
        "/teams/road-team/webhook/", f"/imports/{done.pk}/send/",
        f"/imports/{done.pk}/report/", f"/imports/{done.pk}/rows/",
        f"/imports/{done.pk}/put-back/", f"/imports/{done.pk}/retry/",
        f"/imports/{done.pk}/requests/",
        f"/imports/{done.pk}/requests/{request.pk}/",
        f"/uploads/{draft.together}/",
        *(f"/imports/{masked.pk}/{step}/" for step in ("file", "columns")),
        *(f"/imports/{waiting.pk}/{step}/" for step in ("file", "columns", "review")),
    ]  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_shuts_anybody_out(window, ines, pages, scheme):
    page = window(color_scheme=scheme)
    sign_in(page, ines)
    for address in pages:
        page.goto(address)
        assert_open_to_all(page)


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_is_wider_than_the_window(window, ines, pages, width):
    page = window(viewport={"width": width, "height": 800})
    sign_in(page, ines)
    for address in pages:
        page.goto(address)
        over = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert over <= 0, f"{address} is {over} pixels wider than {width}"


def test_single_keys_search_begin_an_import_and_can_be_switched_off(window, ines, pages):
    page = window()
    sign_in(page, ines)
    page.goto("/history/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "words"
    page.keyboard.type("n")
    assert page.url.endswith("/history/")
    page.keyboard.press("Tab")
    page.keyboard.press("n")
    page.wait_for_url("**/imports/new/")
    page.goto("/preferences/")
    page.get_by_label("Single keys are shortcuts").uncheck()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Your preferences were saved").wait_for()
    page.keyboard.press("n")
    assert page.url.endswith("/preferences/")


def test_the_confirmation_is_a_dialog_that_escape_closes(window, ines, pages):
    page = window()
    sign_in(page, ines)
    page.goto(pages[-1])
    page.get_by_role("link", name="Discard this import").click()
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    assert "Nothing of" in dialog.inner_text()
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    page.get_by_role("link", name="Discard this import").click()
    dialog.get_by_role("link", name="Keep it").click()
    dialog.wait_for(state="hidden")
    page.get_by_role("link", name="Discard this import").click()
    dialog.get_by_role("button", name="Discard it").click()
    page.get_by_text("was discarded").wait_for()


def test_a_running_import_is_cancelled_from_its_live_page(window, ines, pages):
    running = Import.objects.order_by("-pk").filter(state=ImportState.REVIEW).first()
    Import.objects.filter(pk=running.pk).update(state=ImportState.PAUSED, started_at=timezone.now())
    page = window()
    sign_in(page, ines)
    page.goto(f"/imports/{running.pk}/send/")
    page.get_by_role("link", name="Cancel …").click()
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    assert "MEGA has no undo" in dialog.inner_text()
    dialog.get_by_role("button", name="Cancel the import").click()
    page.get_by_text("was cancelled").wait_for()
    running.refresh_from_db()
    assert running.state == ImportState.CANCELLED


def test_errors_take_the_focus(window, ines, pages):
    page = window()
    sign_in(page, ines)
    page.goto(pages[3])
    page.get_by_label("API token").fill("mega_short")
    page.get_by_role("button", name="Seal and use this token").click()
    page.get_by_role("alert").wait_for()
    expect(page.get_by_role("alert")).to_be_focused()
    assert page.get_by_label("API token").input_value() == ""
