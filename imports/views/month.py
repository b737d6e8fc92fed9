"""The customers' month, for managers: each customer of their teams beside the month before."""

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_GET

from imports import access
from imports.forms.months import month_of
from imports.models import Customer
from imports.reports import downloads, lists
from imports.reports.charts import months
from imports.views.http import Request, attachment, teams_as
from portal.models import Role, User

SHOWN = 50  # customers on the page; the CSV has all of them


@dataclass(frozen=True, slots=True)
class CustomersMonth:
    """A month of somebody's customers, and the year that it ends."""

    first: dt.date
    lines: list[months.Line]
    total: months.Line
    year: list[months.Month]
    is_latest: bool

    @property
    def last(self) -> dt.date:
        return months.last_day(self.first)

    @property
    def before(self) -> dt.date:
        return months.before(self.first)

    @property
    def after(self) -> dt.date:
        return months.after(self.first)

    @property
    def shown(self) -> list[months.Line]:
        return self.lines[:SHOWN]

    @property
    def more(self) -> int:
        return len(self.lines) - len(self.shown)


def of(request: Request) -> CustomersMonth | None:
    """The month that the address says, else this one; None for those who manage no team."""
    teams = teams_as(request.user, Role.MANAGER)
    if not teams.exists():
        return None
    today = timezone.localdate()
    customers = access.customers_for(request.user).filter(team__in=teams)
    return _of(request.user, customers, month_of(request.GET.get("month"), today), today)


def _of(
    user: User, customers: QuerySet[Customer], month: dt.date, today: dt.date
) -> CustomersMonth:
    year = months.up_to(month)
    imports = access.imports_for(user).filter(customer__in=customers)
    found = months.count(imports, year)
    total = months.Line(
        Customer(name="All customers"),
        months.total(found, month),
        months.total(found, months.before(month)),
    )
    return CustomersMonth(
        first=month,
        lines=months.lines(found, customers, month),
        total=total,
        year=months.by_month(found, year),
        is_latest=month == months.first_of(today),
    )


@require_GET
def export(request: Request) -> HttpResponseBase:
    """The same as CSV, all customers, with the month before."""
    found = of(request)
    if found is None:
        raise PermissionDenied("The customers' month is open to managers of a team.")
    downloads.note_list("month", request.user, teams_as(request.user, Role.MANAGER))
    name = f"customers-{found.first:%Y-%m}.csv"
    return attachment(lists.month_csv(found.first, found.lines), name, "text/csv; charset=utf-8")
