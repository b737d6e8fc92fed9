"""The engine: which processes live and what waits for them. No customer, no lead."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from imports import access
from imports.reports import engine
from imports.views.http import Request


@require_GET
def index(request: Request) -> HttpResponse:
    """Each process with its last sign of life, and how much waits where."""
    if not access.sees_engine(request.user):
        raise PermissionDenied(
            "The engine's page is open to managers of a team, auditors and superusers."
        )
    context = {"signs": engine.signs(), "groups": engine.groups(), "now": timezone.now()}
    part = "#live" if request.htmx else ""
    return render(request, f"imports/engine.html{part}", context)
