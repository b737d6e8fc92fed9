"""Header rows of programs and of people, with the field that each column is.

One block of a file in this folder is one sheet, after the facts of the format, with invented cells:

    == Name of the set
    header | the field it is, blank for none | cell of the first row | of the second | …

Where a sheet has the whole name and its parts as well, the whole name is the one that is expected:
that is how the portal decides it.
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class HeaderSet:
    """One sheet: `expected` has the field for each header, in order; None where there is none."""

    name: str
    headers: list[str]
    expected: list[str | None]
    rows: list[list[str]]


def all_sets() -> list[HeaderSet]:
    """Every set of every file, by file and then in its order."""
    files = sorted(Path(__file__).parent.glob("*.txt"))
    blocks = [block for file in files for block in file.read_text("utf-8").split("== ")[1:]]
    return [_read(block) for block in blocks]


def _read(block: str) -> HeaderSet:
    name, *lines = [line for line in block.splitlines() if line.strip()]
    columns = [[cell.strip() for cell in line.split("|")] for line in lines]
    width = max(map(len, columns)) - 2
    rows = [[(column[2 + n : 3 + n] or [""])[0] for column in columns] for n in range(width)]
    return HeaderSet(
        name, [column[0] for column in columns], [column[1] or None for column in columns], rows
    )
