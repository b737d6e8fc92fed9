"""Which rows of different people would melt into one lead, and by what value. Pure.

MEGA takes rows with the same e-mail, or the same last ten digits of the phone, for one person,
whatever their names are. So an office line, or a placeholder that looks like a number, makes one
lead of many people. A value that different names share is such a gathering; so are rows that tie
people together through two values, neither of which is shared by different names alone.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from imports.columns.bars import Bar
from imports.models import Gathering
from imports.review import names, ties

Kind = Gathering.Kind
Key = tuple[str, str]  # kind and value


@dataclass(frozen=True, slots=True)
class Met:
    """A lead that the customer got by an earlier import and that has another name than the row."""

    kind: str  # by what MEGA would take the row for that lead
    name: str


@dataclass(slots=True)
class Tied:
    """A row that shares a value, with what there is to know of it here."""

    number: int
    email: str | None
    phone: str | None
    name: str
    digest: str
    met: list[Met] = field(default_factory=list)
    bar: Bar | None = None  # why nobody may contact this person: it is not sent, whatever else

    def known_by(self) -> list[Key]:
        """What MEGA would know it by."""
        found = [(Kind.EMAIL.value, self.email), (Kind.PHONE.value, self.phone)]
        return [(kind, value) for kind, value in found if value]


@dataclass(frozen=True, slots=True)
class Melt:
    """Rows that would melt; `rows` are in sheet order."""

    kind: str
    rows: list[int]
    names: list[str]
    before: list[str]
    value: str = ""  # that they share
    tying: tuple[int, ...] = ()  # of a tie: the rows that hold it together

    @property
    def first(self) -> int:
        return self.rows[0]


def melts(rows: Sequence[Tied]) -> list[Melt]:
    """Find all gatherings of different people among rows in sheet order that hang together."""
    by_key = _by_key(rows)
    found = [melt for key, sharing in by_key.items() if (melt := _by_value(key, sharing))]
    melted = {(one.kind, one.value) for one in found}
    return [*found, *_ties(rows, melted)]


def _by_key(rows: Sequence[Tied]) -> dict[Key, list[Tied]]:
    found: defaultdict[Key, list[Tied]] = defaultdict(list)
    for row in rows:
        for key in row.known_by():
            found[key].append(row)
    return found


def _by_value(key: Key, sharing: Sequence[Tied]) -> Melt | None:
    kind, value = key
    before = [met.name for row in sharing for met in row.met if met.kind == kind]
    if len(sharing) + len(before) < 2 or not names.differ([*(r.name for r in sharing), *before]):
        return None
    return _melt(kind, sharing, before, value=value)


def _melt(
    kind: str,
    rows: Sequence[Tied],
    before: Sequence[str],
    *,
    value: str = "",
    tying: Sequence[int] = (),
) -> Melt:
    people = names.people([*(row.name for row in rows), *before])
    numbers = [row.number for row in rows]
    return Melt(kind, numbers, people, names.people(before), value, tuple(tying))


def _ties(rows: Sequence[Tied], melted: set[Key]) -> Iterator[Melt]:
    """People who hang together through rows with two values, what melts by one value apart."""
    clear = {row.number: [key for key in row.known_by() if key not in melted] for row in rows}
    sharing = _by_key(rows)
    edges = [(row.number, sharing[key][0].number) for row in rows for key in clear[row.number]]
    of_number = {row.number: row for row in rows}
    for component in ties.components(ties.homes(edges)):
        tied = [of_number[number] for number in component]
        before = [met.name for row in tied for met in _clearly_met(row, clear[row.number])]
        if not names.differ([*(row.name for row in tied), *before]):
            continue
        holding = [row.number for row in tied if _holds(row, clear[row.number], sharing)]
        yield _melt(Kind.TIE.value, tied, before, tying=holding)


def _clearly_met(row: Tied, clear: Sequence[Key]) -> list[Met]:
    kinds = {kind for kind, _ in clear}
    return [met for met in row.met if met.kind in kinds]


def _holds(row: Tied, clear: Sequence[Key], sharing: dict[Key, list[Tied]]) -> bool:
    """Whether somebody else has the row's e-mail, and somebody else its phone."""
    met = {one.kind for one in row.met}
    return len([key for key in clear if len(sharing[key]) > 1 or key[0] in met]) == 2
