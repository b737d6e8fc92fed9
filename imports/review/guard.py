"""The wrong-customer guard: it asks once more whose file this is where one fact about it is odd.

It compares with the customers of the import's own team alone, whom everybody sees who may see the
import: nothing is told or counted of another team's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Final

from django.db.models import Count, F
from django.utils import timezone

from imports.models import Customer, Import, ImportState, Origin, Traits
from imports.review import decided, guard_rule, guard_sample, standing
from imports.review.guard_rule import Facts, Odd

ABOUT: Final = decided.WHOSE
FORMER = 40  # files of the customer that tell what is usual
CAUGHT_UP = 8  # of them at most are looked at now, where an earlier release did not
OTHERS = 500  # files of other customers, the newest
STALE = timedelta(hours=1)  # others' files may have been sent since


@dataclass(frozen=True, slots=True)
class Question:
    """What is odd about an import, in words that people of its team may read."""

    odd: str
    customer: str  # the import's

    @property
    def sentence(self) -> str:
        """Return it for those who cannot type a name into a page at this moment."""
        return (
            f"This may be another customer's file: {self.odd} If it is meant for "
            f"{self.customer}, type that name in the review of the import, or name it with "
            "--confirm-customer."
        )


def look(lead_import: Import) -> None:
    """Compare the import's leads with the customer's past and with other customers' files.

    The answer is kept until the columns change or it is asked again; some ten look-ups in all.
    """
    if lead_import.origin != Origin.FILE:  # its rows are an earlier import's of this customer
        return
    sample = guard_sample.take(lead_import)
    odd = guard_rule.judge(facts(lead_import, sample))
    _keep(lead_import, sample, odd.to_json() if odd else {})


def look_again(lead_import: Import) -> None:
    """Compare anew what was not compared, or some time ago; before anything is sent."""
    if lead_import.state != ImportState.REVIEW:
        return
    found = kept(lead_import)
    if found is None or found.looked_at < timezone.now() - STALE:
        look(lead_import)


def question(lead_import: Import) -> Question | None:
    """Return what is odd about the import, None where nothing is or a person has answered."""
    found = kept(lead_import)
    if found is None or not found.odd or is_confirmed(lead_import):
        return None
    odd = Odd(**found.odd)
    team = lead_import.customer.team_id
    other = Customer.objects.filter(pk=odd.customer, team=team).first()
    if other is None:
        return None
    return Question(
        _in_words(odd, lead_import.customer.name, other.name), lead_import.customer.name
    )


def facts(lead_import: Import, sample: guard_sample.Sample) -> Facts:
    """Put together what the rule wants to know."""
    former = _former(lead_import)
    others = _others(lead_import)
    columns = _columns(lead_import)
    return Facts(
        rows=lead_import.row_count - lead_import.blank_count,
        people=sample.people,
        own=sample.own,
        theirs=sample.theirs,
        former=len(former),
        usual=_usual(former),
        phones=sample.phones,
        regions=_shares(sample.regions, sample.phones),
        own_regions=[_shares(one.regions, one.phones) for one in former if _tells(one.phones)],
        their_regions=_regions(others),
        emails=sample.emails,
        domains=_shares(sample.domains, sample.emails),
        own_columns=columns.pop(lead_import.customer_id, 0),
        their_columns=columns,
        own_domains=frozenset(name for one in former for name in one.domains),
        their_domains=_domains(others),
    )


def _former(lead_import: Import) -> list[Traits]:
    """Return the customer's own files that were sent, oldest first."""
    files = Import.objects.filter(
        customer=lead_import.customer_id, origin=Origin.FILE, started_at__isnull=False
    ).exclude(pk=lead_import.pk)
    unseen = files.filter(traits=None, mapping__isnull=False).select_related("customer")
    for one in unseen[:CAUGHT_UP]:
        _keep(one, guard_sample.take(one), {})
    sent = Traits.objects.filter(lead_import__in=files).order_by("-lead_import")
    return list(sent[:FORMER])[::-1]


