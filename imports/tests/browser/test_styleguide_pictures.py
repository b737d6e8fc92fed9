"""Each component of the style guide looks as it looked, light and dark, wide and on a phone.

`STYLEGUIDE_SCREENSHOTS=write` keeps what there is to see now in place of what was kept.
"""

import shutil

import pytest

from imports.tests.browser import boxes, pictures
from imports.tests.browser.conftest import PATIENCE, sign_in
from imports.views.styleguide import SECTIONS

pytestmark = [pytest.mark.browser, pytest.mark.road]

SAME_EVERYWHERE = (
    "--font-render-hinting=none",
    "--disable-lcd-text",
    "--force-color-profile=srgb",
    "--lang=en-US",
)
ALONE = """(slug) => {
  for (const part of document.querySelectorAll('.page > *')) part.hidden = part.id !== slug;
}"""
WITHOUT_THE_FRAME = ".side, #alarm { visibility: hidden !important }"
MOST_BYTES = 1_500_000


@pytest.fixture(scope="module")
def plain_chromium(launch):
    """A Chromium that draws as on any other machine, as far as it can be told to."""
    browser = launch(*SAME_EVERYWHERE)
    yield browser
    browser.close()


@pytest.fixture
def guide(plain_chromium, portal, ines):
    """Open the style guide in boxes."""
    opened = []

    def open_one(scheme, width):
        context = plain_chromium.new_context(
            base_url=portal,
            bypass_csp=True,  # the font is a data: address
            color_scheme=scheme,
            viewport={"width": width, "height": 2_000},
            locale="en-US",
        )
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        sign_in(page, ines)
        page.goto("/styleguide/")
        page.add_style_tag(content=boxes.style() + WITHOUT_THE_FRAME)
        page.evaluate("document.fonts.load('15px Box').then(() => true)")
        assert page.evaluate("document.fonts.check('15px Box')")
        return page

    yield open_one
    for context in opened:
        context.close()


def taken(page, slug):
    page.evaluate(ALONE, slug)
    card = page.locator(f"section#{slug}")
    return pictures.decoded(card.screenshot(animations="disabled", caret="hide"))


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_component_looks_as_it_did(guide, tmp_path, scheme, width):
    page = guide(scheme, width)
    folder = f"{scheme}-{width}"
    if pictures.WRITES:
        shutil.rmtree(pictures.KEPT / folder, ignore_errors=True)
    found = []
    for section in SECTIONS:
        picture = taken(page, section.slug)
        if pictures.WRITES:
            pictures.keep(picture, pictures.KEPT / folder / f"{section.slug}.png")
        found.append(pictures.complaint(f"{folder}/{section.slug}", picture, tmp_path))
    wrong = [sentence for sentence in found if sentence]
    assert not wrong, f"{wrong}; what is seen now, and where it differs, lies in {tmp_path}"


CHANGES = {
    "button": ".button { padding: .65rem .95rem !important }",
    "badge": ".badge.good { color: #0b3b6f !important }",
    "tabs": ".tabs a[aria-current] { border-color: transparent !important }",
    "tile": ".tiles { gap: 1rem !important }",
}


@pytest.mark.parametrize("slug", CHANGES)
def test_a_changed_look_is_noticed_and_only_where_it_is(guide, tmp_path, slug):
    page = guide("light", 1280)
    page.add_style_tag(content=CHANGES[slug])
    assert pictures.complaint(f"light-1280/{slug}", taken(page, slug), tmp_path) != ""
    assert pictures.complaint("light-1280/stepper", taken(page, "stepper"), tmp_path) == ""


def test_no_letter_of_the_style_guide_is_drawn_by_a_font_of_the_machine(guide):
    page = guide("light", 1280)
    letters = set(page.evaluate("document.querySelector('.page').textContent")) - {"\n"}
    assert {letter for letter in letters if ord(letter) not in boxes.COVERED} == set()


def test_what_is_kept_is_what_is_shown_and_small():
    wanted = {
        f"{scheme}-{width}/{section.slug}.png"
        for scheme in ("light", "dark")
        for width in (1280, 390)
        for section in SECTIONS
    }
    kept = {path.relative_to(pictures.KEPT).as_posix(): path for path in pictures.KEPT.rglob("*.*")}
    assert set(kept) == wanted
    assert sum(path.stat().st_size for path in kept.values()) < MOST_BYTES
