"""The second step: what becomes of each column."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from imports import access, tasks
from imports.columns import (
    accept,
    blank_words,
    derive,
    drift,
    fit,
    refused_before,
    saved,
    sensitive,
)
from imports.columns.mapping import Mapping
from imports.columns.stale import Stale
from imports.errors import PortalError, WrongState
from imports.forms.columns import ColumnsForm
from imports.forms.saved import SaveForm
from imports.intake.read import first_rows
from imports.models import Import, ImportState, MappingVersion
from imports.views import at_columns, found, mapping_form, profile, steps
from imports.views.http import Request
from portal.models import Role

READING = (ImportState.UPLOADED, ImportState.READING)
_COLUMN_DIGITS = 5
_PAGES = {
    "joined": "import_joins",
    "blank": "import_blank_words",
    "consent": "import_consent",
    "rules": "import_rule_columns",
}
FIRST_ROWS, MOST_COLUMNS = 10, 30


@require_http_methods(["GET", "POST"])
def columns(request: Request, pk: int) -> HttpResponse:
    """The mapping; a change re-derives every lead from its row."""
    need = Role.IMPORTER if request.method == "POST" else Role.VIEWER
    lead_import = access.get_import(request.user, pk, need=need)
    if lead_import.mapping is None:
        return page(request, lead_import, None)
    if request.method == "POST":
        return _save(request, lead_import)
    return page(request, lead_import, mapping_form.fresh(lead_import))


def _save(request: Request, lead_import: Import) -> HttpResponse:
    try:
        form, base = mapping_form.posted(lead_import, request.POST)
        if request.POST.get("accept"):
            base = accept.all_sure(lead_import, request.user, expected_version=base.version)
    except WrongState as error:
        messages.error(request, error.sentence)
        return redirect("import_columns", lead_import.pk)
    is_as_it_was = _made(form) == Mapping.from_json(base.content)
    if is_as_it_was and "shape" in request.POST:  # that needs no mapping that is ready
        return _onward(request, lead_import.pk)
    if not form.is_valid():
        return page(request, lead_import, form)
    if is_as_it_was and request.POST.get("accept"):
        return _onward(request, lead_import.pk)
    return _remap(request, lead_import, form, base)


def _remap(
    request: Request, lead_import: Import, form: ColumnsForm, base: MappingVersion
) -> HttpResponse:
    made = accept.carried(form.cleaned_data["mapping"], base)
    try:
        derive.remap(lead_import, made, request.user, expected_version=base.version)
    except PortalError as error:
        now = access.get_import(request.user, lead_import.pk)
        if now.is_editable and now.mapping and now.mapping.version > base.version:
            both = mapping_form.both(now, base, form.cleaned_data["mapping"], request.POST)
            return page(request, now, both, status=409)
        form.add_error(None, error.sentence)
        return page(request, lead_import, form)
    tasks.nudge_chunks_of(lead_import.pk)
    return _onward(request, lead_import.pk)


def _made(form: ColumnsForm) -> Mapping | None:
    form.is_valid()
    return form.cleaned_data.get("mapping")


def _onward(request: Request, pk: int) -> HttpResponse:
    """To the review, or to the page of a column (or of what is of no column) that was asked for."""
    if request.POST.get("accept"):
        return redirect("import_columns", pk)
    shape = request.POST.get("shape", "")
    if shape in _PAGES:
        return redirect(_PAGES[shape], pk)
    if shape.isdecimal() and len(shape) <= _COLUMN_DIGITS:
        return redirect("import_column", pk, int(shape))
    return redirect("import_review", pk)


@require_GET
def progress(request: Request, pk: int) -> HttpResponse:
    """The live line of the columns and review pages while the file is read and checked.

    204 while nothing changed; the whole page anew when another step of the work is reached. The
    columns page stays when all rows are checked, and says so: somebody may be choosing columns.
    """
    lead_import = access.get_import(request.user, pk)
    standing = checking(lead_import)
    before = request.GET.get("v", "")
    if before == standing["version"]:
        return HttpResponse(status=204)
    shown, was = request.GET.get("page", "import_columns"), before.partition(".")[0]
    is_checked = (was, lead_import.state) == (ImportState.CHECKING, ImportState.REVIEW)
    stays = is_checked and shown == "import_columns"  # where choices may not be sent yet
    if was != lead_import.state and not stays:
        known = {"import_columns", "import_review", "import_file"}
        return HttpResponseClientRedirect(reverse(shown if shown in known else "import", args=[pk]))
    context = {
        "lead_import": lead_import,
        "customer": lead_import.customer,
        "checking": standing,
        "has_been_checked": stays,
        "page": shown,
    }
    return render(request, "parts/checking.html", context)


def checking(lead_import: Import) -> dict[str, Any]:
    """How far reading or checking is; `version` changes whenever that does."""
    working = lead_import.state in (*READING, ImportState.CHECKING)
    done, rows = derive.progress(lead_import) if working else (0, 0)
    waits_for = lead_import.reason if lead_import.state == ImportState.UPLOADED else ""
    return {
        "is_working": working,
        "done": done,
        "all": rows,
        "first_rows": _first_rows(lead_import),
        "percent": round(100 * done / rows) if rows else 0,
        "waits_for": waits_for,
        "version": f"{lead_import.state}.{done}.{rows}.{len(waits_for)}",
    }


def _first_rows(lead_import: Import) -> list[list[str]]:
    """A few rows to look at while the others are still being read."""
    if lead_import.state != ImportState.READING:
        return []
    return [cells[:MOST_COLUMNS] for cells in first_rows(lead_import, FIRST_ROWS)]


def _words(lead_import: Import, current: Mapping) -> list[tuple[str, int]] | None:
    """The words that are read as blank in this file's contacts, the most frequent first."""
    found = blank_words.counts(lead_import, current)
    if found is None:
        return None
    own = {word: count for word, count in found.own.items() if count}
    return (found.usual | Counter(own)).most_common()


def page(
    request: Request,
    lead_import: Import,
    form: ColumnsForm | None,
    *,
    status: int = 200,
    save_form: SaveForm | None = None,
    stale: Stale | None = None,
) -> HttpResponse:
    """The columns page with these forms; 422 where what was sent of the columns is wrong."""
    context = steps.shared(request, lead_import, "import_columns") | {
        "form": form,
        "checking": checking(lead_import),
        "sensitive": sensitive.of(lead_import),
        "findings": found.panel(lead_import),
        "page": "import_columns",
        "stale": stale,
    }
    if form is not None:
        context |= _beside(request, lead_import, form) | {
            "save_form": save_form or SaveForm(lead_import=lead_import),
        }
    status = 422 if form is not None and form.is_bound else status
    return render(request, "imports/columns.html", context, status=status)


def _beside(request: Request, lead_import: Import, form: ColumnsForm) -> dict[str, Any]:
    """What is said of the mapping beside its controls."""
    offers = saved.offered(lead_import)
    current, editable = form.current, lead_import.is_editable
    return {
        "fit": fit.of(lead_import, current),
        "warned": refused_before.of(current, form.known.words) if editable else [],
        "drift": drift.of(lead_import, current) if editable else None,
        "others": at_columns.standing(request, lead_import, form.version),
        "words": _words(lead_import, current),
        "whom": profile.whom_it_reaches(lead_import, current),
        "offers": [one for one in offers if one.fits],
        "others_saved": [one for one in offers if not one.fits],
    }
