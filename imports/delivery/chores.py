"""What lies waiting for a worker although nobody works on it: found by the clock, nudged again.

`finished_at` leads each question to the index of open imports: there may be a million others.
"""

from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now

from imports.delivery import before, standing
from imports.models import Chunk, DryRun, Import, ImportState

AT_MOST = 50  # a tick
PATIENCE = timedelta(seconds=10)

_idle = Q(work_until=None) | Q(work_until__lt=Now())


@standing.question
def unread() -> QuerySet[Import, int]:
    """Return imports whose file nobody is reading."""
    states = (ImportState.UPLOADED, ImportState.READING)
    waiting = Import.objects.filter(
        _idle, state__in=states, created_at__lt=Now() - PATIENCE, finished_at=None
    )
    return waiting.order_by("pk").values_list("pk", flat=True)[:AT_MOST]


def unchecked() -> list[int]:
    """Return chunks of the current mapping that nobody is checking."""
    return _idle_chunks() or _unconcluded()


@standing.question
def _idle_chunks() -> QuerySet[Chunk, int]:
    waiting = Chunk.objects.filter(
        _idle,
        done_at=None,
        mapping__lead_import__state=ImportState.CHECKING,
        mapping__lead_import__finished_at=None,
        mapping__lead_import__mapping=F("mapping"),
        mapping__created_at__lt=Now() - PATIENCE,
    )
    return waiting.order_by("pk").values_list("pk", flat=True)[:AT_MOST]


@standing.question
def _unconcluded() -> QuerySet[Import, int | None]:
    """Return a chunk of each import that is checked to the end but was not concluded."""
    left = Chunk.objects.filter(mapping=OuterRef("mapping"), done_at=None)
    stuck = Import.objects.filter(
        ~Exists(left),
        state=ImportState.CHECKING,
        finished_at=None,
        mapping__created_at__lt=Now() - PATIENCE,
    )
    newest = Chunk.objects.filter(mapping=OuterRef("mapping")).order_by("-first").values("pk")[:1]
    chunks = stuck.annotate(chunk=Subquery(newest)).exclude(chunk=None)
    return chunks.values_list("chunk", flat=True)[:AT_MOST]


@standing.question
def unplanned() -> QuerySet[Import, int]:
    """Return imports that are to be sent and that nobody is planning."""
    due = (Q(send_after=None) | Q(send_after__lte=Now())) & ~before.still_reading()
    states = (ImportState.QUEUED, ImportState.SENDING)
    waiting = Import.objects.filter(_idle, due, planned_at=None, state__in=states, finished_at=None)
    return waiting.order_by("pk").values_list("pk", flat=True)[:AT_MOST]


@standing.question
def unplanned_dry_runs() -> QuerySet[DryRun, int]:
    """Return dry runs that nobody planned."""
    waiting = DryRun.objects.filter(state=DryRun.State.PLANNING)
    return waiting.order_by("pk").values_list("pk", flat=True)[:AT_MOST]
