"""Pictures of parts of pages: compared with those that were kept, or kept in their place."""

import io
import os
from pathlib import Path

from PIL import Image, ImageChops

KEPT = Path(__file__).parent / "styleguide"
WRITES = os.environ.get("STYLEGUIDE_SCREENSHOTS") == "write"
VISIBLE = 16  # of 255, in any channel: less is another Chromium's rounding
SHARE, LEAST = 0.001, 40  # as many pixels may differ: edges of rounded corners do
COLOURS = 256  # of a kept picture, so that it is small


def decoded(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")


def differing(expected: Image.Image, actual: Image.Image) -> Image.Image:
    """White where two pictures of one size differ visibly, black elsewhere."""
    red, green, blue = ImageChops.difference(expected, actual).split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return most.point(lambda value: 255 if value > VISIBLE else 0)


def keep(picture: Image.Image, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    palette = picture.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    palette.save(path, optimize=True)


def complaint(name: str, actual: Image.Image, folder: Path) -> str:
    """What is wrong with a picture, in a sentence; nothing when it is as it was kept.

    Then the picture, and where it differs, lie in the folder.
    """
    path = KEPT / f"{name}.png"
    if not path.exists():
        return f"{name}: no picture is kept of it"
    expected = Image.open(path).convert("RGB")
    if expected.size == actual.size:
        mask = differing(expected, actual)
        count = mask.histogram()[255]
        allowed = max(LEAST, int(SHARE * mask.width * mask.height))
        if count <= allowed:
            return ""
        found = f"{count:,} pixels differ, {allowed:,} may"
        _save(mask, folder / f"{name}-difference.png")
    else:
        found = f"it is {_size(actual)} now and was {_size(expected)}"
    _save(actual, folder / f"{name}-actual.png")
    return f"{name}: {found}"


def _save(picture: Image.Image, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)


def _size(picture: Image.Image) -> str:
    return f"{picture.width} x {picture.height}"
