"""E-mail addresses that MEGA surely accepts.

One address that MEGA refuses refuses the whole request of 500 leads. So what is sent is the part of
the standard that every common validator accepts: ASCII letters, digits and . _ ' + - before the @.
An internationalised domain is sent in its ASCII form, which is the same address. Other characters
before the @ may be legal, but nothing is known of MEGA's view of them: such addresses are noted as
unusual, and their leads travel in requests of their own (`delivery.packing`).
"""

import re
from collections.abc import Callable
from functools import partial

from email_validator import EmailNotValidError, validate_email

from imports.columns import clean, placeholders
from imports.columns.clean import BLANK, PLACEHOLDER, Cleaned, Note, left_out

_LONGEST = 1_000  # characters of a cell that may still hold addresses
_LONGEST_ADDRESS, _LONGEST_LOCAL = 254, 64  # bytes: RFC 5321, errata 1690
_SURE = re.compile(
    r"(?=.{6,254}\Z)(?=[^@]{1,64}@)(?!')[A-Za-z0-9_'+-]+(?:\.[A-Za-z0-9_'+-]+)*(?<!')"
    r"@(?=.{4,253}\Z)((?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63})"
)
_LABEL = re.compile(
    r"\s*(?:e-?mail|mail|courriel|correo)(?:[ -]?ad+ress?e?)?\s*:(?!//)\s*", re.IGNORECASE
)
_IN_BRACKETS = re.compile(r"<\s*(?:mailto:)?([^<>\s]+@[^<>\s]+)\s*>", re.IGNORECASE)
_REMARK = re.compile(r"\s*\([^()@]*\)\s*|(?<![^\s;,|])n/a(?![^\s;,|])", re.IGNORECASE)
_AROUND_THE_AT = re.compile(r"([^\s@]+)\s*@\s*([^\s@]+)")
_BETWEEN = re.compile(r"\]\(|[\s;,/|]+")
_WRAPPING = "\"'`<>()[]{}.,;:!“”„‘’«»‹›"
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}  # ｊａｎｅ＠ｘ．ｃｏｍ


def reader(nothing: frozenset[str]) -> Callable[[str], Cleaned]:
    """The reader of e-mail cells; `nothing` are the words, in small letters, that are as blank."""
    if any("@" in word for word in nothing):
        return partial(_read_unless, nothing=nothing)
    return read_email if nothing is placeholders.CONTACT else partial(read_email, nothing=nothing)


def _read_unless(cell: str, nothing: frozenset[str]) -> Cleaned:
    """Slower, as also a sure address may be one of these words."""
    return PLACEHOLDER if clean.word(cell) in nothing else read_email(cell, nothing)


def read_email(cell: str, nothing: frozenset[str] = placeholders.CONTACT) -> Cleaned:
    """The address with its domain in lower case; wrapping (mailto: …) is taken off, and said.

    Of several addresses the first one that MEGA surely accepts goes, else the first that it may
    refuse; the others are named.
    """
    if sure := _SURE.fullmatch(cell):
        return _plain(sure)
    text = clean.one_line(cell)
    if not text:
        return BLANK
    if text.lower() in nothing:
        return PLACEHOLDER
    if sure := _SURE.fullmatch(text):
        return _plain(sure)
    if len(text) > _LONGEST:
        return left_out("email_invalid")
    error = clean.error_note(text)
    return Cleaned(None, (error,)) if error else _unwrapped(text, nothing)


def _plain(sure: re.Match[str]) -> Cleaned:
    address, domain = sure[0], sure[1]
    if not domain.islower():
        domain = domain.lower()
        address = address[: -len(domain)] + domain
    if domain in placeholders.DOMAINS and _is_nobody(address, domain):
        return PLACEHOLDER  # MEGA would take all its bearers for one person
    return Cleaned(address)


def _is_nobody(address: str, domain: str) -> bool:
    before, name = address.partition("@")[0].lower(), domain.partition(".")[0]
    return before == name or (name == "example" and before in placeholders.LOCAL)


def _unwrapped(text: str, nothing: frozenset[str]) -> Cleaned:
    pieces = _pieces(text.translate(_WIDE), nothing)
    addresses = [_address(_bare(piece)) for piece in pieces]
    first = min(addresses, key=_doubt)
    if first.value is None:
        return first
    key = first.value.lower()
    others = {_bare(piece): None for piece, one in zip(pieces, addresses, strict=True)
              if (one.value or "").lower() != key}  # fmt: skip
    if others:
        said = Note("email_several", clean.instead(first.value, others), tuple(others))
        return Cleaned(first.value, (*first.notes, said))
    if first.notes or key == text.lower():
        return first
    return Cleaned(first.value, (Note("email_unwrapped", first.value),))


def _doubt(one: Cleaned) -> int:
    """0 for an address that MEGA surely accepts, 1 for one that it may refuse, 2 for none."""
    return 2 if one.value is None else len(one.notes)


def _pieces(text: str, nothing: frozenset[str]) -> list[str]:
    """Several addresses only where every piece has an @: "jane doe@x.com" is one wrong address."""
    if bracketed := _IN_BRACKETS.findall(text):
        return bracketed
    text = _REMARK.sub(" ", _LABEL.sub(" ", text)).strip() or text
    pieces = [
        piece
        for piece in _BETWEEN.split(text)
        if piece.strip(_WRAPPING) and piece.lower() not in nothing
    ]
    if pieces and all("@" in piece.strip("@") for piece in pieces):
        return pieces
    spaced = _AROUND_THE_AT.fullmatch(text)
    return [f"{spaced[1]}@{spaced[2]}" if spaced else text]


def _bare(piece: str) -> str:
    piece = piece.strip(_WRAPPING)
    if not piece.lower().startswith("mailto:"):
        return piece
    return piece[7:].partition("?")[0].strip(_WRAPPING)


def _address(text: str) -> Cleaned:
    if sure := _SURE.fullmatch(text):
        return _plain(sure)
    try:
        known = validate_email(text, check_deliverability=False, strict=True)
    except EmailNotValidError:
        return left_out("email_invalid")
    sure = _SURE.fullmatch(known.ascii_email or "")
    if sure:
        return _plain(sure)
    address = f"{known.local_part}@{known.ascii_domain}"
    if len(address.encode()) > _LONGEST_ADDRESS or len(known.local_part.encode()) > _LONGEST_LOCAL:
        return left_out("email_invalid")
    return Cleaned(address, (Note("email_unusual", address),))
