"""Rows that the customer already got just so: how many, what it saves to leave them out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from imports import access
from imports.columns import options
from imports.columns.tally import Tally
from imports.forms.review import UnchangedForm
from imports.models import Import, Unchanged
from imports.reports import cost
from imports.reports.cost import Cost
from imports.views.http import Request, attempt
from portal.models import Role, User


@dataclass(frozen=True, slots=True)
class Panel:
    """`rows` are unchanged since `since`, when the newest of the `imports` that brought them began.

    Leaving them out saves so many requests and minutes, of those `leads` that go or would go.
    """

    rows: int
    of_all: int
    imports: list[int]
    since: datetime | None
    left_out: bool
    leads: int
    requests: int
    minutes: float


def panel(lead_import: Import, leads: Tally, costs: Cost) -> Panel | None:
    """What the review says of them; None where there are none, or nothing can be chosen more."""
    if not leads.repeats or not lead_import.is_editable:
        return None
    left_out = lead_import.unchanged == Unchanged.SKIP
    go = leads.codes.get("unchanged", 0) if left_out else leads.repeats_sent
    requests, minutes = cost.without(costs, -go if left_out else go)
    return Panel(
        rows=sum(leads.repeats.values()),
        of_all=lead_import.row_count - lead_import.blank_count,
        imports=sorted(leads.repeats),
        since=_since(leads),
        left_out=left_out,
        leads=go,
        requests=requests,
        minutes=minutes,
    )


def _since(leads: Tally) -> datetime | None:
    earlier = Import.objects.filter(pk__in=leads.repeats).annotate(
        ended=Coalesce("finished_at", "started_at")
    )
    found: datetime | None = earlier.order_by("-ended").values_list("ended", flat=True).first()
    return found


@require_POST
def choose(request: Request, pk: int) -> HttpResponse:
    """Leave them out, or send them again."""
    lead_import = access.get_import(request.user, pk, need=Role.IMPORTER)
    form = UnchangedForm(request.POST)
    if form.is_valid():
        attempt(request, "", _choose, lead_import, request.user, form.cleaned_data)
    else:
        messages.error(request, "Choose whether unchanged rows are left out or sent again.")
    return redirect("import_review", pk)


def _choose(lead_import: Import, user: User, wanted: dict[str, Any]) -> None:
    options.set_options(lead_import, user, **wanted)
