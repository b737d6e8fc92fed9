"""Reading a list of customers: as hostile as any upload, small, and without any token in it."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from imports.customer_list import columns
from imports.errors import BadInput, UnreadableFile
from imports.intake.dialect import NO_ESCAPE, Dialect, Limits
from imports.intake.table import Table, open_table
from imports.reports.harmless import unescaped
from portal import characters

MOST = 2_000  # customers
MOST_BYTES = 1024 * 1024
LIMITS = Limits(
    file_bytes=MOST_BYTES,
    rows=20_000,  # blank ones included
    columns=200,
    unpacked_bytes=16 * 1024 * 1024,
    inflated_bytes=64 * 1024 * 1024,
    memory_bytes=768 * 1024 * 1024,
    cpu_seconds=4,
    wait_seconds=5.0,
)
# Nobody needs to guess here: quotes are quotes, and a backslash in a name is one.
_WRITTEN = Dialect(quote='"', escape=NO_ESCAPE)
_LONGEST = 300  # characters of a cell or heading: more than any of the fields may have
_MOST_NAMED = 8  # headings in a sentence
# A token, or what is left of one without its beginning; 64 digits alone may be phones in one cell.
_TOKEN = re.compile(r"mega_[0-9a-f]{12}|(?<![0-9a-f])(?=[0-9]*[a-f])[0-9a-f]{64}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Raw:
    """A line as it was read: its row in the sheet, and its cells by field, trimmed.

    secret  the fields in which a token stood: it was thrown away
    """

    number: int
    cells: dict[str, str]
    secret: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list of customers as it was read. `unread` are headings of columns that say nothing."""

    lines: list[Raw]
    unread: list[str] = field(default_factory=list)
    has_tokens: bool = False


def read(path: Path) -> Sheet:
    """Read a CSV or workbook. Raises BadInput with a sentence for whoever gave it."""
    try:
        with open_table(path, choice=_WRITTEN, limits=LIMITS, thorough=True) as table:
            return _sheet(table)
    except UnreadableFile as problem:
        said = problem.sentence.replace("leads", "customers").replace("a lead", "a customer")
        raise UnreadableFile(said, code=problem.code) from problem


def _sheet(table: Table) -> Sheet:
    headings = [_tidy(heading) for heading in table.headers]
    places = columns.places(headings)
    if any(needed not in places for needed in columns.NEEDED):
        raise _columns_are_missing(headings, places)
    is_ours = any(map(columns.is_reason, headings))
    lines: list[Raw] = []
    has_tokens = any(map(columns.is_secret, headings))
    for row in table.rows():
        cells = [unescaped(cell) for cell in row.cells] if is_ours else row.cells
        if not any(cell.strip() for cell in cells):
            continue
        if len(lines) == MOST:
            raise _too_many()
        has_tokens = has_tokens or any(map(_holds_token, cells))
        lines.append(_line(row.number, cells, places))
    known = {*places.values(), *(i for i, h in enumerate(headings) if columns.is_reason(h))}
    unread = [h for i, h in enumerate(headings) if h and i not in known and h != "Row"]
    return Sheet(lines, [_shown(heading) for heading in unread], has_tokens)


def _tidy(heading: str) -> str:
    """Cut before anything looks at it: folding makes up to 18 characters of one."""
    return " ".join(heading.strip()[:_LONGEST].split())


def _line(number: int, cells: Sequence[str], places: dict[str, int]) -> Raw:
    read_cells, secret = {}, []
    for name, index in places.items():
        cell = cells[index].strip() if index < len(cells) else ""
        if _holds_token(cell):
            secret.append(name)
            continue
        read_cells[name] = cell[:_LONGEST]
    return Raw(number, read_cells, tuple(secret))


def _shown(heading: str) -> str:
    return "a token" if _holds_token(heading) else heading[:60]


def _holds_token(text: str) -> bool:
    """Whether a token stands in the text, also one that copying has broken or disguised."""
    return bool(_TOKEN.search("".join(_folded(text).split())))


def _folded(text: str) -> str:
    """Without what cannot be seen, and plain letters for their wide or ornate forms.

    One by one, since some characters become eighteen, and nobody writes a token with those.
    """
    return text if text.isascii() else "".join(map(_plain, characters.bare(text)))


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    plain = unicodedata.normalize("NFKC", character)
    return plain if plain.isascii() else character


def _columns_are_missing(headings: Sequence[str], places: dict[str, int]) -> BadInput:
    missing = [f"“{columns.LABELS[one]}”" for one in columns.NEEDED if one not in places]
    named = [f"“{_shown(heading)}”" for heading in headings if heading][:_MOST_NAMED]
    more = " …" if sum(map(bool, headings)) > _MOST_NAMED else ""
    return BadInput(
        f"The file has no column {' and none '.join(missing)}; its headings are "
        f"{', '.join(named)}{more}. Name the columns as in the template and upload it again."
    )


def _too_many() -> BadInput:
    return BadInput(
        f"The file has more than {MOST:,} customers, the most that are added at once. Split it "
        "into several files, each with the row of headings, and upload them one by one."
    )
