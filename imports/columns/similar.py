"""Headers with a typing error: "Emial", "Phone nubmer", "Telefone".

Only contact fields are found so, and only word for word: as many words as the synonym has, each
equal or one slip away from it. "List name" is no "Last name", "State" no "Stage".
"""

from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from imports.columns import headers, synonyms

_FIELDS = ("contact_name", "first_name", "last_name", "contact_phone", "contact_email")
_CUTOFF = 0.79  # one slip in five letters
_LONGEST = 60  # characters; no synonym is longer
_SHORTEST_WORD = 5  # in shorter words one letter makes another word

Near = tuple[str, int, str]
"""Field, rank, and the synonym as the table spells it."""


def nearest(header: str) -> Near | None:
    """The synonym that the header almost spells, or None."""
    words = headers.words(header)
    spelt = " ".join(words)
    if not words or len(spelt) > _LONGEST or not synonyms.STOP_WORDS.isdisjoint(words):
        return None
    table = _table()
    near = process.extract(
        spelt,
        table.keys(),
        scorer=DamerauLevenshtein.normalized_similarity,
        score_cutoff=_CUTOFF,
        limit=10,
    )
    return next(
        (table[phrase] for phrase, _, _ in near if _same_words(words, phrase.split())), None
    )


def _same_words(given: list[str], known: list[str]) -> bool:
    if len(given) != len(known):
        return False
    return all(a == b or _slip(a, b) for a, b in zip(given, known, strict=True))


def _slip(given: str, known: str) -> bool:
    if min(len(given), len(known)) < _SHORTEST_WORD or given[0] != known[0]:
        return False
    return given.isalpha() and DamerauLevenshtein.distance(given, known, score_cutoff=1) <= 1


@lru_cache(maxsize=1)
def _table() -> dict[str, Near]:
    table: dict[str, Near] = {}
    for field in _FIELDS:
        for rank, phrase in enumerate(synonyms.phrases(synonyms.TABLES[field])):
            table.setdefault(" ".join(headers.words(phrase)), (field, rank, phrase))
    return table
