"""The words of a customer's CRM as a mapping needs them: what a cell means, what can be chosen.

A cell is recognised only when it says the very same: a stage's slug or name, an owner's id or name,
capital letters, accents and "Schmidt, Anna" aside. What two could be is none of them. The signs of
a stage count, as "A+" is not "A-".
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from imports.columns import clean, headers
from imports.models import Import, Vocabulary, Word
from portal import characters

Kind = Word.Kind
KIND_OF: Final[Mapping[str, str]] = {"stage_slug": Kind.STAGE, "owner_id": Kind.OWNER}
MOST_OFFERED: Final = 500  # of each kind, in a list to choose from
_MARK: Final = " · "  # between a name and the id
_LONGEST_SHOWN: Final = 150  # characters of a name, so that it fits a field with its id
_LONGEST: Final = 200  # characters of a cell that may be a name
_NOT_WORD: Final = re.compile(r"[\W_]+")
_SPACED: Final = re.compile(r"[\s_]+")
_HYPHEN: Final = re.compile(r"(?<=[^\W\d])-(?=[^\W\d])")  # between letters


@dataclass(frozen=True, slots=True)
class Words:
    """All that is known of an account; empty where nothing is.

    `meant` leads from what cells may say, folded, to the words that it could be.
    """

    vocabulary: Vocabulary | None = None
    by_kind: Mapping[str, Mapping[str, Word]] = field(default_factory=dict)
    meant: Mapping[str, Mapping[str, set[str]]] = field(default_factory=dict)

    @property
    def read_at(self) -> datetime | None:
        """When they were read from leads, if they ever were."""
        return self.vocabulary.read_at if self.vocabulary else None

    def known(self, kind: str) -> list[Word]:
        """Those that may be chosen, by their names."""
        return [word for word in self.by_kind.get(kind, {}).values() if word.is_known]

    def knows_some(self, kind: str) -> bool:
        """Whether any may be chosen. A page asks for each of its cells, and never lists them so."""
        return any(word.is_known for word in self.by_kind.get(kind, {}).values())

    def find(self, kind: str, word: str) -> Word | None:
        """The word, whatever is known of it."""
        return self.by_kind.get(kind, {}).get(word)

    def refusal(self, kind: str, word: str) -> Word | None:
        """The word where MEGA's latest answer to it was no."""
        found = self.find(kind, word)
        return found if found and found.is_refused else None

    def recognise(self, target: str, cell: str) -> str:
        """The stage or owner that the cell surely means, "" where that is unclear."""
        kind = KIND_OF[target]
        if len(cell) > _LONGEST:
            return ""
        literal = _literal(target, cell)
        if kind == Kind.OWNER and literal:
            return literal
        if (found := self.find(kind, literal)) and found.is_known:
            return literal
        could_be = self.meant.get(kind, {}).get(_fold(kind, cell), set())
        if len(could_be) != 1:
            return ""
        (only,) = could_be
        found = self.find(kind, only)
        return only if found and found.is_known else ""

    def shown(self, target: str, value: str) -> str:
        """A stage or owner as people choose it: owners by their name, with the id where the name
        does not surely lead back to them. `typed` reads it again.
        """
        found = self.find(KIND_OF[target], value)
        if target != "owner_id" or found is None or not found.name:
            return value
        is_plain = len(found.name) <= _LONGEST_SHOWN and _MARK not in found.name
        if is_plain and self.recognise(target, found.name) == value:
            return found.name
        return f"{found.name[:_LONGEST_SHOWN]}{_MARK}{value}"

    def typed(self, target: str, text: str) -> str:
        """The stage or owner for what a person chose or typed; the text itself where unknown."""
        found = self.find(KIND_OF[target], text.rpartition(_MARK)[2].lower())
        if found and self.shown(target, found.word) == text:
            return found.word  # first, as names may hold what they like, also another's id
        return self.recognise(target, text) or (found.word if found else text)

    def offers(self, target: str) -> list[tuple[str, str]]:
        """What can be chosen for the field, each with what is said beside it."""
        known = self.known(KIND_OF[target])[:MOST_OFFERED]
        if target == "owner_id":
            return [(self.shown(target, one.word), "") for one in known]
        return [(one.word, one.name) for one in known]

    @property
    def slugs(self) -> list[str]:
        """Custom fields that can be chosen."""
        return [one.word for one in self.known(Kind.FIELD)[:MOST_OFFERED]]

    def is_unused(self, slug: str) -> bool:
        """Whether all leads of the account are known, and none has such a custom field."""
        account = self.vocabulary
        if account is None or not (account.is_whole and account.leads and account.tells_fields):
            return False
        return self.find(Kind.FIELD, slug) is None


NONE: Final = Words()


def of_import(lead_import: Import) -> Words:
    """What is known of the account that the import goes to."""
    account = Vocabulary.objects.filter(
        customer=lead_import.customer_id, mega_id=lead_import.mega_id
    ).first()
    return NONE if account is None else of(account, account.words.all())


def of(account: Vocabulary, words: Iterable[Word]) -> Words:
    """The words of an account, ready to be looked up."""
    by_kind: dict[str, dict[str, Word]] = defaultdict(dict)
    meant: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for one in words:
        by_kind[one.kind][one.word] = one
        said = [one.name] if one.kind == Kind.OWNER else [one.name, one.word]
        for folded in filter(None, (_fold(one.kind, text) for text in said)):
            meant[one.kind][folded].add(one.word)
    return Words(account, dict(by_kind), {kind: dict(names) for kind, names in meant.items()})


def read_as(target: str, cell: str) -> clean.Cleaned:
    """What is sent for a cell of a stage or an owner that was given no meaning."""
    return clean.read_uuid(cell) if target == "owner_id" else clean.read_stage(cell)


def _literal(target: str, cell: str) -> str:
    """The word that the cell is as it stands."""
    read = read_as(target, cell)
    return read.value or "" if not read.notes else ""


def _fold(kind: str, text: str) -> str:
    if kind != Kind.OWNER:
        return _HYPHEN.sub("", _SPACED.sub("", _without_accents(text)))
    last, comma, first = clean.one_line(text).partition(",")
    whole = f"{first} {last}" if comma and "," not in first else text
    return " ".join(filter(None, _NOT_WORD.split(headers.fold(whole))))


def _without_accents(text: str) -> str:
    """Letters and digits folded; a stroke through another sign, as of "≠", is no accent."""
    kept, is_letter = [], False
    for sign in unicodedata.normalize("NFD", characters.bare(text)):
        if not unicodedata.combining(sign):
            is_letter = sign.isalpha()
            kept.append(headers.fold(sign) if is_letter or sign.isdecimal() else sign)
        elif not is_letter:
            kept.append(sign)
    return "".join(kept)


def where(word: Word) -> str:
    """The import in which MEGA refused the word."""
    return f"import #{word.refused_in_id}" if word.refused_in_id else "an earlier import"
