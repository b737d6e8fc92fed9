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
    """The findings, and of how many rows they are.

    It `grows` until every row is judged: only then is known who is in the file twice.
    """

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
        grows=is_checking,
        has_more=lead_import.state == ImportState.REVIEW,
    )


@require_GET
def live(request: Request, pk: int) -> HttpResponse:
    """The panel when it says more than of the rows that were `seen`; 204 before.

    So it comes anew as often as something is new in it, and nobody who reads it is disturbed.
    """
    lead_import = access.get_import(request.user, pk)
    found = panel(lead_import)
    if found.grows and request.GET.get("seen", "0") == str(found.looked_at):
        return HttpResponse(status=204)
    context = {"lead_import": lead_import, "findings": found}
    return render(request, "parts/findings.html", context)
