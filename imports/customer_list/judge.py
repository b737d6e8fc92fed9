"""What becomes of each line of a list of customers, before anything is stored.

The order of the lines does not matter: two that contradict each other are both wrong, two that say
the same are one customer.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from imports import customers
from imports.customer_list import columns, values
from imports.customer_list.sheet import Raw
from imports.errors import BadInput
from imports.models import Customer
from portal import characters
from portal.models import Team

T = TypeVar("T")
_MOST_ROWS = 3  # that a sentence names
NOT_YOURS = "You manage no team called “{team}”. Yours: {teams}."


class Verdict(StrEnum):
    """What becomes of a line."""

    NEW = "new"
    THERE = "there"
    WRONG = "wrong"


@dataclass(slots=True)
class Line:
    """A line with its verdict.

    customer  what it would make; without a place in the database
    there     the customer that exists already, with the same MEGA id
    problems  the field's label and a sentence, for each thing that is wrong
    note      what else a person should know of it
    """

    raw: Raw
    customer: Customer
    verdict: Verdict = Verdict.NEW
    there: Customer | None = None
    problems: list[tuple[str, str]] = field(default_factory=list)
    note: str = ""

    @property
    def number(self) -> int:
        return self.raw.number

    @property
    def reasons(self) -> str:
        """All that is wrong, in one text."""
        return " ".join(f"{label}: {sentence}" for label, sentence in self.problems)

    def refuse(self, name: str, sentence: str) -> None:
        """Say what is wrong with one of its cells."""
        self.verdict = Verdict.WRONG
        self.problems.append((columns.LABELS[name], sentence))


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for the whole list.

    teams     those in which customers may be made by whoever gives the list
    team      that of lines which name none
    stranger  what is said of a team that is none of `teams`, with {team} and {teams}
    """

    teams: Sequence[Team]
    team: Team | None = None
    region: str = "US"
    stranger: str = NOT_YOURS

    def team_called(self, text: str) -> Team:
        """The team that a cell names; that of the list where it names none."""
        wanted = characters.seen(text).casefold()
        if not wanted and self.team is not None:
            return self.team
        listed = ", ".join(team.name for team in self.teams[:10]) or "none"
        if not wanted:
            raise BadInput(f"The line names no team. Name one of these: {listed}.")
        for team in self.teams:
            if wanted in {characters.seen(team.name).casefold(), team.slug}:
                return team
        raise BadInput(self.stranger.format(team=text[:60], teams=listed))


def judge(lines: Iterable[Raw], rules: Rules) -> list[Line]:
    """Say of each line what becomes of it.

    1. Its cells are read; everything that is wrong is collected. 2. It is compared with the
    customers of its team. 3. What is left is compared with each other.
    """
    judged = [_read(raw, rules) for raw in lines]
    _compare_with_portal(judged, rules.teams)
    _compare_with_each_other([line for line in judged if line.verdict == Verdict.NEW])
    return judged


def of(lines: Iterable[Line], verdict: Verdict) -> list[Line]:
    """Those with this verdict."""
    return [line for line in lines if line.verdict == verdict]


def _read(raw: Raw, rules: Rules) -> Line:
    line = Line(raw, Customer())
    made = line.customer
    made.name = _value(line, columns.NAME, values.name, raw.cells.get(columns.NAME, ""))
    made.mega_id = _value(line, columns.MEGA_ID, values.mega_id, None)
    made.region = _value(
        line, columns.REGION, lambda text: values.region(text, rules.region), rules.region
    )
    made.requests_per_minute = _value(
        line, columns.REQUESTS, values.requests, made.requests_per_minute
    )
    made.on_duplicate = _value(line, columns.EXISTING, values.existing, made.on_duplicate)
    team = _value(line, columns.TEAM, rules.team_called, None)
    if team is not None:
        made.team = team
    if line.verdict == Verdict.NEW:
        line.note = customers.remark_on(made.name)
    return line


def _value(line: Line, name: str, read: Callable[[str], T], instead: T | None) -> T:
    """What a cell means; whatever stands for it where that is wrong, and the line says why."""
    if name in line.raw.secret:
        line.refuse(name, "An API token stands here. It was not kept; take it out of the file.")
        return instead  # type: ignore[return-value]  # nobody makes a customer of a wrong line
    try:
        return read(line.raw.cells.get(name, ""))
    except BadInput as problem:
        line.refuse(name, problem.sentence)
        return instead  # type: ignore[return-value]  # as above


def _compare_with_portal(lines: Iterable[Line], teams: Iterable[Team]) -> None:
    """See which customers are there: the same MEGA id. A name that another one has is wrong."""
    known = list(Customer.objects.filter(team__in=[team.pk for team in teams]))
    by_id = {(one.team_id, one.mega_id): one for one in known}
    by_name = {(one.team_id, characters.seen(one.name)): one for one in known}
    for line in lines:
        made = line.customer
        if line.verdict != Verdict.NEW:
            continue
        line.there = by_id.get((made.team_id, made.mega_id))
        twin = by_name.get((made.team_id, characters.seen(made.name)))
        if line.there is not None:
            line.verdict, line.note = Verdict.THERE, _about(line.there, made)
        elif twin is not None:
            sentence = customers.name_is_taken(made.name, twin).sentence
            line.refuse(columns.NAME, f"{sentence} It has another MEGA id: {twin.mega_id}.")


def _about(there: Customer, made: Customer) -> str:
    if characters.seen(there.name) == characters.seen(made.name):
        return "It stays as it is."
    return f"It is called {characters.spelt(there.name)} here, and stays as it is."


def _compare_with_each_other(lines: Sequence[Line]) -> None:
    """Contradictions make every line of them wrong; of lines that say the same one is made."""
    refused: list[tuple[Line, str, str]] = []
    for name, key in ((columns.MEGA_ID, _by_id), (columns.NAME, _by_name)):
        for group in _groups(lines, key):
            if len({_facts(line) for line in group}) > 1:
                rows = _rows(group)
                said = f"{rows} have the same {columns.LABELS[name]} and differ otherwise. "
                refused += [(line, name, said + "Keep the one that is right.") for line in group]
    for line, name, sentence in refused:
        line.refuse(name, sentence)
    for group in _groups([line for line in lines if line.verdict == Verdict.NEW], _facts):
        for line in group[1:]:
            line.verdict = Verdict.THERE
            line.note = f"The same as row {group[0].number:,}, which is added."


def _groups(lines: Iterable[Line], key: Callable[[Line], object]) -> list[list[Line]]:
    grouped: dict[object, list[Line]] = defaultdict(list)
    for line in lines:
        grouped[key(line)].append(line)
    return [sorted(group, key=lambda line: line.number) for group in grouped.values()]


def _by_id(line: Line) -> object:
    return line.customer.team_id, line.customer.mega_id


def _by_name(line: Line) -> object:
    return line.customer.team_id, characters.seen(line.customer.name)


def _facts(line: Line) -> object:
    made = line.customer
    return (made.team_id, made.name, made.mega_id, made.region, made.requests_per_minute,
            made.on_duplicate)  # fmt: skip


def _rows(group: Sequence[Line]) -> str:
    named = [f"{line.number:,}" for line in group[:_MOST_ROWS]]
    if len(group) > _MOST_ROWS:
        return f"Rows {', '.join(named)} and {len(group) - _MOST_ROWS:,} more"
    return f"Rows {', '.join(named[:-1])} and {named[-1]}"
