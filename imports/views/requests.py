"""The requests of an import: which there are, and of each everything that happened to it."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from imports import access
from imports.delivery import window
from imports.forms.filters import words_of
from imports.mega.contract import BULK_PATH
from imports.models import Batch, BatchState, Import, Kind
from imports.reports import downloads, lists, requests
from imports.views import by_key, live, steps, tabs
from imports.views.http import Request, attachment

PER_PAGE = 100
SENT_KINDS = (Kind.SEND, Kind.DRY_RUN)


@require_GET
def index(request: Request, pk: int) -> HttpResponse:
    """A page of requests, in the order of the sheet; the address says which. Live while open."""
    lead_import = access.get_import(request.user, pk)
    before = live.shown(request) if request.htmx else ""
    part = live.part_of(lead_import, before, live.of_requests)
    if before and before == part["version"]:
        return HttpResponse(status=204)
    which, words = _which(request), words_of(request.GET.get("q"))
    found = by_key.page(request, _found(request, lead_import), PER_PAGE)
    context = steps.shared(request, lead_import, "import_report") | {
        "tabs": tabs.of_import(lead_import, "import_requests"),
        "which": which,
        "words": words,
        "counts": requests.counts(lead_import),
        "page": found,
        "lines": requests.lines(list(found)),
        **part,
    }
    name = "#list" if request.htmx else ""
    return render(request, f"imports/requests.html{name}", context)


def _which(request: Request) -> str:
    asked = request.GET.get("which", "")
    return asked if asked in (*requests.FILTERS, requests.FAILED) else ""


def _found(request: Request, lead_import: Import) -> QuerySet[Batch]:
    chosen = requests.chosen(lead_import, _which(request))
    return requests.sought(chosen, words_of(request.GET.get("q")))


@require_GET
def export(request: Request, pk: int) -> HttpResponseBase:
    """The same list as CSV."""
    lead_import = access.get_import(request.user, pk)
    found = _found(request, lead_import)
    downloads.note(lead_import, request.user, "requests")
    name = f"import-{pk}-requests.csv"
    return attachment(lists.requests_csv(found), name, "text/csv; charset=utf-8")


@require_GET
def detail(request: Request, pk: int, batch: int) -> HttpResponse:
    """One request: its timeline, both bodies, and a decision about it where one is needed."""
    lead_import = access.get_import(request.user, pk)
    return page(request, lead_import, _batch(lead_import, batch))


def page(request: Request, lead_import: Import, one: Batch, status: int = 200) -> HttpResponse:
    """The page of one request; with 422 it asks for the choice that a decision lacked."""
    context = steps.shared(request, lead_import, "import_report") | {
        "tabs": tabs.of_import(lead_import, "import_requests", current_as="true"),
        "batch": one,
        "path": BULK_PATH,
        "parts": one.halves.defer(*requests.BODY),
        "results": requests.results(one),
        "moments": requests.timeline(one),
        "body": requests.request_body(one),
        "undecided": one.pk if status == 422 else None,
        **_waiting(one),
    }
    return render(request, "imports/request.html", context, status=status)


def _waiting(batch: Batch) -> dict[str, Any]:
    """What becomes of a request that may have arrived: when it is repeated, how often, how long."""
    if batch.state != BatchState.UNKNOWN:
        return {}
    now = window.database_now()
    return {
        "repeats_at": batch.not_before if batch.not_before > now else None,
        "most_sends": settings.REPLAY_LIMIT,
        "trusted_until": requests.trusted_until(batch),
        "lacks_token": batch.customer.accepted_token is None,
    }


@require_GET
def body(request: Request, pk: int, batch: int) -> HttpResponseBase:
    """The request's body as a file, byte for byte."""
    lead_import = access.get_import(request.user, pk)
    one = _batch(lead_import, batch)
    downloads.note_body(lead_import, request.user, batch=one.pk)
    name = f"import-{pk}-request-{one.number}-{one.pk}.json"
    return attachment([requests.request_bytes(one)], name, "application/octet-stream")


@require_GET
def answer(request: Request, pk: int, batch: int, attempt: int) -> HttpResponseBase:
    """The body of the answer to one attempt as a file, byte for byte."""
    lead_import = access.get_import(request.user, pk)
    one = _batch(lead_import, batch)
    tried = get_object_or_404(one.attempts, pk=attempt)
    content = requests.answer_bytes(tried)
    if content is None:
        raise Http404
    downloads.note_body(lead_import, request.user, batch=one.pk, attempt=tried.pk)
    ending = "json" if "json" in tried.headers.get("content-type", "") else "txt"
    name = f"import-{pk}-request-{one.number}-{one.pk}-answer-{tried.pk}.{ending}"
    return attachment([content], name, "application/octet-stream")


def _batch(lead_import: Import, pk: int) -> Batch:
    found = lead_import.batches.filter(kind__in=SENT_KINDS).select_related("parent", "customer")
    return get_object_or_404(found, pk=pk)
