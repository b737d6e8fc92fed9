"""What a plain upload would have imported as it is: the few things of a file most worth knowing.

Pure: `first_look` brings the facts, pages turn a `Where` into an address. Findings name columns,
row numbers and counts, never a cell.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal

from imports.columns import families
from imports.columns.families import Family
from imports.columns.fields import CUSTOM
from imports.columns.mapping import ColumnMap
from imports.columns.review import ProblemGroup
from imports.models import Duplicates
from imports.review import spoken

MOST = 5

_MASKED, _MELTING, _OPEN, _TWICE, _UNCHANGED = 100, 90, 85, 75, 72
_READ_AS, _HEADINGS, _BLANK = 45, 40, 30
_TWICE_DONE: Final = {
    Duplicates.ALL: "All are sent, never two of one person in the same request.",
    Duplicates.FIRST: "Only the first row of each person is sent.",
    Duplicates.LAST: "Only the last row of each person is sent.",
    Duplicates.HOLD: "None of them is sent.",
    Duplicates.ASK: "The review shows them in groups and asks what is sent.",
}
_OPEN_WORDS: Final = {
    "date": "The dates in column “{name}” can be read in two ways, as in 03/04/2025.",
    "number": "The numbers in column “{name}” can be read in two ways, as in 1.234.",
}
_READ_WORDS: Final = {
    "dmy": ("dates", "day first", "Sent as year, month, day."),
    "mdy": ("dates", "month first", "Sent as year, month, day."),
    "comma": ("numbers", "with a decimal comma", "Sent with a decimal point."),
}


@dataclass(frozen=True, slots=True)
class Where:
    """The rows or columns of a finding: a page, and what narrows it.

    On "rows": `result` or `problem` with the place of its `column`, or the row number that the list
    begins `after`. On "columns" the place of a column; on "file" a part of the page; on "groups"
    what they are `about`.
    """

    page: Literal["rows", "columns", "file", "groups"]
    words: str
    result: str = ""
    problem: str = ""
    column: int | None = None
    after: int | None = None
    part: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence with a number and an example place, what the portal did, and where it is."""

    code: str
    weight: int
    count: int
    sentence: str
    done: str
    where: Where


