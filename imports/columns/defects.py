"""What keeps a mapping from being used, in sentences."""

from collections.abc import Iterator, Sequence

from rapidfuzz import process

from imports.columns import choices, clean, fields, shapes, sources
from imports.columns.mapping import ColumnMap, Mapping, masked_reason
from imports.errors import BadMapping
from portal import characters


def check(mapping: Mapping) -> list[str]:
    """A sentence for everything that keeps the mapping from being used; empty when it is fine."""
    sentences = list(found(mapping))
    contacts = {*fields.CONTACTS, *fields.NAME_PARTS}
    if contacts.isdisjoint(_users(mapping)):
        sentences.append(
            "No column is a name, a phone or an e-mail: map at least one, as MEGA takes no lead"
            " without."
        )
    return sentences + list(questions(mapping))


def questions(mapping: Mapping) -> Iterator[str]:
    """A sentence for each column whose dates or numbers can be read in two ways."""
    for column, name in zip(mapping.columns, mapping.names, strict=True):
        if column.is_open and column.looks == "date":
            yield (
                f"Column '{name}': its dates may have the day or the month first (03/04/2025 is 3"
                " April or March 4). Say on the columns page which."
            )
        elif column.is_open:
            yield (
                f"Column '{name}': its numbers may have a decimal point or comma (1.234 is over a"
                " thousand or little more than one). Say on the columns page which."
            )


def found(mapping: Mapping) -> Iterator[str]:
    """A sentence for each field, value or constant that cannot be."""
    for column, name in zip(mapping.columns, mapping.names, strict=True):
        if column.masked and column.targets:
            yield f"Column '{name}': {masked_reason(column.masked)}"
        for target in column.targets:
            if fields.find(target) is None:
                yield f"Column '{name}': {no_such_field(target)}"
        yield from _bad_values(column, name)
        yield from (f"Column '{name}': {sentence}" for sentence in shapes.of_column(column))
    yield from _bad_joins(mapping)
    yield from shapes.of_countries(mapping)
    yield from mapping.words.defects()
    for target, users in _users(mapping).items():
        if len(users) > 1:
            yield f"{_calls(users)} both feed {target}: choose one of them."
    columns = {column.target: column for column in mapping.columns}
    for target, value in mapping.constants.items():
        fed_by = columns.get(target)
        wrong = shapes.bad_default(fed_by, value) if fed_by else ""
        if sentence := bad_constant(target, value) or wrong:
            yield f"Constant '{target}': {sentence}"


def refuse(mapping: Mapping) -> None:
    """BadMapping with the first of the defects, if there is any."""
    for sentence in found(mapping):
        raise BadMapping(sentence)


def no_such_field(target: str) -> str:
    """Why the target is none, and the one that is nearest to it."""
    if target.startswith(fields.CUSTOM):
        slug = fields.slug_of(target)
        if fields.is_reserved(slug):
            return f"'{target}' is reserved by MEGA; use '{slug.lower()}', or choose another slug."
        return (
            f"'{target}' is not a custom field; after the dot come letters, digits, - and _, up to "
            f"64, such as '{fields.CUSTOM}{fields.custom_slug(slug)}'."
        )
    near = process.extractOne(target, fields.BY_NAME.keys(), score_cutoff=60)
    advice = f"did you mean '{near[0]}'?" if near else f"use one of {', '.join(fields.BY_NAME)}"
    end = "" if near else f", or {fields.CUSTOM}<slug>."
    return f"there is no lead field '{target}'; {advice}{end}"


def bad_constant(target: str, value: str) -> str | None:
    """Why the field cannot have this value in every row, or None."""
    known = fields.find(target)
    if known is None:
        return no_such_field(target)
    if not known.can_be_constant:
        return "one contact for all rows would merge them into one lead; map a column instead."
    return bad_value(target, value)


def bad_value(target: str, value: str) -> str | None:
    """Why the value is none of the field's, or None."""
    known = fields.find(target)
    if known and known.kind == "choice" and not choices.recognise(target, value):
        return f"'{value}' is not one of MEGA's values; use one of {', '.join(known.values)}."
    if known and known.kind == "uuid" and not clean.read_uuid(value).value:
        return f"'{value}' is not a UUID; use the team member's id in MEGA."
    if not clean.visible(value):
        return "the value is empty; leave it away instead."
    return None


def _bad_values(column: ColumnMap, name: str) -> Iterator[str]:
    for cell, value in column.values.items():
        if value and column.target and (sentence := bad_value(column.target, value)):
            yield f"Column '{name}', value for '{cell}': {sentence}"


def _bad_joins(mapping: Mapping) -> Iterator[str]:
    if len(mapping.joins) > sources.MOST_JOINS:
        yield f"A mapping has at most {sources.MOST_JOINS} templates."
    for target, template in mapping.joins.items():
        begins = f"Template '{characters.spelt(template)}'"
        if fields.find(target) is None:
            yield f"{begins}: {no_such_field(target)}"
        if sentence := shapes.of_join(mapping, template):
            yield f"{begins}: {sentence}"


def _users(mapping: Mapping) -> dict[str, list[str]]:
    """What feeds each field: columns by their names in quotes, templates called such."""
    users: dict[str, list[str]] = {}
    for column, name in zip(mapping.columns, mapping.names, strict=True):
        for target in column.targets:
            users.setdefault(target, []).append(f"'{name}'")
    for target, template in mapping.joins.items():
        users.setdefault(target, []).append(f"the template '{characters.spelt(template)}'")
    return users


def _calls(users: Sequence[str]) -> str:
    columns = [user for user in users if user.startswith("'")]
    return f"{'Columns' if len(columns) > 1 else 'Column'} {' and '.join(users)}"
