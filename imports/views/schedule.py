"""The time at which an import is to start: shown, changed, taken back."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from imports import access
from imports.delivery import scheduled
from imports.forms.schedule import ChangeForm
from imports.models import Import, ImportState, Schedule
from imports.views.http import Request, attempt
from portal.models import Role


def of(lead_import: Import) -> Schedule | None:
    """When it is to start; None when it is not scheduled."""
    if lead_import.state != ImportState.SCHEDULED:
        return None
    found = Schedule.objects.select_related("after", "set_by", "lead_import")
    return found.filter(lead_import=lead_import).first()


def beside(lead_import: Import, form: ChangeForm | None = None) -> dict[str, Any]:
    """What the import's pages show of it; with a form that was filled in wrongly."""
    found = of(lead_import)
    if found is None:
        return {}
    others = scheduled.can_be_waited_for(lead_import)
    return {
        "schedule": found,
        "when_form": form or ChangeForm(initial=ChangeForm.shown(found), others=others),
    }


@require_POST
def take_back(request: Request, pk: int) -> HttpResponse:
    """Take the time back: it is in review again."""
    lead_import = access.get_import(request.user, pk, need=Role.IMPORTER)
    done = "The time was taken back. Nothing was sent; the import is in review again."
    attempt(request, done, scheduled.take_back, lead_import, request.user)
    return redirect("import", pk)
