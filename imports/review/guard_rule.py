"""Whether a file looks like another customer's: facts in, the one odd fact out.

Nothing is odd merely because it is new. A customer's own past says what is usual: with whom it
shares people (a common supplier), and how far its files' phones came from elsewhere before.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

FEWEST = 50  # rows, and people, phones or e-mails among those that were looked at
LEAST = 0.05  # of the people at least must be the other customer's
UNTOLD = 0.25  # where the phones do not tell whether the leads are from where the customer's are
OUTSTANDING = 1.1  # where they are from there: neighbours have people in common, so with that one
# so many times as many as with any other
RISE = 1.3  # times as many as was ever usual, and
MORE = 0.03  # so much more
OVER_OWN = 3.0  # times as many as are this customer's own
FORMER = 1  # files at least that tell from where the customer's leads are
LAID_OUT = 3  # files of either customer that tell whose columns these are
STRANGE = 0.15  # of the phones at most fit the customer's own regions,
KNOWN = 0.02  # and of the people hardly any are the customer's own,
FITTING = 0.5  # and so many fit the other customer's; or the customer's own: they are from there
COMPANIES = 0.3  # of the e-mails are at domains of the other customer alone

Shares = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a file beside its customer's past and the other customers' files.

    `theirs` counts people of other customers who are not ours, by the customer's id; `usual` is the
    largest share that a former file of ours had. Regions and domains are shares of the phones and
    e-mails, of former files oldest first.
    """

    rows: int
    people: int = 0
    own: int = 0
    theirs: Mapping[int, int] = field(default_factory=dict)
    former: int = 0  # files of this customer
    usual: Mapping[int, float] = field(default_factory=dict)
    phones: int = 0
    regions: Shares = field(default_factory=dict)
    own_regions: Sequence[Shares] = ()
    their_regions: Mapping[int, Sequence[Shares]] = field(default_factory=dict)
    emails: int = 0
    domains: Shares = field(default_factory=dict)
    own_domains: frozenset[str] = frozenset()
    their_domains: Mapping[int, frozenset[str]] = field(default_factory=dict)
    own_columns: int = 0  # former files with these columns
    their_columns: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Odd:
    """The one odd fact: which kind, about whom, in percent of the file and of what is our own."""

    kind: str
    customer: int
    percent: int
    own: int

    def to_json(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {
            "kind": self.kind,
            "customer": self.customer,
            "percent": self.percent,
            "own": self.own,
        }


def judge(facts: Facts) -> Odd | None:
    """Return the odd fact that says most, None where the file may well be the customer's."""
    if facts.rows < FEWEST:
        return None
    return next((odd for ask in _ASKED if (odd := ask(facts)) is not None), None)


def fit(one: Shares, other: Shares) -> float:
    """Return which share two distributions have in common: 0 nothing, 1 all."""
    return sum(min(share, other.get(name, 0.0)) for name, share in one.items())


def _people(facts: Facts) -> Odd | None:
    if facts.people < FEWEST:
        return None
    own = facts.own / facts.people
    odd = {
        customer: count / facts.people
        for customer, count in facts.theirs.items()
        if _is_odd(facts, own, count / facts.people, facts.usual.get(customer, 0.0))
    }
    if not odd:
        return None
    customer = max(odd, key=lambda one: (odd[one], -one))
    return Odd("people", customer, _percent(odd[customer]), _percent(own))


def _is_odd(facts: Facts, own: float, share: float, usual: float) -> bool:
    return share >= max(_least(facts), OVER_OWN * own, RISE * usual, usual + MORE)


def _least(facts: Facts) -> float:
    """Return the share of people at least, by whether the phones are from another place."""
    if facts.phones < FEWEST or not facts.own_regions:
        return UNTOLD
    if _familiar(facts) < FITTING:
        return LEAST
    *_, second, _first = 0, 0, *sorted(facts.theirs.values())
    return max(LEAST, OUTSTANDING * second / facts.people)


def _columns(facts: Facts) -> Odd | None:
    """Columns that only one other customer's files have had, with some of its people in them."""
    if facts.people < FEWEST or facts.own_columns or facts.former < LAID_OUT:
        return None
    if len(facts.their_columns) != 1:
        return None
    customer, files = next(iter(facts.their_columns.items()))
    share, own = facts.theirs.get(customer, 0) / facts.people, facts.own / facts.people
    if files < LAID_OUT or share < max(LEAST, OVER_OWN * own):
        return None
    return Odd("columns", customer, _percent(share), _percent(own))


def _regions(facts: Facts) -> Odd | None:
    if facts.phones < FEWEST or len(facts.own_regions) < FORMER:
        return None
    if facts.own > KNOWN * facts.people:
        return None
    familiar = _familiar(facts)
    if familiar >= min(STRANGE, _least_familiar(facts.own_regions) / 2):
        return None
    theirs = {
        customer: max(fit(facts.regions, former) for former in files)
        for customer, files in facts.their_regions.items()
    }
    customer = max(theirs, key=lambda one: (theirs[one], -one), default=0)
    if theirs.get(customer, 0.0) < FITTING:
        return None
    return Odd("regions", customer, _percent(theirs[customer]), _percent(familiar))


def _familiar(facts: Facts) -> float:
    """Return how far the phones fit those of a former file of the customer."""
    return max(fit(facts.regions, former) for former in facts.own_regions)


def _least_familiar(files: Sequence[Shares]) -> float:
    """Return how little a former file fitted those before it: who moved before may move again."""
    seen = [max(fit(one, past) for past in files[:n]) for n, one in enumerate(files) if n > 1]
    return min(seen, default=1.0)


def _domains(facts: Facts) -> Odd | None:
    if facts.emails < FEWEST or not facts.former:
        return None
    own = sum(share for name, share in facts.domains.items() if name in facts.own_domains)
    theirs = {
        customer: sum(share for name, share in facts.domains.items() if name in known)
        for customer, known in facts.their_domains.items()
    }
    customer = max(theirs, key=lambda one: (theirs[one], -one), default=0)
    if theirs.get(customer, 0.0) < max(COMPANIES, OVER_OWN * own):
        return None
    return Odd("domains", customer, _percent(theirs[customer]), _percent(own))


def _percent(share: float) -> int:
    return int(share * 100 + 0.5)


_ASKED: Final[tuple[Callable[[Facts], Odd | None], ...]] = (_people, _columns, _regions, _domains)
