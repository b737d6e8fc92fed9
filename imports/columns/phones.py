"""Phone numbers in E.164, as MEGA keeps them, read by the habits of the customer's region."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE as COUNTRIES
from phonenumbers import NumberParseException, PhoneNumber, ValidationResult

from imports.columns import clean, placeholders
from imports.columns.clean import BLANK, PLACEHOLDER, Cleaned, Note, left_out
from portal import characters

PHONE_DATA_VERSION: Final[str] = phonenumbers.__version__

_LONGEST = 100  # characters of a cell that may still be a number
_CACHED = 65_536  # cells; parsing takes 70 % of the time of checking a row
_FEWEST = 7  # digits of one number among several
_MORE_THAN_ONE = 12  # digits without those of a country

_PLAIN = re.compile(r"\+?[\d(][\d ().-]+\d")  # needs no look for labels, extensions and the like
_WORDS = (
    r"(?:telephone|telefono|teléfono|telefone|telefon|téléphone|phone|mobile?|cell|mob|m[oó]vil"
    r"|celular|portable|home|work|office|main|whatsapp|handy|gsm|tel|cel|büro|privat|bureau)"
)
_LABEL = re.compile(
    rf"{_WORDS}\s*(?:[.:]+\s*|\s(?=[\d+(])|(?=[\d+(]))|[ptmcohwd]\s*[.:]+\s*", re.IGNORECASE
)
_TRAILING_LABEL = re.compile(
    rf"\s*[(\[]\s*(?:{_WORDS}|[mchwo])\s*[)\]]|[\s-]+{_WORDS}$", re.IGNORECASE
)
_EXTENSION = re.compile(
    r"(?P<number>.*\d\)?)\s*[,;]?\s*(?:;ext=|ext(?:ensi[oó]n|n)?\.?|x\.?|#|poste|durchwahl|dw|anexo"
    r"|ramal|interno|int\.|toestel|klappe|nebenstelle|wewn\.?)\s*[:.]?\s*(?P<extension>\d{1,7})",
    re.IGNORECASE,
)
_SCIENTIFIC = re.compile(r"\+?(\d)(?:[.,](\d+))?e\+?(\d{1,2})", re.IGNORECASE)
_WHOLE_FLOAT = re.compile(r"(\+?\d{7,15})[.,]0+")
_BETWEEN = re.compile(
    r"\s*(?:[;,/|\n]|\b(?:or|and|oder|und|ou|et)\b|&|(?<=\d)\s*(?=\+\d)"
    rf"|(?<=\d)\s(?={_WORDS}\s*[.:]*\s*[\d+(]))\s*",
    re.IGNORECASE,
)
_RUNS = ("01234567890", "12345678901", "9876543210", "0987654321")
_ENDS = frozenset(digit * 4 for digit in "0123456789") | {
    run[at : at + 4] for run in _RUNS for at in range(len(run) - 3)
}
_MEXICO = 52
_MEXICAN_MOBILE = re.compile(r"(?:00)?521(\d{10})")  # the 1 is gone since 2019, but not from sheets
_SPACES = re.compile(r"\s+")
_MOST_OF_ONE = 14  # characters; a longer cell is looked at for two numbers side by side

_PARSE_CODES = {
    NumberParseException.TOO_LONG: "phone_long",
    NumberParseException.INVALID_COUNTRY_CODE: "phone_country",
}
_LENGTH_CODES = {
    ValidationResult.TOO_LONG: "phone_long",
    ValidationResult.INVALID_LENGTH: "phone_length",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "phone_local",
    ValidationResult.INVALID_COUNTRY_CODE: "phone_country",
}


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
    valid = tuple(one for one in note.others if is_sure(_number(one, "ZZ")))  # in E.164 it is
    dropped = tuple(one for one in note.others if one not in valid)
    return note._replace(others=valid, dropped=dropped) if dropped else note


def _found(cell: str, region: str, nothing: frozenset[str]) -> Cleaned:
    text = characters.bare(clean.visible(cell)).strip("'`’\" ")
    if nothing is not placeholders.CONTACT and clean.word(cell) in nothing:
        return PLACEHOLDER  # of a person's own words some may be numbers
    if _PLAIN.fullmatch(text):
        return _apart(text, _number(text, region), region)
    if not text:
        return BLANK
    if text.lower() in nothing:
        return PLACEHOLDER
    if error := clean.error_note(text):
        return Cleaned(None, (error,))
    return _first(text, region)


def _first(text: str, region: str) -> Cleaned:
    """One number where the whole cell can be one: "030/123 456" is, "206 555 0123/24" is not."""
    pieces = [piece for piece in _BETWEEN.split(text) if any(map(str.isdigit, piece))]
    many = len(pieces) > 1 and not _WHOLE_FLOAT.fullmatch(text)
    if many and (_are_numbers(pieces) or _is_with_last_digits(pieces, region)):
        return _choice(pieces, region)
    whole = _one(" ".join(text.split()), region)
    if many and not is_sure(whole):
        chosen = _choice(pieces, region)
        return chosen if chosen.value and is_sure(chosen) else whole
    return _apart(text, whole, region)


def _are_numbers(pieces: Sequence[str]) -> bool:
    return all(_digits(piece) >= _FEWEST for piece in pieces)


def _is_with_last_digits(pieces: Sequence[str], region: str) -> bool:
    """Whether a whole number is followed by the last digits of others: "01 42 68 53 00/01".

    Longer ones are too where all together are more than a number has: "030 123456 / 654321".
    """
    if _digits(pieces[0]) < _FEWEST or not all(p[0].isdigit() for p in pieces[1:]):
        return False  # "ext. 12" goes with its number
    few = all(len(piece) <= 2 and piece.isdigit() for piece in pieces[1:])
    first = _one(pieces[0], region)
    if first.value is None or not is_sure(first):
        return False
    own = len(phonenumbers.national_significant_number(phonenumbers.parse(first.value)))
    return few or (own >= _FEWEST and own + sum(map(_digits, pieces[1:])) >= _MORE_THAN_ONE)


def _apart(text: str, whole: Cleaned, region: str) -> Cleaned:
    """`whole`, unless no more than a space keeps the digits of two numbers apart."""
    sure = is_sure(whole)
    if len(text) <= _FEWEST * 2 or (sure and len(text) <= _MOST_OF_ONE):
        return whole
    for space in _SPACES.finditer(text):
        halves = text[: space.start()], text[space.end() :]
        apart = not sure or halves[1].startswith(("0", "+", "("))
        if apart and _are_numbers(halves) and all(is_sure(_one(h, region)) for h in halves):
            return _choice(halves, region)
    return whole


def _choice(pieces: Sequence[str], region: str) -> Cleaned:
    """The first valid number, else the first possible one; the others are named."""
    read = [_one(" ".join(piece.split()), region) for piece in pieces]
    chosen = next(filter(is_sure, read), None) or next((r for r in read if r.value), read[0])
    if chosen.value is None:
        return chosen
    others = [p for p, r in zip(pieces, read, strict=True) if r.value != chosen.value]
    kept = tuple(r.value or " ".join(p.split()) for p, r in zip(pieces, read, strict=True)
                 if r.value != chosen.value)  # fmt: skip
    said = Note("phone_several", clean.instead(chosen.value, others), kept)
    return Cleaned(chosen.value, (said, *chosen.notes) if others else chosen.notes)


def is_sure(read: Cleaned) -> bool:
    """Whether what was read is a number that is known to be in use, and not merely possible."""
    return read.value is not None and all(note.code != "phone_unlikely" for note in read.notes)


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))


def _one(text: str, region: str) -> Cleaned:
    if short := _SCIENTIFIC.fullmatch(text):
        mantissa = short[1] + (short[2] or "")
        if len(mantissa) != int(short[3]) + 1:
            return left_out("phone_scientific")
        text = mantissa  # 1.2065550123E+10 has all its digits
    number = _TRAILING_LABEL.sub("", _LABEL.sub("", text, count=1) if _LABEL.match(text) else text)
    extension = _EXTENSION.fullmatch(number)
    if extension and _digits(extension["number"]) >= _FEWEST:
        read = _number(extension["number"], region)
        dropped = Note("phone_extension", extension["extension"])
        return Cleaned(read.value, (dropped, *read.notes)) if read.value else read
    return _number(number, region)


def _number(text: str, region: str) -> Cleaned:
    if any(map(str.isalpha, text)):
        return left_out("phone_letters")
    if whole := _WHOLE_FLOAT.fullmatch(text):
        text = whole[1]  # a number cell that was written as 2065550123.0
    digits = "".join(filter(str.isdigit, text))
    if not digits:
        return left_out("phone_short")
    if not digits.strip("0"):
        return left_out("phone_placeholder")
    read = _parsed(text, digits, region)
    if digits[-4:] in _ENDS and _is_made_up(digits, read.value):
        return left_out("phone_placeholder")  # MEGA would take all its bearers for one person
    return read


def _is_made_up(digits: str, sent: str | None) -> bool:
    """Whether one digit is repeated or all are counted, also behind a country code."""
    after = next((sent[n:] for n in (2, 3, 4) if int(sent[1:n]) in COUNTRIES), "") if sent else ""
    return _is_one_digit(digits) or _is_one_digit(after) or _is_run(digits) or _is_run(after, 9)


def _is_one_digit(digits: str) -> bool:
    return len(digits) >= _FEWEST and len(set(digits)) == 1


def _is_run(digits: str, fewest: int = _FEWEST) -> bool:
    """Dublin's 01 234 5678 may be somebody's: what begins with a 0 must be counted to the end."""
    enough = len(digits) >= (10 if digits.startswith("0") else fewest)
    return enough and any(digits in run for run in _RUNS)


def _parsed(text: str, digits: str, region: str) -> Cleaned:
    if international := _international(text, digits, region):
        return international
    try:
        parsed = phonenumbers.parse(text, region)
    except NumberParseException as error:
        return left_out(_PARSE_CODES.get(error.error_type, "phone_short"))
    if parsed.country_code == _MEXICO and (mobile := _MEXICAN_MOBILE.fullmatch(digits)):
        parsed = phonenumbers.parse(f"+52{mobile[1]}")
    length = phonenumbers.is_possible_number_with_reason(parsed)
    if length == ValidationResult.IS_POSSIBLE:
        return Cleaned(
            _e164(parsed), () if _is_known(parsed, region) else (Note("phone_unlikely"),)
        )
    if length == ValidationResult.TOO_LONG and (abroad := _valid(f"+{digits}")):
        return Cleaned(_e164(abroad), (Note("phone_international", _e164(abroad)),))
    return left_out(_LENGTH_CODES.get(length, "phone_short"))


def _international(text: str, digits: str, region: str) -> Cleaned | None:
    """Numbers that carry their country code without a plus: 0044 20…, and 49151… in Germany."""
    if "+" in text or "＋" in text:
        return None
    candidate = ""
    if digits.startswith("00"):
        candidate = digits[2:]
    elif phonenumbers.ndd_prefix_for_region(region, strip_non_digits=True) == "0":
        code = str(phonenumbers.country_code_for_region(region))
        candidate = digits if digits.startswith(code) and len(digits) >= 11 else ""
    number = _valid(f"+{candidate}") if candidate else None
    return Cleaned(_e164(number)) if number else None


def _is_known(number: PhoneNumber, region: str) -> bool:
    """Asking for the customer's own region first is twice as quick as looking for the region."""
    own = phonenumbers.is_valid_number_for_region(number, region)
    return own or phonenumbers.is_valid_number(number)


def _valid(text: str) -> PhoneNumber | None:
    try:
        parsed = phonenumbers.parse(text)
    except NumberParseException:
        return None
    return parsed if phonenumbers.is_valid_number(parsed) else None


def _e164(number: PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
