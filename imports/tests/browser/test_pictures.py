"""The camera of `make screenshots`, in a real browser."""

import pytest

from portal.tests.test_pictures import decoded
from scripts import pictures
from scripts.screenshots import Camera

pytestmark = [pytest.mark.browser, pytest.mark.road]

PAGE = """<!doctype html><body style="margin: 0; background: #fdf6e3; color: #111">
<h1 style="margin: 0">Needs you</h1><button hidden>Upload</button>
<p style="margin: 0; width: 40px; height: 40px; background: #b42318"></p>
<div style="height: 3000px"></div><h2>Recent imports</h2>"""


def test_a_picture_has_the_page_s_colours_its_size_and_the_words_in_view(chromium):
    page = chromium.new_page()
    page.set_content(PAGE)
    camera = Camera(page)
    camera.take("review-phone")
    page.evaluate("scrollTo(0, 2000)")
    camera.take("home")
    taken = camera.developed(chromium)
    page.close()

    assert list(taken) == ["review-phone", "home"]
    for name, (picture, words) in taken.items():
        pixels = decoded(picture)
        width, height = pictures.SIZES[name]
        assert pixels.shape == (height, width, 3)
        assert tuple(pixels[height - 1, width - 1]) == (0xFD, 0xF6, 0xE3)
        assert (pixels == (0xB4, 0x23, 0x18)).all(axis=2).sum() == 40 * 40
        assert words == ["Needs you"]
