"""The pictures of the documents: small files in which nothing that matters changes its colour."""

import json
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts import palette, pictures


def decoded(picture):
    """The pixels of a PNG with a palette and without filters, as ours are."""
    parts, place = {}, len(palette.SIGNATURE)
    while place < len(picture):
        length, kind = struct.unpack(">I4s", picture[place : place + 8])
        body = picture[place + 8 : place + 8 + length]
        (check,) = struct.unpack(">I", picture[place + 8 + length : place + 12 + length])
        assert check == zlib.crc32(kind + body)
        parts[kind] = body
        place += 12 + length
    width, height = struct.unpack(">II", parts[b"IHDR"][:8])
    colours = np.frombuffer(parts[b"PLTE"], np.uint8).reshape(-1, 3)
    lines = np.frombuffer(zlib.decompress(parts[b"IDAT"]), np.uint8).reshape(height, width + 1)
    assert not lines[:, 0].any(), "a filter"
    return colours[lines[:, 1:]]


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 256), st.randoms())
@settings(max_examples=40, deadline=None)
def test_up_to_256_colours_are_exact(width, height, most, dice):
    colours = [[dice.randrange(256) for _ in range(3)] for _ in range(most)]
    pixels = np.array([dice.choice(colours) for _ in range(width * height)], np.uint8)
    pixels = pixels.reshape(height, width, 3)
    picture = palette.png(pixels)
    assert (decoded(picture) == pixels).all()
    assert palette.png(pixels.copy()) == picture
    assert palette.size(picture) == (width, height)


def test_a_small_red_badge_keeps_its_colour_among_thousands_of_greys_and_blues():
    shades = np.indices((256, 256)).astype(np.uint8)
    pixels = np.stack([shades[0], shades[0], shades[1]], axis=2)
    pixels[:40] = 255
    pixels[100:104, 100:110] = (220, 30, 40)
    shown = decoded(palette.png(pixels)).astype(int)
    assert (shown[:40] == 255).all()
    assert (shown[100:104, 100:110] == (220, 30, 40)).all()
    assert np.abs(shown - pixels).max() < 24


def test_what_is_no_png_has_no_size():
    with pytest.raises(ValueError, match="not a PNG"):
        palette.size(b"GIF89a" + bytes(40))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "FOLDER", tmp_path / "pictures")
    monkeypatch.setattr(pictures, "MANIFEST", tmp_path / "pictures" / "manifest.json")
    return tmp_path / "pictures"


def test_a_picture_that_is_no_longer_taken_goes_and_the_others_are_noted(folder):
    pictures.write({"home": (b"one", ["New import"]), "gone": (b"two", [])})
    pictures.write({"home": (b"three", ["New import", "Evergreen Homes", "New import"])})
    assert sorted(path.name for path in folder.iterdir()) == ["home.png", "manifest.json"]
    assert (folder / "home.png").read_bytes() == b"three"
    entry = json.loads((folder / "manifest.json").read_text())["home"]
    assert entry["shows"] == ["New import"], "what templates say, and nobody's name"
    assert len(entry["sha256"]) == 64
