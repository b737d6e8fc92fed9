"""Custom fields that are numbers, or yes or no: how cells are read, and what of them is sent."""

import re
from typing import Final

from imports.columns import clean
from imports.columns.clean import BLANK, Cleaned, left_out
from imports.columns.placeholders import words

Scalar = str | int | float | bool

MOST_DIGITS: Final = 15
"""Digits that programs keep of a number; longer ones are ids."""


YES: Final = words(
    "yes | y | true | t | 1 | x | on | ja | j | wahr | oui | vrai | si | sí | verdadero | sim"
    "| verdadeiro | vero | ✓ | ✔ | ☑"
)
NO: Final = words(
    "no | n | false | f | 0 | off | nein | falsch | non | faux | falso | não | nao | ✗ | ✘ | ☐"
)
_MARK: Final = (
    r"(?:(?:US|CA|AU|NZ|A|C|R|HK|S)?\$|[€£¥₹₽₺₩₴₪₫฿]|zł|kr\.?|Fr\.?"
    r"|(?:EUR|USD|GBP|CHF|CAD|AUD|NZD|JPY|CNY|INR|BRL|MXN|SEK|NOK|DKK|PLN|CZK|ZAR|AED|SGD|HKD)\b)"
)
_MONEY = re.compile(
    rf"(?P<sign>[-+−]?)\s*(?:{_MARK}\s*(?P<after>[-+−]?\d.*)|(?P<before>\d.*\d|\d)\s*{_MARK})",
    re.IGNORECASE | re.DOTALL,
)
_NUMBER = re.compile(r"[-+]?(\d+)(?:\.(\d+))?")


def without_currency(text: str) -> str:
    """The amount of "€ 500", "1.234,50 EUR" or "-$5" with its sign; "" where it is none."""
    found = _MONEY.fullmatch(text)
    amount = (found["after"] or found["before"]) if found else ""
    if not found or (found["sign"] and amount[0] in "-+−"):
        return ""
    return f"{found['sign']}{amount}"


def is_id(plain: str) -> bool:
    """Whether programs would lose digits of it: too many, or a zero in front."""
    digits = plain.lstrip("+-")
    return len(digits.replace(".", "")) > MOST_DIGITS or re.match(r"0\d", digits) is not None


def as_number(plain: str) -> Scalar:
    """The number of a text with a decimal point; what is an id, or none, stays text."""
    found = _NUMBER.fullmatch(plain) if plain.isascii() else None
    if found is None or is_id(plain):
        return plain
    return (float(plain) if found[2] else int(plain)) or 0  # never -0.0


def read_yes_no(cell: str) -> Cleaned:
    """ "true" or "false", whichever of the usual words stands there; others are left out."""
    known = clean.read_text(cell)
    if known.value is None:
        return known
    word = known.value.casefold()
    if word in YES or word in NO:
        return Cleaned("true" if word in YES else "false")
    return BLANK if clean.is_nothing(known.value) else left_out("yes_no_unclear")


def as_yes_no(text: str) -> Scalar:
    """What `read_yes_no` read."""
    return text == "true"


def said(sent: Scalar) -> str:
    """What is sent, as a page shows it."""
    if isinstance(sent, bool):
        return "yes" if sent else "no"
    return str(sent)
