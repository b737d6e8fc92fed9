"""The other sheets of a workbook, as imports of their own."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from imports import access, tasks
from imports.intake import other_sheets
from imports.models import Import
from imports.views.http import Request, attempt
from portal.models import Role, User


@require_POST
def take(request: Request, pk: int) -> HttpResponse:
    """Import the sheets whose buttons were pressed: one, or all."""
    lead_import = access.get_import(request.user, pk, need=Role.IMPORTER)
    names = request.POST.getlist("sheet")
    if attempt(request, "", _take, lead_import, names, request.user) and lead_import.together:
        return redirect("together", lead_import.together)
    return redirect("import_file", pk)


def _take(lead_import: Import, names: list[str], user: User) -> None:
    for made in other_sheets.take(lead_import, names, user):
        tasks.nudge_read(made.pk)
