"""Customers from a spreadsheet: upload, a look at what will be made, then all at once."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from imports import customers
from imports.customer_list import files, judge, kept, sheet
from imports.customer_list.judge import Line, Verdict
from imports.errors import PortalError
from imports.forms.customer_list import CustomerListForm
from imports.forms.filters import words_of
from imports.intake import upload
from imports.views.http import Request, attachment, in_pages, teams_as
from portal.models import Role, Team

CSV = "text/csv; charset=utf-8"


def _teams(request: Request) -> QuerySet[Team]:
    """Those for which the person may add customers; PermissionDenied where there is none."""
    teams = teams_as(request.user, Role.MANAGER)
    if not teams.exists():
        raise PermissionDenied("Only managers add customers. Ask a manager of your team.")
    return teams


@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """Take a list; nothing is added before it was looked at."""
    teams = _teams(request)
    posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = CustomerListForm(*posted, teams=teams)
    refused = []
    if form.is_valid():
        try:
            pk = _keep(request, form.cleaned_data)
        except PortalError as error:
            form.add_error("file", error.sentence)
            refused = [_as_read(error)]
        else:
            return redirect("customers_preview", pk)
    context = {"form": form, "teams": teams, "refused": refused}
    status = 422 if form.is_bound else 200
    return render(request, "imports/customers_new.html", context, status=status)


def _as_read(error: PortalError) -> str:
    """The sentence as intake said it, by which the help knows it: ours speaks of customers."""
    said = error.__cause__
    return said.sentence if isinstance(said, PortalError) else error.sentence


def _keep(request: Request, chosen: dict[str, Any]) -> UUID:
    file, team = chosen["file"], chosen["team"]
    with upload.on_disk(file) as path:
        read = sheet.read(path)
    name = upload.shown_name(file.name or "")
    return kept.keep(
        request.user, kept.Kept(read, name, team.pk if team else None, chosen["region"])
    )


@require_GET
def template(_request: Request) -> HttpResponseBase:
    """A CSV to fill in."""
    return attachment([files.template()], "customers-template.csv", CSV)


@require_http_methods(["GET", "POST"])
def preview(request: Request, pk: UUID) -> HttpResponse:
    """Row by row what will be made, what is there and what is wrong; then make it."""
    teams = _teams(request)
    found = kept.find(request.user, pk)
    if found is None:
        return _gone(request)
    lines = _judged(found, teams)
    counts = Counter(line.verdict for line in lines)
    if request.method == "POST":
        return _make(request, pk, judge.of(lines, Verdict.NEW))
    show = words_of(request.GET.get("show"))
    shown = judge.of(lines, Verdict(show)) if show in list(Verdict) else lines
    context = {
        "pk": pk,
        "found": found,
        "counts": {verdict.value: counts[verdict] for verdict in Verdict},
        "total": len(lines),
        "show": show,
        "page": in_pages(request, shown),
    }
    return render(request, "imports/customers_preview.html", context)


def _judged(found: kept.Kept, teams: QuerySet[Team]) -> list[Line]:
    mine = list(teams)
    only = mine[0] if len(mine) == 1 else None
    team = next((one for one in mine if one.pk == found.team_id), only)
    return judge.judge(found.sheet.lines, judge.Rules(mine, team, found.region))


def _gone(request: Request) -> HttpResponse:
    messages.warning(
        request,
        "That list is not kept any more: it was added, replaced by one that you uploaded later, or "
        "is older than an hour. Upload the file again to see what of it is there and what is not.",
    )
    return redirect("customers_new")


def _make(request: Request, pk: UUID, new_ones: Sequence[Line]) -> HttpResponse:
    """Add what the person saw; when something changed in the meantime they look again."""
    if request.POST.get("count") != str(len(new_ones)) or not new_ones:
        messages.warning(
            request, "The list changed since you saw it, so nothing was added. Look at it again."
        )
        return redirect("customers_preview", pk)
    try:
        customers.create_all([line.customer for line in new_ones], request.user)
    except PortalError as error:
        messages.error(request, error.sentence)
        return redirect("customers_preview", pk)
    kept.drop(request.user, pk)
    many = len(new_ones)
    added = f"{many:,} customers were added. Set their API tokens next."
    messages.success(
        request, added if many > 1 else "1 customer was added. Set its API token next."
    )
    return redirect(f"{reverse('customers')}?lacks=token")


@require_GET
def wrong(request: Request, pk: UUID) -> HttpResponseBase:
    """The lines that are not added, with the reason, to be repaired and uploaded again."""
    teams = _teams(request)
    found = kept.find(request.user, pk)
    if found is None:
        return _gone(request)
    content = files.to_repair(judge.of(_judged(found, teams), Verdict.WRONG))
    return attachment([content], "customers-to-repair.csv", CSV)
