"""Another time for an import that is scheduled."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from imports import access
from imports.delivery import scheduled
from imports.forms.schedule import ChangeForm
from imports.views import sending
from imports.views.http import Request, attempt
from portal.models import Role


@require_POST
def change(request: Request, pk: int) -> HttpResponse:
    """Let it start at another time, or after another import."""
    lead_import = access.get_import(request.user, pk, need=Role.IMPORTER)
    form = ChangeForm(request.POST, others=scheduled.can_be_waited_for(lead_import))
    if not form.is_valid():
        return sending.page(request, lead_import, form)
    done = "The time was changed."
    attempt(request, done, scheduled.change, lead_import, request.user, form.later)
    return redirect("import", pk)
