"""Keeping the words of a customer's CRM: each once, no more of them than a page can offer.

Whoever writes them holds the vocabulary's row. What could never be sent (an owner whose id is no
UUID, a slug that the mapping knows nothing of) is not kept: it could not be chosen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from imports.columns import clean, fields
from imports.mega.listed import Listed
from imports.models import Customer, Import, Vocabulary, Word

Kind = Word.Kind
# What no real CRM has; an account with a field for each lead must not fill the database.
MOST: Final[Mapping[str, int]] = {Kind.STAGE: 300, Kind.OWNER: 2_000, Kind.FIELD: 1_000}
MOST_REFUSED: Final = 300  # of each kind, that are known for nothing else; the newest stay
LONGEST: Final = 100  # characters of a word
_LONGEST_NAME: Final = 200

Key = tuple[str, str]  # kind, word


@dataclass(frozen=True, slots=True)
class Answered:
    """What MEGA did with a word in an import; `rows` is 0 where it did not say how many."""

    kind: str
    word: str
    is_refused: bool
    rows: int = 0


def locked(customer: Customer, mega_id: UUID) -> Vocabulary:
    """The vocabulary of an account with its row locked; made when it is the first time."""
    Vocabulary.objects.get_or_create(customer=customer, mega_id=mega_id)
    found = Vocabulary.objects.select_for_update(of=("self",))
    return found.get(customer=customer, mega_id=mega_id)


def known(customer_id: int, mega_id: UUID, kind: str) -> set[str]:
    """All words of a kind that stand in the account's vocabulary."""
    of_account = Word.objects.filter(
        vocabulary__customer=customer_id, vocabulary__mega_id=mega_id, kind=kind
    )
    return set(of_account.values_list("word", flat=True))


def fit(kind: str, text: object) -> str:
    """The word as it can be sent, "" when it cannot."""
    if not isinstance(text, str) or not 0 < len(text) <= LONGEST:
        return ""
    if kind == Kind.OWNER:
        return clean.read_uuid(text).value or ""
    if kind == Kind.STAGE:
        return text if clean.read_stage(text) == clean.Cleaned(text) else ""
    return text if fields.is_slug(text) and not fields.is_reserved(text) else ""


def of_leads(leads: Iterable[Listed]) -> dict[Key, str]:
    """The words that leads have, each with its name."""
    found: dict[Key, str] = {}
    for lead in leads:
        told = lead.content
        pairs = [(Kind.STAGE, "stage_slug", "stage_name"), (Kind.OWNER, "owner_id", "owner_name")]
        for kind, slug, name in pairs:
            if word := fit(kind, told.get(slug)):
                found.setdefault((kind, word), _name(told.get(name)))
        for slug in told.get("custom_fields") or ():
            if word := fit(Kind.FIELD, slug):
                found.setdefault((Kind.FIELD, word), "")
    return found


def _name(text: object) -> str:
    return clean.one_line(text)[:_LONGEST_NAME] if isinstance(text, str) else ""


def read(vocabulary: Vocabulary, found: Mapping[Key, str], now: datetime) -> None:
    """Keep words that leads had just now. A word that is there already gets its newest name."""
    known = {(one.kind, one.word): one for one in vocabulary.words.all()}
    counts = {kind: sum(one.kind == kind for one in known.values()) for kind in Kind.values}
    kept = []
    for (kind, word), name in found.items():
        if (kind, word) not in known:
            if counts[kind] >= MOST[kind] + MOST_REFUSED:
                continue
            counts[kind] += 1
        before = known.get((kind, word))
        called = name or (before.name if before else "")
        kept.append(Word(vocabulary=vocabulary, kind=kind, word=word, name=called, read_at=now))
    Word.objects.bulk_create(
        kept,
        update_conflicts=True,
        unique_fields=["vocabulary", "kind", "word"],
        update_fields=["name", "read_at"],
    )


def no_longer_in_use(vocabulary: Vocabulary, since: datetime) -> None:
    """Forget what no lead has any more: all of them were read, beginning at `since`."""
    gone = vocabulary.words.filter(read_at__lt=since)
    if not vocabulary.tells_fields:
        gone = gone.exclude(kind=Kind.FIELD)
    gone.filter(accepted_at=None, refused_at=None).delete()
    gone.update(read_at=None)


def answered(
    vocabulary: Vocabulary, lead_import: Import, told: Iterable[Answered], at: datetime
) -> None:
    """Keep what MEGA did with words in an import that ended `at`. Imports may come in any order."""
    known = {(one.kind, one.word): one for one in vocabulary.words.all()}
    changed, fresh = [], []
    for one in told:
        word = known.get((one.kind, one.word))
        if word is None:
            word = Word(vocabulary=vocabulary, kind=one.kind, word=one.word)
            fresh.append(word)
        else:
            changed.append(word)
        _note(word, one, lead_import, at)
    Word.objects.bulk_create(fresh, ignore_conflicts=True)
    Word.objects.bulk_update(
        changed,
        ["accepted_in", "accepted_at", "refused_in", "refused_at", "refused_rows"],
        batch_size=500,
    )
    for kind in Kind.values:
        _only_the_newest(vocabulary, kind)


def _note(word: Word, told: Answered, lead_import: Import, at: datetime) -> None:
    if told.is_refused:
        if word.refused_at is None or word.refused_at <= at:
            word.refused_in, word.refused_at, word.refused_rows = lead_import, at, told.rows
    elif word.accepted_at is None or word.accepted_at <= at:
        word.accepted_in, word.accepted_at = lead_import, at


def _only_the_newest(vocabulary: Vocabulary, kind: str) -> None:
    of_kind = vocabulary.words.filter(kind=kind, read_at=None)
    refused = of_kind.filter(accepted_at=None).order_by("-refused_at", "-pk")
    accepted = of_kind.filter(accepted_at__isnull=False).order_by("-accepted_at", "-pk")
    for words, most in ((refused, MOST_REFUSED), (accepted, MOST[kind])):
        if surplus := list(words.values_list("pk", flat=True)[most:]):
            Word.objects.filter(pk__in=surplus).delete()
