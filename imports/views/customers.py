"""Customers: one of them, new and changed ones. Their list is in `views.customer_table`."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from imports import access, customers
from imports.columns import rule_columns, template_book
from imports.columns.rules import of_customer
from imports.delivery import checks, outlook, scheduled
from imports.do_not_import import lists
from imports.errors import PortalError
from imports.forms.customers import CustomerForm, TokenForm
from imports.models import Customer
from imports.views import known_there, live
from imports.views.http import Request, attachment, teams_as, toast
from portal.models import Role, User

LATEST = 10
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
def detail(request: Request, slug: str) -> HttpResponse:
    """One customer: facts, token, recent imports."""
    customer = access.get_customer(request.user, slug)
    context = {
        "customer": customer,
        "token": customer.token,
        "token_form": TokenForm(),
        "check": checks.latest_check(customer),
        "rules": rule_columns.said(of_customer(customer, timezone.localdate())),
        **_imports(request.user, customer),
        **known_there.of(customer),
        "listed": sum(lists.counts(lists.of(lists.Owner(customer.team, customer))).values()),
        "may_manage": access.can(request.user, customer.team, Role.MANAGER),
        "may_import": access.can(request.user, customer.team, Role.IMPORTER),
    }
    return render(request, "imports/customer.html", context)


@require_GET
def imports(request: Request, slug: str) -> HttpResponse:
    """The timetable and the recent imports: 204 while those that the page has are true."""
    customer = access.get_customer(request.user, slug)
    if request.GET.get("v") == live.of_customer(customer, LATEST):
        return HttpResponse(status=204)
    context = {
        "customer": customer,
        "token": customer.token,
        **_imports(request.user, customer),
        "may_import": access.can(request.user, customer.team, Role.IMPORTER),
    }
    return render(request, "imports/customer.html#imports", context)


@require_GET
def template(request: Request, slug: str) -> HttpResponseBase:
    """A workbook to fill in, with the headings and values that this customer's imports know."""
    customer = access.get_customer(request.user, slug)
    return attachment([template_book.write(customer)], f"{slug}-leads-template.xlsx", XLSX)


def _imports(user: User, customer: Customer) -> dict[str, Any]:
    """The newest imports and the timetable, which move while one of them is under way."""
    newest = list(customer.imports.select_related("created_by", "schedule")[:LATEST])
    expected = _timetable(user, customer)
    return {
        **expected,
        "imports": newest,
        "moves": live.moving(newest)
        or any(expected[name] for name in ("timetable", "held", "planned")),
        "version": live.of_customer(customer, LATEST),
    }


def _timetable(user: User, customer: Customer) -> dict[str, Any]:
    """What is expected of the imports of the customer's key; of other customers' only how many.

    `steerable` are the ids of those to which the person may give another turn.
    """
    lines, elsewhere = outlook.lines(customer)
    return {
        "timetable": lines,
        "elsewhere": elsewhere,
        "held": outlook.held(customer),
        "planned": scheduled.of_customer(customer.pk)[: outlook.MOST],
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
            toast(request, "The settings were saved.")
            _remark(request, customer)
            return redirect("customer", slug)
    fresh = access.get_customer(request.user, slug)  # the form wrote into the other one
    status = 422 if form.is_bound else 200
    context = {"form": form, "customer": fresh}
    return render(request, "imports/customer_form.html", context, status=status)
