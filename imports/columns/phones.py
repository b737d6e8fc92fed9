"""Phone numbers in E.164, as MEGA keeps them, read by the habits of the customer's region."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

import phonenumbers

from imports.columns import clean, one_phone, placeholders
from imports.columns.clean import BLANK, PLACEHOLDER, Cleaned, Note, left_out
from imports.columns.one_phone import FEWEST, WHOLE_FLOAT, WORDS, digits_in, is_sure
from portal import characters

PHONE_DATA_VERSION: Final[str] = phonenumbers.__version__

_LONGEST = 100  # characters of a cell that may still be a number
_CACHED = 65_536  # cells; parsing takes 70 % of the time of checking a row
_MORE_THAN_ONE = 12  # digits without those of a country
_FEWEST_BEHIND_A_CODE = 4  # digits: fewer are a group of one number, 06/12/34/56/78
_FEWEST_OF_ANOTHER = 5  # digits: fewer are the extension of the number before

_PLAIN = re.compile(r"\+?[\d(][\d ().-]+\d")  # needs no look for labels, extensions and the like
_BETWEEN = re.compile(
    r"\s*([;,/|\n]|\b(?:or|and|oder|und|ou|et)\b|&|(?<=[\d)])\s+\+\s"
    r"|(?<=\d)\s*(?=\+\d)|(?<=\d{5})[\s-]+(?=\(?0\d{1,4}\)?\s*/)"
    rf"|(?<=\d)\s(?={WORDS}\s*[.:]*\s*[\d+(]))\s*",
    re.IGNORECASE,
)
_GAPS = re.compile(r"[\s-]+")
_CODES = ("0", "+", "(")  # what an area code or country code begins with
_AREA_CODE = re.compile(r"[0+(][\d\s().-]*")
_COUNTRY_CODE = re.compile(r"\W*(?:\+|00)(?!0)")
_COUNTRY_ALONE = re.compile(r"\(?(?:\+\s*\d{1,3}|00\d{1,3})\)?")
_MOST_OF_ONE = 14  # characters; a longer cell is looked at for two numbers side by side


def reader(
    region: str, *, sends_possible: bool = True, nothing: frozenset[str] = placeholders.CONTACT
) -> Callable[[str], Cleaned]:
    """The reader of phone cells for a region such as "US" (ISO 3166, two letters).

    It gives the first valid number of a cell in E.164, else the first that is merely possible,
    unless these are not sent; extensions and other numbers are said. `nothing` are the words, in
    small letters, that are as good as blank.
    """
    region = region.upper()

    def read(cell: str) -> Cleaned:
        if len(cell) > _LONGEST:
            text = clean.one_line(cell)
            if not text:
                return BLANK
            if len(text) > _LONGEST:
                return left_out("phone_long")
            cell = text
        return _read(cell, region, sends_possible, nothing)

    return read


def read_phone(cell: str, region: str) -> Cleaned:
    """What the reader gives, also a number that is merely possible."""
    return reader(region)(cell)


@lru_cache(maxsize=_CACHED)
def _read(cell: str, region: str, sends_possible: bool, nothing: frozenset[str]) -> Cleaned:
    found = _found(cell, region, nothing)
    return found if sends_possible or not found.notes else _only_valid(found)


def _only_valid(found: Cleaned) -> Cleaned:
    """Without numbers that are merely possible, nor among those that the cell holds besides."""
    if found.value is not None and not is_sure(found):
        return left_out("phone_possible", found.value)
    return Cleaned(found.value, tuple(map(_with_valid_others, found.notes)))


def _with_valid_others(note: Note) -> Note:
    valid = tuple(
        one for one in note.others if is_sure(one_phone.plain(one, "ZZ"))
    )  # in E.164 it is
    dropped = tuple(one for one in note.others if one not in valid)
    return note._replace(others=valid, dropped=dropped) if dropped else note


def _found(cell: str, region: str, nothing: frozenset[str]) -> Cleaned:
    text = characters.bare(clean.visible(cell)).strip("'`’\" ")
    if nothing is not placeholders.CONTACT and clean.word(cell) in nothing:
        return PLACEHOLDER  # of a person's own words some may be numbers
    if _PLAIN.fullmatch(text):
        return _apart(text, one_phone.plain(text, region), region)
    if not text:
        return BLANK
    if text.lower() in nothing:
        return PLACEHOLDER
    if error := clean.error_note(text):
        return Cleaned(None, (error,))
    return _first(text, region)


def _first(text: str, region: str) -> Cleaned:
    """One number where the whole cell can be one: "030/123 456" is, "206 555 0123/24" is not."""
    pieces = _pieces(text, region)
    many = len(pieces) > 1 and not WHOLE_FLOAT.fullmatch(text)
    if many and (all(map(_is_number, pieces)) or _is_with_last_digits(pieces, region)):
        return _choice(pieces, region)
    whole = _one(text, region)
    if many and not is_sure(whole):
        chosen = _choice(pieces, region)
        return chosen if chosen.value and is_sure(chosen) else whole
    return _apart(text, whole, region)


def _one(text: str, region: str) -> Cleaned:
    return one_phone.of(" ".join(text.split()), region)


def _pieces(text: str, region: str) -> list[str]:
    """What may be numbers of their own. A slash right behind an area code is as good as a space."""
    first, *others = _BETWEEN.split(text)
    pieces = [first]
    for between, piece in zip(others[::2], others[1::2], strict=True):
        if between == "/" and _is_area_code(pieces[-1], piece, region):
            pieces[-1] += f" {piece}"
        else:
            pieces.append(piece)
    return [piece for piece in pieces if any(map(str.isdigit, piece))]


def _is_area_code(piece: str, number: str, region: str) -> bool:
    """Whether a piece is no number, but is one together with the piece behind it."""
    if _COUNTRY_ALONE.fullmatch(piece):
        return True
    is_whole = _is_number(piece) or number.startswith(_CODES)
    if is_whole or digits_in(number) < _FEWEST_BEHIND_A_CODE:
        return False
    if _AREA_CODE.fullmatch(piece):
        return True
    return is_sure(_one(f"{piece} {number}", region)) and not is_sure(_one(number, region))


def _is_number(piece: str) -> bool:
    """Whether a piece has as many digits as a number; one with a country code has more of them."""
    code = _COUNTRY_CODE.match(piece)
    return digits_in(piece[code.end() :] if code else piece) >= FEWEST + 2 * bool(code)


def _is_with_last_digits(pieces: Sequence[str], region: str) -> bool:
    """Whether a whole number is followed by the last digits of others: "01 42 68 53 00/01".

    Longer ones are too where all together are more than a number has: "030 123456 / 654321".
    """
    if not _is_number(pieces[0]) or not all(p[0].isdigit() for p in pieces[1:]):
        return False  # "ext. 12" goes with its number
    few = all(len(piece) <= 2 and piece.isdigit() for piece in pieces[1:])
    first = _one(pieces[0], region)
    if first.value is None or not is_sure(first):
        return False
    own = _own_digits(first.value)
    return few or (own >= FEWEST and own + sum(map(digits_in, pieces[1:])) >= _MORE_THAN_ONE)


def _own_digits(sent: str) -> int:
    """How many digits a number has without those of its country."""
    return len(phonenumbers.national_significant_number(phonenumbers.parse(sent)))


def _apart(text: str, whole: Cleaned, region: str) -> Cleaned:
    """`whole`, unless no more than a space or hyphen keeps the digits of two numbers apart."""
    sure = is_sure(whole)
    if len(text) <= FEWEST * 2 or (sure and len(text) <= _MOST_OF_ONE):
        return whole
    for gap in _GAPS.finditer(text):
        halves = text[: gap.start()], text[gap.end() :]
        apart = not sure or halves[1].startswith(_CODES)
        if (apart and _are_both_sure(halves, region)) or _is_another(halves, whole, region):
            return _choice(halves, region)
    return whole


def _are_both_sure(halves: Sequence[str], region: str) -> bool:
    return all(map(_is_number, halves)) and all(is_sure(_one(half, region)) for half in halves)


def _is_another(halves: Sequence[str], whole: Cleaned, region: str) -> bool:
    """Whether `whole`, though it could be one, ends with another number: "030 123456 654321"."""
    sent = whole.value or ""
    if len(sent) <= _MORE_THAN_ONE or digits_in(halves[1]) < _FEWEST_OF_ANOTHER:
        return False
    return _own_digits(sent) >= _MORE_THAN_ONE and _is_with_last_digits(halves, region)


def _choice(pieces: Sequence[str], region: str) -> Cleaned:
    """The first valid number, else the first possible one; the others are named."""
    read = [_one(piece, region) for piece in pieces]
    chosen = next(filter(is_sure, read), None) or next((r for r in read if r.value), read[0])
    if chosen.value is None:
        return chosen
    others = [p for p, r in zip(pieces, read, strict=True) if r.value != chosen.value]
    kept = tuple(r.value or " ".join(p.split()) for p, r in zip(pieces, read, strict=True)
                 if r.value != chosen.value)  # fmt: skip
    said = Note("phone_several", clean.instead(chosen.value, others), kept)
    return Cleaned(chosen.value, (said, *chosen.notes) if others else chosen.notes)
