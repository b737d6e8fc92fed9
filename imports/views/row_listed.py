"""From a row to a do-not-import list."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from imports import access, tasks
from imports.columns import options
from imports.do_not_import import lists
from imports.do_not_import.entries import Line
from imports.do_not_import.lists import Origin, Owner
from imports.errors import PortalError
from imports.forms.do_not_import import RowForm
from imports.models import Import, Lead, ListAddition, Row
from imports.views import steps
from imports.views.http import Request, toast
from portal.models import Role, User


@require_http_methods(["GET", "POST"])
def add(request: Request, pk: int, number: int) -> HttpResponse:
    """Put a row's e-mail, phone or domain on the list of the customer or of the team."""
    lead_import = access.get_import(request.user, pk, need=Role.IMPORTER)
    get_object_or_404(Row, lead_import=lead_import, number=number)
    leads = Lead.objects.filter(lead_import=lead_import, mapping=lead_import.mapping_id)
    lead = leads.filter(number=number).first()
    customer = lead_import.customer
    owners = {"customer": Owner(customer.team, customer), "team": Owner(customer.team)}
    form = RowForm(request.POST or None, lead=lead, owners=owners)
    if form.is_valid():
        try:
            _add(lead_import, request.user, number, form, owners)
        except PortalError as error:
            form.add_error(None, error.sentence)
        else:
            toast(request, "It is on the do-not-import list.")
            return redirect("import_rows", pk)
    context = steps.shared(request, lead_import, "import_report") | {
        "form": form,
        "number": number,
        "has_contact": bool(form.entries),
    }
    status = 422 if form.is_bound else 200
    return render(request, "imports/row_listed.html", context, status=status)


def _add(
    lead_import: Import, user: User, number: int, form: RowForm, owners: dict[str, Owner]
) -> None:
    given = form.cleaned_data
    source = f"row {number} of import {lead_import.pk}"
    origin = Origin(ListAddition.Way.ROW, source, given["reason"])
    owner = owners[given["whose"]]
    lists.add(owner, user, [Line(number, "", entry) for entry in form.chosen], origin)
    options.look_again(lead_import)
    others = [one for one in lists.in_review(owner) if one != lead_import.pk]
    tasks.nudge_look_again(others)
