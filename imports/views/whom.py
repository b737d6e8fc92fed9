"""Whom an import may reach: answers about consent, the customer's rules, where leads come from."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from imports import access, tasks
from imports.columns import consent_marks, consent_questions, derive, rule_columns
from imports.columns.mapping import Mapping
from imports.errors import PortalError
from imports.forms.consent import ConsentForm, OverrideForm
from imports.forms.provenance import ProvenanceForm
from imports.forms.rule_columns import RuleColumnsForm
from imports.models import Import
from imports.review import origins, overrides
from imports.views import mapping_form, steps
from imports.views.http import Request, attempt, toast
from portal.models import Role, User

MOST_COLUMNS = 10_000


@require_http_methods(["GET", "POST"])
def consent(request: Request, pk: int) -> HttpResponse:
    """Which values of which columns forbid contact; saved, all rows are checked anew."""
    lead_import = _import(request, pk)
    if lead_import.mapping is None:
        return redirect("import_columns", pk)
    made, version = derive.mapping_of(lead_import), lead_import.mapping.version
    besides = [*_besides(request, made), *consent_marks.open_places(made, lead_import)]
    questions = consent_questions.of(lead_import, made, besides)
    data = request.POST if request.method == "POST" else None
    form = ConsentForm(data, current=made, version=version, questions=questions)
    if form.is_valid() and _is_used(request, lead_import, form):
        return redirect("import_review", pk)
    named = zip(made.names, made.columns, strict=True)
    asked = {one.column.index for one in questions}
    context = {
        "form": form,
        "others": [(one.index, name) for name, one in named if one.index not in asked],
    }
    return _page(request, lead_import, "imports/consent.html", context)


def _besides(request: Request, made: Mapping) -> list[int]:
    """A column that a person wants to answer for, though nothing in it says so."""
    asked = request.GET.get("column", "")
    place = int(asked) if asked.isdecimal() and len(asked) < 6 else MOST_COLUMNS
    return [place] if place < len(made.columns) else []


@require_http_methods(["GET", "POST"])
def rules(request: Request, pk: int) -> HttpResponse:
    """By which columns the customer's rules are judged."""
    lead_import = _import(request, pk)
    if lead_import.mapping is None:
        return redirect("import_columns", pk)
    made, version = derive.mapping_of(lead_import), lead_import.mapping.version
    asked = rule_columns.found(made, lead_import)[1]
    data = request.POST if request.method == "POST" else None
    form = RuleColumnsForm(data, current=made, version=version, rules=asked)
    if form.is_valid() and _is_used(request, lead_import, form):
        return redirect("import_review", pk)
    context = {"form": form, "rules": rule_columns.said(asked)}
    return _page(request, lead_import, "imports/rule_columns.html", context)


def _is_used(request: Request, lead_import: Import, form: ConsentForm | RuleColumnsForm) -> bool:
    """Have the rows checked under what was chosen; else the form says why that cannot be."""
    made, version = form.cleaned_data["mapping"], form.cleaned_data["expected_version"]
    if made == form.current and lead_import.is_editable:
        return True
    try:
        derive.remap(lead_import, made, request.user, expected_version=version)
    except PortalError as error:
        form.add_error(None, error.sentence)
        now = access.get_import(request.user, lead_import.pk).mapping
        if now is not None and now.version != version:  # saved once more, it has been seen
            form.data = request.POST.copy()
            form.data["expected_version"] = str(now.version)
        return False
    tasks.nudge_chunks_of(lead_import.pk)
    return True


@require_POST
def check_again(request: Request, pk: int) -> HttpResponse:
    """Check all rows anew, by the customer's rules as they stand now."""
    lead_import = access.get_import(request.user, pk, need=Role.IMPORTER)
    version = mapping_form.number(request.POST.get("expected_version")) or 0
    if attempt(request, "", _again, lead_import, request.user, version):
        tasks.nudge_chunks_of(pk)
    return redirect("import_review", pk)


def _again(lead_import: Import, user: User, version: int) -> None:
    made = derive.mapping_of(lead_import)
    derive.remap(lead_import, made, user, expected_version=version)


@require_POST
def override(request: Request, pk: int) -> HttpResponse:
    """Send rows that are kept back for one reason all the same: a manager's word."""
    lead_import = access.get_import(request.user, pk, need=Role.MANAGER)
    form = OverrideForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Say why these rows are sent all the same; nothing was changed.")
    else:
        code, why = form.cleaned_data["code"], form.cleaned_data["why"]
        done = "They are sent all the same; the record says why."
        attempt(request, done, _override, lead_import, request.user, code, why)
    return redirect("import_review", pk)


def _override(lead_import: Import, user: User, code: str, why: str) -> None:
    overrides.send_all_the_same(lead_import, user, code, why)
    tasks.nudge_chunks_of(lead_import.pk)


@require_http_methods(["GET", "POST"])
def provenance(request: Request, pk: int) -> HttpResponse:
    """Where the leads come from: part of the record."""
    lead_import = _import(request, pk)
    form = provenance_form(lead_import, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            origins.note(lead_import, request.user, form.cleaned_data)
        except PortalError as error:
            form.add_error(None, error.sentence)
        else:
            toast(request, "Noted where the leads come from.")
            return redirect("import_review", pk)
    context = {"form": form, "missing": origins.missing(lead_import)}
    return _page(request, lead_import, "imports/provenance.html", context)


def provenance_form(lead_import: Import, data: Any = None) -> ProvenanceForm:
    """The form, filled as the last import like this one had it where nothing is said yet."""
    said, before = origins.of(lead_import), origins.remembered(lead_import)
    return ProvenanceForm(data, said=said, before=before)


def _import(request: Request, pk: int) -> Import:
    need = Role.IMPORTER if request.method == "POST" else Role.VIEWER
    return access.get_import(request.user, pk, need=need)


def _page(
    request: Request, lead_import: Import, template: str, context: dict[str, Any]
) -> HttpResponse:
    form = context["form"]
    context |= steps.shared(request, lead_import, "import_review")
    return render(request, template, context, status=422 if form.errors else 200)
