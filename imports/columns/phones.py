"""Phone numbers in E.164, as MEGA keeps them, read by the habits of the customer's region."""

import re
from functools import lru_cache, partial
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, ValidationResult

from imports.columns import clean
from imports.columns.clean import BLANK, Cleaned, Note, left_out
from portal import characters

PHONE_DATA_VERSION: Final[str] = phonenumbers.__version__

_LONGEST = 100  # characters of a cell that may still be a number
_CACHED = 65_536  # cells; parsing takes 70 % of the time of checking a row
_FEWEST = 7  # digits of one number among several

_LABEL = re.compile(
    r"(?:p|t|m|c|h|w|tel|telephone|phone|mobile|mob|cell|home|work|whatsapp|handy|gsm)\s*[.:]+\s*",
    re.IGNORECASE,
)
_TRAILING_LABEL = re.compile(
    r"\s*[(\[]\s*(?:mobile|mob|cell|home|work|office|main|whatsapp|m|c|h|w|o)\s*[)\]]",
    re.IGNORECASE,
)
_EXTENSION = re.compile(
    r"(?P<number>.*\d\)?)\s*[,;]?\s*(?:;ext=|ext(?:ension|n)?\.?|x\.?|#|poste|durchwahl|dw|anexo"
    r"|ramal|interno|toestel)\s*[:.]?\s*(?P<extension>\d{1,7})",
    re.IGNORECASE,
)
_SCIENTIFIC = re.compile(r"\+?\d(?:[.,]\d+)?e\+?\d{1,2}", re.IGNORECASE)
_WHOLE_FLOAT = re.compile(r"(\d{7,15})[.,]0+")
_BETWEEN = re.compile(r"\s*(?:[;,/|\n]|\bor\b|\band\b|&)\s*", re.IGNORECASE)
_RUNS = frozenset({"1234567890", "0123456789", "9876543210", "0987654321"})

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


def reader(region: str) -> partial[Cleaned]:
    """The reader of phone cells for a region such as "US" (ISO 3166, two letters)."""
    return partial(read_phone, region=region.upper())


def read_phone(cell: str, region: str) -> Cleaned:
    """The first number of the cell in E.164; its extension is dropped, and said."""
    if len(cell) > _LONGEST:
        text = clean.one_line(cell)
        if not text:
            return BLANK
        if len(text) > _LONGEST:
            return left_out("phone_long")
        cell = text
    return _read(cell, region)


@lru_cache(maxsize=_CACHED)
def _read(cell: str, region: str) -> Cleaned:
    text = characters.bare(clean.visible(cell)).lstrip("'`’ ")
    if not text or clean.is_nothing(text):
        return BLANK
    if error := clean.error_note(text):
        return Cleaned(None, (error,))
    pieces = _several(text)
    read = _one(" ".join(pieces[0].split()), region)
    if len(pieces) == 1 or read.value is None:
        return read
    return Cleaned(read.value, (Note("phone_several", read.value), *read.notes))


def _several(text: str) -> list[str]:
    """More than one piece only where each could be a number: "030/123 456" is one."""
    pieces = [piece for piece in _BETWEEN.split(text) if piece]
    if len(pieces) > 1 and all(sum(map(str.isdigit, p)) >= _FEWEST for p in pieces):
        return pieces
    return [text]


def _one(text: str, region: str) -> Cleaned:
    if _SCIENTIFIC.fullmatch(text):
        return left_out("phone_scientific")
    number = _TRAILING_LABEL.sub("", _LABEL.sub("", text, count=1) if _LABEL.match(text) else text)
    extension = _EXTENSION.fullmatch(number)
    if extension and sum(map(str.isdigit, extension["number"])) >= _FEWEST:
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
    read = _parsed(text, digits, region)
    if _is_placeholder(digits) or (read.value and _is_placeholder(read.value[-10:])):
        return left_out("phone_placeholder")  # MEGA would take all its bearers for one person
    return read


def _is_placeholder(digits: str) -> bool:
    return len(digits) >= _FEWEST and (len(set(digits)) == 1 or digits in _RUNS)


def _parsed(text: str, digits: str, region: str) -> Cleaned:
    if international := _international(text, digits, region):
        return international
    try:
        parsed = phonenumbers.parse(text, region)
    except NumberParseException as error:
        return left_out(_PARSE_CODES.get(error.error_type, "phone_short"))
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
