"""What was changed in a review, undoing it, and telling whoever looks at it of the others."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from imports import access, tasks
from imports.models import Import, ImportState
from imports.review import acts, standing, telling
from imports.views.http import Request, attempt
from portal.models import Role, User


def context(request: Request, lead_import: Import) -> dict[str, Any]:
    """What a page of the review shows of its changes."""
    is_open = lead_import.state == ImportState.REVIEW
    may = is_open and access.can(request.user, lead_import.customer.team, Role.IMPORTER)
    return {
        "changes": telling.listed(lead_import),
        "may_undo": may,
        "seen": standing.token(lead_import),
        "is_watched": is_open,
    }


@require_POST
def undo(request: Request, pk: int, act: int) -> HttpResponse:
    """Undo one change."""
    lead_import = access.get_import(request.user, pk, need=Role.IMPORTER)
    attempt(request, "The change is undone.", _undo, lead_import, request.user, act)
    return back(request, lead_import)


def _undo(lead_import: Import, user: User, act: int) -> None:
    acts.undo(lead_import, user, act)
    tasks.nudge_chunks_of(lead_import.pk)


def back(request: Request, lead_import: Import) -> HttpResponse:
    """Go to the page that the address names, with its filters; without a name to the review."""
    query = request.GET.copy()
    for name in ("do", "v"):
        query.pop(name, None)
    if "".join(query.pop("back", [])) == "grid":
        address = reverse("import_grid", args=[lead_import.pk])
        return redirect(f"{address}?{query.urlencode()}" if query else address)
    return redirect(f"{reverse('import_review', args=[lead_import.pk])}#changes")


@require_GET
def changed(request: Request, pk: int) -> HttpResponse:
    """A line that tells of colleagues' changes since the page was made; 204 while there is none."""
    lead_import = access.get_import(request.user, pk)
    if request.GET.get("seen", "") == standing.token(lead_import):
        return HttpResponse(status=204)
    return HttpResponse(watch(request, lead_import, is_fresh=False))


def watch(request: Request, lead_import: Import, *, is_fresh: bool) -> str:
    """The line, which asks again while nothing was changed by others."""
    told = {"lead_import": lead_import, "seen": standing.token(lead_import), "is_watched": is_fresh}
    if not is_fresh:
        told |= {"is_changed": True, "newest": standing.newest_change(lead_import, request.user)}
    return render_to_string("parts/review/changed.html", told, request)
