"""The fourth step: the import as it goes out, live, and what a person can do about it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from imports import access
from imports.delivery import before, before_words, control, progress, questions
from imports.forms.filters import number_of
from imports.forms.review import DecisionForm, PriorityForm
from imports.forms.schedule import ChangeForm
from imports.models import EDITABLE, Batch, Import, ImportState
from imports.reports import balance
from imports.review import frozen
from imports.views import requests, schedule, steps, to_send, words
from imports.views.http import Request, attempt
from portal.models import Role

PACE_AFTER = timedelta(seconds=30)


@require_http_methods(["GET", "POST"])
def detail(request: Request, pk: int) -> HttpResponse:
    """Progress, pace, time left; a POST is the word to send."""
    if request.method == "POST":
        return to_send.send(request, pk)
    return page(request, access.get_import(request.user, pk))


def page(
    request: Request, lead_import: Import, when_form: ChangeForm | None = None
) -> HttpResponse:
    """The step; with a form for another time that was filled in wrongly it says so beside it."""
    standing = progress.standing(lead_import)
    context = _context(request, lead_import, standing) | schedule.beside(lead_import, when_form)
    return render(request, "imports/send.html", context, status=422 if when_form else 200)


@require_GET
def live(request: Request, pk: int) -> HttpResponse:
    """The live part: 204 while nothing visible changed; without its trigger when all is over."""
    lead_import = access.get_import(request.user, pk)
    standing = progress.standing(lead_import)
    if request.GET.get("v") == standing.version:
        return HttpResponse(status=204)
    return render(request, "imports/send.html#live", _context(request, lead_import, standing))


def _context(request: Request, lead_import: Import, standing: progress.Standing) -> dict[str, Any]:
    undo_until = lead_import.send_after
    is_undoable = (
        lead_import.state == ImportState.QUEUED
        and undo_until is not None
        and undo_until > timezone.now()
    )
    is_settling = lead_import.state == ImportState.CANCELLED and lead_import.finished_at is None
    return steps.shared(request, lead_import, "import_send") | {
        "is_over": lead_import.is_final and not is_settling,
        "is_settling": is_settling and standing.batches_total > 0,
        "standing": standing,
        "question": questions.QUESTIONS.get(lead_import.question),
        "cancel_does": questions.CANCEL,
        "balance": balance.balance(lead_import),
        "percent": int(100 * standing.share),
        "undo_until": undo_until if is_undoable else None,
        "undo_seconds": _seconds_until(undo_until) if is_undoable else 0,
        "means": words.STATE_MEANINGS[ImportState(lead_import.state)],
        "shows_pace": _has_a_pace(lead_import),
        "is_reading": before.is_reading(lead_import),
        "old_values": before_words.record_of(lead_import),
        "schedule": schedule.of(lead_import),
        "may_pause": lead_import.state in control.GOING and not is_undoable,
        "may_cancel": lead_import.state in control.CANCELLABLE,
    }


def _seconds_until(moment: datetime | None) -> int:
    return ceil((moment - timezone.now()).total_seconds()) if moment else 0


def _has_a_pace(lead_import: Import) -> bool:
    """A pace over some seconds only would be a wild guess."""
    started = lead_import.started_at
    return started is not None and timezone.now() - started > PACE_AFTER


def _act(request: Request, pk: int, function: Callable[..., Any], done: str = "") -> HttpResponse:
    lead_import = access.get_import(request.user, pk, need=Role.IMPORTER)
    attempt(request, done, function, lead_import, request.user)
    return redirect("import", pk)


@require_POST
def undo(request: Request, pk: int) -> HttpResponse:
    """Take the word back before the first request goes out."""
    return _act(request, pk, control.undo, "Sending was undone. Nothing went out.")


@require_POST
def pause(request: Request, pk: int) -> HttpResponse:
    """No new requests; what is under way is finished."""
    return _act(request, pk, control.pause)


@require_POST
def resume(request: Request, pk: int) -> HttpResponse:
    """Go on after a pause."""
    return _act(request, pk, control.resume)


@require_POST
def go_on(request: Request, pk: int) -> HttpResponse:
    """The answer to a question about the whole import: go on all the same."""
    return _act(request, pk, control.go_on)


@require_http_methods(["GET", "POST"])
def cancel(request: Request, pk: int) -> HttpResponse:
    """Cancel, after a page (or dialog) that says exactly what that does."""
    lead_import = access.get_import_to_steer(request.user, pk)
    if request.method == "POST":
        is_unsent = lead_import.state in EDITABLE
        function = control.discard if is_unsent else control.cancel
        done = f"Import #{pk} was {'discarded' if is_unsent else 'cancelled'}."
        attempt(request, done, function, lead_import, request.user)
        return redirect(_after_cancel(request, lead_import))
    if lead_import.state not in (*EDITABLE, *control.CANCELLABLE):
        return _not_now(request, lead_import)
    context = steps.shared(request, lead_import, "import_send") | {
        "balance": balance.balance(lead_import),
        "is_unsent": lead_import.state in EDITABLE,
        "open_pk": number_of(request.GET.get("open")) or "",
    }
    part = "#confirm" if request.htmx else ""
    return render(request, f"imports/cancel.html{part}", context)


def _not_now(request: Request, lead_import: Import) -> HttpResponse:
    """Nothing to confirm: a file is still being read, or all is over."""
    if lead_import.state == ImportState.SCHEDULED:
        messages.error(request, frozen.SCHEDULED)
        return _to(request, reverse("import", args=[lead_import.pk]))
    state = lead_import.get_state_display().lower()
    messages.error(
        request, f"Import #{lead_import.pk} is “{state}”: it cannot be cancelled or discarded now."
    )
    return _to(request, reverse("import", args=[lead_import.pk]))


def _to(request: Request, address: str) -> HttpResponse:
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _after_cancel(request: Request, lead_import: Import) -> str:
    """Back to the import; or to the earlier one of the same file, when that was asked for."""
    number = number_of(request.POST.get("open"))
    target = access.imports_for(request.user).filter(pk=number).first() if number else None
    return f"/imports/{(target or lead_import).pk}/"


@require_POST
def priority(request: Request, pk: int) -> HttpResponse:
    """Let it go before the others of its key, in turns with them, or after them."""
    lead_import = access.get_import_to_steer(request.user, pk)
    form = PriorityForm(request.POST)
    if not form.is_valid():
        messages.error(request, f"Choose one of the turns that import #{pk} can take.")
        return redirect("import_send", pk)
    wanted = form.cleaned_data["priority"]
    said = f"Import #{pk} goes: {wanted.label.lower()}."
    attempt(request, said, control.set_priority, lead_import, request.user, wanted)
    if form.cleaned_data["on_customer"]:
        return redirect("customer", lead_import.customer.slug)
    return redirect("import", pk)


@require_POST
def decide(request: Request, pk: int, batch: int) -> HttpResponse:
    """A person's decision about one request."""
    lead_import = access.get_import(request.user, pk, need=Role.IMPORTER)
    one = get_object_or_404(lead_import.batches, pk=batch)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _undecided(request, lead_import, one)
    wanted = form.cleaned_data
    decided = (one, request.user, wanted["choice"], wanted["why"])
    attempt(request, "The decision was written down.", control.decide, *decided)
    if "on_request" in request.POST:
        return redirect("import_request", pk, batch)
    return redirect("import_send", pk)


def _undecided(request: Request, lead_import: Import, batch: Batch) -> HttpResponse:
    """The same page again: it says what is missing, and keeps what was typed."""
    if "on_request" in request.POST:
        return requests.page(request, lead_import, batch, status=422)
    standing = progress.standing(lead_import)
    context = _context(request, lead_import, standing) | {"undecided": batch.pk}
    return render(request, "imports/send.html", context, status=422)
