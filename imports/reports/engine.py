"""How the engine stands: each process's last sign of life, and how much waits where."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, DateTimeField, DurationField, ExpressionWrapper, F, Q
from django.db.models.functions import Now

from imports.delivery import pulse
from imports.models import (
    OPEN,
    Batch,
    BatchState,
    Chunk,
    DryRun,
    Import,
    ImportState,
    Notice,
    Process,
    Recipient,
    Sending,
    WebhookCall,
)

LABELS = {
    "clock": "Clock",
    "broker": "Broker, as the clock sees it",
    "delivery": "Delivery worker",
    "intake": "Intake worker",
    "notices": "Courier of notices",
}
GIVEN_UP_WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Sign:
    """A process; `seconds` since its last sign of life, by the database's clock."""

    kind: str
    host: str
    pid: str
    slots: int
    seen_at: datetime
    seconds: float
    is_alive: bool
    is_replaced: bool  # silent, and another of its kind is not

    @property
    def label(self) -> str:
        return LABELS.get(self.kind, self.kind)

    @property
    def word(self) -> str:
        return "Alive" if self.is_alive else "Gone" if self.is_replaced else "Silent"

    @property
    def tone(self) -> str:
        return "good" if self.is_alive else "quiet" if self.is_replaced else "bad"

    @property
    def icon(self) -> str:
        return "circle-check" if self.is_alive else "circle-x"


@dataclass(frozen=True, slots=True)
class Size:
    """How many of something wait."""

    label: str
    count: int
    of_one: str = ""  # what is counted, where there is one of it

    @property
    def words(self) -> str:
        """The label, for as many as there are."""
        return self.of_one if self.of_one and self.count == 1 else self.label


@dataclass(frozen=True, slots=True)
class Group:
    """What waits in one part of the engine."""

    title: str
    sizes: list[Size]


def signs() -> list[Sign]:
    """Return the processes that gave a sign of life within a day, by kind, the latest first."""
    age = ExpressionWrapper(Now(output_field=DateTimeField()) - F("seen_at"), DurationField())
    found = list(Process.objects.annotate(age=age).order_by("-seen_at", "name"))
    living = {one.kind for one in found if one.age < pulse.SILENCE}
    order = [*LABELS]
    return sorted(
        (_sign(one, one.age, living) for one in found),
        key=lambda sign: order.index(sign.kind) if sign.kind in order else len(order),
    )


def _sign(one: Process, age: timedelta, living: set[str]) -> Sign:
    host, _, pid = one.name.partition("@")[2].rpartition(":")
    is_alive = age < pulse.SILENCE
    return Sign(
        kind=one.kind,
        host=host,
        pid=pid,
        slots=one.slots,
        seen_at=one.seen_at,
        seconds=max(0.0, age.total_seconds()),
        is_alive=is_alive,
        is_replaced=not is_alive and one.kind in living,
    )


def groups() -> list[Group]:
    """Return how much waits, counted in the database: the broker's queues are nudges only."""
    return [
        Group("Requests to MEGA", _requests()),
        Group("Files", _files()),
        Group("Mails and webhooks", _notices()),
    ]


def _requests() -> list[Size]:
    counted = Batch.objects.filter(state__in=OPEN).order_by().values_list("state")
    counts = dict(counted.annotate(number=Count("pk")))
    labels = {
        BatchState.WAITING: "waiting for their turn",
        BatchState.CLAIMED: "claimed",
        BatchState.SENDING: "being sent",
        BatchState.UNKNOWN: "to be repeated",
        BatchState.DECISION: "waiting for a person",
    }
    return [Size(label, counts.get(state.value, 0)) for state, label in labels.items()]


def _files() -> list[Size]:
    reading = Import.objects.filter(state__in=(ImportState.UPLOADED, ImportState.READING))
    chunks = Chunk.objects.filter(
        done_at=None,
        mapping__lead_import__state=ImportState.CHECKING,
        mapping__lead_import__mapping=F("mapping"),
    )
    unplanned = Import.objects.filter(
        planned_at=None, state__in=(ImportState.QUEUED, ImportState.SENDING)
    )
    dry_runs = DryRun.objects.filter(state=DryRun.State.PLANNING)
    return [
        Size("files to read", reading.count(), "file to read"),
        Size("stretches of rows to check", chunks.count(), "stretch of rows to check"),
        Size("imports to cut into requests", unplanned.count(), "import to cut into requests"),
        Size("dry runs to cut into requests", dry_runs.count(), "dry run to cut into requests"),
    ]


def _notices() -> list[Size]:
    waiting = Q(state=Sending.State.WAITING)
    given_up = Q(state=Sending.State.GIVEN_UP, ended_at__gt=Now() - GIVEN_UP_WITHIN)
    untold = Notice.objects.filter(told_at=None).count()
    sizes = [Size("notices to be told", untold, "notice to be told")]
    for model, name in ((Recipient, "mail"), (WebhookCall, "webhook call")):
        for found, what in ((waiting, "waiting"), (given_up, "given up within a day")):
            count = model.objects.filter(found).count()
            sizes.append(Size(f"{name}s {what}", count, f"{name} {what}"))
    return sizes
