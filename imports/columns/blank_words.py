"""Which of the words that are read as blank stand in a file's contacts, and how often.

By what was counted of each column when the rows were stored (`profile`), so no row is read.
"""

from collections import Counter

from imports.columns import fields, placeholders, shapes, sources
from imports.columns.mapping import Mapping
from imports.models import ColumnProfile, Import

_USUAL = placeholders.USUAL


def counts(lead_import: Import, mapping: Mapping) -> Counter[str] | None:
    """How often each usual word stands in the columns that become contacts, also one that the
    mapping takes out; None where it was not counted when these rows were stored.
    """
    read = _by_place(mapping)
    kept = ColumnProfile.objects.filter(lead_import=lead_import, place__in=read)
    found = dict(kept.values_list("place", "blanks"))
    total = Counter[str]()
    for place, words in read.items():
        counted = found.get(place)
        if counted is None:
            return None
        total.update({word: count for word, count in counted.items() if word in words})
    return total


def _by_place(mapping: Mapping) -> dict[int, frozenset[str]]:
    """The usual words of each column that becomes a contact, or a part of one."""
    fed = [(column.index, target) for column in mapping.columns for target in column.targets]
    for target, template in mapping.joins.items():
        if not shapes.of_join(mapping, template):
            places = sources.places(sources.parse(template, mapping.names))
            fed += [(place, target) for place in places]
    read: dict[int, frozenset[str]] = {}
    for place, target in fed:
        read[place] = read.get(place, frozenset()) | _usual(target)
    return {place: words for place, words in read.items() if words}


def _usual(target: str) -> frozenset[str]:
    field = fields.find(target)
    if field is None or field.can_be_constant:
        return frozenset()
    if field.kind == "name":
        return _USUAL.name_parts if target in fields.NAME_PARTS else _USUAL.names
    return _USUAL.contacts
