"""Rows that the customer already got just so: how many, what it saves to leave them out."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models.functions import Coalesce

from imports.columns.tally import Tally
from imports.models import Import, Unchanged
from imports.reports import cost
from imports.reports.cost import Cost


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
