"""Pictures are compared as eyes would: a pixel here or there is nothing, a moved word is."""

import io

import pytest
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw

from imports.tests.browser import boxes, pictures

WHITE, GREY, INK = (255, 255, 255), (225, 229, 235), (21, 25, 34)


def a_card(shift=0, ground=GREY, size=(400, 200)):
    picture = Image.new("RGB", size, ground)
    draw = ImageDraw.Draw(picture)
    for line in range(6):
        draw.rectangle((20 + shift, 20 + 25 * line, 220 + shift, 32 + 25 * line), fill=INK)
    return picture


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "KEPT", tmp_path / "kept")
    pictures.keep(a_card(), tmp_path / "kept/light-1280/button.png")
    return tmp_path / "seen"


NAME = "light-1280/button"


def test_the_same_card_is_the_same(kept):
    assert pictures.complaint(NAME, a_card(), kept) == ""
    assert not kept.exists()


def test_a_few_pixels_and_faint_shades_are_nothing(kept):
    rounded = a_card(ground=tuple(part - 10 for part in GREY))
    for x in range(39):
        rounded.putpixel((x, 0), WHITE)
    assert pictures.complaint(NAME, rounded, kept) == ""


def test_a_word_that_moved_by_four_pixels_is_seen_and_shown(kept):
    assert pictures.complaint(NAME, a_card(shift=4), kept) == (
        f"{NAME}: {6 * 13 * 8:,} pixels differ, 80 may"
    )
    assert Image.open(kept / f"{NAME}-actual.png").size == (400, 200)
    mask = Image.open(kept / f"{NAME}-difference.png")
    assert (mask.getpixel((21, 25)), mask.getpixel((100, 25)), mask.getpixel((222, 25))) == (
        255, 0, 255,
    )  # fmt: skip


def test_another_ground_is_seen(kept):
    assert "pixels differ" in pictures.complaint(NAME, a_card(ground=(246, 247, 249)), kept)


def test_a_card_that_grew_is_seen_by_its_size(kept):
    said = pictures.complaint(NAME, a_card(size=(400, 208)), kept)
    assert said == f"{NAME}: it is 400 x 208 now and was 400 x 200"
    assert (kept / f"{NAME}-actual.png").exists()


def test_a_card_of_which_no_picture_is_kept_is_named(kept):
    said = pictures.complaint("dark-390/tile", a_card(), kept)
    assert said == "dark-390/tile: no picture is kept of it"


def test_kept_pictures_have_a_palette_and_are_small(kept):
    path = pictures.KEPT / f"{NAME}.png"
    assert Image.open(path).mode == "P"
    assert path.stat().st_size < 2_000


def test_every_letter_is_the_same_box_and_a_space_is_none():
    font = TTFont(io.BytesIO(boxes.font()))
    names = font.getBestCmap()
    assert {names[ord(letter)] for letter in "Mega ×é–…→"} == {"box", "space"}
    assert {width for width, _ in font["hmtx"].metrics.values()} == {boxes.WIDE}
    assert font["glyf"]["space"].numberOfContours == 0
    assert font["glyf"]["box"].numberOfContours == 1
