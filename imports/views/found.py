"""What was found in a file: the panel on the pages before sending."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from imports import access
from imports.columns import findings, first_look
from imports.columns.findings import Facts, Finding
from imports.models import EDITABLE, Import, ImportState
from imports.views.http import Request


@dataclass(frozen=True, slots=True)
class Panel:
    """The findings, and of how many rows they are; `grows` while these are still checked."""

    found: list[Finding]
    looked_at: int
    is_whole: bool
    is_shown: bool
    grows: bool
    has_more: bool


def panel(lead_import: Import, facts: Facts | None = None) -> Panel:
    """The panel of an import that can still be changed; `facts` where a page has all of them."""
    if lead_import.state not in EDITABLE:
        return Panel([], 0, is_whole=False, is_shown=False, grows=False, has_more=False)
    known = facts or first_look.of_first_rows(lead_import)
    found = findings.found(known)
    is_checking = lead_import.state == ImportState.CHECKING
    return Panel(
        found,
        known.looked_at,
        is_whole=known.is_whole and not is_checking,
        is_shown=bool(found or known.looked_at),
        grows=is_checking and not known.looked_at,
        has_more=lead_import.state == ImportState.REVIEW,
    )


@require_GET
def live(request: Request, pk: int) -> HttpResponse:
    """The panel as soon as the first rows are checked; 204 before."""
    lead_import = access.get_import(request.user, pk)
    found = panel(lead_import)
    if found.grows:
        return HttpResponse(status=204)
    context = {"lead_import": lead_import, "findings": found}
    return render(request, "parts/findings.html", context)
