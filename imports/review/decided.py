"""What people decided about rows of one person, of different people, and of nobody: what stands.

A decision about one gathering counts as long as all rows of the gathering are among those that it
was made about: whoever joins later was not seen. It goes before what was decided for all of them,
and that before what came with the import. The newest counts.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from imports.models import Duplicates, Import, Melting, NameOnly, ReviewAct

MELTS, DIFFERS, NO_MATCH = "melts", "differs", "no_match"
MERGES: Final = {
    "merge_first": "Merge into the first: of each field its value, else the next row's",
    "merge_last": "Merge into the last: of each field its value, else the row's before",
}
CHOICES: Final[dict[str, dict[str, str]]] = {
    MELTS: {one.value: str(one.label) for one in Melting},
    DIFFERS: {one.value: str(one.label) for one in Duplicates if one != Duplicates.ASK} | MERGES,
    NO_MATCH: {one.value: str(one.label) for one in NameOnly},
}
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
    for act in standing(lead_import):
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


def standing(lead_import: Import) -> list[ReviewAct]:
    """Return the decisions of these kinds that are not undone, the oldest first."""
    acts = ReviewAct.objects.filter(
        lead_import=lead_import, kind=ReviewAct.Kind.DECIDE, about__in=CHOICES, undone_at=None
    )
    return list(acts.select_related("made_by").order_by("pk"))
