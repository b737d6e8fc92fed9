"""The pictures of the documents: which there are, and whether they still show what pages say.

`docs/pictures/manifest.json` keeps for each picture its hash and the headings, labels and buttons
that it shows, as far as a template says them literally. When no template says one of them any more,
the picture is out of date, and `make screenshots` makes all of them anew.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TypedDict

CHECKOUT = Path(__file__).resolve().parent.parent
FOLDER = CHECKOUT / "docs" / "pictures"
MANIFEST = FOLDER / "manifest.json"
TEMPLATES = CHECKOUT / "templates"
LARGEST, LARGEST_IN_ALL = 120_000, 1_000_000  # bytes

DESK, PHONE = (1280, 800), (390, 844)
# In the order in which they are taken.
SIZES = {
    "new": DESK,
    "columns": DESK,
    "review": DESK,
    "review-phone": PHONE,
    "send": DESK,
    "report": DESK,
    "rows": DESK,
    "customer": DESK,
    "history": DESK,
    "home": DESK,
    "home-dark": DESK,
}


class Entry(TypedDict):
    """What the manifest says of a picture."""

    sha256: str
    shows: list[str]


def write(taken: dict[str, tuple[bytes, list[str]]]) -> None:
    """Write pictures and manifest; pictures that are no longer taken go."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.png"):
        if old.stem not in taken:
            old.unlink()
    manifest: dict[str, Entry] = {}
    for name, (picture, words) in sorted(taken.items()):
        (FOLDER / f"{name}.png").write_bytes(picture)
        manifest[name] = {
            "sha256": hashlib.sha256(picture).hexdigest(),
            "shows": sorted({word for word in words if is_said(word)}),
        }
    MANIFEST.write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")


def manifest() -> dict[str, Entry]:
    """Return what the manifest says."""
    read: dict[str, Entry] = json.loads(MANIFEST.read_text())
    return read


def no_longer_said(words: Iterable[str]) -> list[str]:
    """Return those of the words that no page says any more."""
    return [word for word in words if not is_said(word)]


def is_said(word: str) -> bool:
    """Tell whether a template has the words as the text of something."""
    return bool(re.search(rf"[>}}]\s*{re.escape(word)}\s*[<{{]", _templates()))


@cache
def _templates() -> str:
    texts = (path.read_text() for path in sorted(TEMPLATES.rglob("*.html")))
    return re.sub(r"\s+", " ", " ".join(texts))
