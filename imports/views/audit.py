"""The audit trail, for auditors (all of it) and managers (their teams')."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from imports import access
from imports.audit import acts, verify
from imports.forms.audit import AuditFilter
from imports.models import Chain, Customer, Event
from imports.reports import downloads, lists
from imports.views import by_key
from imports.views.http import Request, attachment, remembered, teams_as
from portal.models import Role, Team, User

PER_PAGE = 100


@require_GET
def index(request: Request) -> HttpResponseBase:
    """Events, newest first. An address with filters is remembered, as that of the history."""
    filters, found = _found(request)
    if back := remembered(request, "audit"):
        return back
    page = by_key.page(request, found, PER_PAGE)
    customers = Customer.objects.in_bulk({e.customer_id for e in page if e.customer_id})
    context = {
        "filters": filters,
        "page": page,
        "lines": [(e, acts.label(e.act), customers.get(e.customer_id)) for e in page],
    }
    return render(request, "imports/audit.html", context)


@require_GET
def export(request: Request) -> HttpResponseBase:
    """The same events as CSV, in the order of their chains."""
    _, found = _found(request)
    name = f"audit-{dt.datetime.now(dt.UTC):%Y-%m-%d}.csv"
    downloads.note_list("events", request.user, teams_as(request.user, Role.MANAGER))
    return attachment(lists.events_csv(found), name, "text/csv; charset=utf-8")


@require_GET
def check(request: Request) -> HttpResponse:
    """Verify the chains that are open to the reader and say which link is broken, if any."""
    _, found = _found(request)
    chains = Chain.objects.filter(pk__in=found.order_by().values("chain")).select_related("team")
    context = {"findings": [(chain, verify.verify(chain)) for chain in chains]}
    return render(request, "imports/audit_check.html", context)


def _found(request: Request) -> tuple[AuditFilter, QuerySet[Event]]:
    if not access.sees_audit(request.user):
        raise PermissionDenied("The audit trail is open to auditors and to managers of a team.")
    events = access.events_for(request.user)
    filters = AuditFilter(
        request.GET,
        team=Team.objects.filter(pk__in=events.order_by().values("chain__team")),
        who=User.objects.filter(pk__in=events.order_by().values("actor")),
        customer=access.customers_for(request.user),
    )
    return filters, filters.apply(events).order_by("-pk")
