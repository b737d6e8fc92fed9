"""The list of customers: who they are, and what each lacks before its imports can be sent."""

import datetime as dt
import zlib
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from imports import access
from imports.delivery import readiness
from imports.delivery.readiness import Lack
from imports.forms.filters import CustomersFilter
from imports.models import Customer
from imports.reports import downloads, lists
from imports.views.http import Request, attachment, page_of, remembered, teams_as
from portal.models import Role


@require_GET
def index(request: Request) -> HttpResponseBase:
    """All customers of my teams, by name; live while MEGA is asked about one of them."""
    back = None if request.htmx else remembered(request, "customers")
    if back:
        return back
    filters, found = _found(request)
    page = page_of(request, _lacking(found, filters))
    standings = readiness.standings(list(page))
    asking = _mark(one.customer.pk for one in standings if one.is_asking)
    if request.htmx and request.headers.get("X-Asking") == asking:
        return HttpResponse(status=204)
    counts = readiness.counts(found)
    chips = [(lack.value, lack.label, counts[lack.value]) for lack in Lack]
    context = {
        "filters": filters,
        "page": page,
        "standings": standings,
        "asking": asking,
        "total": counts[""],
        "lacks": [one for one in chips if one[2] or filters.lack == one[0]],
        "unchecked": counts[Lack.CHECK.value],
        "any": counts[""] or access.customers_for(request.user).exists(),
        "several_teams": access.teams_for(request.user)[1:2].exists(),
        "back": f"?{request.GET.urlencode()}",
        **_roles(request),
    }
    part = "#list" if request.htmx else ""
    return render(request, f"imports/customers.html{part}", context)


@require_GET
def export(request: Request) -> HttpResponseBase:
    """The same list as CSV."""
    filters, found = _found(request)
    name = f"customers-{dt.datetime.now(dt.UTC):%Y-%m-%d}.csv"
    downloads.note_list("customers", request.user, access.teams_for(request.user))
    content = lists.customers_csv(_lacking(found, filters))
    return attachment(content, name, "text/csv; charset=utf-8")


@require_POST
def check_all(request: Request) -> HttpResponse:
    """Queue a check for each token of mine that was never checked."""
    if not teams_as(request.user, Role.IMPORTER).exists():
        raise PermissionDenied("Checking tokens takes the role importer. Ask a manager.")
    asked, left = readiness.check_all(access.customers_to_import_for(request.user), request.user)
    said = f"{asked:,} token{'' if asked == 1 else 's'} will be checked, each within its quota."
    if left:
        said += (
            f" {left:,} more {'is' if left == 1 else 'are'} left: ask again once these are done."
        )
    if asked:
        messages.success(request, said)
    else:
        messages.info(request, "No token waits for its first check.")
    return redirect(f"{reverse('customers')}?lacks={Lack.CHECK}")


def _found(request: Request) -> tuple[CustomersFilter, QuerySet[Customer]]:
    """The filters, and the customers before it is asked what they lack."""
    filters = CustomersFilter(request.GET, team=access.teams_for(request.user))
    found = filters.among(access.customers_for(request.user))
    return filters, readiness.known(found).order_by("name", "pk")


def _lacking(found: QuerySet[Customer], filters: CustomersFilter) -> QuerySet[Customer]:
    return readiness.lacking(found, filters.lack) if filters.lack else found


def _roles(request: Request) -> dict[str, Any]:
    """In which teams the person sets and checks tokens."""
    managed = set(teams_as(request.user, Role.MANAGER).values_list("pk", flat=True))
    imported = set(teams_as(request.user, Role.IMPORTER).values_list("pk", flat=True))
    return {"managed": managed, "imported": imported, "may_add": bool(managed)}


def _mark(pks: Any) -> str:
    """What the page shows as being asked, in short: another mark means that something moved."""
    asked = ",".join(str(pk) for pk in pks)
    return f"{zlib.crc32(asked.encode()):x}" if asked else ""
