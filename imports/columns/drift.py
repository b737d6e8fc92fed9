"""How a file differs from this customer's earlier file with these headings, or most like it.

A supplier who adds, drops or renames a column seldom says so, nor that a column holds other values
than it did. What is gone and was imported before is what a person must hear of.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime

from rapidfuzz import fuzz

from imports.columns import fields, headers, held, memory
from imports.columns.headers import squash
from imports.columns.held import Fill, NewValues
from imports.columns.mapping import Mapping
from imports.models import Import

ALIKE = 0.5  # of all headings of both files together: a file with fewer in common is another one
MOST = 8  # of each kind, that a page lists
FEWEST = 2  # headings in common
PAIRED = 100  # on either side: with more, no two spellings are compared
SPELT_ALIKE = 75  # of 100, from here on one heading is taken for another's new spelling


@dataclass(frozen=True, slots=True)
class Gone:
    """A heading that is no longer there, and the label of the field that it became, if any."""

    heading: str
    became: str = ""


@dataclass(frozen=True, slots=True)
class Drift:
    """What changed since an earlier import; `renamed` are pairs of the old and the new heading."""

    import_id: int
    at: datetime
    gone: list[Gone] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    renamed: list[tuple[str, str]] = field(default_factory=list)
    values: list[NewValues] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)

    @property
    def is_loss(self) -> bool:
        """Whether something that was imported before is gone, or something new is left out."""
        return (
            any(one.became for one in self.gone)
            or any(one.is_loss for one in self.values)
            or any(one.is_loss for one in self.fills)
        )

    @property
    def has_other_columns(self) -> bool:
        """Whether the headings are others."""
        return bool(self.gone or self.new or self.renamed)

    @property
    def more(self) -> int:
        """How many changes a page leaves out."""
        return sum(max(len(one) - MOST, 0) for one in self._lists)

    @property
    def _lists(self) -> tuple[Sequence[object], ...]:
        return self.gone, self.renamed, self.new, self.values, self.fills


def of(lead_import: Import, current: Mapping) -> Drift | None:
    """Return what changed; None for a file that is as one before, or like none."""
    earlier = memory.sent_alike(lead_import)
    drift = Drift(earlier.pk, earlier.created_at) if earlier else None
    if earlier is None or drift is None:
        now = headers.folded(lead_import.headers)
        earlier = _most_alike(lead_import, now.keys())
        if earlier is None:
            return None
        drift = _between(earlier, now, current)
    drift = replace(
        drift,
        values=held.new_values(lead_import, current, earlier),
        fills=held.fills(lead_import, current, earlier),
    )
    return drift if drift.has_other_columns or drift.values or drift.fills else None


def _most_alike(lead_import: Import, now: Set[str]) -> Import | None:
    earlier = memory.sent(lead_import)
    ranked = [(_alike(now, headers.folded(one.headers).keys()), one.pk, one) for one in earlier]
    share, _, like = max(ranked, default=(0.0, 0, None), key=lambda one: one[:2])
    return like if share >= ALIKE else None


def _alike(now: Set[str], then: Set[str]) -> float:
    common = now & then
    return len(common) / len(now | then) if len(common) >= FEWEST else 0.0


def _between(earlier: Import, now: dict[str, str], current: Mapping) -> Drift:
    then = headers.folded(earlier.headers)
    became = _targets(earlier)
    fed = {target: one.header for one in current.columns for target in one.targets}
    gone = [folded for folded in then if folded not in now]
    new = [folded for folded in now if folded not in then]
    feeds = {old: squash(fed.get(became.get(old) or "", "")) for old in gone}
    renamed = _renamed(feeds, new) if max(len(gone), len(new)) <= PAIRED else {}
    taken = set(renamed.values())
    return Drift(
        earlier.pk,
        earlier.created_at,
        [Gone(then[old], _label(became.get(old))) for old in gone if old not in renamed],
        [now[one] for one in new if one not in taken],
        [(then[old], now[one]) for old, one in renamed.items()],
    )


def _renamed(feeds: dict[str, str], new: Sequence[str]) -> dict[str, str]:
    """By the old heading the new one that became what it did, or is spelt almost like it. `feeds`
    says by the old heading which one, if any, became what it did.
    """
    found, left = dict[str, str](), dict.fromkeys(new)
    for old, fed in feeds.items():
        ranked = ((fuzz.ratio(old, one), one) for one in left)
        score, best = (100.0, fed) if fed in left else max(ranked, default=(0.0, ""))
        if score >= SPELT_ALIKE:
            found[old] = best
            del left[best]
    return found


def _targets(earlier: Import) -> dict[str, str | None]:
    made = memory.mapping_of(earlier)
    return {squash(column.header): column.target for column in made.columns} if made else {}


def _label(target: str | None) -> str:
    return fields.label(target) if target else ""
