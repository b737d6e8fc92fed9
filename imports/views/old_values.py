"""Old values: not waiting for them, taking them as a file, putting them back."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from imports import access, tasks
from imports.delivery import before, repair
from imports.models import Import, OutcomeStatus
from imports.reports import downloads, old_values
from imports.views import steps
from imports.views.http import Request, attachment, attempt
from portal.models import Role, User

AT_ONCE = 5_000  # updated rows that a page compares before it answers
CSV = "text/csv; charset=utf-8"


@require_POST
def skip(request: Request, pk: int) -> HttpResponse:
    """Send without waiting for the old values any longer."""
    lead_import = access.get_import(request.user, pk, need=Role.IMPORTER)
    attempt(request, "", before.skip, lead_import, request.user)
    return redirect("import_send", pk)


@require_GET
def download(request: Request, pk: int) -> HttpResponseBase:
    """The old values as CSV."""
    lead_import = access.get_import(request.user, pk)
    downloads.note(lead_import, request.user, "old_values")
    name = f"import-{lead_import.pk}-old-values.csv"
    return attachment(old_values.write_csv(lead_import), name, CSV)


@require_http_methods(["GET", "POST"])
def put_back(request: Request, pk: int) -> HttpResponse:
    """What can be put back and what cannot; a POST makes the import that does it.

    Comparing takes some seconds for 100,000 leads, so the page of a large import asks for it.
    """
    if request.method == "POST":
        lead_import = access.get_import(request.user, pk, need=Role.IMPORTER)
        child = _make(request, lead_import, request.user)
        return redirect("import", child.pk) if child else redirect("import_put_back", pk)
    lead_import = access.get_import(request.user, pk)
    context = steps.shared(request, lead_import, "import_report") | {
        "found": repair.assess(lead_import) if _is_to_count(request, lead_import) else None,
        "earlier": repair.made_before(lead_import),
        "is_offered": repair.is_offered(lead_import),
    }
    return render(request, "imports/put_back.html", context)


def _is_to_count(request: Request, lead_import: Import) -> bool:
    updated = lead_import.outcomes.filter(status=OutcomeStatus.UPDATED)
    return "count" in request.GET or updated.count() <= AT_ONCE


def _make(request: Request, lead_import: Import, user: User) -> Import | None:
    made: list[Import] = []
    if not attempt(request, "", lambda: made.append(repair.make(lead_import, user))):
        return None
    tasks.nudge_copied(made[0].pk)
    return made[0]
