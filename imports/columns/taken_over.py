"""Columns become what they became before: of repaired rows that came back in the import that they
are of, of a file that is read anew in its former reading."""

from collections import Counter
from dataclasses import replace

from imports.columns import defects, fields, shapes
from imports.columns.mapping import ColumnMap, Mapping, fed
from imports.columns.rules import RuleColumns
from imports.errors import BadMapping
from imports.models import Import

_NAMES = {"contact_name", *fields.NAME_PARTS}


def from_parent(guessed: Mapping, lead_import: Import) -> Mapping:
    """Return the mapping with the parent's decisions in it, for a file that came back; else as it
    is.

    A column is known again by its heading; one without a heading, or of several with the same one,
    only where no column was added, removed or moved. A few rows say little about how dates and
    numbers are written, so that is the parent's as well. Columns that were added are as guessed,
    unless what they would feed is taken.
    """
    parent = lead_import.parent
    if parent is None or parent.mapping is None or not lead_import.returned.get("linked"):
        return guessed
    try:
        theirs = Mapping.from_json(parent.mapping.content)
    except BadMapping:
        return guessed
    known = _by_place(guessed, theirs) or _by_heading(guessed, theirs)
    return _with(guessed, theirs, known, f"as in import #{parent.pk}")


def from_former(proposed: Mapping, former: Mapping) -> Mapping:
    """Return the mapping with the decisions that were made before the file was read anew in it.

    Only where all headings are the same. A column that was masked then, or is now, is as proposed.
    """
    before = _by_place(proposed, former)
    known = {index: column for index, column in before.items() if not column.masked}
    return _with(proposed, former, known, "as before the file was read again")


def _with(guessed: Mapping, theirs: Mapping, known: dict[int, ColumnMap], reason: str) -> Mapping:
    joins = still_joined(guessed, theirs.joins)
    taken = fed(known.values()).union(joins)
    if taken & _NAMES:
        taken |= _NAMES
    before = {
        column.index: _as_before(column, known[column.index], reason)
        for column in guessed.columns
        if column.index in known and not column.masked
    }
    return with_known(guessed, before, taken, with_country(guessed, replace(theirs, joins=joins)))


def with_country(guessed: Mapping, theirs: Mapping) -> Mapping:
    """`theirs`, with its column of countries, and those that rules ask about, under the index that
    they have in the guessed mapping."""
    own = theirs.names
    places = {name: place for place, name in enumerate(guessed.names)}
    rules = {kind: places.get(own[place]) for kind, place in theirs.rules.to_json().items()}
    country = places.get(own[theirs.country]) if theirs.country is not None else None
    return replace(theirs, country=country, rules=RuleColumns(**rules))


def still_joined(guessed: Mapping, joins: dict[str, str]) -> dict[str, str]:
    """The templates whose columns are all there."""
    return {
        target: template
        for target, template in joins.items()
        if not shapes.of_join(guessed, template)
    }


def with_known(
    guessed: Mapping, known: dict[int, ColumnMap], taken: set[str], theirs: Mapping
) -> Mapping:
    """Return the mapping with these columns, by index, in place of its own, and with all else that
    is in `theirs`.

    What the others would feed of `taken` they do not. A mapping that cannot be is not made.
    """
    made = replaced(guessed, known, taken, theirs)
    return guessed if any(defects.found(made)) else made


def replaced(
    guessed: Mapping, known: dict[int, ColumnMap], taken: set[str], theirs: Mapping
) -> Mapping:
    """The same, also where it cannot be."""
    columns = tuple(
        known[column.index] if column.index in known else _yielding(column, taken)
        for column in guessed.columns
    )
    return replace(theirs, columns=columns)


def excluded(target: str) -> set[str]:
    """What no other column may feed then: a full name excludes its parts, and they exclude it."""
    if target == "contact_name":
        return {target, *fields.NAME_PARTS}
    return {target, "contact_name"} if target in fields.NAME_PARTS else {target}


def _by_place(guessed: Mapping, theirs: Mapping) -> dict[int, ColumnMap]:
    ours = [column.header for column in guessed.columns]
    if ours != [column.header for column in theirs.columns]:
        return {}
    return {column.index: column for column in theirs.columns}


def _by_heading(guessed: Mapping, theirs: Mapping) -> dict[int, ColumnMap]:
    counts = Counter(column.header for column in theirs.columns)
    twice = Counter(column.header for column in guessed.columns)
    single = {c.header: c for c in theirs.columns if c.header and counts[c.header] == 1}
    return {
        column.index: single[column.header]
        for column in guessed.columns
        if column.header in single and twice[column.header] == 1
    }


def _as_before(column: ColumnMap, before: ColumnMap, reason: str) -> ColumnMap:
    return replace(
        before,
        index=column.index,
        header=column.header,
        masked=column.masked,
        reason=reason,
    )


def _yielding(column: ColumnMap, taken: set[str]) -> ColumnMap:
    if taken.isdisjoint(column.targets):
        return column
    return column.left_out("its field has a column already")