@dataclass(frozen=True, slots=True)
class Masked:
    """A column whose cells were masked while it was read."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a file. `looked_at` is how many of its rows the problems are of: 0 while
    none is checked, else the first ones or all of them."""

    rows: int
    blank: int = 0
    first_blank: int | None = None
    rows_above: int = 0  # the headings
    masked: Sequence[Masked] = ()
    columns: Sequence[ColumnMap] = ()
    names: Sequence[str] = ()
    groups: Sequence[ProblemGroup] = ()
    twice: int = 0  # rows that share an e-mail or a phone with another one
    first_twice: int | None = None
    duplicates: Duplicates = Duplicates.ALL
    melting: int = 0  # rows of different people that MEGA would take for one
    first_melting: int | None = None
    unchanged: int = 0
    looked_at: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether every row was looked at."""
        return self.looked_at >= self.rows


def found(facts: Facts) -> list[Finding]:
    """Return the findings that are worth the most, at most MOST, the most valuable first."""
    every = [*_of_the_file(facts), *_of_the_columns(facts), *_of_the_rows(facts)]
    every += [_of_a_family(*one, facts) for one in _by_family(facts.groups)]
    return sorted(every, key=lambda one: (-one.weight, -one.count, one.code))[:MOST]


def _s(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _of_the_file(facts: Facts) -> Iterator[Finding]:
    if facts.masked:
        listed = ", ".join(f"“{one.name}” ({one.label})" for one in facts.masked[:3])
        more = " …" if len(facts.masked) > 3 else ""
        yield Finding(
            "masked", _MASKED, len(facts.masked),
            f"{_s(len(facts.masked), 'column holds', 'columns hold')} sensitive data: "
            f"{listed}{more}.",
            "Masked everywhere but in the original file, and not imported.",
            Where("file", "Look at sensitive columns", part="sensitive"),
        )  # fmt: skip
    if facts.rows_above:
        yield Finding(
            "headings", _HEADINGS, facts.rows_above,
            f"{_s(facts.rows_above, 'row stands', 'rows stand')} above the headings, which are in "
            f"row {facts.rows_above + 1:,}.",
            "No lead is made of what stands there.",
            Where("file", "Look at how the file was read", part="facts"),
        )  # fmt: skip
    if facts.blank:
        place = f": {_first(facts.blank, facts.first_blank)}" if facts.first_blank else ""
        yield Finding(
            "blank", _BLANK, facts.blank,
            f"{_s(facts.blank, 'row is', 'rows are')} blank{place}.",
            "Not sent; every other row keeps the number that it has in the sheet.",
            Where("rows", _show(facts.blank), result="blank"),
        )  # fmt: skip


def _of_the_columns(facts: Facts) -> Iterator[Finding]:
    custom = [one for one in facts.columns if (one.target or "").startswith(CUSTOM)]
    asked = [one for one in custom if one.is_open]
    for column in asked[:1]:
        words = _OPEN_WORDS[column.looks].format(name=facts.names[column.index])
        more = f" So can {_s(len(asked) - 1, 'more column', 'more columns')}." * (len(asked) > 1)
        yield Finding(
            "two_ways", _OPEN, len(asked), f"{words}{more}",
            "Nothing is sent until somebody says how they are written.",
            Where("columns", "Say how they are written", column=column.index),
        )  # fmt: skip
    read = [one for one in custom if not one.is_open and one.read_as in _READ_WORDS]
    for column in read[:1]:
        what, how, done = _READ_WORDS[column.read_as]
        yield Finding(
            "read_as", _READ_AS, len(read),
            f"The {what} in column “{facts.names[column.index]}” are written {how}.",
            done,
            Where("columns", "Look at the column", column=column.index),
        )  # fmt: skip


def _of_the_rows(facts: Facts) -> Iterator[Finding]:
    if facts.melting and facts.first_melting:
        yield Finding(
            "melting", _MELTING, facts.melting,
            f"{facts.melting:,} rows of different people share an e-mail or a phone: "
            f"{_first(facts.melting, facts.first_melting)}.",
            "MEGA would make one lead of them. The review asks what becomes of each group.",
            Where("groups", "Show the groups", about="melts"),
        )  # fmt: skip
    if facts.twice and facts.first_twice:
        yield Finding(
            "twice", _TWICE, facts.twice,
            f"{_s(facts.twice, 'row shares its', 'rows share their')} e-mail or phone with another "
            f"row: {_first(facts.twice, facts.first_twice)}.",
            _TWICE_DONE[facts.duplicates],
            Where("rows", f"Show row {facts.first_twice:,}", after=facts.first_twice - 1),
        )  # fmt: skip
    if facts.unchanged:
        yield Finding(
            "unchanged", _UNCHANGED, facts.unchanged,
            f"{_s(facts.unchanged, 'row is', 'rows are')} identical to what the customer already "
            "got.",
            "Left out.",
            Where("rows", _show(facts.unchanged), result="unchanged"),
        )  # fmt: skip


def _first(count: int, number: int | None) -> str:
    return f"row {number:,}" if count == 1 else f"the first is row {number:,}"


def _show(count: int) -> str:
    return "Show the row" if count == 1 else f"Show the {count:,} rows"


def _by_family(groups: Iterable[ProblemGroup]) -> Iterator[tuple[Family, list[ProblemGroup]]]:
    known = [(families.of(one.code), one) for one in groups]
    ordered = sorted(known, key=lambda pair: pair[0].code)
    for _, members in groupby(ordered, key=lambda pair: pair[0].code):
        together = list(members)
        yield together[0][0], [group for _, group in together]


def _of_a_family(family: Family, groups: list[ProblemGroup], facts: Facts) -> Finding:
    """All cells with problems of one family; the link shows the most frequent of them."""
    count = sum(group.count for group in groups)
    by_code = Counter[str]()
    for group in groups:
        by_code[group.code] += group.count
    first = min(group.examples[0].number for group in groups)
    columns = sorted({group.column for group in groups if group.column})
    where = f" in column “{columns[0]}”" if len(columns) == 1 else ""
    ways = [families.way(code, count) for code, _ in by_code.most_common(families.MOST_WAYS)]
    either = spoken.listed(ways, "or")
    return Finding(
        family.code, family.weight, count,
        f"{_s(count, family.one, family.many)}{where} {either}: {_first(count, first)}.",
        _done(family, groups),
        _rows_of(by_code, columns, facts),
    )  # fmt: skip


def _done(family: Family, groups: Iterable[ProblemGroup]) -> str:
    kept = goes = 0
    for group in groups:
        if group.level == "error":
            kept += group.count
        else:
            goes += group.count
    ways = ((kept, "kept back"), (goes, family.goes))
    return "; ".join(f"{_s(count, 'is', 'are')} {how}" for count, how in ways if count) + "."


def _rows_of(by_code: Counter[str], columns: Sequence[str], facts: Facts) -> Where:
    code, count = by_code.most_common(1)[0]
    words = _show(count) if len(columns) <= 1 else "Show their rows"
    if len(by_code) > 1:
        words = f"Show those that {families.way(code, 2)}"
    places = list(facts.names)
    at = places.index(columns[0]) if len(columns) == 1 and columns[0] in places else None
    return Where("rows", words, problem=code, column=at)
