"""What MEGA said it would do: how far a preview is, what it found, and the rows as a file."""

from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from imports import access
from imports.models import DryRun, Import, OnDuplicate, OutcomeStatus
from imports.reports import balance, downloads, files, foretold
from imports.views import steps, words
from imports.views.http import Request, attachment

ASKING = (DryRun.State.PLANNING, DryRun.State.RUNNING)


@require_GET
def live(request: Request, pk: int) -> HttpResponse:
    """The live part of a dry run."""
    lead_import = access.get_import(request.user, pk)
    context = state(lead_import)
    if request.GET.get("v") == context["asked_version"]:
        return HttpResponse(status=204)
    context |= steps.shared(request, lead_import, "import_review")
    return render(request, "imports/review.html#asked", context)


def state(lead_import: Import) -> dict[str, Any]:
    """The newest dry run of the current mapping, how far it is and what it found."""
    dry_run = foretold.newest(lead_import)
    if dry_run is None:
        return {"dry_run": None, "asked_version": ""}
    batches = list(dry_run.batches.values_list("settled_at", "rows"))
    done = sum(settled is not None for settled, _ in batches)
    return {
        "dry_run": dry_run,
        "asking": dry_run.state in ASKING,
        "asked_choice": OnDuplicate(dry_run.on_duplicate).label,
        "asked_rows": sum(rows for _, rows in batches),
        "asked_done": done,
        "asked_all": len(batches),
        "asked_percent": round(100 * done / len(batches)) if batches else 0,
        "asked_version": f"{dry_run.pk}.{dry_run.state}.{done}",
        "predicted": balance.predicted(dry_run) if done else None,
        "predictions": chips(dry_run) if done else [],
    }


def chips(dry_run: DryRun) -> list[tuple[str, str, int]]:
    """What MEGA would do: code, word and rows of each, those that need a look first."""
    counts = balance.prediction_counts(dry_run)
    order = ("failed", "updated", "skipped", "created")
    return [(code, words.PREDICTIONS[code], counts[code]) for code in order if counts.get(code)]


@require_GET
def download(request: Request, pk: int) -> HttpResponseBase:
    """The rows with what MEGA said of each, as CSV: all of them, or those of one answer."""
    lead_import = access.get_import(request.user, pk)
    status, dry_run = request.GET.get("predicted", ""), foretold.newest(lead_import)
    if status and status not in OutcomeStatus.values:
        raise BadRequest
    if dry_run is None:
        return redirect("import_review", pk)
    downloads.note(lead_import, request.user, f"predicted_{status}".rstrip("_"))
    head, lines = foretold.header(lead_import), foretold.lines(lead_import, dry_run, status)
    name = files.name_of(lead_import, f"predicted-{status}".rstrip("-"), "csv")
    return attachment(files.stream(head, lines), name, files.CSV)
