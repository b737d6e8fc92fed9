"""Previews: MEGA is asked what it would do, and writes nothing."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from imports import access, tasks
from imports.columns import options
from imports.delivery import control
from imports.forms.review import PreviewForm
from imports.models import Import
from imports.views import review
from imports.views.http import Request, attempt
from imports.views.predictions import ASKING
from portal.models import Role, User


@require_POST
def ask(request: Request, pk: int) -> HttpResponse:
    """A dry run of every row, or of a sample."""
    lead_import = access.get_import(request.user, pk, need=Role.IMPORTER)
    form = PreviewForm(request.POST)
    if not form.is_valid():
        return review.page(request, lead_import, review.Forms(send=form))
    attempt(request, "", _ask, lead_import, request.user, form)
    return redirect("import_review", pk)


def _ask(lead_import: Import, user: User, form: PreviewForm) -> None:
    options.set_options(lead_import, user, on_duplicate=form.cleaned_data["on_duplicate"])
    dry_run = control.start_dry_run(lead_import, user, is_sample=form.is_sample)
    tasks.nudge_plan_dry_run(dry_run.pk)


@require_POST
def cancel(request: Request, pk: int) -> HttpResponse:
    """Stop asking."""
    lead_import = access.get_import(request.user, pk, need=Role.IMPORTER)
    running = lead_import.dry_runs.filter(state__in=ASKING).last()
    if running:
        attempt(request, "", control.cancel_dry_run, running, request.user)
    return redirect("import_review", pk)
