"""Customers: the list, one customer, new and changed ones."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from imports import access, customers
from imports.columns import template_book
from imports.delivery import checks, outlook
from imports.errors import PortalError
from imports.forms.customers import CustomerForm, TokenForm
from imports.forms.filters import words_of
from imports.models import Customer
from imports.reports import downloads, lists
from imports.views.http import Request, attachment, page_of, teams_as
from portal import characters
from portal.models import Role, User

LATEST = 10
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _searched(request: Request) -> tuple[str, QuerySet[Customer]]:
    words = words_of(request.GET.get("q"))
    found = access.customers_for(request.user).select_related("team")
    if looked_for := characters.seen(words):
        hit = Q(name__seen__icontains=looked_for) | Q(team__name__seen__icontains=looked_for)
        found = found.filter(hit)
    return words, found.order_by("name", "pk")


@require_GET
def index(request: Request) -> HttpResponse:
    """All customers of my teams, by name."""
    words, found = _searched(request)
    counted = found.annotate(import_count=Count("imports"), last_import=Max("imports__created_at"))
    context = {
        "words": words,
        "page": page_of(request, counted.prefetch_related("tokens__quota")),
        "may_add": teams_as(request.user, Role.MANAGER).exists(),
    }
    return render(request, "imports/customers.html", context)


@require_GET
def export(request: Request) -> HttpResponseBase:
    """The same list as CSV."""
    _, found = _searched(request)
    name = f"customers-{dt.datetime.now(dt.UTC):%Y-%m-%d}.csv"
    downloads.note_list("customers", request.user, access.teams_for(request.user))
    return attachment(lists.customers_csv(found), name, "text/csv; charset=utf-8")


@require_GET
def detail(request: Request, slug: str) -> HttpResponse:
    """One customer: facts, token, recent imports."""
    customer = access.get_customer(request.user, slug)
    context = {
        "customer": customer,
        "token": customer.token,
        "token_form": TokenForm(),
        "check": checks.latest_check(customer),
        **_timetable(request.user, customer),
        "imports": customer.imports.select_related("created_by")[:LATEST],
        "may_manage": access.can(request.user, customer.team, Role.MANAGER),
        "may_import": access.can(request.user, customer.team, Role.IMPORTER),
    }
    return render(request, "imports/customer.html", context)


@require_GET
def template(request: Request, slug: str) -> HttpResponseBase:
    """A workbook to fill in, with the headings and values that this customer's imports know."""
    customer = access.get_customer(request.user, slug)
    return attachment([template_book.write(customer)], f"{slug}-leads-template.xlsx", XLSX)


def _timetable(user: User, customer: Customer) -> dict[str, Any]:
    """What is expected of the imports of the customer's key; of other customers' only how many.

    `steerable` are the ids of those to which the person may give another turn.
    """
    lines, elsewhere = outlook.lines(customer)
    return {
        "timetable": lines,
        "elsewhere": elsewhere,
        "held": outlook.held(customer),
        "steerable": access.steerable(user, customer.team, [one.lead_import for one in lines]),
    }


@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """A manager adds a customer."""
    teams = teams_as(request.user, Role.MANAGER)
    if not teams.exists():
        raise PermissionDenied("Only managers add customers. Ask a manager of your team.")
    form = CustomerForm(request.POST or None, teams=teams)
    if form.is_valid():
        try:
            customer = customers.create(form.save(commit=False), request.user)
        except PortalError as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"{customer.name} was added. Set its API token next.")
            _remark(request, customer)
            return redirect("customer", customer.slug)
    status = 422 if form.is_bound else 200
    return render(request, "imports/customer_form.html", {"form": form}, status=status)


def _remark(request: Request, customer: Customer) -> None:
    if remark := customers.remark_on(customer.name):
        messages.warning(request, remark)


@require_http_methods(["GET", "POST"])
def edit(request: Request, slug: str) -> HttpResponse:
    """A manager changes a customer's settings."""
    customer = access.get_customer(request.user, slug, need=Role.MANAGER)
    teams = teams_as(request.user, Role.MANAGER)
    form = CustomerForm(request.POST or None, instance=customer, teams=teams)
    if form.is_valid():
        try:
            customers.change(form.save(commit=False), request.user)
        except PortalError as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, "The settings were saved.")
            _remark(request, customer)
            return redirect("customer", slug)
    fresh = access.get_customer(request.user, slug)  # the form wrote into the other one
    status = 422 if form.is_bound else 200
    context = {"form": form, "customer": fresh}
    return render(request, "imports/customer_form.html", context, status=status)
