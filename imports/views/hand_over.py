"""Handing a review over to a colleague."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from imports import access
from imports.review import ownership as owners
from imports.views import ownership, review
from imports.views.http import Request, attempt
from portal.models import Role


@require_POST
def hand_over(request: Request, pk: int) -> HttpResponse:
    """Make it a colleague's review, or take it over."""
    lead_import = access.get_import(request.user, pk, need=Role.IMPORTER)
    form = ownership.form(request, lead_import, request.POST)
    if not form.is_valid():
        return review.page(request, lead_import, review.Forms(hand_over=form))
    to = get_object_or_404(owners.colleagues(lead_import), pk=form.cleaned_data["to"])
    note = form.cleaned_data["note"]
    done = f"The review of import #{pk} was handed over to {to}."
    attempt(request, done, owners.hand_over, lead_import, request.user, to, note)
    return redirect("import_review", pk)
