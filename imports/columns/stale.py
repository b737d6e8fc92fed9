"""A saved mapping that is to be used by a page that others have overtaken since it was opened."""

from dataclasses import dataclass

from imports.columns import derive, meanwhile, saved
from imports.columns.meanwhile import Meanwhile
from imports.errors import BadMapping
from imports.models import Import, MappingVersion, SavedMapping


@dataclass(frozen=True, slots=True)
class Stale:
    """What others made of the columns since (None: nothing), and whether of what is saved, too.

    `columns` and `others` are what it would make of the columns as they are now, in words;
    `impossible` says why it would be nothing.
    """

    saved: SavedMapping
    changed: Meanwhile | None
    is_other: bool
    columns: list[tuple[str, str]]
    others: list[str]
    impossible: str = ""


def of(
    lead_import: Import, kept: SavedMapping, base: MappingVersion, seen: str | None
) -> Stale | None:
    """What the person of a page has not seen, who saw the version `base` and the stamp `seen`; None
    where that is all as it was. A page that says no stamp is asked for none.
    """
    is_other = bool(seen) and seen != kept.stamp
    current = derive.mapping_of(lead_import)
    changed = None
    if base != lead_import.mapping:
        changed = meanwhile.since(lead_import, base, current)
    if changed is None and not is_other:
        return None
    try:
        columns, others = meanwhile.between(current, saved.applied(current, kept))
    except BadMapping as problem:
        return Stale(kept, changed, is_other, [], [], problem.sentence)
    return Stale(kept, changed, is_other, columns, others)
