"""The clock's part in scheduled imports: it starts what is due, or opens the review again."""

import logging

from django.db import OperationalError, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from imports import access
from imports.audit import acts, trail
from imports.columns import options
from imports.delivery import before, control, scheduled, standing
from imports.errors import WrongState
from imports.models import (
    FINAL,
    Import,
    ImportState,
    Notice,
    NoticeKind,
    OnDuplicate,
    Schedule,
)
from imports.review import guard
from portal.models import Role

log = logging.getLogger(__name__)

AT_MOST = 50  # a tick
RIGHTS_LOST = "rights_lost"
ENDED = "other_ended"
SLOW = "too_slow"
_TOO_SLOW = (
    "Its rows had to be looked at once more before the start, and that took too long. Look at the "
    "review again, then send."
)


def start_due() -> None:
    """Start every import whose time has come, or whose predecessor has ended.

    Rights, token, questions, do-not-import lists, what went by another import and the number of
    leads are looked at anew. One that cannot go is in review again, and whoever scheduled it is
    told.
    """
    for pk in _which_due():
        try:
            _start(pk)
        except OperationalError:  # the clock's statements are bounded: one import stops nobody
            log.warning("import %s could not be started in time", pk)
            _give_up(pk)


@standing.question
def _which_due() -> QuerySet[Schedule, int]:
    return _due().values_list("pk", flat=True).order_by("pk")[:AT_MOST]


def _due() -> QuerySet[Schedule]:
    has_come = Q(at__lte=Now()) | Q(after__state__in=FINAL)
    return Schedule.objects.filter(has_come, lead_import__state=ImportState.SCHEDULED)


@transaction.atomic
def _start(pk: int) -> None:
    """1. Lock it, as somebody else may have. 2. Open its review. 3. Send it as a person would: what
    is refused then leaves it in review, as it stands now.
    """
    due = _lock(pk)
    if due is None:
        return
    locked = due.lead_import
    scheduled.open_again(locked)
    options.look_again(locked)
    guard.look_again(locked)
    try:
        _refuse(due)
        _send(due)
    except WrongState as problem:
        _tell(due, problem.sentence, problem.code)


def _lock(pk: int) -> Schedule | None:
    """Return what is due with its import's row locked, or None if that changed or is locked."""
    free = Import.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
    locked = free.select_related("customer__team", "mapping").filter(pk=pk).first()
    due = _due().select_related("after", "set_by").filter(pk=pk).first() if locked else None
    if due is None or locked is None:
        return None
    due.lead_import = locked
    return due


def _refuse(due: Schedule) -> None:
    team = due.lead_import.customer.team
    if not access.can(due.set_by, team, Role.IMPORTER):
        raise WrongState(
            f"{due.set_by}, who scheduled this, may no longer import for {team}. Somebody who may "
            "has to look at it and send it.",
            code=RIGHTS_LOST,
        )
    if due.after is not None and due.after.state != ImportState.FINISHED:
        raise WrongState(
            f"Import #{due.after_id}, after which it was to start, ended otherwise: it is "
            f"“{ImportState(due.after.state).label}”. Look whether this one is still to be sent.",
            code=ENDED,
        )


def _send(due: Schedule) -> None:
    control.send(
        due.lead_import,
        due.set_by,
        on_duplicate=OnDuplicate(due.on_duplicate),
        undo_seconds=0,
        expected_mapping=due.mapping_id,
        expected_leads=due.leads,
        wish=before.Wish(**due.wish) if due.wish else None,
    )


@transaction.atomic
def _give_up(pk: int) -> None:
    due = _lock(pk)
    if due is not None:
        scheduled.open_again(due.lead_import)
        _tell(due, _TOO_SLOW, SLOW)


def _tell(due: Schedule, sentence: str, code: str) -> None:
    """Let the review say why, and whoever scheduled it know."""
    locked = due.lead_import
    Import.objects.filter(pk=locked.pk).update(reason=sentence)
    if due.set_by is not None:
        Notice.objects.create(lead_import=locked, kind=NoticeKind.NOT_STARTED, person=due.set_by)
    facts = {"why": code}
    trail.record(
        acts.NOT_STARTED, actor=None, customer=locked.customer, lead_import=locked, facts=facts
    )
