"""When two rows are the same person: by e-mail, or by the last ten digits of the phone."""

import re

_EXTENSION = re.compile(r"[a-zA-Z#;,].*", re.DOTALL)
_NOT_DIGITS = re.compile(r"[^0-9]+")


def email_key(email: str | None) -> str | None:
    """Return what e-mails are compared by, None for none."""
    return (email or "").strip().casefold() or None


def phone_key(phone: str | None) -> str | None:
    """Return the last ten digits, None for a phone that has fewer."""
    digits = _digits(phone or "")
    return digits[-10:] if len(digits) >= 10 else None


def e164(phone: str) -> str:
    """Return how a phone is kept: `(206) 555-0123` as `+12065550123`; a short one as it came."""
    digits = _digits(phone)
    if phone.strip().startswith("+") and digits:
        return f"+{digits}"
    if digits.startswith("00"):
        return f"+{digits[2:]}"
    if len(digits) == 10:
        return f"+1{digits}"
    return f"+{digits}" if len(digits) > 10 else phone.strip()


def _digits(phone: str) -> str:
    """Return the digits of any script as ASCII, without an extension behind them."""
    number = _EXTENSION.sub("", phone)
    if number.isascii():
        return _NOT_DIGITS.sub("", number)
    return "".join(str(int(sign)) for sign in number if sign.isdecimal())
