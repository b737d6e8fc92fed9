"""How headers are read, compared and named.

A *name* is how a person addresses a column in a mapping file, a problem or a page: the header as it
stands in the sheet, "Phone (2)" for the second of two equal headers, "Column C" for an empty one.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from portal import characters

_LINE_ENDS = re.compile(r"[\v\f\x1c-\x1f]")  # spaces to Python, control characters to others
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_WORD = re.compile(r"[\W_]+")
_BOUNDARY = re.compile(r"(?<=\d)(?=[^\W\d])|(?<=[^\W\d])(?=\d)")


def fold(text: str) -> str:
    """Lower case without accents: "Prénom" is "prenom", "Straße" is "strasse".

    Nothing that cannot be seen counts (see `portal.characters`).
    """
    decomposed = unicodedata.normalize("NFKD", characters.bare(text))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def words(header: str) -> list[str]:
    """The words of a header: "firstName", "FIRST_NAME" and "First name:" give the same two."""
    spaced = _CAMEL.sub(" ", characters.bare(header))
    return [word for word in _NOT_WORD.split(_BOUNDARY.sub(" ", fold(spaced))) if word]


def squash(text: str) -> str:
    """Letters and digits only, folded: the form under which synonyms are looked up."""
    return _NOT_WORD.sub("", fold(text))


def folded(headings: Iterable[str]) -> dict[str, str]:
    """Headings as they stand, by the form in which they are compared; of equal ones the last."""
    return {squashed: heading for heading in headings if (squashed := squash(heading))}


def single(headings: Iterable[str]) -> dict[str, int]:
    """The places of columns that are known by their heading: it is there, and no other has it."""
    squashed = [squash(heading) for heading in headings]
    counts = Counter(squashed)
    return {one: place for place, one in enumerate(squashed) if one and counts[one] == 1}


def letter(index: int) -> str:
    """The letter that a spreadsheet program gives the column: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def tidy(header: str) -> str:
    """One line without stray invisible characters, which nobody could type or tell apart."""
    return " ".join(characters.clean(_LINE_ENDS.sub(" ", header)).split())


def names(headers: Sequence[str]) -> list[str]:
    """One unique name for each column, in order (see the module's docstring)."""
    tidied = [tidy(header) or f"Column {letter(i)}" for i, header in enumerate(headers)]
    counts = Counter(tidied)
    taken = {name for name, count in counts.items() if count == 1}
    seen: Counter[str] = Counter()
    return [_unique(name, counts, seen, taken) for name in tidied]


def _unique(name: str, counts: Counter[str], seen: Counter[str], taken: set[str]) -> str:
    if counts[name] == 1:
        return name
    for candidate in _numbered(name, seen):
        if candidate not in taken:
            taken.add(candidate)
            return candidate
    raise AssertionError("counting never ends")


def _numbered(name: str, seen: Counter[str]) -> Iterator[str]:
    while True:
        seen[name] += 1
        yield f"{name} ({seen[name]})"
