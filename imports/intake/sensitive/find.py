"""Which columns of a table are sensitive, judged by their headings and by all cells at hand.

1. A heading about health or belief decides by itself. 2. One that names cards, accounts or ids
needs cells that look like them. 3. Without such a heading the check digits of most cells must
agree, of so many different ones that chance is out of the question.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from imports.intake.sensitive import numbers, words
from imports.intake.sensitive.kinds import label

MOST_CELLS = 200_000  # that are looked at in all
FEWEST_ROWS = 50
PROBE, MOST_PROBED = 30, 100_000  # cells of a column, and of the table, that are asked first
SHARE_ALONE, SHARE_NAMED = 0.6, 0.3


@dataclass(frozen=True, slots=True)
class Finding:
    """A sensitive column: its index from 0, the kind, and the share of its cells that showed it.

    `heading` and `sheet` tell whether it is the same column when the file is read in another way;
    `kept` says that a manager chose to keep it as it is.
    """

    column: int
    kind: str
    share: float
    heading: str = ""
    sheet: str = ""
    kept: bool = False

    @property
    def label(self) -> str:
        """What the column holds, in words."""
        return label(self.kind)

    def to_json(self) -> dict[str, Any]:
        """For jsonb; `from_json` reads it back."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        return cls(**stored)


def find(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Finding]:
    """Return the sensitive columns among those with headings, in order; rows may be ragged."""
    rows = rows[: max(FEWEST_ROWS, MOST_CELLS // max(1, len(headings)))]
    probe = max(6, min(PROBE, MOST_PROBED // max(1, len(headings))))
    found = (_judged(index, heading, rows, probe) for index, heading in enumerate(headings))
    return [finding for finding in found if finding is not None]


def _judged(index: int, heading: str, rows: Sequence[Sequence[str]], probe: int) -> Finding | None:
    says = words.said_by(heading)
    for said in says:
        if said.decides:
            return Finding(index, said.kind, 1.0)
    cells = [cell for row in rows if index < len(row) and (cell := row[index].strip())]
    if not cells:
        return None
    cells = list(map(numbers.plain, cells))
    for said in says:
        if (share := _named(said, cells) / len(cells)) >= SHARE_NAMED:
            return Finding(index, said.kind, round(share, 2))
    return _alone(index, cells, probe)


def _named(said: words.Said, cells: Sequence[str]) -> int:
    """Count the cells that are what the heading says."""
    checks = [check for check in numbers.CHECKS if check.kind == said.kind]
    return sum(
        (said.is_clear and numbers.looks_like(said.kind, cell))
        or any(check.fits(cell) for check in checks)
        for cell in cells
    )


def _alone(index: int, cells: Sequence[str], probe: int) -> Finding | None:
    """Look for a check that most cells pass; half as many of a few, from all over, come first."""
    few = cells[:: -(-len(cells) // probe) or 1]
    for check in numbers.CHECKS:
        if not check.alone or sum(map(check.fits, few)) < SHARE_ALONE / 2 * len(few):
            continue
        fitting = [number for cell in cells if (number := check.number(cell))]
        share = len(fitting) / len(cells)
        if share >= SHARE_ALONE and len(set(fitting)) >= check.alone:
            return Finding(index, check.kind, round(share, 2))
    return None


def fits(kind: str, cell: str) -> bool:
    """Whether a single cell is a number of the kind, by its check digits."""
    text = numbers.plain(cell)
    return any(check.fits(text) for check in numbers.CHECKS if check.kind == kind and check.alone)
