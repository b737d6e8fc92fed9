"""Whose leads a file may hold: its bytes, its columns and its name, compared with what is known.

Each reason counts; a customer is taken to be the one only when no other is near. Nothing is asked
of customers that the person may not import for: they are simply not among `customers`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from django.db.models import Max, QuerySet
from django.utils import timezone

from imports.columns.headers import words
from imports.intake import known
from imports.intake.names import Names
from imports.models import Customer, Draft, Import, Origin

CAME_BACK, SAME_FILE, SAME_COLUMNS, NO_CHOICE = 200, 100, 60, 25
NEAR = 25  # points; closer than this, two customers are both possible
OFFERED = 3


@dataclass(slots=True)
class Suggestion:
    """A customer that a file may belong to: why, and how much speaks for it."""

    customer: Customer
    reasons: list[str] = field(default_factory=list)
    points: int = 0
    earlier: Import | None = None  # of the very same file

    @property
    def reason(self) -> str:
        return ", and ".join(self.reasons)

    def because(self, reason: str, points: int) -> None:
        self.reasons.append(reason)
        self.points += points


@dataclass(frozen=True, slots=True)
class Suggestions:
    """The likeliest customers of one file, best first; `sure` is one to which no other is near."""

    offered: Sequence[Suggestion]

    @property
    def sure(self) -> Suggestion | None:
        if not self.offered:
            return None
        best, *others = self.offered
        return best if not others or best.points - others[0].points >= NEAR else None


def for_drafts(drafts: Iterable[Draft], customers: QuerySet[Customer]) -> dict[int, Suggestions]:
    """Suggest customers for each draft, by its id, with a few queries for all of them."""
    drafts = list(drafts)
    everybody = {one.pk: one for one in customers}
    earlier = _by_file(drafts, customers)
    layouts = _by_layout(drafts, customers)
    parents = _parents(drafts, customers)
    names = Names({pk: one.name for pk, one in everybody.items()})
    found: dict[int, Suggestions] = {}
    for draft in drafts:
        one = _Finding(everybody)
        if draft.repairs in parents:
            one.came_back(parents[draft.repairs])
        for lead_import in earlier.get(draft.file_sha256, {}).values():
            one.same_file(lead_import)
        for lead_import in layouts.get(draft.layout, ()):
            one.same_columns(lead_import)
        for pk, (reason, points) in names.in_file_name(words(_stem(draft.file_name))).items():
            one.of(pk).because(reason, points)
        found[draft.pk] = one.best()
    return found


def only(customers: Iterable[Customer]) -> Customer | None:
    """The one customer that somebody imports for, if there is no choice."""
    first = [*islice(customers, 2)]
    return first[0] if len(first) == 1 else None


class _Finding:
    """What speaks for whom, for one file."""

    def __init__(self, everybody: Mapping[int, Customer]) -> None:
        self._everybody = everybody
        self._found: dict[int, Suggestion] = {}

    def of(self, pk: int) -> Suggestion:
        return self._found.setdefault(pk, Suggestion(self._everybody[pk]))

    def came_back(self, lead_import: Import) -> None:
        one = self.of(lead_import.customer_id)
        one.because(f"rows to repair of import #{lead_import.pk}", CAME_BACK)

    def same_file(self, lead_import: Import) -> None:
        one = self.of(lead_import.customer_id)
        one.earlier = lead_import
        one.because(f"the very same file as import #{lead_import.pk}", SAME_FILE)

    def same_columns(self, lead_import: Import) -> None:
        one = self.of(lead_import.customer_id)
        if one.earlier is None:
            at = timezone.localtime(lead_import.created_at)
            day, name = f"{at.day} {at:%B %Y}", one.customer.name
            one.because(f"same columns as the import of {day} for {name}", SAME_COLUMNS)

    def best(self) -> Suggestions:
        if not self._found and (one := only(self._everybody.values())):
            self.of(one.pk).because("the only customer that you import for", NO_CHOICE)
        ranked = sorted(self._found.values(), key=lambda one: (-one.points, one.customer.name))
        return Suggestions(ranked[:OFFERED])


def _parents(drafts: Sequence[Draft], customers: QuerySet[Customer]) -> dict[int | None, Import]:
    """The imports that files of ours name, as far as they are these customers'."""
    wanted = {draft.repairs for draft in drafts if draft.repairs}
    known = Import.objects.filter(pk__in=wanted, customer__in=customers.values("pk").order_by())
    return {one.pk: one for one in known} if wanted else {}


def _by_file(
    drafts: Sequence[Draft], customers: QuerySet[Customer]
) -> dict[str, dict[int, Import]]:
    found: dict[str, dict[int, Import]] = defaultdict(dict)
    for one in known.earlier_imports_of(customers, {draft.file_sha256 for draft in drafts}):
        found[one.file_sha256].setdefault(one.customer_id, one)
    return found


def _by_layout(drafts: Sequence[Draft], customers: QuerySet[Customer]) -> dict[str, list[Import]]:
    """The newest import of each customer with the columns of one of the drafts."""
    layouts = {draft.layout for draft in drafts if draft.layout}
    newest = (
        Import.objects.filter(
            layout__in=layouts, origin=Origin.FILE, customer__in=customers.values("pk").order_by()
        )
        .order_by()
        .values("layout", "customer")
        .annotate(newest=Max("pk"))
        .values("newest")
    )
    found: dict[str, list[Import]] = defaultdict(list)
    for one in Import.objects.filter(pk__in=newest) if layouts else ():
        found[one.layout].append(one)
    return found


def _stem(file_name: str) -> str:
    return file_name.rpartition(".")[0] or file_name
