"""The word to send, given ahead: at a time, or once another import has ended.

Nothing is planned or frozen before. While an import is scheduled nothing of it can be changed but
its time, which can also be taken back. The clock starts it: see `on_time`.
"""

from copy import copy
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from imports.audit import acts, trail
from imports.delivery import before, dry_runs, overwrite_choice, preview, sendable
from imports.delivery.locked import lock
from imports.errors import WrongState
from imports.models import UNDER_WAY, Import, ImportState, OnDuplicate, Schedule, Unforeseen
from portal.models import User

AHEAD: Final = timedelta(days=30)  # at most
WAITED_FOR: Final = (*UNDER_WAY, ImportState.SCHEDULED)
MOST = 200  # imports that one can be put behind
_LOCK = 1_937_006  # of PostgreSQL's advisory locks, beside the customer's id


@dataclass(frozen=True, slots=True)
class When:
    """When an import is to start: at a moment, or after the import with this id has ended."""

    at: datetime | None = None
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a person saw and confirmed, and what is read before leads are updated."""

    on_duplicate: OnDuplicate
    seen: sendable.Seen
    wish: before.Wish | None = None
    unforeseen: Unforeseen | None = None  # of fields for new leads only, as in `control.send`


@transaction.atomic
def schedule(lead_import: Import, user: User | None, when: When, confirmed: Confirmed) -> Schedule:
    """Let a reviewed import start later, by this person's right. What sending refuses is refused
    now, and again at the start. Raises WrongState.
    """
    locked = lock(lead_import, (ImportState.REVIEW,), "scheduled")
    sendable.refuse(locked, confirmed.seen)
    leads = sendable.count(locked)
    confirmed.seen.refuse_other_number(leads)
    _refuse_time(locked, when)
    dry_runs.stop(locked)
    unforeseen = _decided(locked, confirmed)
    Import.objects.filter(pk=locked.pk).update(
        state=ImportState.SCHEDULED, reason="", unforeseen=unforeseen
    )
    made = Schedule.objects.create(
        lead_import=locked,
        at=when.at,
        after_id=when.after,
        set_by=user,
        on_duplicate=confirmed.on_duplicate,
        mapping=locked.mapping,
        leads=leads,
        wish=asdict(confirmed.wish) if confirmed.wish else None,
    )
    _record(locked, user, made)
    return made


def _decided(locked: Import, confirmed: Confirmed) -> str:
    """Return what becomes of fields for new leads only; refuse where nobody knows."""
    said = locked.unforeseen if confirmed.unforeseen is None else confirmed.unforeseen
    to_be = copy(locked)
    to_be.on_duplicate, to_be.unforeseen = confirmed.on_duplicate, said
    to_be.preview = preview.full(to_be)
    overwrite_choice.refuse_undecided(to_be)
    return said


@transaction.atomic
def change(lead_import: Import, user: User | None, when: When) -> Schedule:
    """Let it start at another time, by this person's right from now on; else as confirmed."""
    locked = lock(lead_import, (ImportState.SCHEDULED,), "given another time")
    _refuse_time(locked, when)
    made = Schedule.objects.get(lead_import=locked)
    made.at, made.after_id, made.set_by = when.at, when.after, user
    made.save()
    _record(locked, user, made)
    return made


@transaction.atomic
def take_back(lead_import: Import, user: User | None) -> None:
    """Take the time back: the import is in review again."""
    locked = lock(lead_import, (ImportState.SCHEDULED,), "taken back")
    open_again(locked)
    trail.record(acts.SCHEDULE_TAKEN_BACK, actor=user, lead_import=locked)


def open_again(locked: Import, reason: str = "") -> None:
    """Let it be in review without a time. The caller holds the import's row."""
    Schedule.objects.filter(lead_import=locked).delete()
    locked.state, locked.reason = ImportState.REVIEW, reason
    locked.save(update_fields=["state", "reason"])


def can_be_waited_for(lead_import: Import) -> QuerySet[Import]:
    """Return the customer's other imports behind which this one can be put."""
    others = Import.objects.filter(customer=lead_import.customer_id, finished_at=None)
    return others.filter(state__in=WAITED_FOR).exclude(pk=lead_import.pk).order_by("pk")[:MOST]


def of_customer(customer_id: int) -> QuerySet[Schedule]:
    """Return when the customer's imports are to start, the next ones first."""
    found = Schedule.objects.filter(lead_import__customer=customer_id)
    return found.select_related("lead_import", "set_by").order_by("at", "pk")


def _refuse_time(locked: Import, when: When) -> None:
    if when.after is not None:
        _refuse_to_wait(locked, when.after)
        return
    now = timezone.now()
    if when.at is None or when.at <= now:
        raise WrongState("This time is over. Choose one in the future, or send now.")
    if when.at > now + AHEAD:
        raise WrongState(f"Choose a time within the next {AHEAD.days} days.")


def _refuse_to_wait(locked: Import, after: int) -> None:
    """Two people who put two imports behind each other at once are asked one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, locked.customer_id % 2**31])
    others = Import.objects.filter(customer=locked.customer_id, state__in=WAITED_FOR)
    if not others.filter(pk=after).exists():
        raise WrongState(
            f"Import #{after} is not being sent or scheduled for this customer any more, so "
            "nothing can wait for it. Choose another one, or send now."
        )
    waits = dict(
        Schedule.objects.filter(
            lead_import__customer=locked.customer_id, after__isnull=False
        ).values_list("lead_import", "after")
    )
    one: int | None = after
    while one is not None:
        if one == locked.pk:
            raise WrongState(
                f"Import #{after} itself waits for this one to end. Choose another one, or a time."
            )
        one = waits.get(one)


def _record(locked: Import, user: User | None, made: Schedule) -> None:
    facts: dict[str, object] = {
        "leads": made.leads,
        "on_duplicate": str(made.on_duplicate),
        "mapping": made.mapping_id,
    }
    if made.at is not None:
        facts["at"] = f"{made.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    else:
        facts["after"] = made.after_id
    trail.record(
        acts.SCHEDULED, actor=user, customer=locked.customer, lead_import=locked, facts=facts
    )
