"""Rows to repair, as a file that is known again when it is uploaded."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from imports import access
from imports.reports import downloads, files, to_repair
from imports.reports import rows as row_report
from imports.reports.files import CSV
from imports.reports.rows import Selection
from imports.views import workbooks
from imports.views.customers import XLSX
from imports.views.http import Request, attachment


@require_GET
def as_csv(request: Request, pk: int) -> HttpResponseBase:
    """The rows as CSV, streamed however many there are."""
    return _download(request, pk, "csv")


@require_GET
def as_workbook(request: Request, pk: int) -> HttpResponseBase:
    """The rows as a workbook, in which numbers that are texts stay as they are."""
    return _download(request, pk, "xlsx")


def _download(request: Request, pk: int, ending: str) -> HttpResponseBase:
    lead_import = access.get_import(request.user, pk)
    if lead_import.mapping_id is None:
        return redirect("import_report", pk)
    buckets = to_repair.buckets(lead_import, request.GET.get("rows", ""))
    if not buckets:
        raise BadRequest
    chosen = Selection(buckets=buckets)
    if ending == "xlsx" and row_report.count(lead_import, chosen) > to_repair.MOST_IN_A_WORKBOOK:
        sentence = f"More than {to_repair.MOST_IN_A_WORKBOOK:,} rows are made as CSV only."
        messages.error(request, sentence)
        return redirect("import_report", pk)
    downloads.note_repair(lead_import, request.user, buckets, kind=ending)
    name = files.repair_name(lead_import, ending)
    if ending == "csv":
        return attachment(files.write_csv(lead_import, chosen, to_repair.REPAIR), name, CSV)
    write = partial(files.write_xlsx, lead_import, chosen, shape=to_repair.REPAIR)
    return attachment(workbooks.streamed(write), name, XLSX)
