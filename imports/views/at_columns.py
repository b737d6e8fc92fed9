"""Who else is at an import's columns, and whether they changed since a page of them was opened."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from imports import access
from imports.columns import at_work
from imports.models import Import
from imports.views.http import Request
from portal.models import Role


def standing(request: Request, lead_import: Import, shown: int) -> dict[str, Any]:
    """What the page says, that was made of version `shown`; the person is noted as being there."""
    if not lead_import.is_editable or lead_import.mapping is None:
        return {"is_open": False}
    if not access.can(request.user, lead_import.customer.team, Role.IMPORTER):
        return {"is_open": False}
    at_work.note(lead_import, request.user)
    colleagues = at_work.others(lead_import, request.user)
    newest = lead_import.mapping
    ids = ".".join(str(one.user.pk) for one in colleagues)
    return {
        "is_open": True,
        "colleagues": colleagues,
        "newer": newest if newest.version > shown else None,
        "shown": shown,
        "version": f"{newest.version}-{ids}",
    }


@require_GET
def others(request: Request, pk: int) -> HttpResponse:
    """The line of the columns page that tells of others, every ten seconds; 204 while it stays."""
    lead_import = access.get_import(request.user, pk)
    shown = request.GET.get("shown", "")
    now = standing(request, lead_import, int(shown) if shown.isdecimal() and len(shown) < 10 else 0)
    if not now["is_open"] or now["version"] == request.GET.get("v"):
        return HttpResponse(status=204)
    return render(request, "parts/columns/others.html", {"lead_import": lead_import, "others": now})
