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

from imports.models import Duplicates, Gathering, Import, Lead, Melting, NameOnly, ReviewAct
from imports.review import standing
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


@dataclass(slots=True)
class Decisions:
    """All that stands for one import, read once for a judgement."""

    for_all: dict[str, str]
    _acts: list[ReviewAct] = field(default_factory=list)
    _of_row: dict[tuple[str, str, int], list[int]] = field(default_factory=dict)
    _rows: dict[int, frozenset[int]] = field(default_factory=dict)

    def about(self, about: str, kind: str, rows: Sequence[int]) -> tuple[str, ReviewAct | None]:
        """Return the choice for a gathering of these rows, and the decision of its own, if any."""
        for place in self._of_row.get((about, kind, rows[0]), ()):
            if self._rows[place].issuperset(rows):
                act = self._acts[place]
                return act.content["choice"], act
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
    of_row: defaultdict[tuple[str, str, int], list[int]] = defaultdict(list)
    acts = standing.of(lead_import).filter(kind=ReviewAct.Kind.DECIDE, about__in=CHOICES)
    for act in acts.order_by("pk"):
        if not act.rows:
            found.for_all[act.about] = act.content["choice"]
            continue
        found._acts.append(act)
        place = len(found._acts) - 1
        found._rows[place] = frozenset(act.rows)
        for number in act.rows:
            of_row[act.about, act.content["kind"], number].insert(0, place)
    found._of_row = dict(of_row)
    return found


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
