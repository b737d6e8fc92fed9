"""Rows by month and outcome: the balance sheets of imports that are over, added up.

An import belongs to the month in which it was uploaded, as the history filters it. Its sums were
counted from the rows when it ended, and stand in the event that says so; what is still under way
is named, not counted.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import (
    Count,
    DateTimeField,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, TruncMonth
from django.utils import timezone

from imports.audit import acts
from imports.models import Customer, Event, Import, ImportState

ENDS = (acts.FINISHED, acts.ENDED, acts.INCONSISTENT)
OUTCOMES = ("created", "updated", "skipped", "failed", "unknown")
YEAR = 12
_NEVER_ENDS = Q(state__in=(ImportState.FAILED, ImportState.CANCELLED))


@dataclass(slots=True)
class Sums:
    """What was uploaded in a month: imports, those still open, and rows of each outcome."""

    imports: int = 0
    open: int = 0
    rows: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))

    @property
    def sent(self) -> int:
        return sum(self.rows.values())

    def add(self, other: "Sums") -> None:
        """Take another's into these."""
        self.imports += other.imports
        self.open += other.open
        for name in OUTCOMES:
            self.rows[name] += other.rows[name]


@dataclass(frozen=True, slots=True)
class Month:
    """One month of a chart."""

    first: date
    sums: Sums


@dataclass(frozen=True, slots=True)
class Line:
    """A customer's month beside the one before."""

    customer: Customer
    now: Sums
    before: Sums

    @property
    def pairs(self) -> list[tuple[str, int, int]]:
        """Return (name, this month, the month before) of what a table shows."""
        names = ("created", "updated", "failed")
        return [
            ("imports", self.now.imports, self.before.imports),
            ("sent", self.now.sent, self.before.sent),
            *((name, self.now.rows[name], self.before.rows[name]) for name in names),
        ]


Found = dict[tuple[date, int], Sums]


def first_of(day: date) -> date:
    """Return the first day of the day's month."""
    return day.replace(day=1)


def before(month: date) -> date:
    """Return the first day of the month before."""
    return first_of(month - timedelta(days=1))


def after(month: date) -> date:
    """Return the first day of the month after."""
    return first_of(month + timedelta(days=31))


def last_day(month: date) -> date:
    """Return the last day of a month."""
    return after(month) - timedelta(days=1)


def up_to(month: date, many: int = YEAR) -> list[date]:
    """Return the first days of so many months, of which the last is `month`."""
    found = [month]
    while len(found) < many:
        found.insert(0, before(found[0]))
    return found


def between(since: date | None, until: date | None, today: date) -> list[date]:
    """Return the months of two days, the year up to today where nothing is said; two years at most,
    the latest.
    """
    last = first_of(until or today)
    if since is None:
        return up_to(last)
    many = (last.year - since.year) * 12 + last.month - since.month + 1
    return up_to(last, min(max(many, 1), 2 * YEAR))


def start(day: date) -> datetime:
    """Return midnight of a day in the reader's zone."""
    return datetime.combine(day, time(), timezone.get_current_timezone())


def count(imports: QuerySet[Import], months: Sequence[date]) -> Found:
    """Return the sums of each month and customer among these imports, in two queries."""
    chosen = imports.order_by().filter(
        created_at__gte=start(months[0]), created_at__lt=start(after(months[-1]))
    )
    found: Found = {}
    counted = chosen.annotate(month=TruncMonth("created_at")).values_list("month", "customer")
    opened = Q(finished_at=None) & ~_NEVER_ENDS
    for month, customer, many, still in counted.annotate(
        many=Count("pk"), still=Count("pk", filter=opened)
    ):
        found[month.date(), customer] = Sums(many, still)
    for month, customer, *rows in _rows(chosen):
        sums = found.setdefault((month.date(), customer), Sums())
        sums.rows = dict(zip(OUTCOMES, (many or 0 for many in rows), strict=True))
    return found


def _rows(chosen: QuerySet[Import]) -> QuerySet[Event, tuple[datetime, int, int]]:
    uploaded = Import.objects.filter(pk=OuterRef("import_id")).values("created_at")[:1]
    ends = Event.objects.filter(act__in=ENDS, import_id__in=chosen.values("pk")).order_by()
    month = TruncMonth(Subquery(uploaded, output_field=DateTimeField()))
    sums = {f"of_{name}": Sum(Cast(KT(f"facts__{name}"), IntegerField())) for name in OUTCOMES}
    grouped = ends.annotate(month=month).values("month", "customer_id").annotate(**sums)
    return grouped.values_list("month", "customer_id", *sums)


def by_month(found: Found, months: Iterable[date]) -> list[Month]:
    """Return each month with the sums of all customers."""
    return [Month(month, total(found, month)) for month in months]


def total(found: Found, month: date) -> Sums:
    """Return the sums of all customers in a month."""
    sums = Sums()
    for (of, _), one in found.items():
        if of == month:
            sums.add(one)
    return sums


def lines(found: Found, customers: Iterable[Customer], month: date) -> list[Line]:
    """Return the customers with an import in the month or the one before, the most rows first."""
    made = list(_lines(found, customers, month))
    return sorted(made, key=lambda line: (-line.now.sent, -line.now.imports, line.customer.name))


def _lines(found: Found, customers: Iterable[Customer], month: date) -> Iterator[Line]:
    for customer in customers:
        now, then = found.get((month, customer.pk)), found.get((before(month), customer.pk))
        if now or then:
            yield Line(customer, now or Sums(), then or Sums())


def ends_of(ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """Return, for those of the imports that are over, how many rows had each outcome, by id."""
    ends = Event.objects.filter(act__in=ENDS, import_id__in=list(ids)).order_by("pk")
    return {
        pk: {name: int(facts.get(name, 0)) for name in OUTCOMES}
        for pk, facts in ends.values_list("import_id", "facts")
        if pk is not None
    }
