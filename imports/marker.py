"""The headings by which the portal knows files of its own again.

A file of rows to repair carries its import's number in a heading. It survives what people do to a
sheet: other programs and formats, sorted rows, moved and added columns. Beside the number stands a
short check made with the site's secret, so that neither a stranger's sheet nor the file of another
portal (a trial beside the real one counts its imports likewise) is taken for ours. Whoever changes
`SECRET_KEY` keeps the former one in `SECRET_KEY_FALLBACKS`, or these files are like any other.
"""

import base64
import re

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

# The first columns of the row-level report: an interface, so they have no room for a check.
REPORT = (
    "Row",
    "Result",
    "Lead ID",
    "Matched by",
    "Reason",
    "Ignored custom fields",
    "Sent at",
    "Request",
)
TELLTALE = "Row of import "
_MARKER = re.compile(r"row of import (\d{1,15}) \(([a-z2-7]{8})\)")


def heading(number: int) -> str:
    """Return the heading of the column that says which rows of the import these are."""
    return f"{TELLTALE}{number} ({_check(number, settings.SECRET_KEY)})"


def reason(number: int) -> str:
    """Return the heading of the column that says why they were not imported.

    With the number, for many sheets have a column “Reason” of their own.
    """
    return f"Reason (import {number})"


def number_in(text: str) -> int | None:
    """Return the import that a heading of ours names; None for any other heading."""
    found = _parts(text)
    if found is None:
        return None
    number, check = found
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return number if any(constant_time_compare(check, _check(number, k)) for k in keys) else None


def is_reason(text: str, number: int) -> bool:
    """Whether a heading is that of the reasons of this import."""
    return fold(text) == fold(reason(number))


def foreign_number(text: str) -> int | None:
    """Return the number in a heading that has our wording and is not ours; else None."""
    found = _parts(text)
    return found[0] if found and number_in(text) is None else None


def fold(text: str) -> str:
    """Return the form in which our headings are compared: case and spacing do not count."""
    return " ".join(text.split()).casefold()


def _parts(text: str) -> tuple[int, str] | None:
    found = _MARKER.fullmatch(fold(text)) if "(" in text else None
    return (int(found[1]), found[2]) if found else None


def _check(number: int, key: str | bytes) -> str:
    digest = salted_hmac("imports.marker", str(number), secret=key, algorithm="sha256").digest()
    return base64.b32encode(digest[:5]).decode().lower()
