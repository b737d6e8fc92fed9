"""What was uploaded at once: files that still need a customer, and imports with what they ask."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from imports import access, tasks
from imports.errors import PortalError
from imports.forms.filters import number_of, words_of
from imports.forms.together import Choice, StartForm
from imports.intake import drafts, known, other_sheets, suggest
from imports.models import Customer, Draft, Import, ImportState
from imports.views.http import Request, attempt
from imports.views.needs import WAITS_FOR_A_PERSON

WORKING = (ImportState.UPLOADED, ImportState.READING, ImportState.CHECKING)


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A file without a customer, and what is known about whose it may be."""

    draft: Draft
    found: suggest.Suggestions
    earlier: Import | None  # of the very same file, for the customer that was chosen or is sure
    given: str | None = None  # the slug that was chosen on the page that is shown again
    lacks: bool = False  # a customer, though it was to be imported

    @property
    def chosen(self) -> str:
        """The slug that the list of customers begins with."""
        if self.given is not None:
            return self.given
        return self.found.sure.customer.slug if self.found.sure and not self.earlier else ""


@dataclass(frozen=True, slots=True)
class ImportLine:
    """An import, what it asks of a person, an earlier one of the very same file, and the sheets of
    its workbook that no import has."""

    lead_import: Import
    question: str
    twin: Import | None
    other_sheets: list[other_sheets.Other]


@require_GET
def detail(request: Request, together: UUID) -> HttpResponse:
    """Both lists; the imports are live while something is read or checked."""
    return _page(request, together)


def _page(request: Request, together: UUID, form: StartForm | None = None) -> HttpResponse:
    """With a form that chose nothing: what it lacks is said, and what it chose stays chosen."""
    waiting, imports = _of(request, together)
    customers = access.customers_to_import_for(request.user)
    context = {
        "together": together,
        "drafts": _draft_lines(waiting, customers, form),
        "customers": customers,
        "lacks": form is not None and bool(form.lacking),
        **_imports(imports),
    }
    part = "#live" if request.htmx else ""
    status = 422 if form else 200
    return render(request, f"imports/together.html{part}", context, status=status)


@require_POST
def start(request: Request, together: UUID) -> HttpResponse:
    """Start the imports of the files whose customer was chosen or confirmed."""
    waiting, _ = _of(request, together)
    _refuse_readers(request)
    customers = access.customers_to_import_for(request.user)
    form = StartForm(request.POST.dict(), drafts=waiting, customers=customers)
    for slug in form.unknown:  # perhaps another team's: its trail hears of it
        access.find_customer(request.user, words_of(slug))
    if not form.choices:
        return _page(request, together, form)
    for choice in form.choices:
        _start(request, choice)
    return redirect("together", together)


def _start(request: Request, choice: Choice) -> None:
    try:
        made = drafts.start(choice.draft, choice.customer, request.user, again=choice.again)
    except PortalError as error:
        messages.error(request, error.sentence)
        return
    if made:
        tasks.nudge_read(made.pk)
    else:
        name = choice.draft.file_name
        messages.warning(request, f"{choice.customer.name} has {name} already: see below.")


@require_POST
def remove(request: Request, together: UUID) -> HttpResponse:
    """Drop one of one's own files that has no customer yet."""
    waiting, imports = _of(request, together)
    _refuse_readers(request)
    draft = waiting.filter(pk=number_of(request.POST.get("draft")) or 0).first()
    if draft is None:
        messages.error(request, "That file was started or removed in the meantime.")
    else:
        attempt(request, f"{draft.file_name} was removed.", drafts.remove, draft)
    return redirect("together", together) if waiting or imports else redirect("import_new")


def _of(request: Request, together: UUID) -> tuple[QuerySet[Draft], QuerySet[Import]]:
    own = access.drafts_for(request.user).filter(together=together)
    waiting = own.select_related("asked_for").order_by("file_name", "pk")
    imports = access.imports_for(request.user).filter(together=together).order_by("pk")
    if not waiting.exists() and not imports.exists():
        raise Http404
    return waiting, imports


def _refuse_readers(request: Request) -> None:
    if not access.customers_to_import_for(request.user).exists():
        raise PermissionDenied("Importing takes the role importer. Ask a manager of your team.")


def _draft_lines(
    waiting: Iterable[Draft], customers: QuerySet[Customer], form: StartForm | None
) -> list[DraftLine]:
    found = suggest.for_drafts(waiting, customers)
    lines = [_draft_line(draft, found[draft.pk]) for draft in waiting]
    if form is None:
        return lines
    return [
        replace(line, given=form.given(line.draft), lacks=line.draft in form.lacking)
        for line in lines
    ]


def _draft_line(draft: Draft, found: suggest.Suggestions) -> DraftLine:
    if draft.asked_for:
        earlier = known.earlier_import_of(draft.asked_for, draft.file_sha256)
        return DraftLine(draft, found, earlier)
    return DraftLine(draft, found, found.sure.earlier if found.sure else None)


def _imports(imports: Iterable[Import]) -> dict[str, Any]:
    lines = [_import_line(one) for one in imports]
    working = sum(line.lead_import.state in WORKING for line in lines)
    return {"lines": lines, "working": working, "asking": sum(bool(x.question) for x in lines)}


def _import_line(lead_import: Import) -> ImportLine:
    why, _ = WAITS_FOR_A_PERSON.get(ImportState(lead_import.state), ("", ""))
    question = (lead_import.reason or why) if why else ""
    twin = known.twin_of(lead_import) if lead_import.sent_by_id is None else None
    free = [other for other in other_sheets.others(lead_import) if other.taken is None]
    return ImportLine(lead_import, question, twin, free)
