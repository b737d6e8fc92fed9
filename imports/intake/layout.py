"""Known layouts: sheets with the same columns, whoever exported them and in whatever order."""

import hashlib
from collections.abc import Sequence

from imports.columns.headers import squash

FEWEST = 2  # headings; "Email" alone says nothing about whose sheet it is


def fingerprint(headings: Sequence[str]) -> str:
    """Return 32 hex digits that sheets with the same headings share, or "" for too few of them.

    Case, accents, punctuation and order do not count, nor do columns without a heading.
    """
    names = sorted(name for name in map(squash, headings) if name)
    if len(names) < FEWEST:
        return ""
    return hashlib.sha256("\x1f".join(names).encode()).hexdigest()[:32]
