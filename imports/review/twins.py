"""Which rows of one person are sent, and what stands for those that are not. Pure.

Rows that hang together, also through others in between, are one person's; no row is left out in
favour of one that does not go.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from imports.models import Verdict
from imports.review import names, spoken
from imports.review.melting import Tied

ASK, ALL, FIRST, LAST, HOLD = "ask", "all", "first", "last", "hold"
MERGE_FIRST, MERGE_LAST = "merge_first", "merge_last"
MERGES = (MERGE_FIRST, MERGE_LAST)


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a row that is kept back."""

    number: int
    verdict: str
    code: str
    reason: str


def are_identical(rows: Sequence[Tied]) -> bool:
    """Whether all are the same lead."""
    return len({row.digest for row in rows}) == 1


def may_merge(rows: Sequence[Tied]) -> bool:
    """Whether the rows may become one lead: all of them surely bear one name."""
    return not are_identical(rows) and names.are_one([row.name for row in rows])


def merged(rows: Sequence[Tied], choice: str) -> list[int]:
    """Return the rows that become one lead, that which it goes as first; [] when none do."""
    if choice not in MERGES or not may_merge(rows):
        return []
    numbers = [row.number for row in rows]
    return numbers if choice == MERGE_FIRST else numbers[::-1]


def fates(rows: Sequence[Tied], choice: str) -> list[Fate]:
    """Say which of a person's rows (in sheet order) are kept back; those of no fate are sent."""
    if choice == HOLD:
        return [_held(row, rows) for row in rows]
    if going := merged(rows, choice):
        said = f"Merged into row {going[0]:,}, which is sent."
        return [_duplicate(row, "merged", said) for row in rows if row.number != going[0]]
    if choice == ALL or are_identical(rows):
        return _repeated(rows)
    if choice in {FIRST, LAST}:
        goes = rows[0] if choice == FIRST else rows[-1]
        return [_instead(row, goes, rows) for row in rows if row is not goes]
    return [_undecided(row, rows) for row in rows]


def _duplicate(row: Tied, code: str, reason: str) -> Fate:
    return Fate(row.number, Verdict.DUPLICATE.value, code, reason)


def _repeated(rows: Sequence[Tied]) -> list[Fate]:
    """Of rows that say the same one after the other, the first is enough."""
    found, before = [], rows[0]
    for row in rows[1:]:
        if row.digest == before.digest:
            found.append(_identical(row, before))
        else:
            before = row
    return found


def _identical(row: Tied, goes: Tied) -> Fate:
    return _duplicate(row, "identical", f"The same lead as row {goes.number:,}, which is sent.")


def _instead(row: Tied, goes: Tied, rows: Sequence[Tied]) -> Fate:
    if row.digest == goes.digest:
        return _identical(row, goes)
    if shared := _shared(row, goes):
        said = f"Has the same {shared} as row {goes.number:,}, which is sent instead."
    else:
        between = next(one for one in rows if one is not row and _shared(row, one))
        said = (
            f"Has the same {_shared(row, between)} as row {between.number:,}, and so is of one "
            f"person with row {goes.number:,}, which is sent instead."
        )
    return _duplicate(row, "duplicate", said)


def _held(row: Tied, rows: Sequence[Tied]) -> Fate:
    other = next(one for one in rows if one is not row and _shared(row, one))
    said = f"Has the same {_shared(row, other)} as row {other.number:,}; none of them is sent."
    return _duplicate(row, "duplicate", said)


def _undecided(row: Tied, rows: Sequence[Tied]) -> Fate:
    others = spoken.rows([one.number for one in rows if one is not row])
    said = f"Of one person with {others}, but not the same: decide which of them are sent."
    return _duplicate(row, "differs", said)


def _shared(one: Tied, other: Tied) -> str:
    if one.email and one.email == other.email:
        return "e-mail"
    return "phone" if one.phone and one.phone == other.phone else ""
