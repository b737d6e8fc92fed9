"""What people decided about rows of one person, of different people, and of nobody: what stands.

A decision about one gathering counts as long as all rows of the gathering are among those that it
was made about: whoever joins later was not seen. It goes before what was decided for all of them,
and that before what came with the import. The newest counts.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from django.db.models import Count

from imports.intake.celltext import count
from imports.models import Duplicates, Gathering, Import, Lead, Melting, NameOnly, ReviewAct
from imports.review import holds, standing
from imports.review.persons import MOST

WHOSE = "wrong_customer"  # is about no row by itself
MELTS, DIFFERS, IDENTICAL, NO_MATCH = "melts", "differs", "identical", "no_match"
MERGES: Final = {
    "merge_first": "Merge into the first: of each field its value, else the next row's",
    "merge_last": "Merge into the last: of each field its value, else the row's before",
}
CHOICES: Final[dict[str, dict[str, str]]] = {
    MELTS: {one.value: str(one.label) for one in Melting},
    DIFFERS: {one.value: str(one.label) for one in Duplicates if one != Duplicates.ASK} | MERGES,
    NO_MATCH: {one.value: str(one.label) for one in NameOnly},
}
_LOOKED_AT: Final = {MELTS: (MELTS,), DIFFERS: (DIFFERS, IDENTICAL)}
"""What can be chosen, by what it is about (a code of `review.holds`), in words."""


@dataclass(frozen=True, slots=True)
class _One:
    """A decision about one gathering, and its rows."""

    act: ReviewAct
    rows: frozenset[int]


@dataclass(slots=True)
class Decisions:
    """All that stands for one import, read once for a judgement."""

    for_all: dict[str, str]
    _of_row: defaultdict[tuple[str, str, int], list[_One]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def add(self, act: ReviewAct) -> None:
        """Let a decision count, before those that were added until now."""
        if not act.rows:
            self.for_all[act.about] = act.content["choice"]
            return
        one = _One(act, frozenset(act.rows))
        for number in act.rows:
            self._of_row[act.about, act.content["kind"], number].append(one)

    def about(self, about: str, kind: str, rows: Sequence[int]) -> tuple[str, ReviewAct | None]:
        """Return the choice for a gathering of these rows, and the decision of its own, if any."""
        for one in reversed(self._of_row.get((about, kind, rows[0]), ())):
            if one.rows.issuperset(rows):
                return one.act.content["choice"], one.act
        return self.for_all[about], None


def of(lead_import: Import) -> Decisions:
    """Read what stands."""
    found = Decisions(
        {
            MELTS: lead_import.melting,
            DIFFERS: lead_import.duplicates,
            NO_MATCH: lead_import.name_only,
        }
    )
    acts = standing.of(lead_import).filter(kind=ReviewAct.Kind.DECIDE, about__in=CHOICES)
    for act in acts.order_by("pk"):
        found.add(act)
    return found


def told(act: ReviewAct) -> str:
    """Say what was decided, for how many rows; of acts without their rows `size` is known."""
    size = getattr(act, "size", None)
    rows = len(act.rows) if size is None else size
    which = count(rows, "row") if rows else "All rows"
    choice = CHOICES[act.about][act.content["choice"]]
    return f"{which} {holds.kind(act.about).title}: “{choice}”."


def waiting(lead_import: Import) -> str:
    """Say how many rows nobody decided about, and by what group; "" where there are none."""
    leads = Lead.objects.filter(lead_import=lead_import, mapping=lead_import.mapping_id)
    found = leads.filter(code__in=CHOICES).values_list("code").annotate(rows=Count("number"))
    said = [
        f"{count(rows, 'row')} {holds.kind(code).title}" for code, rows in found.order_by("code")
    ]
    return f"Kept back until somebody decides in a review: {'; '.join(said)}." if said else ""


def carried(parent: Import) -> dict[str, str]:
    """Return what a child takes over of an import: what was decided there for all rows."""
    for_all = of(parent).for_all
    duplicates = for_all[DIFFERS]
    return {
        "melting": for_all[MELTS],
        "duplicates": Duplicates.ASK.value if duplicates in MERGES else duplicates,
        "name_only": for_all[NO_MATCH],
    }


def concerned(lead_import: Import, act: ReviewAct) -> list[int] | None:
    """Return the rows that a decision is about; None when they are too many to list."""
    if act.about == WHOSE:
        return []
    if act.rows or act.about not in CHOICES:
        return act.rows or None
    if act.about == NO_MATCH:
        leads = Lead.objects.filter(lead_import=lead_import, mapping=lead_import.mapping_id)
        found = leads.filter(email_key=None, phone_key=None).values_list("number", flat=True)
        numbers = list(found[: MOST + 1])
    else:
        groups = Gathering.objects.filter(lead_import=lead_import, about__in=_LOOKED_AT[act.about])
        numbers = list(chain.from_iterable(groups.values_list("rows", flat=True)[: MOST + 1]))
    return numbers if len(numbers) <= MOST else None
