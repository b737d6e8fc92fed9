"""From rows to a do-not-import list: from one, or from all whose own columns forbid contact."""

from collections.abc import Callable, Iterable, Iterator

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from imports import access, tasks
from imports.columns import bars, options
from imports.do_not_import import lists
from imports.do_not_import.entries import EMAIL, PHONE, Entry, Line
from imports.do_not_import.files import MOST
from imports.do_not_import.lists import Origin, Owner
from imports.errors import PortalError, WrongState
from imports.forms.do_not_import import RowForm, WhoseForm
from imports.models import Gathering, Import, Lead, ListAddition, Melting, Row
from imports.review.decided import MELTS
from imports.views import steps
from imports.views.http import Request, toast
from portal.models import Role


@require_http_methods(["GET", "POST"])
def add(request: Request, pk: int, number: int) -> HttpResponse:
    """Put a row's e-mail, phone or domain on the list of the customer or of the team."""
    lead_import = access.get_import(request.user, pk, need=Role.IMPORTER)
    get_object_or_404(Row, lead_import=lead_import, number=number)
    lead = _leads(lead_import).filter(number=number).first()
    form = RowForm(request.POST or None, lead=lead, owners=_owners(lead_import))
    source = f"row {number} of import {pk}"

    def lines() -> Iterable[Line]:
        return [Line(number, "", entry) for entry in form.chosen]

    if form.is_valid() and _add(request, lead_import, form, source, lines):
        toast(request, "It is on the do-not-import list.")
        return redirect("import_rows", pk)
    context = {"form": form, "number": number, "has_contact": bool(form.entries)}
    return _page(request, lead_import, "imports/row_listed.html", context)


@require_http_methods(["GET", "POST"])
def add_forbidden(request: Request, pk: int) -> HttpResponse:
    """Put the e-mails and phones of all rows on a list whose own columns forbid contact."""
    lead_import = access.get_import(request.user, pk, need=Role.IMPORTER)
    leads = _leads(lead_import).filter(code=bars.OPT_OUT)
    form = WhoseForm(request.POST or None, owners=_owners(lead_import))
    source = f"opt-outs of import {pk}"
    shared = _shared(lead_import)

    def lines() -> Iterator[Line]:
        return _contacts(leads, shared)

    if form.is_valid() and _add(request, lead_import, form, source, lines):
        toast(request, "They are on the do-not-import list.")
        return redirect("import_review", pk)
    context = {"form": form, "count": leads.count(), "has_shared": bool(shared)}
    return _page(request, lead_import, "imports/forbidden_listed.html", context)


def _add(
    request: Request,
    lead_import: Import,
    form: WhoseForm,
    source: str,
    lines: Callable[[], Iterable[Line]],
) -> bool:
    given = form.cleaned_data
    owner = _owners(lead_import)[given["whose"]]
    origin = Origin(ListAddition.Way.ROW, source, given["reason"])
    try:
        lists.add(owner, request.user, lines(), origin)
        options.look_again(lead_import)
    except PortalError as error:
        form.add_error(None, error.sentence)
        return False
    tasks.nudge_look_again([one for one in lists.in_review(owner) if one != lead_import.pk])
    return True


def _shared(lead_import: Import) -> set[tuple[str, int]]:
    """Values (kind and row) that different people share: on a list they would bar all of them."""
    found = Gathering.objects.filter(
        lead_import=lead_import, about=MELTS, kind__in=(Gathering.Kind.EMAIL, Gathering.Kind.PHONE)
    ).exclude(choice=Melting.SEND)
    return {(kind, row) for kind, rows in found.values_list("kind", "rows") for row in rows}


def _contacts(leads: QuerySet[Lead], shared: set[tuple[str, int]]) -> Iterator[Line]:
    if leads.count() > MOST:
        raise WrongState(
            f"These are more than {MOST:,} rows, the most that a page takes. Download them and use "
            "the command do_not_import."
        )
    for number, email, phone in leads.values_list("number", "email_key", "phone_key"):
        if email and (Gathering.Kind.EMAIL.value, number) not in shared:
            yield Line(number, "", Entry(EMAIL, email))
        if phone and (Gathering.Kind.PHONE.value, number) not in shared:
            yield Line(number, "", Entry(PHONE, phone))


def _leads(lead_import: Import) -> QuerySet[Lead]:
    return Lead.objects.filter(lead_import=lead_import, mapping=lead_import.mapping_id)


def _owners(lead_import: Import) -> dict[str, Owner]:
    customer = lead_import.customer
    return {"customer": Owner(customer.team, customer), "team": Owner(customer.team)}


def _page(
    request: Request, lead_import: Import, template: str, context: dict[str, object]
) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    shared = steps.shared(request, lead_import, "import_review")
    return render(request, template, shared | context, status=status)
