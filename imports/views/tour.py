"""The tour through a first import: beginning and ending it. Its notes are `views.tour_notes`."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from imports import access, tasks, tour
from imports.errors import PortalError
from imports.forms.filters import words_of
from imports.models import Customer, ImportState
from imports.views.http import Request
from portal.models import Role, User


@require_POST
def start(request: Request) -> HttpResponse:
    """Upload the tour's file for a customer and show its first step."""
    slug = words_of(request.POST.get("customer"))
    if slug:
        customer = access.get_customer(request.user, slug, need=Role.IMPORTER)
    else:
        customer = _any_customer(request.user)
    try:
        made = tour.start(request.user, customer)
    except PortalError as error:
        messages.error(request, error.sentence)
        return redirect("import_new")
    if made.state == ImportState.UPLOADED:
        tasks.nudge_read(made.pk)
    return redirect("import_file", made.pk)


def _any_customer(user: User) -> Customer:
    customer = access.customers_to_import_for(user).order_by("name", "pk").first()
    if customer is None:
        raise PermissionDenied(
            "The tour uploads a file, which takes the role importer and a customer. "
            "Ask a manager of your team."
        )
    return customer


@require_POST
def stop(request: Request) -> HttpResponse:
    """End the tour, or do not offer it any more; go on where one was."""
    tour.stop(request.user)
    back = request.POST.get("next", "")
    here = url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    if here and back.startswith("/"):  # nothing else is an address: `foo` names a view
        return HttpResponseRedirect(back)
    return redirect("home")
