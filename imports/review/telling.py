"""What people did in a review, in words: for pages."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import F, Func, IntegerField, QuerySet

from imports.columns import bars, headers
from imports.intake.celltext import count
from imports.models import Correction, Import, ReviewAct
from imports.review import decided, holds, overrides, standing
from imports.review.overlay import quoted

Kind = ReviewAct.Kind
MOST: Final = 100  # acts that a page lists

DECISIONS: Final[dict[str, Callable[[ReviewAct], str]]] = {
    **dict.fromkeys(decided.CHOICES, decided.told),
    **dict.fromkeys(bars.CODES, overrides.told),
    decided.WHOSE: lambda _act: "The customer's name was typed: the file is meant for them.",
}
"""How a decision about a code is told, where "Decided about rows …" says too little."""


@dataclass(frozen=True, slots=True)
class Told:
    """One act for a list: `who` is a name."""

    pk: int
    who: str
    at: datetime
    sentence: str
    why: str


def listed(lead_import: Import) -> list[Told]:
    """Return the acts that stand, the latest first; of very many the latest."""
    acts = list(_counted(standing.of(lead_import)).order_by("-pk")[:MOST])
    first = _first_of_cells(acts)
    names = headers.names(lead_import.headers)
    return [_told(act, names, first.get(act.pk, [])) for act in acts]


def sentence(act: ReviewAct) -> str:
    """Say what one act changed."""
    first = _first_of_cells([act]).get(act.pk, [])
    return _sentence(act, len(act.rows), headers.names(act.lead_import.headers), first)


def _counted(acts: QuerySet[ReviewAct]) -> QuerySet[ReviewAct]:
    """Their number of rows, without the rows: there may be a million."""
    size = Func(F("rows"), function="cardinality", output_field=IntegerField())
    return acts.select_related("made_by").defer("rows").annotate(size=size)


def _first_of_cells(acts: list[ReviewAct]) -> dict[int, list[Correction]]:
    pks = [act.pk for act in acts if act.kind == Kind.CELL]
    found: dict[int, list[Correction]] = {}
    if pks:
        for one in Correction.objects.filter(act__in=pks).order_by("column"):
            found.setdefault(one.act_id, []).append(one)
    return found


def _told(act: Any, names: list[str], cells: list[Correction]) -> Told:
    said = _sentence(act, act.size, names, cells)
    return Told(act.pk, str(act.made_by or "The portal"), act.made_at, said, act.why)


def _sentence(act: ReviewAct, rows: int, names: list[str], cells: list[Correction]) -> str:
    put = quoted(act.content.get("put", ""))
    if act.kind == Kind.CELL:
        return _cells(names, cells)
    if act.kind == Kind.REPLACE:
        name, found = names[act.content["column"]], quoted(act.content["find"])
        return f"{found} replaced by {put} in {name}, {count(rows, 'row')}."
    if act.kind == Kind.FILL:
        return f"{names[act.content['column']]} set to {put} in {count(rows, 'row')}."
    if act.kind == Kind.DROP:
        return f"{count(rows, 'row')} dropped."
    if tell := DECISIONS.get(act.about):
        return tell(act)
    return f"Decided about rows: {holds.kind(act.about).title}."


def _cells(names: list[str], cells: list[Correction]) -> str:
    said = [f"{names[c.column]} from {quoted(c.old)} to {quoted(c.new)}" for c in cells]
    return f"Row {cells[0].number} corrected: {'; '.join(said)}." if cells else "Row corrected."
