"""Which function reads the cells of which field."""

from collections.abc import Callable, Sequence
from functools import partial

from imports.columns import changes, choices, clean, countries, emails, fields, formats, phones
from imports.columns.clean import Cleaned
from imports.columns.mapping import ColumnMap
from imports.columns.sources import Take
from imports.columns.typed import Scalar

Reader = Callable[[str], Cleaned]
OfRow = Callable[[Sequence[str]], Reader]


def of(column: ColumnMap, region: str, take: Take | None) -> Reader:
    """The function that reads the texts of a column, a part of one, or (with `take`) a template."""
    target = column.target or ""
    read = formats.reader(column.read_as) if column.is_formatted else of_field(target, region)
    return partial(_bounded, read) if take else read


def by_country(target: str, country: int | None, region: str) -> OfRow | None:
    """What gives the reader for a row, where that depends on the country that stands in it."""
    found = fields.find(target)
    if country is None or found is None or found.kind != "phone":
        return None

    def of_row(cells: Sequence[str]) -> Reader:
        cell = cells[country] if country < len(cells) else ""
        return phones.reader(countries.region_of(cell, region))

    return of_row


def converter(column: ColumnMap) -> Callable[[str], Scalar] | None:
    """What makes a JSON scalar of the texts of a typed custom field; None where they stay text."""
    is_custom = (column.target or "").startswith(fields.CUSTOM)
    return formats.converter(column.read_as) if is_custom else None


def _bounded(read: Reader, text: str) -> Cleaned:
    """What was made of cells may be longer than any cell."""
    return clean.left_out("text_long") if len(text) > changes.LONGEST else read(text)


def of_field(target: str, region: str) -> Reader:
    """The function that reads cells of a target."""
    field = fields.find(target)
    kind = field.kind if field else "text"
    if target in fields.NAME_PARTS:
        return clean.read_name_part
    if kind == "choice":
        return choices.reader(target)
    if kind == "phone":
        return phones.reader(region)
    plain: dict[str, Reader] = {
        "name": clean.read_name,
        "email": emails.read_email,
        "stage": clean.read_stage,
        "uuid": clean.read_uuid,
        "text": formats.read_text,
    }
    return plain[kind]
