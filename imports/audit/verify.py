"""Reads a chain from its first event to its last and names the first link that does not hold."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Max, QuerySet

from imports.audit import canonical, heads
from imports.models import Chain, Event


@dataclass(frozen=True)
class BrokenLink:
    """The first link of a chain that does not hold."""

    chain: int
    team: str  # '' is the chain of the site
    position: int
    why: str

    @property
    def sentence(self) -> str:
        where = f"the team {self.team}" if self.team else "the site"
        return f"Event {self.position} in the trail of {where} {self.why}."


def verify(chain: Chain | None = None) -> list[BrokenLink]:
    """The first broken link of each chain (or of one); an empty list when all of them hold.

    Reads by a server-side cursor, so the length of a trail does not matter. Events that are
    appended meanwhile are left to the next time. What was cut off or written anew contradicts the
    heads that were kept outside of the database (see `heads`).
    """
    # One statement, so that a chain and its last event are seen at the same moment.
    chains = Chain.objects.annotate(last=Max("events__position")).select_related("team")
    if chain is not None:
        chains = chains.filter(pk=chain.pk)
    kept = heads.exported()
    found = [
        _first_broken(each, each.last or 0) or _first_contradiction(each, kept.pop(each.pk, []))
        for each in chains.order_by("pk")
    ]
    if chain is None:
        found += [_gone(those[-1]) for those in kept.values() if those[-1].length]
    return [link for link in found if link is not None]


def _first_contradiction(chain: Chain, kept: list[heads.Head]) -> BrokenLink | None:
    """Find an event that is not the one whose hash was kept outside of the database."""
    digests = dict(
        chain.events.filter(position__in=[head.length for head in kept]).values_list(
            "position", "digest"
        )
    )
    for head in kept:
        if head.length > chain.length:
            why = f"is missing: it was there on {head.at[:10]}, by the heads that were kept"
            return _link(chain, chain.length + 1, why)
        if head.length and bytes(digests[head.length]).hex() != head.head:
            why = f"is not the one that was there on {head.at[:10]}, by the heads that were kept"
            return _link(chain, head.length, why)
    return None


def _gone(head: heads.Head) -> BrokenLink:
    why = f"is missing with its whole chain: it was there on {head.at[:10]}"
    return BrokenLink(head.chain, head.team, head.length, why)


def _first_broken(chain: Chain, last: int) -> BrokenLink | None:
    previous, position = canonical.GENESIS, 0
    for event in _events(chain):
        position += 1
        why = _fault(event, position, previous)
        if why:
            return _link(chain, position, why)
        previous = bytes(event.digest)
    if last > chain.length:
        return _link(chain, chain.length + 1, "was added without the chain's knowledge")
    if position < chain.length:
        return _link(chain, position + 1, f"is missing: the chain has {chain.length} events")
    if previous != bytes(chain.head):
        return _link(chain, position, "is not the one that the chain ends with")
    return None


def _events(chain: Chain) -> Iterator[Event]:
    events: QuerySet[Event] = chain.events.filter(position__lte=chain.length)
    return events.order_by("position").iterator(chunk_size=2000)


def _fault(event: Event, position: int, previous: bytes) -> str:
    if event.position != position:
        return "is missing"
    if bytes(event.previous) != previous:
        return "does not follow the event before it"
    if bytes(event.digest) != canonical.digest(previous, event):
        return "was changed after it was written"
    return ""


def _link(chain: Chain, position: int, why: str) -> BrokenLink:
    return BrokenLink(chain.pk, chain.team.name if chain.team else "", position, why)
