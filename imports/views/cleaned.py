"""What an import would send and what is wrong with it, to be taken away from the review."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from imports import access
from imports.delivery import plan
from imports.reports import cleaned, downloads, files
from imports.reports.files import CSV
from imports.reports.to_repair import MOST_IN_A_WORKBOOK
from imports.views import workbooks
from imports.views.customers import XLSX
from imports.views.http import Request, attachment


@require_GET
def as_csv(request: Request, pk: int) -> HttpResponseBase:
    """The leads as they would be sent, as CSV, however many there are."""
    return _download(request, pk, "csv")


@require_GET
def as_workbook(request: Request, pk: int) -> HttpResponseBase:
    """The same as a workbook, in which numbers that are texts stay as they are."""
    return _download(request, pk, "xlsx")


def _download(request: Request, pk: int, ending: str) -> HttpResponseBase:
    lead_import = access.get_import(request.user, pk)
    if lead_import.mapping_id is None:
        return redirect("import_review", pk)
    if ending == "xlsx" and plan.sendable(lead_import).count() > MOST_IN_A_WORKBOOK:
        messages.error(request, f"More than {MOST_IN_A_WORKBOOK:,} leads are made as CSV only.")
        return redirect("import_review", pk)
    downloads.note(lead_import, request.user, "cleaned", kind=ending)
    name = files.name_of(lead_import, "cleaned", ending)
    head = cleaned.header(lead_import)
    lines = cleaned.lines(lead_import, head)
    if ending == "csv":
        return attachment(files.stream(head, lines), name, CSV)
    return attachment(workbooks.streamed(partial(files.write_book, head, lines)), name, XLSX)


@require_GET
def problems(request: Request, pk: int) -> HttpResponseBase:
    """Every problem of every row as CSV, and why rows are kept back."""
    lead_import = access.get_import(request.user, pk)
    if lead_import.mapping_id is None:
        return redirect("import_review", pk)
    downloads.note(lead_import, request.user, "problems")
    lines = cleaned.problem_lines(lead_import)
    name = files.name_of(lead_import, "problems", "csv")
    return attachment(files.stream([*cleaned.PROBLEMS], lines), name, CSV)
