"""What is done to the cells of one column, which fields are made of several columns, and how
contacts are read whichever column they come from."""

from dataclasses import replace
from typing import Any, TypeVar

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from imports import access, tasks
from imports.columns import (
    accept,
    blank_words,
    derive,
    fit,
    meanwhile,
    shapes,
    trial,
    vocabulary,
)
from imports.columns.mapping import Mapping
from imports.errors import BadMapping, PortalError, WrongState
from imports.forms.blank_words import WordsForm
from imports.forms.joins import JoinsForm
from imports.forms.part import PartForm
from imports.forms.possible import PossibleForm
from imports.forms.shape import ShapeForm
from imports.intake.read import first_rows
from imports.models import Import, MappingVersion
from imports.views import mapping_form, steps
from imports.views.http import Request, attempt
from portal.models import Role, User

Form = TypeVar("Form", bound=PartForm)
_PAGES = {ShapeForm: "column", JoinsForm: "joins", WordsForm: "blank_words"}


@require_http_methods(["GET", "POST"])
def column(request: Request, pk: int, column: int) -> HttpResponse:
    """Changes and a split of one column, with what they make of its first cells."""
    lead_import = _import(request, pk)
    base = _base(request, lead_import)
    if base is None:
        return _to_all(request, pk)
    current = Mapping.from_json(base.content)
    if column >= len(current.columns) or current.columns[column].masked:
        raise Http404
    sent = ShapeForm(
        _sent(request),
        current=current,
        index=column,
        version=base.version,
        words=vocabulary.of_import(lead_import),
    )
    form = _unless_used(request, lead_import, sent)
    if form is None:
        return redirect("import_columns", pk)
    context: dict[str, Any] = {"column": form.column, "name": form.current.names[column]}
    if form.has_regions:
        context["fit"] = fit.of(lead_import, form.current)
    return _page(request, lead_import, form, context | _tried(lead_import, form))


@require_http_methods(["GET", "POST"])
def joins(request: Request, pk: int) -> HttpResponse:
    """The templates, with what they make of the first rows."""
    lead_import = _import(request, pk)
    base = _base(request, lead_import)
    if base is None:
        return _to_all(request, pk)
    current = Mapping.from_json(base.content)
    sent = JoinsForm(_sent(request), current=current, version=base.version)
    form = _unless_used(request, lead_import, sent)
    if form is None:
        return redirect("import_columns", pk)
    named = zip(current.names, current.columns, strict=True)
    context = {"names": [name for name, column in named if not column.masked]}
    return _page(request, lead_import, form, context | _tried(lead_import, form))


@require_http_methods(["GET", "POST"])
def blank(request: Request, pk: int) -> HttpResponse:
    """The words that are read as blank in contacts, with how often each stands in the file."""
    lead_import = _import(request, pk)
    base = _base(request, lead_import)
    if base is None:
        return _to_all(request, pk)
    current = Mapping.from_json(base.content)
    counts = blank_words.counts(lead_import, current)
    sent = WordsForm(_sent(request), current=current, version=base.version, counts=counts)
    form = _unless_used(request, lead_import, sent)
    if form is None:
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


def _to_all(request: Request, pk: int) -> HttpResponse:
    address = reverse("import_columns", args=[pk])
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _base(request: Request, lead_import: Import) -> MappingVersion | None:
    """The version that the page is, or was, made of; None where the page of all columns tells why
    there is none.
    """
    if lead_import.mapping is None or request.method != "POST":
        return lead_import.mapping
    try:
        return mapping_form.version_shown(lead_import, request.POST)
    except WrongState as error:
        messages.error(request, error.sentence)
        return None


def _unless_used(request: Request, lead_import: Import, form: Form) -> Form | None:
    """None where what was sent is the mapping now. Else the form to be shown: it was only a trial,
    it says why it cannot be, or what others changed since its page was opened.
    """
    if not form.is_valid() or "show" in request.POST or form.refuse():
        return form
    made, version = form.cleaned_data["mapping"], form.cleaned_data["expected_version"]
    if made == form.current:
        return None
    if lead_import.mapping:
        made = accept.carried(made, lead_import.mapping)
    try:
        derive.remap(lead_import, made, request.user, expected_version=version)
    except PortalError as error:
        now = access.get_import(request.user, lead_import.pk)
        if both := _both(now, form):
            return both
        form.add_error(None, error.sentence)
        return form
    tasks.nudge_chunks_of(lead_import.pk)
    return None


def _both(now: Import, form: Form) -> Form | None:
    """The form on top of what others made of the mapping meanwhile; None where nobody did."""
    base = meanwhile.version_of(now, form.cleaned_data["expected_version"])
    if base is None or now.mapping is None or now.mapping == base or not now.is_editable:
        return None
    changed = meanwhile.since(now, base, form.cleaned_data["mapping"])
    return form.on_top(derive.mapping_of(now), now.mapping.version, changed)


def _tried(lead_import: Import, form: PartForm) -> dict[str, Any]:
    """Examples of what was chosen; nothing while it cannot be."""
    made = form.begun if not form.is_bound else form.cleaned_data.get("mapping")
    if made is None or any(name != "__all__" for name in form.errors):
        return {}
    rows, region = first_rows(lead_import, derive.SAMPLE), lead_import.customer.region
    try:
        if isinstance(form, ShapeForm):
            found = trial.of_column(made, form.column.index, rows, region, form.words)
            return {"examples": found, "shows_change": any(one.changed for one in found)}
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
    status = 409 if form.changed else 422 if form.errors else 200
    return render(request, template, context, status=status)
