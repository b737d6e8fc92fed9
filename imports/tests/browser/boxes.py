"""A font of boxes: each letter is the same rectangle, so text looks alike on every machine."""

import base64
import io
from functools import cache

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

EM, WIDE, HIGH = 1000, 520, 700
ASCENT, DESCENT = 900, -200
COVERED = {*range(0x20, 0x180), *range(0x2000, 0x2070), *range(0x2190, 0x2200)}

# Nothing moves or blinks, and no font of the machine takes part.
STYLE = """
@font-face {{ font-family: Box; font-weight: 100 900; src: url(data:font/ttf;base64,{font}); }}
*, ::before, ::after, ::file-selector-button {{
  font-family: Box !important; font-synthesis: none !important; font-kerning: none !important;
  text-rendering: geometricPrecision !important; caret-color: transparent !important;
  animation: none !important; transition: none !important;
}}
"""


@cache
def style() -> str:
    """The style sheet that puts a page into boxes."""
    return STYLE.format(font=base64.b64encode(font()).decode())


def font() -> bytes:
    """The font as a TrueType file."""
    builder = FontBuilder(EM, isTTF=True)
    builder.setupGlyphOrder([".notdef", "space", "box"])
    builder.setupCharacterMap({c: "space" if chr(c).isspace() else "box" for c in COVERED})
    builder.setupGlyf({".notdef": _box(), "space": TTGlyphPen(None).glyph(), "box": _box()})
    builder.setupHorizontalMetrics({".notdef": (WIDE, 60), "space": (WIDE, 0), "box": (WIDE, 60)})
    builder.setupHorizontalHeader(ascent=ASCENT, descent=DESCENT)
    builder.setupNameTable({"familyName": "Box", "styleName": "Regular"})
    builder.setupOS2(
        sTypoAscender=ASCENT, sTypoDescender=DESCENT, usWinAscent=ASCENT, usWinDescent=-DESCENT
    )
    builder.setupPost()
    file = io.BytesIO()
    builder.save(file)
    return file.getvalue()


def _box():
    pen = TTGlyphPen(None)
    pen.moveTo((60, 0))
    for corner in ((60, HIGH), (WIDE - 60, HIGH), (WIDE - 60, 0)):
        pen.lineTo(corner)
    pen.closePath()
    return pen.glyph()
