"""Old values of leads that an import may update: whether, how long, and when they are read.

A wish is written down with the word to send. Then, before the import is planned, `reading` asks
MEGA; nothing of it is essential. When it cannot be had (no right, MEGA away, too many leads, time
over) the record says so and sending starts without. Only where leads were to be held back, a person
is asked first: else they would be overwritten although somebody said that they must not.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet, Sum
from django.db.models.functions import Now

from imports.audit import acts, trail
from imports.delivery import held, questions, standing, window
from imports.errors import WrongState
from imports.models import (
    FINAL,
    SENDABLE,
    BeforeImage,
    BeforeRead,
    Customer,
    Import,
    ImportState,
    OnDuplicate,
    Origin,
    Process,
    Quota,
)
from portal.models import User

LIVE = timedelta(seconds=10)
OPEN_STATES = (BeforeRead.State.WAITING, BeforeRead.State.READING)

SENTENCES = {
    "": "",
    "not_wanted": "nobody asked for it",
    "no_right": "the token may not read leads (it lacks the scope public_api:leads:read)",
    "unauthorized": "MEGA did not accept the token for reading",
    "unreachable": "MEGA could not be reached, or gave no usable answer",
    "odd": "MEGA gave an answer that cannot be used",
    "busy": "MEGA takes no more reading requests with this token for too long a time",
    "too_many": "the customer has too many leads to be read within the minutes that were allowed",
    "out_of_time": "it took longer than the minutes that were allowed",
    "skipped": "somebody chose not to wait for it",
    "no_vault": "the token could not be opened on this server",
    "over": "the import ended before",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person (or the customer's settings) wants to be read before leads are updated."""

    keep: bool = True
    minutes: int = 5
    won: bool = False
    lost: bool = False
    days: int = 0

    @classmethod
    def of(cls, customer: Customer) -> Self:
        """Return what the customer's settings say."""
        return cls(
            keep=customer.keep_old_values,
            minutes=customer.keep_minutes,
            won=customer.hold_won,
            lost=customer.hold_lost,
            days=customer.hold_days,
        )

    @property
    def reads(self) -> bool:
        """Whether anything must be read: who holds leads back must look at them, too."""
        return self.keep or self.won or self.lost or self.days > 0


def begin(locked: Import, on_duplicate: OnDuplicate, wish: Wish | None, undo_seconds: int) -> None:
    """Write down with the word to send what is to be read first. The import's row is locked."""
    if on_duplicate != OnDuplicate.UPDATE:
        return
    wish = wish or Wish.of(locked.customer)
    reads = wish.reads or locked.origin == Origin.REPAIR
    now = window.database_now()
    BeforeRead.objects.create(
        lead_import=locked,
        minutes=wish.minutes,
        hold_won=wish.won,
        hold_lost=wish.lost,
        hold_days=wish.days,
        state=BeforeRead.State.WAITING if reads else BeforeRead.State.NOT_KEPT,
        why="" if reads else "not_wanted",
        not_before=now,
        give_up_at=now + timedelta(seconds=max(undo_seconds, 0), minutes=wish.minutes),
        ended_at=None if reads else now,
    )


def forget(locked: Import) -> None:
    """Take everything back that was read: sending was undone. The import's row is locked."""
    if not BeforeRead.objects.filter(lead_import=locked).exists():
        return
    held.release(locked)
    BeforeImage.objects.filter(lead_import=locked).delete()
    BeforeRead.objects.filter(lead_import=locked).delete()


@transaction.atomic
def skip(lead_import: Import, user: User | None) -> None:
    """Send without waiting for the old values any longer; those that were read stay."""
    locked = Import.objects.select_for_update(no_key=True).get(pk=lead_import.pk)
    read = BeforeRead.objects.select_for_update().filter(lead_import=locked).first()
    if read is None or not read.is_open or locked.state in FINAL:
        raise WrongState("The old values are not being read any more.")
    end(locked, read, "skipped", user)


def still_reading() -> Exists:
    """Return whether an import's old values are still to be read: it is not planned before."""
    return Exists(BeforeRead.objects.filter(lead_import=OuterRef("pk"), state__in=OPEN_STATES))


def is_reading(lead_import: Import) -> bool:
    """Whether old values are being read, or will be once the import goes on."""
    open_ = BeforeRead.objects.filter(lead_import=lead_import, state__in=OPEN_STATES)
    return lead_import.is_under_way and open_.exists()


def open_of(key: Quota) -> QuerySet[BeforeRead]:
    """Return the readings that are still to be done with a key, as far as they may go on."""
    return BeforeRead.objects.filter(
        lead_import__customer__tokens__quota=key,
        lead_import__customer__tokens__retired_at=None,
        lead_import__state__in=SENDABLE,
        state__in=OPEN_STATES,
    )


