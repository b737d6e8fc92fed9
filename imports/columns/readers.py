"""Which function reads the cells of which field."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from imports.columns import changes, choices, clean, countries, emails, fields, formats, phones
from imports.columns.clean import Cleaned
from imports.columns.mapping import ColumnMap
from imports.columns.placeholders import USUAL, Words
from imports.columns.sources import Take
from imports.columns.typed import Scalar

Reader = Callable[[str], Cleaned]
OfRow = Callable[[Sequence[str]], Reader]


class Rules(NamedTuple):
    """What a mapping says of how contacts are read, whichever column they come from."""

    region: str
    sends_possible: bool = True
    words: Words = USUAL

    def phones(self) -> Reader:
        """The reader of phones."""
        return phones.reader(
            self.region, sends_possible=self.sends_possible, nothing=self.words.contacts
        )

    def names(self, target: str) -> Reader:
        """The reader of whole names, or of first or last ones: people have surnames like Test."""
        is_part = target in fields.NAME_PARTS
        return clean.name_reader(self.words.name_parts if is_part else self.words.names)


def of(column: ColumnMap, rules: Rules, take: Take | None) -> Reader:
    """The function that reads the texts of a column, a part of one, or (with `take`) a template."""
    target = column.target or ""
    read = formats.reader(column.read_as) if column.is_formatted else of_field(target, rules)
    return partial(_bounded, read) if take else read


def by_country(target: str, country: int | None, rules: Rules) -> OfRow | None:
    """What gives the reader for a row, where that depends on the country that stands in it."""
    found = fields.find(target)
    if country is None or found is None or found.kind != "phone":
        return None

    nothing = rules.words.contacts

    def of_row(cells: Sequence[str]) -> Reader:
        cell = cells[country] if country < len(cells) else ""
        own = countries.region_of(cell, rules.region)
        return phones.reader(own, sends_possible=rules.sends_possible, nothing=nothing)

    return of_row


def converter(column: ColumnMap) -> Callable[[str], Scalar] | None:
    """What makes a JSON scalar of the texts of a typed custom field; None where they stay text."""
    is_custom = (column.target or "").startswith(fields.CUSTOM)
    return formats.converter(column.read_as) if is_custom else None


def _bounded(read: Reader, text: str) -> Cleaned:
    """What was made of cells may be longer than any cell."""
    return clean.left_out("text_long") if len(text) > changes.LONGEST else read(text)


def of_field(target: str, rules: Rules) -> Reader:
    """The function that reads cells of a target."""
    field = fields.find(target)
    kind = field.kind if field else "text"
    if kind == "name":
        return rules.names(target)
    if kind == "choice":
        return choices.reader(target)
    if kind == "phone":
        return rules.phones()
    if kind == "email":
        return emails.reader(rules.words.contacts)
    plain: dict[str, Reader] = {
        "stage": clean.read_stage,
        "uuid": clean.read_uuid,
        "text": formats.read_text,
    }
    return plain[kind]
