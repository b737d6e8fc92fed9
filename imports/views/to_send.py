"""The word to send, now or at a time."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from imports import access
from imports.columns import options
from imports.delivery import before, control, preview, scheduled
from imports.delivery.sendable import Seen
from imports.forms.review import SendForm
from imports.models import Import
from imports.review import guard
from imports.views import overwrite, review
from imports.views.http import Request, attempt
from portal.models import Role, User


@require_POST
def send(request: Request, pk: int) -> HttpResponse:
    """The word to send; it can be taken back for ten seconds."""
    lead_import = access.get_import(request.user, pk, need=Role.IMPORTER)
    form = overwrite.send_form(lead_import, preview.standing(lead_import), request.POST)
    if not form.is_valid():
        return review.page(request, lead_import, review.Forms(send=form))
    if not attempt(request, "", _send, lead_import, request.user, form):
        return redirect("import_review", pk)
    return redirect("import_send", pk)


def _send(lead_import: Import, user: User, form: SendForm) -> None:
    options.look_again(lead_import)  # kept also where the number is refused, which differs then
    guard.look_again(lead_import)
    wanted = form.cleaned_data
    wish = before.Wish(
        keep=wanted["keep_old_values"],
        minutes=lead_import.customer.keep_minutes,
        won=wanted["hold_won"],
        lost=wanted["hold_lost"],
        days=wanted["hold_days"] or 0,
    )
    shown = (wanted[f"expected_{what}"] for what in ("mapping", "leads", "acts"))
    seen = Seen(*shown)
    unforeseen = wanted.get("unforeseen")
    confirmed = scheduled.Confirmed(wanted["on_duplicate"], seen, wish, unforeseen)
    if form.later is not None:
        scheduled.schedule(lead_import, user, form.later, confirmed)
        return
    control.send(
        lead_import,
        user,
        on_duplicate=confirmed.on_duplicate,
        expected_mapping=seen.mapping,
        expected_leads=seen.leads,
        expected_acts=seen.acts,
        wish=wish,
        unforeseen=unforeseen,
    )
