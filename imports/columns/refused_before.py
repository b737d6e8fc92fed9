"""Warning before sending of what MEGA refused or ignored before; of rows see `noted`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from imports.columns import fields, vocabulary
from imports.columns.mapping import Mapping as Columns
from imports.columns.vocabulary import KIND_OF, Words
from imports.models import Word

MOST: Final = 8  # sentences of a page


@dataclass(frozen=True, slots=True)
class Warned:
    """A sentence about the columns; a hint where nothing was refused."""

    sentence: str
    is_hint: bool = False


def of(columns: Columns, words: Words) -> list[Warned]:
    """What MEGA ignored or refused of what every row would be sent with, warnings first."""
    if words.vocabulary is None:
        return []
    found = [*_of_fields(columns, words), *_of_constants(columns, words)]
    return sorted(found, key=lambda one: one.is_hint)[:MOST]


def _of_fields(columns: Columns, words: Words) -> Iterator[Warned]:
    named = {
        target: f"Column “{name}”: "
        for column, name in zip(columns.columns, columns.names, strict=True)
        for target in column.targets
    }
    named |= {target: f"The template “{one}”: " for target, one in columns.joins.items()}
    for target in columns.targets:
        if target.startswith(fields.CUSTOM):
            slug = fields.slug_of(target)
            yield from _of_field(slug, named.get(target, "The same value for every row: "), words)


def _of_field(slug: str, begins: str, words: Words) -> Iterator[Warned]:
    if refused := words.refusal(Word.Kind.FIELD, slug):
        yield Warned(
            f"{begins}MEGA ignored the custom field “{slug}” in {vocabulary.where(refused)}"
            f"{_rows(refused)}, and will do so again unless it was made there since"
            f"{_seen_since(refused)}. Have it made in MEGA, choose another slug, or leave it out."
        )
    elif words.is_unused(slug) and words.vocabulary:
        yield Warned(
            f"{begins}none of the {words.vocabulary.leads:,} leads of this customer in MEGA has a "
            f"custom field “{slug}”. If it does not exist there, MEGA ignores it: make sure before "
            "you send.",
            is_hint=True,
        )


def _of_constants(columns: Columns, words: Words) -> Iterator[Warned]:
    for target, value in columns.constants.items():
        if target not in KIND_OF:
            continue
        sent = vocabulary.read_as(target, value).value or ""
        if refused := words.refusal(KIND_OF[target], sent):
            shown = words.shown(target, refused.word)
            yield Warned(
                f"{fields.label(target)} for every row: MEGA refused “{shown}” in "
                f"{vocabulary.where(refused)}{_rows(refused)}. Every row without one of its own "
                "would fail. Choose another, or have it set up in MEGA first."
            )


def of_value(target: str, value: str, words: Words) -> str:
    """The same of one stage or owner, for the place where its meaning is chosen; "" if none."""
    kind = KIND_OF.get(target, "")
    refused = words.refusal(kind, value) if value else None
    if refused is None:
        return ""
    return (
        f"MEGA refused it in {vocabulary.where(refused)}{_rows(refused)}. Choose another, or have "
        "it set up in MEGA first."
    )


def _rows(word: Word) -> str:
    if not word.refused_rows:
        return ""
    return f" ({word.refused_rows:,} row{'' if word.refused_rows == 1 else 's'})"


def _seen_since(word: Word) -> str:
    is_newer = word.read_at and word.refused_at and word.read_at > word.refused_at
    return " (a lead has been seen with it)" if is_newer else ""
