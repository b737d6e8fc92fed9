"""What a cell of a list of customers means. Each raises BadInput: what was found, how to repair."""

import re
from typing import Final
from uuid import UUID

import phonenumbers

from imports import customers
from imports.columns import headers
from imports.errors import BadInput
from imports.models import Customer, OnDuplicate
from portal import characters

_EXAMPLE: Final = "3f0c9a52-7d1e-4b68-9c3a-5e2f8b1d6a47"
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}")
_CALLING: Final = re.compile(r"(?:\+|00)?(\d{1,3})")
_COUNT: Final = re.compile(
    r"(\d{1,4})(?:[.,]0+)?(?:\s*(?:/|per|a|pro)\s*(?:min|minute))?", re.IGNORECASE
)
_REGIONS: Final = {"UK": "GB", "USA": "US", "EL": "GR"}
_EXISTING: Final = {
    OnDuplicate.SKIP: "skip leave keep ignore leaveexistingleadsastheyare leavethem leaveasis",
    OnDuplicate.UPDATE: "update overwrite merge updateexistingleads updatethem",
}
_WORDS: Final = {word: what for what, words in _EXISTING.items() for word in words.split()}


def name(text: str) -> str:
    """The customer's name, as the form of one customer takes it."""
    if not text:
        raise BadInput("The customer has no name. Type the one that MEGA shows for the account.")
    return customers.read_name(text)


def mega_id(text: str) -> UUID:
    """MEGA's id: a UUID, with or without hyphens, braces and the prefix of a URN."""
    plain = characters.bare(text).strip().lower().removeprefix("urn:uuid:").strip("{}")
    if _UUID.fullmatch(plain):
        return UUID(plain)
    found = f"“{text[:60]}” is not a UUID." if text else "The MEGA id is missing."
    raise BadInput(f"{found} Copy it from MEGA; it looks like {_EXAMPLE}.")


def region(text: str, default: str) -> str:
    """Two capital letters; a calling code such as +49 is that of its country."""
    plain = characters.bare(text).strip().upper()
    if not plain:
        return default
    if code := _CALLING.fullmatch(plain):
        plain = phonenumbers.region_code_for_country_code(int(code[1]))
    try:
        return customers.read_region(_REGIONS.get(plain, plain))
    except BadInput as problem:
        raise BadInput(f"“{text[:60]}” is not a region. {problem.sentence}") from problem


def requests(text: str) -> int:
    """Requests a minute, 1 to 600; as for any new customer where nothing is said."""
    plain = characters.bare(text).strip()
    if not plain:
        return Customer(pk=None).requests_per_minute
    found = _COUNT.fullmatch(plain)
    if found is None or not 1 <= int(found[1]) <= 600:
        raise BadInput(
            f"“{text[:60]}” is not a whole number from 1 to 600. MEGA's limit is usually 10."
        )
    return int(found[1])


def existing(text: str) -> OnDuplicate:
    """What happens to leads that MEGA has already; they stay as they are where nothing is said."""
    if not text.strip():
        return OnDuplicate.SKIP
    found = _WORDS.get(headers.squash(text))
    if found is None:
        raise BadInput(
            f"“{text[:60]}” is neither skip (existing leads stay as they are) nor update (the "
            "sheet's values overwrite them). Write one of the two."
        )
    return found
