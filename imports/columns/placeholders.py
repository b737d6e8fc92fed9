"""What people and programs write where they have nothing to say. Edit the lists freely.

Words stand in lower case, separated by bars. A change takes a new `check.RULES_VERSION`. What a
mapping adds to them, or takes out, counts in its contact fields alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Self


def words(listed: str) -> frozenset[str]:
    """The words of a list in which bars stand between them."""
    return frozenset(word.strip() for word in listed.split("|"))


# "Nothing", wherever it stands but in a text or a name.
NOTHING: Final = words(
    "n/a | n.a. | n.a | na | - | -- | --- | – | — | . | .. | ... | … | null | none | nil"
    "| nan | undefined | (blank) | (none) | (null) | <null> | [null] | (empty) | \\n"
    "| k.a. | k. a. | k.a | keine | keiner | kein | keine angabe | nicht vorhanden"  # German
    "| aucun | aucune | néant | s/o | n/d | n.d. | non renseigné"  # French
    "| ninguno | ninguna | s/d | no aplica | nessuno | nessuna"  # Spanish, Italian
    "| nenhum | nenhuma | geen | n.v.t. | nvt | brak | ingen | saknas"  # Portuguese, Dutch …
)

# Filled in to get past a form. Elsewhere these may be values, such as a stage called "test".
_FILLED_IN = words(
    "#n/a | test | test test | testing | dummy | tbd | tba | unknown | not provided | not available"
    "| no phone | no email | no e-mail | no mail | noemail | no name"
    "| xxx | xxxx | asdf | ? | ?? | ???"
    "| unbekannt | inconnu | desconocido | sconosciuto | desconhecido | onbekend"
)
CONTACT: Final = NOTHING | _FILLED_IN

# People are called so: Jennifer Null, Na Li, Nan Goldin, Amy None.
_PEOPLE = words("na | null | none | nil | nan | nessuno | ? | ?? | ???")
NAME: Final = (CONTACT - _PEOPLE) | words(
    "n/a n/a | null null | none none | undefined undefined | - - | k.a. k.a. | keine keine"
)
PART_OF_A_NAME: Final = NAME - words("test | keiner | kein | geen | brak")
"""Surnames, at least where another column has the first name."""

# What stands on both sides of the @ in addresses that nobody has, none@none.com, and on the left of
# example.com. Two different ones may be somebody's: mail@abc.de.
_NOBODY = words(
    "test | none | na | no | nomail | noemail | no-email | noreply | no-reply | fake | dummy"
    "| unknown | asdf | abc | xxx | email | mail | user | nobody | null | noone | notgiven"
)
DOMAINS: Final = frozenset(
    f"{word}.{end}" for word in _NOBODY | {"example"} for end in ("com", "de", "net", "org", "fr")
)
LOCAL: Final = _NOBODY
DEFAULT: Final = NAME | CONTACT
LONGEST: Final = max(map(len, DEFAULT))

MOST_OWN: Final = 100
LONGEST_OWN: Final = 60  # characters
MOST_NAMED: Final = 8  # in a sentence


@dataclass(frozen=True, slots=True)
class Words:
    """What a mapping reads as blank in contacts otherwise than it is usual.

    `own` are its words besides the default ones, blank in names too; `out` are default ones that it
    takes for values. All are whole cells as `clean.word` gives them.
    """

    own: tuple[str, ...] = ()
    out: tuple[str, ...] = ()

    @property
    def contacts(self) -> frozenset[str]:
        """What is no phone and no e-mail."""
        return _changed(CONTACT, self)

    @property
    def names(self) -> frozenset[str]:
        """What is no whole name."""
        return _changed(NAME, self)

    @property
    def name_parts(self) -> frozenset[str]:
        """What is no first and no last name."""
        return _changed(PART_OF_A_NAME, self)

    @property
    def said(self) -> str:
        """What is otherwise than usual, in words: "also “walk-in”; not “test”"."""
        parts = (("also", self.own), ("not", self.out))
        return "; ".join(f"{how} {_named(words)}" for how, words in parts if words)

    def defects(self) -> Iterator[str]:
        """A sentence for everything that cannot be, beginning with the word."""
        if len(self.own) > MOST_OWN:
            yield f"At most {MOST_OWN} own words are read as blank; these are {len(self.own)}."
        for word in self.own:
            if not word:
                yield "A word that is read as blank has at least one character that can be seen."
            elif len(word) > LONGEST_OWN:
                yield (
                    f"“{word[:LONGEST_OWN]}…” is too long: a word that is read as blank has at most"
                    f" {LONGEST_OWN} characters."
                )
            elif word in self.out:
                yield f"“{word}” is both added and taken out: choose one."
        for word in self.out:
            if word not in DEFAULT:
                yield f"“{word[:LONGEST_OWN]}” is none of the words that are read as blank."

    def to_json(self) -> dict[str, list[str]]:
        """For jsonb; `from_json` reads it back."""
        return {"add": [*self.own], "remove": [*self.out]}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """What `to_json` wrote; KeyError or TypeError when it did not."""
        return cls(tuple(stored["add"]), tuple(stored["remove"]))


USUAL: Final = Words()


def _named(words: Sequence[str]) -> str:
    more = len(words) - MOST_NAMED
    listed = ", ".join(f"“{word}”" for word in words[:MOST_NAMED])
    return f"{listed} and {more} more" if more > 0 else listed


@lru_cache(maxsize=256)
def _changed(usual: frozenset[str], words: Words) -> frozenset[str]:
    """The very same set for the same words, so that caches of what was read find it at once."""
    return (usual - {*words.out}) | {*words.own} if words != USUAL else usual
