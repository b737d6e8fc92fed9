"""Headers that say a usual name and something about it.

    the words in another order     phone_mobile; Email Address - Work; TEL;CELL
    whose it is, said before it    Person - Email; primary_contact_phone; Votre adresse e-mail
    a number after it              Cell Phone 1; Phone Number 2; email-205
    an instruction in parentheses  Email (print clearly)

Only contact fields are found so, and never where a word says that it is somebody else's or no
telephone: "Agent phone", "Phone - Fax". A number or an instruction makes the match less sure, but
for the 1 of a first telephone or address.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from imports.columns import bystanders, fields, headers, synonyms

_IN_PARENTHESES = re.compile(r"[(\[][^()\[\]]*[)\]]")
_E_MAIL = re.compile(r"\be mail\b")
_MOST_WORDS = 8
_LESS_LIKELY = 1_000  # ranks; behind every plain name
_FIELDS = frozenset({*fields.CONTACTS, *fields.NAME_PARTS})
_ANY_ORDER = ("contact_phone", "contact_email")  # "last contact name" is not the last name
_TOO_SHORT = frozenset({"contact", "first", "last", "name first", "name last"})


class Found(NamedTuple):
    """Field, rank, the usual name that the header holds, and whether it surely means it."""

    target: str
    rank: int
    phrase: str
    sure: bool


def find(header: str) -> Found | None:
    """The usual name that the header holds, or None."""
    words = _words(header)
    if not words or len(words) > _MOST_WORDS or is_of_others(words):
        return None
    if found := _whose(words):
        return found
    if words[-1].isdigit():
        found = _whose(words[:-1])
        return found and _behind(found, sure=words[-1] == "1" and found.target in _ANY_ORDER)
    bare = _words(_IN_PARENTHESES.sub(" ", header))
    found = _known(bare) if bare and bare != words else None
    return _behind(found, sure=False) if found and found.target in _ANY_ORDER else None


def is_of_others(words: Collection[str]) -> bool:
    """Whether one of the words says that the contact is not the lead's, or is a fax."""
    return not bystanders.NOT_THE_LEADS.isdisjoint(words)


def _words(header: str) -> list[str]:
    return _E_MAIL.sub("email", " ".join(headers.words(header))).split()


def _whose(words: Sequence[str]) -> Found | None:
    """Drop the words before it one by one: "primary contact phone" is "contact phone" already."""
    for count, rest in _after_owners(words):
        found = _known(rest)
        if found and not (count and " ".join(rest) in _TOO_SHORT):
            billing = not bystanders.LESS_LIKELY.isdisjoint(words[:count])
            return _behind(found, sure=found.sure) if billing else found
    return None


def _after_owners(words: Sequence[str]) -> Iterator[tuple[int, Sequence[str]]]:
    yield 0, words
    for count, word in enumerate(words[:-1], start=1):
        if word not in bystanders.OWNERS:
            return
        yield count, words[count:]


def _known(words: Sequence[str]) -> Found | None:
    target, rank = synonyms.INDEX.get("".join(words), ("", 0))
    if target in _FIELDS:
        return Found(target, rank, " ".join(words), sure=True)
    return _in_any_order().get(_sorted(words))


def _behind(found: Found, *, sure: bool) -> Found:
    return found._replace(rank=found.rank + _LESS_LIKELY, sure=sure)


def _sorted(words: Sequence[str]) -> str:
    return " ".join(sorted(words))


@lru_cache(maxsize=1)
def _in_any_order() -> Mapping[str, Found]:
    table: dict[str, Found] = {}
    for target in _ANY_ORDER:
        for rank, phrase in enumerate(synonyms.phrases(synonyms.TABLES[target])):
            words = _words(phrase)
            if "no" not in words:  # "contact no" is a number, "no contact" is none
                table.setdefault(_sorted(words), Found(target, rank, phrase, sure=True))
    return table
