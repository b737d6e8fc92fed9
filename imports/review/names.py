"""Whether two names can be one person's. Pure; careful: what is unclear is not called different."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from imports.columns import placeholders
from imports.review.nicknames import ALIKE

MOST: Final = 60
"""Names that are compared with each other; so many different ones are not one person's."""

_TITLES = placeholders.words(
    "mr | mrs | ms | miss | mx | dr | prof | professor | sir | dame | lady | rev | hon | herr"
    "| frau | hr | fr | mme | mlle | monsieur | madame | senor | senora | srta | sra | dott"
    "| dottssa | ing | dipl | mag | phd | md | esq | mba | mbe | cpa | dds | llm | msc | bsc"
)
_JOINING = placeholders.words("and | und | et | y | e | en | of | the | i")
_GENERATIONS: Final = {
    "jr": "junior",
    "jun": "junior",
    "junior": "junior",
    "sr": "senior",
    "sen": "senior",
    "senior": "senior",
    "ii": "second",
    "iii": "third",
    "iv": "fourth",
}
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "æ": "a", "œ": "o", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
_WRITTEN_OUT = re.compile(r"(?<=[aou])e")  # Müller, Mueller and Muller are one name
_APOSTROPHES = re.compile(r"['’‘`´ʼ.]")  # O'Connor, and J.R. beside JR
_PARTS = re.compile(r"[^\W_]+")
_PREFIX = 3  # letters that a short form has at least: Alex, Dom
_TYPO = 5  # letters of a word in which one may be wrong
_NONE: Final[frozenset[int]] = frozenset()
_LONGEST = 6  # parts that are compared loosely


@dataclass(frozen=True, slots=True)
class Name:
    """A name's parts as they are compared, and whether it says which of a family is meant."""

    parts: tuple[str, ...]  # in the order of the alphabet
    joined: str  # in their own: "Annemarie" is "Anne Marie"
    given: str  # the first of several
    generation: str
    is_latin: bool


def same_name(one: str, other: str) -> bool | None:
    """True: one person's name. False: names of different people. None: unknown or unclear.

    Order, accents, titles and case make no difference; initials, short forms, nicknames, middle
    names, a slip of the pen and another script are unclear, and so is a blank name.
    """
    return _compare(_read(one), _read(other))


def differ(names: Iterable[str]) -> bool:
    """Whether two of these are of different people."""
    read = {name for text in {*names} if (name := _read(text))}
    if len(read) > MOST:
        return True
    return any(_compare(one, other) is False for one, other in combinations(read, 2))


def is_renamed(one: str, other: str) -> bool:
    """Whether only what follows the first name differs, as after a marriage."""
    read, known = _read(one), _read(other)
    return bool(read and known and read.given and read.given == known.given)


def are_one(names: Sequence[str]) -> bool:
    """Whether all of these are surely one person's."""
    first = _read(names[0]) if names else None
    return first is not None and all(_compare(first, _read(name)) for name in {*names})


def people(names: Iterable[str]) -> list[str]:
    """One name for each person, in their order; what is unclear counts as one of the others."""
    read: dict[Name, str] = {}
    for text in names:
        if name := _read(text):
            read.setdefault(name, text)
    found: list[Name] = []
    for name in sorted(read, key=lambda one: -len(one.parts)):  # what is short is often unclear
        if len(found) > MOST or all(_compare(name, known) is False for known in found):
            found.append(name)
    if len(found) == 1:
        found = next((pair for pair in _pairs_of(read) if _compare(*pair) is False), found)
    kept = set(found)
    return [text for name, text in read.items() if name in kept]


def _pairs_of(read: Iterable[Name]) -> Iterator[list[Name]]:
    return (list(pair) for pair in combinations(list(read)[:MOST], 2))


def _read(text: str) -> Name | None:
    if not text or "@" in text or text.strip().lower() in placeholders.CONTACT:
        return None
    text = _turned(text)
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    plain = "".join(sign for sign in folded if not unicodedata.combining(sign))
    words = [w for w in _PARTS.findall(_APOSTROPHES.sub("", plain)) if w not in _TITLES]
    generation = next((_GENERATIONS[w] for w in words[1:] if w in _GENERATIONS), "")
    leading, *others = words or [""]
    kept = [leading, *(w for w in others if w not in _GENERATIONS)]
    parts = [_WRITTEN_OUT.sub("", word) for word in kept if word and word not in _JOINING]
    joined = "".join(parts)
    if not any(map(str.isalpha, joined)):
        return None
    is_latin = any("a" <= sign <= "z" for sign in joined)
    given = parts[0] if len(parts) > 1 else ""
    return Name(tuple(sorted(parts)), joined, given, generation, is_latin)


def _turned(text: str) -> str:
    """Return "Ann Smith" for "Smith, Ann"; what follows the comma may also be a title."""
    last, _, first = text.rpartition(",")
    said = _PARTS.findall(first.casefold())
    is_name = any(word not in _TITLES and word not in _GENERATIONS for word in said)
    return f"{first} {last}" if is_name else text


def _compare(one: Name | None, other: Name | None) -> bool | None:
    if one is None or other is None:
        return None
    is_one = one.parts == other.parts or one.joined == other.joined
    if is_one and one.generation == other.generation:
        return True
    if is_one:
        return False if one.generation and other.generation else None
    if one.is_latin != other.is_latin:
        return None
    rest, others, matched = [], list(other.parts), 0
    for part in one.parts:
        if part in others:
            others.remove(part)
            matched += 1
        else:
            rest.append(part)
    matched += _pairs(rest[:_LONGEST], others[:_LONGEST])
    fewest = min(len(one.parts), len(other.parts))
    return None if matched >= min(fewest, 2) else False


def _pairs(ones: Sequence[str], others: Sequence[str]) -> int:
    """How many of each can be paired with one of the other at most."""
    if not ones or not others:
        return 0
    first, *rest = ones
    best = _pairs(rest, others)
    for place, other in enumerate(others):
        if _is_alike(first, other):
            best = max(best, 1 + _pairs(rest, [*others[:place], *others[place + 1 :]]))
    return best


def _is_alike(one: str, other: str) -> bool:
    if not (one.isalpha() and other.isalpha()):
        return False  # numbers are alike when they are the same
    if ALIKE.get(one, _NONE) & ALIKE.get(other, _NONE):
        return True
    if one[0] != other[0]:
        return False
    short, long = (one, other) if len(one) < len(other) else (other, one)
    if (len(short) == 1 or len(short) >= _PREFIX) and long.startswith(short):
        return True
    return len(short) >= _TYPO and _is_one_slip(short, long)


def _is_one_slip(short: str, long: str) -> bool:
    """Whether a letter is wrong, missing, or swapped with its neighbour."""
    if len(long) - len(short) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), None)
    if start is None:
        return True
    if len(long) > len(short):
        return short[start:] == long[start + 1 :]
    swapped = short[start : start + 2][::-1] == long[start : start + 2]
    return short[start + 1 :] == long[start + 1 :] or (
        swapped and short[start + 2 :] == long[start + 2 :]
    )
