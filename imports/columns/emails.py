"""E-mail addresses that MEGA surely accepts.

One address that MEGA refuses refuses the whole request of 500 leads. So what is sent is the part of
the standard that every common validator accepts: ASCII letters, digits and . _ ' + - before the @.
An internationalised domain is sent in its ASCII form, which is the same address; other characters
before the @ may be legal, but nothing is known of MEGA's view of them, and the row is kept back.
"""

import re

from email_validator import EmailNotValidError, validate_email

from imports.columns import clean
from imports.columns.clean import BLANK, Cleaned, Note, left_out

_LONGEST = 1_000  # characters of a cell that may still hold addresses
_SURE = re.compile(
    r"(?=.{6,254}\Z)(?=[^@]{1,64}@)(?!')[A-Za-z0-9_'+-]+(?:\.[A-Za-z0-9_'+-]+)*(?<!')"
    r"@(?=.{4,253}\Z)((?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63})"
)
_IN_BRACKETS = re.compile(r"[^<>]*<\s*(?:mailto:)?([^<>\s]+@[^<>\s]+)\s*>[^<>]*", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s;,/|]+")
_WRAPPING = "\"'`<>()[]{}.,;:!“”‘’«»"


def read_email(cell: str) -> Cleaned:
    """The address with its domain in lower case; wrapping (mailto: …) is taken off, and said."""
    if sure := _SURE.fullmatch(cell):
        return _plain(sure)
    text = clean.one_line(cell)
    if not text or clean.is_nothing(text):
        return BLANK
    if sure := _SURE.fullmatch(text):
        return _plain(sure)
    if len(text) > _LONGEST:
        return left_out("email_invalid")
    if error := clean.error_note(text):
        return Cleaned(None, (error,))
    return _unwrapped(text)


def _plain(sure: re.Match[str]) -> Cleaned:
    address, domain = sure[0], sure[1]
    return Cleaned(address if domain.islower() else address[: -len(domain)] + domain.lower())


def _unwrapped(text: str) -> Cleaned:
    bracketed = _IN_BRACKETS.fullmatch(text)
    pieces = [bracketed[1]] if bracketed else _pieces(text)
    addresses = [_address(_bare(piece)) for piece in pieces]
    first = addresses[0]
    if first.value is None:
        return first
    if len(dict.fromkeys(address.value for address in addresses)) > 1:
        return Cleaned(first.value, (Note("email_several", first.value),))
    changed = first.value.lower() != text.lower()
    return Cleaned(first.value, (Note("email_unwrapped", first.value),) if changed else ())


def _pieces(text: str) -> list[str]:
    """Several addresses only where every piece has an @: "jane doe@x.com" is one wrong address."""
    pieces = [piece for piece in _BETWEEN.split(text) if piece.strip(_WRAPPING)]
    return pieces if pieces and all("@" in piece for piece in pieces) else [text]


def _bare(piece: str) -> str:
    piece = piece.strip(_WRAPPING)
    return piece[7:].strip(_WRAPPING) if piece.lower().startswith("mailto:") else piece


def _address(text: str) -> Cleaned:
    if sure := _SURE.fullmatch(text):
        return _plain(sure)
    try:
        known = validate_email(text, check_deliverability=False, strict=True)
    except EmailNotValidError:
        return left_out("email_invalid")
    sure = _SURE.fullmatch(known.ascii_email or "")
    return _plain(sure) if sure else left_out("email_unusual")
