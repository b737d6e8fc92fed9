"""What the charts' templates are given, the parts of them that move, and the history's charts."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from imports import access
from imports.models import FINAL, Customer, Import
from imports.reports.charts import months, pace, reasons
from imports.views import drawing, history, words
from imports.views.http import Request

NEWEST = 500  # imports among which those with failed rows are looked for


@require_GET
def import_pace(request: Request, pk: int) -> HttpResponse:
    """Requests a minute of an import: 204 while the chart that the page has is true."""
    return _part(request, of_import(access.get_import(request.user, pk)))


@require_GET
def customer_pace(request: Request, slug: str) -> HttpResponse:
    """Requests a minute with a customer's token, likewise."""
    customer = access.get_customer(request.user, slug)
    return _part(request, of_customer(customer, request.GET.get("pace", "")))


def _part(request: Request, context: dict[str, Any]) -> HttpResponse:
    found = context.get("pace")
    if found is None or (context["moves"] and request.GET.get("v") == found.version):
        return HttpResponse(status=204)
    return render(request, "parts/charts/pace.html", context)


def of_import(lead_import: Import) -> dict[str, Any]:
    """What the template of the pace is given for an import; before its first request only that it
    is to be sent, so that the chart comes by itself.
    """
    found = pace.of_import(lead_import)
    if found is None:
        is_to_come = lead_import.send_after is not None and not lead_import.is_final
        return {"lead_import": lead_import} if is_to_come else {}
    return _pace(found, moves=lead_import.finished_at is None) | {"lead_import": lead_import}


def of_customer(customer: Customer, span: str) -> dict[str, Any]:
    """The same for a customer's token, in the last hour or day."""
    span = span if span in pace.SPANS else "hour"
    found = pace.of_customer(customer, span)
    if found is None:
        return {}
    return _pace(found, moves=pace.is_moving(found)) | {"customer": customer, "span": span}


def _pace(found: pace.Pace, *, moves: bool) -> dict[str, Any]:
    return {
        "pace": found,
        "drawing": drawing.of_pace(found),
        "moves": moves,
        "bars": [(bar, found.a_minute(bar.count)) for bar in found.bars if bar.count],
        "kinds": dict.fromkeys(wait.why for wait in found.waits),
    }


def of_months(found: list[months.Month]) -> dict[str, Any]:
    """What the template of rows by month is given; nothing where nothing was sent."""
    sums = months.Sums()
    for month in found:
        sums.add(month.sums)
    if not sums.sent:
        return {}
    return {
        "months": [(month, [month.sums.rows[code] for code in months.OUTCOMES]) for month in found],
        "sums": sums,
        "drawing": drawing.of_months(found),
        "outcomes": [(code, words.result(code).word, sums.rows[code]) for code in months.OUTCOMES],
    }


def year_of(customer: Customer) -> list[months.Month]:
    """The customer's last twelve months."""
    wanted = months.up_to(months.first_of(timezone.localdate()))
    return months.by_month(months.count(Import.objects.filter(customer=customer), wanted), wanted)


@require_GET
def of_history(request: Request) -> HttpResponse:
    """Charts of the imports that the history shows, under the same filters and words."""
    filters, found = history.found(request)
    chosen = filters.active
    wanted = months.between(chosen.get("since"), chosen.get("until"), timezone.localdate())
    by_month = months.by_month(months.count(found, wanted), wanted)
    context = {
        "filters": filters,
        "words": history.words(request),
        "customer": chosen.get("customer"),
        "months": by_month,
        "span": _span(wanted),
        "newest": NEWEST,
        "drawn": any(month.sums.sent for month in by_month),
        "reasons": _reasons(found) if chosen.get("customer") else None,
    }
    part = "#charts" if request.htmx else ""
    return render(request, f"imports/history_charts.html{part}", context)


def _span(wanted: list[date]) -> str:
    """The first and last month: "March 2024 to May 2025"; one alone is named once."""
    return " to ".join(dict.fromkeys(f"{month:%B %Y}" for month in (wanted[0], wanted[-1])))


def _reasons(found: QuerySet[Import]) -> reasons.Reasons:
    """Why rows failed in the newest of these imports."""
    over = months.ends_of(found.filter(state__in=FINAL).values_list("pk", flat=True)[:NEWEST])
    return reasons.of_imports(reasons.latest_with_failures(reasons.ended(over)))
