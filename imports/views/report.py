"""The fifth step: what became of every row, and the files that say so."""

from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from imports import access
from imports.audit import acts
from imports.delivery import alike, before_words, children, repair
from imports.models import Event, Import, ImportState, Origin
from imports.reports import balance, comparison, downloads, files, to_repair
from imports.reports.files import CSV
from imports.reports.rows import Selection
from imports.views import live, profile, steps, tabs, words
from imports.views.handbook.explanations import NO_AUTOMATION
from imports.views.http import Request, attachment

ALL = "all"


@require_GET
def detail(request: Request, pk: int) -> HttpResponse:
    """The balance sheet and the downloads, live while the import is open."""
    lead_import = access.get_import(request.user, pk)
    before = request.GET.get("v", "") if request.htmx else ""
    part = live.part_of(lead_import, before, live.of_report)
    if before and before == part["version"]:
        return HttpResponse(status=204)
    context = _context(request, lead_import) | part
    name = "#live" if request.htmx else ""
    return render(request, f"imports/report.html{name}", context)


def _context(request: Request, lead_import: Import) -> dict[str, Any]:
    books = balance.balance(lead_import) if lead_import.mapping_id else None
    return steps.shared(request, lead_import, "import_report") | {
        "tabs": tabs.of_import(lead_import, "import_report"),
        "balance": books,
        "no_automation": NO_AUTOMATION,
        "comparison": comparison.of(lead_import),
        "parts": [(c, w, n) for c, w, n in books.buckets() if n] if books else [],
        "to_repair": sum(getattr(books, name) for name in to_repair.USUAL) if books else 0,
        "most_in_a_workbook": to_repair.MOST_IN_A_WORKBOOK,
        "may_retry": _is_settled(lead_import),
        "may_rest": books is not None and books.not_sent > 0 and _has_a_rest(lead_import),
        **profile.record(lead_import),
        "old_values": before_words.record_of(lead_import),
        "old_rows": before_words.rows_kept(lead_import),
        "may_put_back": repair.is_offered(lead_import),
        "events": _events(request, lead_import),
        "held": alike.reasons(lead_import),
        "children": lead_import.children.select_related("customer", "created_by"),
    }


def _is_settled(lead_import: Import) -> bool:
    """Whether its rows may go again at all; how many do, `children` counts when it is asked."""
    over = (ImportState.FINISHED, ImportState.CANCELLED)
    return lead_import.state in over and lead_import.send_after is not None


def _has_a_rest(lead_import: Import) -> bool:
    """Whether it was cancelled while it was sent, and its rest was not taken up yet."""
    is_taken_up = children.holding(lead_import).filter(origin=Origin.REST).exists()
    cancelled = lead_import.state == ImportState.CANCELLED and _is_settled(lead_import)
    return cancelled and not is_taken_up


def _events(request: Request, lead_import: Import) -> list[tuple[str, Event]]:
    found = access.events_for(request.user).filter(import_id=lead_import.pk)
    return [(acts.label(event.act), event) for event in found.order_by("pk")[:50]]


@require_GET
def download(request: Request, pk: int) -> HttpResponseBase:
    """The row-level report as CSV: all rows, or those of one result."""
    lead_import = access.get_import(request.user, pk)
    if lead_import.mapping_id is None:
        return redirect("import_report", pk)
    rows = request.GET.get("rows", ALL)
    if rows != ALL and rows not in words.RESULTS:
        raise BadRequest
    chosen = Selection("" if rows == ALL else rows)
    downloads.note(lead_import, request.user, rows)
    name = files.report_name(lead_import, chosen, "csv")
    return attachment(files.write_csv(lead_import, chosen), name, CSV)
