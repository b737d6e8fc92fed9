"""What a row got from others that were merged into it goes along when it goes again without them.

The others stay behind as duplicates. So the cells that gave the merged lead what the row itself has
not are put into the row, as corrections that stand in the follow-up's review and can be undone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from imports.columns import derive, headers, sources
from imports.columns.fields import CUSTOM, NAME_PARTS
from imports.columns.mapping import Mapping as Columns
from imports.models import Correction, Gathering, Import, Lead, ReviewAct, Row
from imports.review import overlay
from imports.review.decided import DIFFERS
from imports.review.twins import MERGE_FIRST, MERGES

AT_ONCE: Final = 1_000  # merged rows
_NAMES: Final = dict.fromkeys(NAME_PARTS, "contact_name")

Found = dict[int, list[int]]
"""Rows that were merged, that which they went as first, by its number."""


def over(parent: Import, child: Import) -> None:
    """Put into the child's rows what they got from rows that the child has not."""
    merged = _merged(parent, child)
    numbers = sorted(merged)
    feeding = _feeding(parent)
    for start in range(0, len(numbers), AT_ONCE):
        some = {number: merged[number] for number in numbers[start : start + AT_ONCE]}
        _store(parent, child, dict(_given(parent, some, feeding)))


def _merged(parent: Import, child: Import) -> Found:
    rows = set(Row.objects.filter(lead_import=child).values_list("number", flat=True))
    found = Gathering.objects.filter(lead_import=parent, about=DIFFERS, choice__in=MERGES)
    ordered = (
        sorted(numbers, reverse=choice != MERGE_FIRST)
        for numbers, choice in found.values_list("rows", "choice")
    )
    return {one[0]: one for one in ordered if rows.intersection(one) == {one[0]}}


def _feeding(parent: Import) -> dict[str, list[int]]:
    """Return the places of the columns that each field is made of."""
    made: Columns = derive.mapping_of(parent)
    found: dict[str, list[int]] = {}
    for column in made.columns:
        for target in column.targets if not column.masked else ():
            found.setdefault(_NAMES.get(target, target), []).append(column.index)
    for target, template in made.joins.items():
        pieces = sources.parse(template, headers.names(parent.headers))
        found.setdefault(_NAMES.get(target, target), []).extend(sources.places(pieces))
    return found


def _given(
    parent: Import, merged: Found, feeding: Mapping[str, Sequence[int]]
) -> Iterator[tuple[int, list[Correction]]]:
    """Yield each row that got something, with its cells, which belong to no act yet."""
    every = [number for rows in merged.values() for number in rows]
    leads = Lead.objects.filter(lead_import=parent, mapping=parent.mapping_id, number__in=every)
    bodies = {
        number: _flat(checked["body"] if checked and number in merged else body)
        for number, body, checked in leads.values_list("number", "body", "checked")
    }
    rows = Row.objects.filter(lead_import=parent, number__in=every)
    cells = dict(overlay.over(parent, list(rows.values_list("number", "cells"))))
    for number, (_, *others) in merged.items():
        taken = _taken(bodies.get(number, set()), [(one, bodies.get(one, set())) for one in others])
        given = {
            place: _cell(cells[donor], place)
            for field, donor in taken
            for place in feeding.get(field, ())
        }
        own = cells[number]
        changed = [
            Correction(number=number, column=place, old=_cell(own, place), new=new)
            for place, new in sorted(given.items())
            if new not in ("", _cell(own, place))
        ]
        if changed:
            yield number, changed


def _flat(body: Mapping[str, Any]) -> set[str]:
    custom = body.get("custom_fields") or {}
    return {*body} - {"custom_fields"} | {f"{CUSTOM}{slug}" for slug in custom}


def _taken(own: set[str], others: Iterable[tuple[int, set[str]]]) -> Iterator[tuple[str, int]]:
    """Yield each field that the row itself has not, with the first of the others that has it."""
    has = set(own)
    for number, fields in others:
        yield from ((field, number) for field in sorted(fields - has))
        has |= fields


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""


def _store(parent: Import, child: Import, given: Mapping[int, list[Correction]]) -> None:
    why = f"From the rows that were merged into it in import #{parent.pk}."
    kind = ReviewAct.Kind.CELL
    acts = ReviewAct.objects.bulk_create(
        ReviewAct(lead_import=child, kind=kind, rows=[number], why=why) for number in given
    )
    for act, corrections in zip(acts, given.values(), strict=True):
        for one in corrections:
            one.act, one.lead_import = act, child
    Correction.objects.bulk_create(one for several in given.values() for one in several)
