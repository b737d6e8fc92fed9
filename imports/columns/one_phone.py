"""One phone number of a cell in E.164, by the habits of a region."""

import re
from typing import Final

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE as COUNTRIES
from phonenumbers import NumberParseException, PhoneNumber, ValidationResult

from imports.columns.clean import Cleaned, Note, left_out

FEWEST: Final = 7  # digits of one number among several
WORDS = (
    r"(?:telephone|telefono|teléfono|telefone|telefon|téléphone|phone|mobile?|cell|mob|m[oó]vil"
    r"|celular|portable|home|work|office|main|whatsapp|handy|gsm|tel|cel|büro|privat|bureau)"
)
_LABEL = re.compile(
    rf"{WORDS}\s*(?:[.:]+\s*|\s(?=[\d+(])|(?=[\d+(]))|[ptmcohwd]\s*[.:]+\s*", re.IGNORECASE
)
_TRAILING_LABEL = re.compile(
    rf"\s*[(\[]\s*(?:{WORDS}|[mchwo])\s*[)\]]|[\s-]+{WORDS}$", re.IGNORECASE
)
_EXTENSION = re.compile(
    r"(?P<number>.*\d\)?)\s*[,;]?\s*(?:;ext=|ext(?:ensi[oó]n|n)?\.?|x\.?|#|poste|durchwahl|dw|anexo"
    r"|ramal|interno|int\.|toestel|klappe|nebenstelle|wewn\.?)\s*[:.]?\s*(?P<extension>\d{1,7})",
    re.IGNORECASE,
)
_SCIENTIFIC = re.compile(r"\+?(\d)(?:[.,](\d+))?e\+?(\d{1,2})", re.IGNORECASE)
WHOLE_FLOAT = re.compile(r"(\+?\d{7,15})[.,]0+")
_RUNS = ("01234567890", "12345678901", "9876543210", "0987654321")
_ENDS = frozenset(digit * 4 for digit in "0123456789") | {
    run[at : at + 4] for run in _RUNS for at in range(len(run) - 3)
}
_MEXICO = 52
_MEXICAN_MOBILE = re.compile(r"(?:00)?521(\d{10})")  # the 1 is gone since 2019, but not from sheets

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


def is_sure(read: Cleaned) -> bool:
    """Whether what was read is a number that is known to be in use, and not merely possible."""
    return read.value is not None and all(note.code != "phone_unlikely" for note in read.notes)


def digits_in(text: str) -> int:
    """How many digits stand in a text."""
    return sum(map(str.isdigit, text))


def of(text: str, region: str) -> Cleaned:
    """A number that may have a label before or behind it, and an extension."""
    if short := _SCIENTIFIC.fullmatch(text):
        mantissa = short[1] + (short[2] or "")
        if len(mantissa) != int(short[3]) + 1:
            return left_out("phone_scientific")
        text = mantissa  # 1.2065550123E+10 has all its digits
    number = _TRAILING_LABEL.sub("", _LABEL.sub("", text, count=1) if _LABEL.match(text) else text)
    extension = _EXTENSION.fullmatch(number)
    if extension and digits_in(extension["number"]) >= FEWEST:
        read = plain(extension["number"], region)
        dropped = Note("phone_extension", extension["extension"])
        return Cleaned(read.value, (dropped, *read.notes)) if read.value else read
    return plain(number, region)


def plain(text: str, region: str) -> Cleaned:
    """A number without anything else."""
    if any(map(str.isalpha, text)):
        return left_out("phone_letters")
    if whole := WHOLE_FLOAT.fullmatch(text):
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
    return len(digits) >= FEWEST and len(set(digits)) == 1


def _is_run(digits: str, fewest: int = FEWEST) -> bool:
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
