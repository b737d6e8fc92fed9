"""What keeps the changes, splits and templates of a mapping from being used, in sentences."""

from collections.abc import Iterator

import phonenumbers

from imports.columns import changes, fields, formats, sources
from imports.columns.mapping import ColumnMap, Mapping, masked_reason
from imports.errors import BadMapping


def of_column(column: ColumnMap) -> Iterator[str]:
    """A sentence for each change or split that cannot be, beginning with a small letter."""
    if len(column.changes) > changes.MOST:
        yield f"a column has at most {changes.MOST} changes; this one has {len(column.changes)}."
    yield from filter(None, map(changes.defect, column.changes))
    if column.others and not holds_several(column.target):
        yield "only a phone or an e-mail leaves others behind; leave 'others' away."
    if column.others and not column.others.startswith(fields.CUSTOM):
        yield f"what stays behind goes to a custom field, such as '{fields.CUSTOM}more'."
    if column.split is None:
        return
    if column.split.by not in sources.WAYS:
        yield f"there is no way to split '{column.split.by}'; use one of {sources.ways()}."
    if not 1 <= len(column.split.targets) < sources.MOST_PARTS:
        yield f"cells are split into 2 to {sources.MOST_PARTS} parts."


def holds_several(target: str | None) -> bool:
    """Whether a cell of the field may hold several of which one is sent."""
    found = fields.find(target or "")
    return found is not None and found.kind in ("phone", "email")


def bad_default(column: ColumnMap, value: str) -> str:
    """Why the column's blank cells cannot become the value, which is no such as its cells are."""
    if not column.is_formatted:
        return ""
    read = formats.reader(column.read_as)(value)
    if read.value is None or any(note.code == "number_impossible" for note in read.notes):
        return f"'{value}' is none of what its cells are: {formats.WORDS[column.read_as]}."
    return ""


def of_countries(mapping: Mapping) -> Iterator[str]:
    """A sentence for a region or a column of countries that there is not."""
    if mapping.region and mapping.region not in phonenumbers.SUPPORTED_REGIONS:
        yield f"Region '{mapping.region}' is unknown: use two letters, such as US, GB or DE."
    if mapping.country is not None and not 0 <= mapping.country < len(mapping.columns):
        yield "The column that tells the country is not there: choose another one."


def of_join(mapping: Mapping, template: str) -> str:
    """Why the template cannot be used, beginning with a small letter; "" when it can."""
    try:
        pieces = sources.parse(template, mapping.names)
    except BadMapping as problem:
        return problem.sentence
    for place in sources.places(pieces):
        if kind := mapping.columns[place].masked:
            return f"column '{mapping.names[place]}' cannot be joined: {masked_reason(kind)}"
    return ""


def joined_places(mapping: Mapping) -> list[int]:
    """The columns that templates name, in the order in which they do."""
    found: dict[int, None] = {}
    for template in mapping.joins.values():
        if not of_join(mapping, template):
            found |= dict.fromkeys(sources.places(sources.parse(template, mapping.names)))
    return list(found)
