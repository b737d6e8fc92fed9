"""What each field of a mapping is read from: a column's cells, parts of them, or several joined."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from imports.columns import changes, fields, sources
from imports.columns.mapping import ColumnMap, Mapping
from imports.columns.placeholders import Words
from imports.columns.sources import Take

JOINED = -1
"""The index of a column that is none: a template's."""


class Source(NamedTuple):
    """Where the text of one field comes from.

    `column` says the field and how its cells are read, `name` what people call the source. Without
    a `take`, a cell is read as it stands in the row.
    """

    column: ColumnMap
    name: str
    take: Take | None = None


def sources_of(mapping: Mapping) -> Iterator[Source]:
    """Every source of the mapping, in the order of the sheet; templates come last."""
    for column, name in zip(mapping.columns, mapping.names, strict=True):
        if column.split:
            yield from _parts(column, name)
        elif column.target:
            yield Source(column, name, _cells(column) if column.changes else None)
    if mapping.joins:
        takes = {column.index: _cells(column) for column in mapping.columns}
        for target, template in mapping.joins.items():
            pieces = sources.parse(template, mapping.names)
            nothing = _nothing(target, mapping.words)
            made = ColumnMap(JOINED, template, target)
            yield Source(made, template, sources.joined(pieces, takes, nothing))


def _cells(column: ColumnMap) -> Take:
    return sources.whole(column.index, changes.made(column.changes))


def _parts(column: ColumnMap, name: str) -> Iterator[Source]:
    split = column.split
    for number, target in enumerate((column.target, *split.targets) if split else ()):
        if split and target:
            plain = replace(column, target=target, read_as="")
            if number:
                plain = replace(plain, values={}, others="")
            yield Source(plain, name, sources.part(_cells(column), split, number))


def _nothing(target: str, words: Words) -> frozenset[str]:
    """A placeholder is no part of a contact; in other fields it may be a word."""
    found = fields.find(target)
    is_contact = found is not None and not found.can_be_constant
    return words.name_parts if is_contact else frozenset()
