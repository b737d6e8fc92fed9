"""Follow-ups: the rows of an import that failed, or were not sent, as an import of their own."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from imports import access, tasks
from imports.delivery import children
from imports.errors import PortalError
from imports.forms.review import RetryForm
from imports.models import Import
from imports.views import steps
from imports.views.http import Request
from portal.models import Role


@require_http_methods(["GET", "POST"])
def retry(request: Request, pk: int) -> HttpResponse:
    """Choose which rows go again; they are checked and reviewed before anything is sent."""
    lead_import = access.get_import(request.user, pk, need=Role.IMPORTER)
    try:
        offered = children.offer(lead_import)
    except PortalError as error:
        messages.error(request, error.sentence)
        report = reverse("import_report", args=[pk])
        return HttpResponseClientRedirect(report) if request.htmx else redirect(report)
    form = RetryForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        rows = form.cleaned_data["rows"]
        return _made(request, lead_import, lambda: children.retry(lead_import, request.user, rows))
    context = steps.shared(request, lead_import, "import_report") | {
        "form": form,
        "offered": offered,
        "any": any(offered.values()),
        "follow_ups": lead_import.children.select_related("customer", "created_by"),
    }
    part = "#confirm" if request.htmx else ""
    status = 422 if form.is_bound else 200
    return render(request, f"imports/retry.html{part}", context, status=status)


@require_POST
def rest(request: Request, pk: int) -> HttpResponse:
    """Take up what a cancelled import did not send."""
    lead_import = access.get_import(request.user, pk, need=Role.IMPORTER)
    return _made(request, lead_import, lambda: children.rest(lead_import, request.user))


def _made(request: Request, parent: Import, make: Callable[[], Import]) -> HttpResponse:
    try:
        child = make()
    except PortalError as error:
        messages.error(request, error.sentence)
        return redirect("import_report", parent.pk)
    tasks.nudge_copied(child.pk)
    return redirect("import_review", child.pk)
