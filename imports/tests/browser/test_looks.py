"""Pages in light, dark and on a phone: reachable by everybody, nothing cut off, keys that work."""

import pytest
from django.test import Client as HttpClient
from playwright.sync_api import expect

from imports.models import ImportState
from imports.tests.browser.conftest import assert_open_to_all, sign_in, team_manager
from imports.tests.browser.eyes import CUT_OFF, MOVING, SMALL, WITHOUT_EDGE
from imports.tests.browser.keys import Keys
from imports.tests.pages import world
from imports.tests.road.engine import Client

pytestmark = [pytest.mark.browser, pytest.mark.road]

FOR_VISITORS = (
    "/sign-in/", "/sign-up/", "/password/reset/", "/password/reset/sent/",
    "/password/reset/done/", "/password/reset/key/1-used/", "/no-such-page/",
)  # fmt: skip
MAIN = ("import_new", "import_file", "import_columns", "import_review", "import_send",
        "import_report", "import_rows", "history", "customer", "audit", "preferences")  # fmt: skip


@pytest.fixture(scope="module")
def filled(committed, engine, mega):
    """An import at each stop that no clock moves on; whoever moves one makes a world of its own."""
    return world.fill(Client(mega).customer, team_manager(), still=True)


@pytest.fixture(scope="module")
def pages(filled):
    """The address of every page, taken from the urls: whatever answers as one."""
    client = HttpClient()
    client.force_login(team_manager())
    return world.pages(filled, client)


def look(window, ines, pages, **options):
    """Every page in turn, those for visitors first."""
    page = window(**options)
    for address in FOR_VISITORS:
        page.goto(address)
        yield page
    sign_in(page, ines)
    for address in pages:
        page.goto(address)
        yield page


@pytest.mark.timeout(400)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_page_shuts_anybody_out(window, ines, filled, pages, scheme, width):
    assert len(pages) > 35
    assert world.addresses(filled)["customers_preview"] in pages
    size = {"width": width, "height": 800}
    for page in look(window, ines, pages, viewport=size, color_scheme=scheme):
        assert_open_to_all(page)


@pytest.mark.timeout(400)
def test_nothing_is_wider_than_the_window_or_cut_off_and_fingers_hit_what_they_mean(
    window, ines, pages
):
    """1280 pixels, a tablet, the same at 200 %, phones."""
    found = []
    for page in look(window, ines, pages, viewport={"width": 1280, "height": 800}):
        for width in (1280, 768, 640, 390, 360, 320):
            page.set_viewport_size({"width": width, "height": 800})
            found += [f"{page.url} at {width}: {one}" for one in page.evaluate(CUT_OFF)]
            if width == 390:
                found += [f"{page.url} is small: {one}" for one in page.evaluate(SMALL)]
        page.set_viewport_size({"width": 1280, "height": 800})
    assert found == []


def test_the_main_pages_can_be_used_in_forced_colours(window, ines, filled):
    page = window(forced_colors="active", viewport={"width": 640, "height": 800})
    sign_in(page, ines)
    keys = Keys(page)
    for name in MAIN:
        page.goto(world.addresses(filled)[name])
        assert page.evaluate("matchMedia('(forced-colors: active)').matches")
        assert len(keys.stops(most=25)) > 8, name
        assert page.evaluate(CUT_OFF) == []
        assert page.evaluate(WITHOUT_EDGE) == []
    assert keys.unseen == []


def test_nothing_moves_for_those_who_asked_for_that(window, ines, filled):
    """Not even what spins while something is read."""
    page = window(reduced_motion="reduce")
    sign_in(page, ines)
    for name in MAIN:
        page.goto(world.addresses(filled)[name])
        page.evaluate("document.querySelector('main .icon')?.classList.add('spin')")
        page.wait_for_timeout(50)
        assert page.evaluate(MOVING) == [], name


def test_single_keys_search_begin_an_import_and_can_be_switched_off(window, ines, filled):
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


def test_the_confirmation_is_a_dialog_that_escape_closes(window, ines, client_of):
    filled = world.fill(client_of().customer, ines, still=True)
    page = window()
    sign_in(page, ines)
    page.goto(f"/imports/{filled.imports['review'].pk}/review/")
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


def test_a_running_import_is_cancelled_from_its_live_page(window, ines, client_of):
    running = world.fill(client_of().customer, ines, still=True).imports["paused"]
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


def test_errors_take_the_focus(window, ines, filled):
    page = window()
    sign_in(page, ines)
    page.goto(f"/customers/{filled.customer.slug}/token/")
    page.get_by_label("API token").fill("mega_short")
    page.get_by_role("button", name="Seal and use this token").click()
    page.get_by_role("alert").wait_for()
    expect(page.get_by_role("alert")).to_be_focused()
    assert page.get_by_label("API token").input_value() == ""


def test_a_link_to_a_row_shows_a_colleague_the_same_row(window, ines, filled):
    page = window()
    sign_in(page, ines)
    page.goto(f"/imports/{filled.finished.pk}/rows/?result=failed")
    page.locator("details.group summary").first.click()
    page.wait_for_url("**/rows/?result=failed#row-5")
    colleague = window()
    sign_in(colleague, ines)
    colleague.goto(page.url)
    expect(colleague.locator("#row-5")).to_have_attribute("open", "")
    page.locator("details.group summary").first.click()
    page.wait_for_url("**/rows/?result=failed")


def test_a_copied_hash_is_confirmed_in_place_and_aloud(window, ines, filled):
    page = window()
    sign_in(page, ines)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/imports/{filled.finished.pk}/file/")
    button = page.get_by_role("button", name="Copy the hash")
    button.click()
    expect(button).to_have_text("Copied")
    expect(page.locator("#announce")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == filled.finished.file_sha256
    expect(button).to_have_text("Copy")
