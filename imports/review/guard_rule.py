"""Whether a file looks like another customer's: facts in, the one odd fact out.

Nothing is odd merely because it is new. A customer's own past says what is usual: with whom it
shares people (a common supplier), and how far its files' phones came from elsewhere before.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

FEWEST = 50  # rows, and people, phones or e-mails among those that were looked at
LEAST = 0.05  # of the people at least must be the other customer's
NEWCOMERS = 0.25  # where the customer has no past that would tell what is usual
RISE = 2.0  # times as many as was ever usual, and
MORE = 0.04  # so much more
OVER_OWN = 2.0  # times as many as are this customer's own
FORMER = 3  # files at least that tell from where the customer's leads are
STRANGE = 0.15  # of the phones at most fit the customer's own regions,
FITTING = 0.5  # and so many fit the other customer's
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
    least = LEAST if facts.former else NEWCOMERS
    return share >= max(least, OVER_OWN * own, RISE * usual, usual + MORE)


def _regions(facts: Facts) -> Odd | None:
    if facts.phones < FEWEST or len(facts.own_regions) < FORMER:
        return None
    familiar = max(fit(facts.regions, former) for former in facts.own_regions)
    if familiar > min(STRANGE, _least_familiar(facts.own_regions) / 2):
        return None
    theirs = {
        customer: max(fit(facts.regions, former) for former in files)
        for customer, files in facts.their_regions.items()
    }
    customer = max(theirs, key=lambda one: (theirs[one], -one), default=0)
    if theirs.get(customer, 0.0) < FITTING:
        return None
    return Odd("regions", customer, _percent(theirs[customer]), _percent(familiar))


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


_ASKED: Final[tuple[Callable[[Facts], Odd | None], ...]] = (_people, _regions, _domains)
