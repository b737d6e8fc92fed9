"""What keeps a mapping from being used, said beside the control of the columns' form that can
repair it.

A sentence that belongs to no control in particular stands above the form.
"""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple, Protocol

from django import forms
from django.utils.text import capfirst

from imports.columns import defects, fields, shapes
from imports.columns.mapping import ColumnMap, Mapping, fold_cell
from imports.columns.profile import Values

_ELSEWHERE = " Say on the columns page which."


class _Form(Protocol):
    fields: dict[str, forms.Field]
    values: dict[int, Values]

    def add_error(self, field: str | None, error: str) -> None: ...


class _Place(NamedTuple):
    """A control, and the words beside it for a sentence of `defects`."""

    name: str | None
    words: str


def add_errors(form: _Form, made: Mapping) -> None:
    """Add to the form whatever keeps this mapping, which was made of it, from being used."""
    sentences = defects.check(made)
    if not sentences:
        return
    places = _places(form, made)
    for sentence in sentences:
        for name, words in _twice(made, sentence) or places.get(sentence, [_Place(None, sentence)]):
            form.add_error(name if name in form.fields else None, words)


def _places(form: _Form, made: Mapping) -> dict[str, list[_Place]]:
    found: dict[str, list[_Place]] = {}
    for column, name in zip(made.columns, made.names, strict=True):
        for said, place in _of_column(form, column):
            found.setdefault(f"Column '{name}'{said}", []).append(place)
    open_columns = [column for column in made.columns if column.is_open]
    for column, sentence in zip(open_columns, defects.questions(made), strict=True):
        words = sentence.partition(": ")[2].replace(_ELSEWHERE, " Say which.")
        found[sentence] = [_Place(f"read_as_{column.index}", capfirst(words))]
    for target, value in made.constants.items():
        for words, place in _of_constant(form, made, target, value):
            found[f"Constant '{target}': {words}"] = [place]
    return found


def _of_constant(
    form: _Form, made: Mapping, target: str, value: str
) -> Iterator[tuple[str, _Place]]:
    """What is wrong with a value for all rows; a custom field's is said beside its column."""
    users = [column for column in made.columns if column.target == target]
    wrong = next((words for column in users if (words := shapes.bad_default(column, value))), "")
    words = defects.bad_constant(target, value) or wrong
    if words and (name := f"constant_{target}") in form.fields:
        yield words, _Place(name, capfirst(words))
    elif words and users:
        yield words, _Place(f"target_{users[0].index}", f"Where its cells are blank: {words}")


def _of_column(form: _Form, column: ColumnMap) -> Iterator[tuple[str, _Place]]:
    """The ends of sentences about the column, and where each is said."""
    for target in filter(lambda one: fields.find(one) is None, column.targets):
        words = defects.no_such_field(target)
        is_slug = target == column.target and target.startswith(fields.CUSTOM)
        place = f"slug_{column.index}" if is_slug else f"target_{column.index}"
        yield f": {words}", _Place(place, _slug_missing(column) or capfirst(words))
    for words in shapes.of_column(column):
        yield f": {words}", _Place(f"target_{column.index}", capfirst(words))
    asked = enumerate(form.values.get(column.index, ()))
    numbers = {fold_cell(cell): n for n, (cell, _) in asked}
    for cell, value in column.values.items():
        if value and (words := defects.bad_value(column.target or "", value) or ""):
            number = numbers.get(fold_cell(cell))
            place = f"means_{column.index}_{number}" if number is not None else ""
            at = place or f"target_{column.index}"
            said = capfirst(words) if place else f"Value for '{cell}': {words}"
            yield f", value for '{cell}': {words}", _Place(at, said)


def _slug_missing(column: ColumnMap) -> str:
    if column.target != fields.CUSTOM:
        return ""
    slug = fields.custom_slug(column.header)
    return f"Say under which slug MEGA keeps this column, such as '{slug}'."


def _twice(made: Mapping, sentence: str) -> list[_Place]:
    """The targets of all columns that feed the same field, where that is what the sentence says.

    A template that feeds it too is named in the sentence; its own page changes it.
    """
    counts = Counter(target for column in made.columns for target in column.targets)
    counts.update(made.joins.keys())
    for target in [target for target, count in counts.items() if count > 1]:
        if sentence.endswith(f" both feed {target}: choose one of them."):
            users = [column.index for column in made.columns if target in column.targets]
            return [_Place(f"target_{index}", sentence) for index in users]
    return []
