"""What is done to the cells of one column, which fields are made of several columns, and how
contacts are read whichever column they come from."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from imports import access, tasks
from imports.columns import accept, blank_words, derive, fit, shapes, trial
from imports.errors import BadMapping, PortalError
from imports.forms.blank_words import WordsForm
from imports.forms.joins import JoinsForm
from imports.forms.part import PartForm
from imports.forms.possible import PossibleForm
from imports.forms.shape import ShapeForm
from imports.intake.read import first_rows
from imports.models import Import
from imports.views import steps
from imports.views.http import Request, attempt
from portal.models import Role, User

_PAGES = {ShapeForm: "column", JoinsForm: "joins", WordsForm: "blank_words"}


@require_http_methods(["GET", "POST"])
def column(request: Request, pk: int, column: int) -> HttpResponse:
    """Changes and a split of one column, with what they make of its first cells."""
    lead_import = _import(request, pk)
    if lead_import.mapping is None:
        return redirect("import_columns", pk)
    current = derive.mapping_of(lead_import)
    if column >= len(current.columns) or current.columns[column].masked:
        raise Http404
    version = lead_import.mapping.version
    form = ShapeForm(_sent(request), current=current, index=column, version=version)
    if _is_used(request, lead_import, form):
        return redirect("import_columns", pk)
    context: dict[str, Any] = {"column": current.columns[column], "name": current.names[column]}
    if form.has_regions:
        context["fit"] = fit.of(lead_import, current)
    return _page(request, lead_import, form, context | _tried(lead_import, form, column))


@require_http_methods(["GET", "POST"])
def joins(request: Request, pk: int) -> HttpResponse:
    """The templates, with what they make of the first rows."""
    lead_import = _import(request, pk)
    if lead_import.mapping is None:
        return redirect("import_columns", pk)
    current = derive.mapping_of(lead_import)
    form = JoinsForm(_sent(request), current=current, version=lead_import.mapping.version)
    if _is_used(request, lead_import, form):
        return redirect("import_columns", pk)
    named = zip(current.names, current.columns, strict=True)
    context = {"names": [name for name, column in named if not column.masked]}
    return _page(request, lead_import, form, context | _tried(lead_import, form, None))


@require_http_methods(["GET", "POST"])
def blank(request: Request, pk: int) -> HttpResponse:
    """The words that are read as blank in contacts, with how often each stands in the file."""
    lead_import = _import(request, pk)
    if lead_import.mapping is None:
        return redirect("import_columns", pk)
    current, version = derive.mapping_of(lead_import), lead_import.mapping.version
    counts = blank_words.counts(lead_import, current)
    form = WordsForm(_sent(request), current=current, version=version, counts=counts)
    if _is_used(request, lead_import, form):
        return redirect("import_columns", pk)
    return _page(request, lead_import, form, {"is_counted": counts is not None})


@require_POST
def possible_phones(request: Request, pk: int) -> HttpResponse:
    """Send the phones that are merely possible, or leave them out: from their group in review."""
    lead_import = _import(request, pk)
    form = PossibleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose whether phones that are merely possible are sent.")
    elif attempt(request, "", _choose_possible, lead_import, request.user, form.cleaned_data):
        tasks.nudge_chunks_of(pk)
    return redirect("import_review", pk)


def _choose_possible(lead_import: Import, user: User, chosen: dict[str, Any]) -> None:
    made = replace(derive.mapping_of(lead_import), possible=chosen["possible_phones"])
    if lead_import.mapping:
        made = accept.carried(made, lead_import.mapping)
    derive.remap(lead_import, made, user, expected_version=chosen["expected_version"])


def _import(request: Request, pk: int) -> Import:
    need = Role.IMPORTER if request.method == "POST" else Role.VIEWER
    return access.get_import(request.user, pk, need=need)


def _sent(request: Request) -> Any:
    return request.POST if request.method == "POST" else None


def _is_used(request: Request, lead_import: Import, form: PartForm) -> bool:
    """Whether what was sent is the mapping now; else the form says why, or it was only a trial."""
    if not form.is_valid() or "show" in request.POST or form.refuse():
        return False
    made, version = form.cleaned_data["mapping"], form.cleaned_data["expected_version"]
    if made == form.current:
        return True
    if lead_import.mapping:
        made = accept.carried(made, lead_import.mapping)
    try:
        derive.remap(lead_import, made, request.user, expected_version=version)
    except PortalError as error:
        form.add_error(None, error.sentence)
        return False
    tasks.nudge_chunks_of(lead_import.pk)
    return True


def _tried(lead_import: Import, form: PartForm, index: int | None) -> dict[str, Any]:
    """Examples of what was chosen; nothing while it cannot be."""
    made = form.current if not form.is_bound else form.cleaned_data.get("mapping")
    if made is None or any(name != "__all__" for name in form.errors):
        return {}
    rows, region = first_rows(lead_import, derive.SAMPLE), lead_import.customer.region
    try:
        if index is not None:
            return {"examples": trial.of_column(made, index, rows, region)}
        places = shapes.joined_places(made)
        heads = [made.names[place] for place in places]
        return {"heads": heads, "examples": trial.of_joins(made, places, rows, region)}
    except BadMapping as problem:
        return {"impossible": problem.sentence}


def _page(
    request: Request, lead_import: Import, form: PartForm, context: dict[str, Any]
) -> HttpResponse:
    context = steps.shared(request, lead_import, "import_columns") | {"form": form} | context
    part = f"imports/{_PAGES[type(form)]}.html"
    template = "parts/columns/examples.html" if request.htmx else part
    return render(request, template, context, status=422 if form.errors else 200)
