"""Which of the words that are read as blank stand in a file's contacts, and how often.

By what was counted of each column when the rows were stored (`profile`), so that no page reads a
row. A customer's own words are counted with them where they are remembered; those that somebody
types later a worker counts, once all rows are checked.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from imports.columns import clean, fields, placeholders, shapes, sources
from imports.columns.mapping import Mapping
from imports.models import ColumnProfile, Import

_USUAL = placeholders.USUAL
_COUNT = """
    SELECT lower(btrim(cells[%(place)s], E' \\t\\r\\n')) AS word, count(*) FROM imports_row
    WHERE import_id = %(import)s
      AND lower(btrim(cells[%(place)s], E' \\t\\r\\n')) = ANY(%(words)s)
    GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """How often words stand in the columns that become contacts: usual ones, also those that the
    mapping takes out, and the mapping's own; None for one that is counted when rows are checked.
    """

    usual: Counter[str]
    own: dict[str, int | None]


def counts(lead_import: Import, mapping: Mapping) -> Counts | None:
    """What was counted; None where nothing was when these rows were stored."""
    read = _by_place(mapping)
    kept = _profiles(lead_import, read)
    if any(place not in kept or kept[place].blanks is None for place in read):
        return None
    usual = Counter[str]()
    for place, words in read.items():
        counted = kept[place].blanks or {}
        usual.update({word: n for word, n in counted.items() if word in words})
    own = {word: _sum(_of_own(kept[place], word) for place in read) for word in mapping.words.own}
    return Counts(usual, own)


def count_own(lead_import: Import) -> None:
    """Count the own words of the current mapping that are not counted yet, in all rows."""
    mapping = Mapping.from_json(lead_import.mapping.content) if lead_import.mapping else None
    if mapping is None or not mapping.words.own:
        return
    for place, one in _profiles(lead_import, _by_place(mapping)).items():
        words = [word for word in mapping.words.own if _of_own(one, word) is None]
        if one.blanks is None or not words:
            continue
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, {"import": lead_import.pk, "place": place + 1, "words": words})
            found = dict(cursor.fetchall())
        blanks = one.blanks | {word: found.get(word, 0) for word in words}
        ColumnProfile.objects.filter(pk=one.pk).update(blanks=blanks)


def _profiles(lead_import: Import, places: Iterable[int]) -> dict[int, ColumnProfile]:
    kept = ColumnProfile.objects.filter(lead_import=lead_import, place__in=list(places))
    return {one.place: one for one in kept}


def _of_own(one: ColumnProfile, word: str) -> int | None:
    """How often a column's whole cell is this word; None where nobody counted that."""
    if one.blanks is None:
        return None
    if word in one.blanks or word in placeholders.DEFAULT:
        return int(one.blanks.get(word, 0))
    if one.values is None:
        return None
    return sum(int(count) for cell, count in one.values if clean.word(cell) == word)


def _sum(found: Iterable[int | None]) -> int | None:
    total = 0
    for count in found:
        if count is None:
            return None
        total += count
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
