"""The colours of the style sheet, read from it, with their contrast: for the style guide."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings

GROUNDS: Final = ("bg", "surface", "raised")
TEXT, EDGE, UNDER_WHITE, NONE = 4.5, 3.0, 4.5, 0.0  # least contrast, as WCAG 2.2 AA has it
WHITE: Final = "#ffffff"

_FILL: Final = "a part of a bar or chart; a word always stands beside it"
USES: Final[dict[str, tuple[float, str]]] = {
    "bg": (NONE, "behind everything"),
    "surface": (NONE, "cards, controls, dialogs"),
    "raised": (NONE, "heads of tables, quotes, what the pointer is on"),
    "line": (NONE, "lines between things, never the only sign of a control"),
    "text": (TEXT, "text"),
    "muted": (TEXT, "what is said beside"),
    "edge": (EDGE, "borders of controls"),
    "accent": (TEXT, "links, what is chosen, the focus"),
    "accent-fill": (UNDER_WHITE, "beneath white: the main button, progress, counts"),
    "accent-hover": (UNDER_WHITE, "the same with the pointer on it"),
    "good": (TEXT, "went well"),
    "info": (TEXT, "under way, or good to know"),
    "warn": (TEXT, "goes, but look at it; waits for somebody"),
    "bad": (TEXT, "does not go, failed, refused"),
    "odd": (TEXT, "unknown"),
    "quiet": (TEXT, "over or left out"),
    **dict.fromkeys(
        ("created", "updated", "skipped", "failed", "unknown", "invalid", "waiting"), (NONE, _FILL)
    ),
}
_TOKEN: Final = re.compile(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")


@dataclass(frozen=True, slots=True)
class Shade:
    """A colour in one theme; `contrast` is the least with what it stands on or carries."""

    code: str
    contrast: float

    @property
    def ratio(self) -> str:
        """The contrast as the page shows it, never better than it is."""
        return f"{int(self.contrast * 10) / 10:.1f}"


@dataclass(frozen=True, slots=True)
class Colour:
    """A token of the style sheet, and the least contrast that its use asks for."""

    name: str
    use: str
    need: float
    light: Shade
    dark: Shade


@cache
def colours() -> list[Colour]:
    """The colours in the order of the style sheet."""
    sheet = Path(settings.BASE_DIR) / "static" / "css" / "portal.css"
    return read(sheet.read_text(encoding="utf-8"))


def read(sheet: str) -> list[Colour]:
    """The colours that a style sheet names."""
    found = {name: (light, dark) for name, light, dark in _TOKEN.findall(sheet)}
    return [
        Colour(name, use, need, _shade(name, found, 0), _shade(name, found, 1))
        for name in found
        for need, use in [USES.get(name, (NONE, ""))]
    ]


def _shade(name: str, found: dict[str, tuple[str, str]], theme: int) -> Shade:
    code = found[name][theme]
    if name.startswith("accent-"):
        return Shade(code, contrast(code, WHITE))
    grounds = [found[ground][theme] for ground in GROUNDS if ground != name]
    return Shade(code, min(contrast(code, ground) for ground in grounds))


def contrast(one: str, other: str) -> float:
    """The ratio of two colours like "#4338ca", as WCAG 2 reckons it: from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(code: str) -> float:
    parts = (int(code[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
