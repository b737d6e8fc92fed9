"""What is left out of a whole import: what an earlier one sent, and what has not changed since."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from imports import access, tasks
from imports.columns import options
from imports.forms.review import OptionsForm, UnchangedForm
from imports.models import Import
from imports.views.http import Request, attempt
from portal.models import Role, User


@require_POST
def again(request: Request, pk: int) -> HttpResponse:
    """Leave out, or send, rows that went already by another import."""
    return _take(request, pk, OptionsForm, "Choose from the lists which rows are left out.")


@require_POST
def unchanged(request: Request, pk: int) -> HttpResponse:
    """Leave out, or send again, rows as the customer got them before."""
    refused = "Choose whether unchanged rows are left out or sent again."
    return _take(request, pk, UnchangedForm, refused)


def _take(request: Request, pk: int, form_class: type[forms.Form], refused: str) -> HttpResponse:
    lead_import = access.get_import(request.user, pk, need=Role.IMPORTER)
    form = form_class(request.POST)
    if form.is_valid():
        attempt(request, "", _set, lead_import, request.user, form.cleaned_data)
    else:
        messages.error(request, refused)
    return redirect("import_review", pk)


def _set(lead_import: Import, user: User, wanted: dict[str, Any]) -> None:
    options.set_options(lead_import, user, **wanted)
    tasks.nudge_chunks_of(lead_import.pk)
