"""Customers' names within the names of files: "2026-03 acme-homes leads.xlsx" is Acme Homes'."""

from collections import Counter
from collections.abc import Mapping, Sequence

from rapidfuzz import fuzz

from imports.columns.headers import words

WHOLE_NAME, ONE_WORD, SPELT_ALMOST = 50, 40, 40
SHORTEST = 4  # letters of a word that may stand for a whole name
ALIKE = 90  # percent
# Words that many names and many files have.
COMMON = frozenset({
    "the", "and", "und", "for", "inc", "llc", "ltd", "gmbh", "co", "corp", "company", "group",
    "agency", "team", "client", "customer", "sandbox", "lead", "leads", "contacts", "export",
    "import", "list", "sheet", "data", "file", "real", "estate", "homes", "home",
})  # fmt: skip

Match = tuple[str, int]
"""The reason, and how much it counts."""


class Names:
    """The names of the customers among whom one is looked for, by their ids."""

    def __init__(self, names: Mapping[int, str]) -> None:
        self._names = names
        self._words = {pk: words(name) for pk, name in names.items()}
        self._holders = Counter(word for own in self._words.values() for word in set(own))

    def in_file_name(self, given: Sequence[str]) -> dict[int, Match]:
        """Return whose names occur in a file's name, given as its words.

        Where a name lies within another that occurs as well ("Acme" in "Acme Homes"), only the
        longer one does.
        """
        found = {pk: hit for pk in self._names if (hit := self._match(pk, given))}
        return {
            pk: (reason, points)
            for pk, (reason, points, used) in found.items()
            if not any(used < other for _, _, other in found.values())
        }

    def _match(self, pk: int, given: Sequence[str]) -> tuple[str, int, frozenset[str]] | None:
        own = self._words[pk]
        if own and _holds(given, own) and len("".join(own)) >= 3:
            return _contains(self._names[pk]), WHOLE_NAME, frozenset(own)
        for word in own:
            alone = self._holders[word] == 1 and word not in COMMON and len(word) >= SHORTEST
            if alone and word in given:
                return _contains(word), ONE_WORD, frozenset({word})
        joined = "".join(own)
        for word in given if joined.isalpha() else ():  # one digit makes another customer
            long = min(len(word), len(joined)) > SHORTEST and word not in COMMON
            if long and fuzz.ratio(word, joined) >= ALIKE:
                return _contains(word), SPELT_ALMOST, frozenset(own)
        return None


def _contains(what: str) -> str:
    return f"the file name contains “{what}”"


def _holds(given: Sequence[str], own: Sequence[str]) -> bool:
    """Whether the words stand in the file's name one after the other."""
    width = len(own)
    return any(list(given[i : i + width]) == list(own) for i in range(len(given) - width + 1))
