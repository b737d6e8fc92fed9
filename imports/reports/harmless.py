"""Cells that a spreadsheet program would run are made harmless, as OWASP describes."""

import re

# Full-width forms are folded to the plain signs by some spreadsheet programs.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")


def harmless(text: str) -> str:
    """Put an apostrophe before a text that could be a formula; wholly a number stays as it is."""
    if text.startswith(_DANGEROUS) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text
