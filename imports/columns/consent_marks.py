"""Which columns of a mapping a person must be asked about: who of their rows may be contacted?

Asked is of each column whose heading or values say something of consent, until every value that
stands in it has an answer. Wherever a mapping comes from (a guess, an earlier import, a file, a
saved one) it goes through here, so that no such column is lost on the way.
"""

from collections.abc import Mapping as MappingType
from dataclasses import replace
from typing import Final

from imports.columns import consent_words, headers, values
from imports.columns.consent import Consent
from imports.columns.mapping import ColumnMap, Mapping, fold_cell
from imports.columns.memory import Memory
from imports.models import ColumnProfile, Import, Origin

ASKED: Final = Consent(is_asked=True)
MOST: Final = 50
"""Different values of a column that are asked about one by one; the others are one question."""


def marked(made: Mapping, lead_import: Import) -> Mapping:
    """Return the mapping with each such column marked, and asked about while something is open."""
    if lead_import.origin == Origin.REPAIR:  # these are leads that the customer has
        return made
    found = ColumnProfile.objects.filter(lead_import=lead_import)
    profiles = {one.place: one for one in found}
    answered = [one.index for one in made.columns if one.consent and one.consent.is_answered]
    stand = {
        place: cells_of(seen, profiles[place])
        for place, seen in values.of_columns(lead_import, answered, found).items()
        if place in profiles  # others are rows of another import, with its answers
    }
    columns = tuple(_marked(column, profiles.get(column.index), stand) for column in made.columns)
    return made if columns == made.columns else replace(made, columns=columns)


def open_places(made: Mapping, lead_import: Import) -> list[int]:
    """The places of the columns of which a person must still say who may be contacted.

    A mapping of the former release has no marks; there the headings alone tell.
    """
    if lead_import.origin == Origin.REPAIR:
        return []
    return [column.index for column in made.columns if _asks(column)]


def _asks(column: ColumnMap) -> bool:
    known = column.consent
    return known.is_asked if known else bool(consent_words.way_of(column.header))


def _marked(
    column: ColumnMap, profile: ColumnProfile | None, stand: MappingType[int, list[str] | None]
) -> ColumnMap:
    known = column.consent
    if known is None or not known.is_answered:
        is_one = known is not None or is_told(column, profile)
        return replace(column, consent=ASKED) if is_one and known != ASKED else column
    is_open = column.index in stand and _is_open(known, stand[column.index])
    return replace(column, consent=known.asked(again=is_open))


def is_told(column: ColumnMap, profile: ColumnProfile | None) -> bool:
    """Whether the heading, or one of the values, says who must not be contacted."""
    if consent_words.way_of(column.header):
        return True
    cells = (profile.values if profile else None) or []
    return any(consent_words.says_refusal(str(cell)) for cell, _ in cells)


def _is_open(known: Consent, cells: list[str] | None) -> bool:
    if known.says_nothing:
        said = [cell for cell in cells or () if consent_words.says_refusal(cell)]
        return known.leaves_open(said, fold_cell)
    if known.others:
        return False
    return cells is None or known.leaves_open(cells, fold_cell)


def cells_of(found: values.Found, profile: ColumnProfile) -> list[str] | None:
    """The different cells of a column, "" for blank ones; None where they are not all known, or
    too many to be asked about one by one."""
    if found.first_rows or found.is_cut or len(found.listed) > MOST:
        return None
    blank = [""] if profile.rows > profile.filled else []
    return [*blank, *(cell for cell, _ in found.listed)]


def remembered(guessed: Mapping, memory: Memory) -> Mapping:
    """Return the mapping with what was answered for the same headings in this customer's newest
    imports. What stands in the columns by now is looked at when the mapping is used.
    """
    known = _answers(memory)
    places = headers.single(column.header for column in guessed.columns)
    answers = {place: known[heading] for heading, place in places.items() if heading in known}
    columns = (
        replace(column, consent=answers[column.index]) if column.index in answers else column
        for column in guessed.columns
    )
    return replace(guessed, columns=tuple(columns)) if answers else guessed


def _answers(memory: Memory) -> MappingType[str, Consent]:
    found = {}
    for heading, decisions in memory.own.items():
        said = (one.column.consent for one in decisions)
        answered = next((one for one in said if one and one.is_answered), None)
        if answered:
            found[heading] = answered
    return found
