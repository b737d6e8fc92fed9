"""The colours: everybody can read what is written in them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.views import palette

CODES = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@pytest.mark.parametrize("colour", palette.colours(), ids=lambda colour: colour.name)
def test_each_colour_has_a_use_and_the_contrast_for_it(colour):
    assert colour.use, f"--{colour.name} is not described in imports/views/palette.py"
    for theme in (colour.light, colour.dark):
        assert theme.contrast >= colour.need, f"{theme.code} has only {theme.ratio}"


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),  # the well-known grey that just misses
        ("#767676", "#ffffff", 4.54),
        ("#ff0000", "#ffffff", 4.0),
        ("#123456", "#123456", 1.0),
    ],
)
def test_contrast_as_wcag_reckons_it(one, other, ratio):
    assert palette.contrast(one, other) == pytest.approx(ratio, abs=0.005)


@given(CODES, CODES)
def test_contrast_has_no_side_and_no_extremes(one, other):
    assert palette.contrast(one, other) == palette.contrast(other, one)
    assert 1 <= palette.contrast(one, other) <= 21


def test_greys_have_more_contrast_with_white_the_darker_they_are():
    greys = [palette.contrast(f"#{n:02x}{n:02x}{n:02x}", "#ffffff") for n in range(256)]
    assert all(darker > lighter for darker, lighter in pairwise(greys))


def test_a_ratio_is_never_shown_better_than_it_is():
    assert palette.Shade("#000000", 4.49).ratio == "4.4"


def test_a_faint_text_is_noticed():
    sheet = "--bg: light-dark(#ffffff, #000000);\n--surface: light-dark(#ffffff, #000000);\n"
    sheet += "--raised: light-dark(#ffffff, #000000);\n--muted: light-dark(#aaaaaa, #555555);"
    muted = palette.read(sheet)[-1]
    assert (muted.name, muted.need) == ("muted", 4.5)
    assert muted.light.contrast < muted.need > muted.dark.contrast


def test_text_is_measured_on_the_worst_ground_of_each_theme():
    sheet = "--bg: light-dark(#ffffff, #000000);\n--surface: light-dark(#eeeeee, #111111);\n"
    sheet += "--raised: light-dark(#dddddd, #222222);\n--text: light-dark(#000000, #ffffff);"
    text = palette.read(sheet)[-1]
    assert text.light.contrast == palette.contrast("#000000", "#dddddd")
    assert text.dark.contrast == palette.contrast("#ffffff", "#222222")
