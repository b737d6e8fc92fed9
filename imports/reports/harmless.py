"""Cells that a spreadsheet program would run are made harmless, as OWASP describes."""

import re

# Full-width forms are folded to the plain signs by some spreadsheet programs.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")


def harmless(text: str) -> str:
    """Put an apostrophe before a text that could be a formula; wholly a number stays as it is."""
    return f"'{text}" if _is_formula(text) else text


def without_harm(text: str) -> str:
    """Undo `harmless`, save for a text that had the apostrophe before: who knows that?"""
    return text[1:] if text.startswith("'") and _is_formula(text[1:]) else text


def escaped(text: str) -> str:
    """As `harmless`, and exactly undone by `unescaped`: what begins with apostrophes before such
    a text gets one more."""
    return f"'{text}" if _is_formula(text.lstrip("'")) else text


def unescaped(text: str) -> str:
    """Undo `escaped`. A cell whose apostrophe a spreadsheet program took away is as it is."""
    return text[1:] if text.startswith("'") and _is_formula(text.lstrip("'")) else text


def _is_formula(text: str) -> bool:
    return text.startswith(_DANGEROUS) and not _NUMBER.fullmatch(text)