def _others(lead_import: Import) -> list[tuple[int, Traits]]:
    """Return the newest files that were sent for others of the team, and whose they are."""
    since = timezone.now() - timedelta(days=guard_sample.LATELY)
    sent = Traits.objects.filter(
        lead_import__customer__team=lead_import.customer.team_id,
        lead_import__started_at__gt=since,
    ).exclude(lead_import__customer=lead_import.customer_id)
    told = sent.only("phones", "regions", "domains")
    whose = told.annotate(customer=F("lead_import__customer")).order_by("-lead_import")
    return [(one.customer, one) for one in whose[:OTHERS]]


def _columns(lead_import: Import) -> dict[int, int]:
    """Count the files with these columns that were sent for customers of the team."""
    if not lead_import.layout:
        return {}
    sent = Import.objects.filter(
        layout=lead_import.layout,
        customer__team=lead_import.customer.team_id,
        started_at__isnull=False,
        origin=Origin.FILE,
    ).exclude(pk=lead_import.pk)
    return dict(sent.order_by().values_list("customer").annotate(files=Count("pk")))


def _usual(former: Iterable[Traits]) -> dict[int, float]:
    usual: dict[int, float] = {}
    for one in former:
        if _tells(one.people):
            for customer, count in one.theirs.items():
                share = count / one.people
                usual[int(customer)] = max(share, usual.get(int(customer), 0.0))
    return usual


def _regions(others: Iterable[tuple[int, Traits]]) -> dict[int, list[Mapping[str, float]]]:
    found: dict[int, list[Mapping[str, float]]] = {}
    for customer, one in others:
        if _tells(one.phones):
            found.setdefault(customer, []).append(_shares(one.regions, one.phones))
    return found


def _domains(others: Iterable[tuple[int, Traits]]) -> dict[int, frozenset[str]]:
    """Return the domains that are known of one other customer alone."""
    owners: dict[str, set[int]] = {}
    for customer, one in others:
        for name in one.domains:
            owners.setdefault(name, set()).add(customer)
    found: dict[int, set[str]] = {}
    for name, customers in owners.items():
        if len(customers) == 1:
            found.setdefault(min(customers), set()).add(name)
    return {customer: frozenset(known) for customer, known in found.items()}


def _tells(count: int) -> bool:
    return count >= guard_rule.FEWEST // 2


def _shares(counts: Mapping[str, int], total: int) -> dict[str, float]:
    return {name: count / total for name, count in counts.items()} if total else {}


def _keep(lead_import: Import, sample: guard_sample.Sample, odd: dict[str, Any]) -> None:
    fresh = asdict(sample) | {
        "mapping": lead_import.mapping_id,
        "odd": odd,
        "looked_at": timezone.now(),
    }
    Traits.objects.update_or_create(lead_import=lead_import, defaults=fresh)


def kept(lead_import: Import) -> Traits | None:
    found = Traits.objects.filter(lead_import=lead_import).first()
    return found if found and found.mapping == lead_import.mapping_id else None


def is_confirmed(lead_import: Import) -> bool:
    """The name was typed for this customer; other columns or repaired rows change nothing of it."""
    said = standing.of(lead_import, ABOUT)
    return said.filter(content__customer=lead_import.customer_id).exists()


def _in_words(odd: Odd, ours: str, theirs: str) -> str:
    own = f"{odd.own} % are {ours}'s" if odd.own else f"none of them is {ours}'s"
    if odd.kind == "people":
        return f"{odd.percent} % of these people are already leads of {theirs}; {own}."
    if odd.kind == "columns":
        return (
            f"Only files of {theirs} have had these columns, and {odd.percent} % of these people "
            f"are its leads; {own}."
        )
    if odd.kind == "regions":
        little = f"only {odd.own} %" if odd.own else "none"
        return (
            f"{odd.percent} % of the phones are from where {theirs} has its leads, "
            f"and {little} from where {ours} has had any."
        )
    few = f"{odd.own} %" if odd.own else "none"
    return (
        f"{odd.percent} % of the e-mails are at domains that only {theirs} has had; "
        f"{few} at domains of {ours}."
    )
