"""The second step: what becomes of each column."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from imports import access, tasks
from imports.columns import derive, sensitive, values
from imports.errors import PortalError
from imports.forms.columns import ColumnsForm, columns_with_meanings
from imports.intake.read import first_rows
from imports.models import Import, ImportState
from imports.views import steps
from imports.views.http import Request
from portal.models import Role

READING = (ImportState.UPLOADED, ImportState.READING)
FIRST_ROWS, MOST_COLUMNS = 10, 30
MOST_WITH_MEANINGS = 8  # columns whose cells are counted for a page


@require_http_methods(["GET", "POST"])
def columns(request: Request, pk: int) -> HttpResponse:
    """The mapping; a change re-derives every lead from its row."""
    need = Role.IMPORTER if request.method == "POST" else Role.VIEWER
    lead_import = access.get_import(request.user, pk, need=need)
    if lead_import.mapping is None:
        return _page(request, lead_import, None)
    form = _form(lead_import, request)
    if form.is_valid():
        wanted = form.cleaned_data
        try:
            derive.remap(
                lead_import,
                wanted["mapping"],
                request.user,
                expected_version=wanted["expected_version"],
            )
        except PortalError as error:
            form.add_error(None, error.sentence)
        else:
            tasks.nudge_chunks_of(lead_import.pk)
            return redirect("import_review", pk)
    return _page(request, lead_import, form)


@require_GET
def progress(request: Request, pk: int) -> HttpResponse:
    """The live line of the columns and review pages while the file is read and checked.

    204 while nothing changed; the whole page anew when another step of the work is reached.
    """
    lead_import = access.get_import(request.user, pk)
    standing = checking(lead_import)
    before = request.GET.get("v", "")
    if before == standing["version"]:
        return HttpResponse(status=204)
    if before.partition(".")[0] != lead_import.state:
        page = request.GET.get("page", "import_columns")
        known = {"import_columns", "import_review", "import_file"}
        return HttpResponseClientRedirect(reverse(page if page in known else "import", args=[pk]))
    context = {"lead_import": lead_import, "checking": standing, "page": request.GET.get("page")}
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


def _form(lead_import: Import, request: Request) -> ColumnsForm:
    current = derive.mapping_of(lead_import)
    shown = columns_with_meanings(current)[:MOST_WITH_MEANINGS]
    return ColumnsForm(
        request.POST if request.method == "POST" else None,
        current=current,
        version=lead_import.mapping.version if lead_import.mapping else 0,
        samples=derive.samples(lead_import),
        values={index: values.values_of(lead_import, index) for index in shown},
    )


def _page(request: Request, lead_import: Import, form: ColumnsForm | None) -> HttpResponse:
    context = steps.shared(request, lead_import, "import_columns") | {
        "form": form,
        "checking": checking(lead_import),
        "sensitive": sensitive.of(lead_import),
        "page": "import_columns",
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "imports/columns.html", context, status=status)
