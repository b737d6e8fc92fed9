"""The first step: the file as it was read, and reading it differently."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from imports import access, tasks
from imports.columns import options, sensitive
from imports.forms.upload import ReadForm
from imports.intake import preview as reading
from imports.intake.dialect import Dialect
from imports.models import EDITABLE, Import, ImportState, Origin
from imports.review import standing
from imports.views import found, steps
from imports.views.http import Request, attempt
from portal import characters
from portal.models import Role, User

READING = (ImportState.UPLOADED, ImportState.READING)
_FENCE_DIGITS = 5
CAN_READ_AGAIN = (*EDITABLE, ImportState.FAILED)


@require_GET
def detail(request: Request, pk: int) -> HttpResponse:
    """What was uploaded and how it was read."""
    lead_import = access.get_import(request.user, pk)
    return render(request, "imports/file.html", _context(request, lead_import))


@require_POST
def read_again(request: Request, pk: int) -> HttpResponse:
    """Read the file with another sheet, row of headings, encoding or delimiter."""
    lead_import = access.get_import(request.user, pk, need=Role.IMPORTER)
    form = _form(lead_import, request)
    if not form.is_valid():
        context = {**_context(request, lead_import), "form": form}
        return render(request, "imports/file.html", context, status=422)
    if attempt(request, "", _read_again, lead_import, request.user, form.dialect):
        return redirect("import_columns", pk)
    return redirect("import_file", pk)


@require_POST
def preview(request: Request, pk: int) -> HttpResponse:
    """The first rows as they would be read under a choice: the fragment, or the page with it."""
    lead_import = access.get_import(request.user, pk, need=Role.IMPORTER)
    form = _form(lead_import, request)
    context = {**_context(request, lead_import), "form": form}
    if form.is_valid() and context["can_read_again"]:
        choice = Dialect.from_dict(form.dialect)
        context["preview"] = reading.preview(lead_import, choice)
        context["lost"] = sensitive.lost_sentence(lead_import, context["preview"].lost)
    template = "parts/preview.html" if request.htmx else "imports/file.html"
    return render(request, template, context, status=200 if form.is_valid() else 422)


@require_POST
def keep_column(request: Request, pk: int, column: int) -> HttpResponse:
    """Keep a sensitive column as it is in the file, or (with `mask`) mask it again."""
    lead_import = access.get_import(request.user, pk, need=Role.MANAGER)
    kept = "mask" not in request.POST
    done = f"The file is read again, with the column {'as it is' if kept else 'masked'}."
    seen = request.POST.get("seen", "")
    fence = int(seen) if seen.isdecimal() and len(seen) <= _FENCE_DIGITS else -1
    if attempt(request, done, _keep_column, lead_import, request.user, column, kept, fence):
        return redirect("import_columns", pk)
    return redirect("import_file", pk)


def _keep_column(lead_import: Import, user: User, column: int, kept: bool, seen: int) -> None:
    options.keep_column(lead_import, user, column, kept=kept, seen=seen)
    tasks.nudge_read(lead_import.pk)


def _read_again(lead_import: Import, user: User, dialect: dict[str, Any]) -> None:
    options.reread(lead_import, user, dialect=dialect)
    tasks.nudge_read(lead_import.pk)


def _context(request: Request, lead_import: Import) -> dict[str, Any]:
    return steps.shared(request, lead_import, "import_file") | {
        "form": _form(lead_import),
        "sensitive": sensitive.of(lead_import),
        "findings": found.panel(lead_import),
        "read_as": Dialect.from_dict(lead_import.dialect).words,
        "hidden_in_name": characters.said(lead_import.file_name),
        "came_with_others": _came_with_others(request.user, lead_import),
        "changes_made": standing.of(lead_import).count(),
        "is_reading": lead_import.state in READING,
        "can_read_again": lead_import.state in CAN_READ_AGAIN and lead_import.origin == Origin.FILE,
    }


def _came_with_others(user: User, lead_import: Import) -> bool:
    """Whether there is more of what was uploaded at once that this person may see."""
    if lead_import.together is None:
        return False
    imports = access.imports_for(user).filter(together=lead_import.together)
    drafts = access.drafts_for(user).filter(together=lead_import.together)
    return imports.exclude(pk=lead_import.pk).exists() or drafts.exists()


def _form(lead_import: Import, request: Request | None = None) -> ReadForm:
    return ReadForm(
        request.POST if request else None,
        initial=lead_import.dialect_choice,
        kind=lead_import.dialect.get("kind", ""),
        sheets=lead_import.named_sheets,
    )