def end(locked: Import, read: BeforeRead, why: str, user: User | None = None) -> None:
    """End the reading; `why` is '' when all is read. Import and read are locked.

    Rows whose leads are to be held back are left out. When that could not be found out for all of
    them, a person is asked before anything is sent.
    """
    kept = BeforeImage.objects.filter(lead_import=locked).count()
    state = BeforeRead.State.DONE
    if why:
        state = BeforeRead.State.PARTLY if kept else BeforeRead.State.NOT_KEPT
    read.state, read.why, read.ended_at, read.lease_until = state, why, Now(), None
    read.held = held.apply(locked, read)
    read.save()
    if why and read.holds_back and locked.state in SENDABLE:
        Import.objects.filter(pk=locked.pk).update(
            state=ImportState.DECISION, question=questions.NOT_HELD_BACK, reason=_question(read)
        )
    if kept or why:
        act = acts.OLD_VALUES_READ if kept else acts.OLD_VALUES_MISSED
        facts: dict[str, object] = {"leads": kept, "held": read.held, "requests": read.answered}
        facts |= {"why": why} if why else {}
        trail.record(act, actor=user, lead_import=locked, facts=facts)


def _question(read: BeforeRead) -> str:
    return (
        f"Leads were to be held back, but not all of them could be looked at: "
        f"{SENTENCES[read.why]}."
    )


# --- the clock's part -----------------------------------------------------------------------------


def startable() -> list[int]:
    """Return readings that a worker may go on with now, the longest waiting first."""
    return list(_waiting().values_list("pk", flat=True)[: room()]) if _which_wait() else []


def room() -> int:
    """Count the further readings, of old values or else, that workers may be at.

    At most an eighth of the delivery workers' slots read at a time: sending goes first.
    """
    live = Process.objects.filter(kind="delivery", seen_at__gt=Now() - LIVE)
    slots: int = live.aggregate(slots=Sum("slots"))["slots"] or 0
    open_ = BeforeRead.objects.filter(state__in=OPEN_STATES)
    busy = open_.filter(lease_until__gt=Now()).count()
    return max(max(slots // 8, 1) - busy, 0)


@standing.question
def _which_wait() -> QuerySet[BeforeRead, int]:
    return _waiting().values_list("pk", flat=True)[:1]


def _waiting() -> QuerySet[BeforeRead]:
    open_ = BeforeRead.objects.filter(state__in=OPEN_STATES)
    waiting = open_.filter(not_before__lte=Now(), lead_import__state__in=SENDABLE)
    return waiting.exclude(lease_until__gt=Now()).order_by("not_before", "pk")


# What an import may wait for its reading counts only while it would be sent: a pause of a week does
# not use it up.
_STOP_WATCH = """
    UPDATE imports_beforeread r SET give_up_at = CASE
        WHEN i.state IN ('queued', 'sending') THEN now() + r.minutes * interval '1 minute' END
    FROM imports_import i
    WHERE i.id = r.import_id AND r.state IN ('waiting', 'reading')
      AND (i.state IN ('queued', 'sending')) = (r.give_up_at IS NULL)
"""


def tend() -> None:
    """End readings whose time is over, or whose import is; nothing waits for them for ever."""
    with connection.cursor() as cursor:
        cursor.execute(_STOP_WATCH)
    for pk in [*_late(), *_over()]:
        _end_late(pk)


@standing.question
def _late() -> QuerySet[BeforeRead, int]:
    late = BeforeRead.objects.filter(state__in=OPEN_STATES, give_up_at__lt=Now())
    return late.exclude(lease_until__gt=Now()).values_list("pk", flat=True)[:50]


@standing.question
def _over() -> QuerySet[BeforeRead, int]:
    over = BeforeRead.objects.filter(state__in=OPEN_STATES, lead_import__state__in=FINAL)
    return over.values_list("pk", flat=True)[:50]


@transaction.atomic
def _end_late(read_id: int) -> None:
    import_id = BeforeRead.objects.values_list("lead_import_id", flat=True).get(pk=read_id)
    locked = Import.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=import_id)
    lead_import = locked.first()
    read = BeforeRead.objects.select_for_update(skip_locked=True).filter(pk=read_id).first()
    if lead_import is None or read is None or not read.is_open:
        return
    if lead_import.state in FINAL:
        end(lead_import, read, "over")
    elif read.give_up_at is not None and read.give_up_at < window.database_now():
        end(lead_import, read, "out_of_time")
