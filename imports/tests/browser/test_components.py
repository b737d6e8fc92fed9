"""Every component where the system has wishes: forced colours, zoom, no motion, paper."""

import pytest
from playwright.sync_api import expect

from imports.tests.browser.conftest import assert_open_to_all, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.road]

LOOK = """([selector, name]) => [...document.querySelectorAll(selector)].map(
  (one) => getComputedStyle(one)[name])"""
SYSTEM_COLOUR = """(name) => {
  const probe = document.createElement('i');
  probe.style.color = name;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}"""
CONTROLS = ".page :is(a[href], button, input, select, textarea, summary)"
# Each control in turn gets the focus; it must then be within the window and lie on top.
HIDDEN_WITH_FOCUS = (
    "() => [...document.querySelectorAll('"
    + CONTROLS
    + """')].filter((one) => {
  if (one.disabled || !one.checkVisibility()) return false;
  one.focus();
  const box = one.getClientRects()[0];
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const top = document.elementFromPoint(x, y);
  return !top || !(one.contains(top) || top.contains(one));
}).map((one) => one.outerHTML.slice(0, 120))"""
)
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def look(page, selector, name):
    found = page.evaluate(LOOK, [selector, name])
    assert found, f"nothing on the page is {selector}"
    return found


@pytest.fixture
def guide(window, ines):
    def open_one(**options):
        page = window(**options)
        sign_in(page, ines)
        page.goto("/styleguide/")
        return page

    return open_one


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_no_component_shuts_anybody_out(guide, scheme, width):
    assert_open_to_all(guide(color_scheme=scheme, viewport={"width": width, "height": 800}))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_leave_every_component_its_edge(guide, scheme):
    page = guide(forced_colors="active", color_scheme=scheme)
    for part in (".button", ".badge", ".note", ".chip", ".card", ".tile", ".toast", "progress"):
        assert set(look(page, part, "borderTopStyle")) <= {"solid", "dashed"}, part
        assert "0px" not in look(page, part, "borderTopWidth"), part
    assert look(page, ".drop", "borderTopStyle") == ["dashed"]
    chosen = page.evaluate(SYSTEM_COLOUR, "Highlight")
    assert look(page, "#tabs [aria-current]", "borderBottomColor") == [chosen]
    assert chosen not in look(page, "#tabs a:not([aria-current])", "borderBottomColor")
    assert look(page, "#chips [aria-current]", "backgroundColor") == [chosen]
    assert look(page, ".steps [aria-current]", "outlineColor") == [chosen]
    grey = page.evaluate(SYSTEM_COLOUR, "GrayText")
    assert set(look(page, "#button .button:disabled", "color")) == {grey}
    segments = look(page, "#outcome .bar rect", "fill")
    assert len(set(segments)) > 5, "the parts of a bar keep their colours"
    assert page.evaluate(WIDER) <= 0


def test_with_forced_colours_the_focus_is_seen(guide):
    page = guide(forced_colors="active")
    page.locator("#button .button").first.focus()
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "2px"


@pytest.mark.parametrize("width", [640, 320])
def test_at_twice_the_size_nothing_is_cut_off_and_every_control_can_be_used(guide, width):
    page = guide(viewport={"width": width, "height": 400})
    assert page.evaluate(WIDER) <= 0
    assert page.evaluate(HIDDEN_WITH_FOCUS) == []
    small = page.evaluate(
        "() => [...document.querySelectorAll('.page :is(.button, .chip, .copy, select)')]"
        ".filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 39.5)"
        ".map((one) => one.outerHTML.slice(0, 120))"
    )
    assert small == []


def test_in_a_wide_window_no_toast_hides_what_has_the_focus(guide):
    page = guide(viewport={"width": 1280, "height": 500})
    page.get_by_role("button", name="Show one").click()
    expect(page.locator("#toasts .toast")).to_be_visible()
    assert page.evaluate(HIDDEN_WITH_FOCUS) == []


@pytest.mark.parametrize(("wish", "moves"), [("no-preference", True), ("reduce", False)])
def test_nothing_moves_for_those_who_wish_so(guide, wish, moves):
    page = guide(reduced_motion=wish)
    for part in (".spin", "progress:indeterminate"):
        for seconds in look(page, part, "animationDuration"):
            assert (float(seconds.removesuffix("s")) > 1) == moves, part
        for times in look(page, part, "animationIterationCount"):
            assert (times == "infinite") == moves, part
    for seconds in look(page, ".button", "transitionDuration"):
        assert (float(seconds.split(",")[0].removesuffix("s")) > 0.1) == moves


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_paper_shows_what_is_to_be_read_and_no_controls(guide, scheme):
    page = guide(color_scheme=scheme, viewport={"width": 688, "height": 1000})  # A4, its margins
    page.emulate_media(media="print", color_scheme=scheme)
    for part in (".side", ".tabs", ".steps", "#chips .chips", ".pager", ".drop", ".actions",
                 "#toasts", ".toast .button", ".copy"):  # fmt: skip
        assert not any(one.is_visible() for one in page.locator(part).all()), part
    main = page.locator("main")
    for part in (".badge", "#note .note", ".tile", "#outcome .bar", "#table table",
                 "#progress progress", "#dialogs dialog", ".quote"):  # fmt: skip
        assert main.locator(part).first.is_visible(), part
    assert look(page, "html", "backgroundColor") == ["rgb(255, 255, 255)"]
    assert set(look(page, ".card h2", "color")) == {"rgb(21, 25, 34)"}
    assert set(look(page, ".bar", "printColorAdjust")) == {"exact"}
    assert page.evaluate(WIDER) <= 0


def test_paper_names_the_day_also_of_what_was_today(guide):
    page = guide()
    before = "getComputedStyle(document.querySelector('time[data-day]'), '::before').content"
    assert page.evaluate(before) == "none"
    page.emulate_media(media="print")
    assert page.evaluate(before).endswith(', "')
    assert page.evaluate("document.querySelector('time[data-day]').dataset.day").endswith(", ")
