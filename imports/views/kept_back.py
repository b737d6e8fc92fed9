"""The rows that are kept back in a review, by why."""

from dataclasses import dataclass

from imports.columns.tally import Tally
from imports.review import holds
from imports.review.holds import Hold


@dataclass(frozen=True, slots=True)
class Group:
    """All rows that are kept back for one reason."""

    code: str
    count: int
    hold: Hold


def groups(leads: Tally) -> list[Group]:
    """Return them, the most rows first."""
    counted = sorted(leads.codes.items(), key=lambda one: (-one[1], one[0]))
    return [Group(code, count, holds.kind(code)) for code, count in counted]
