"""What is due to leave: taken by one, tried, then sent, tried again later, or given up."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from imports.models import Sending

S = TypeVar("S", bound=Sending)
SENT = "sent"


@transaction.atomic
def take(model: type[S], lease: timedelta) -> S | None:
    """Take the one that has been due longest; nobody else takes it before its lease is over.

    Whoever took it and died leaves it to a later try: better told twice than never.
    """
    free = Q(lease_until=None) | Q(lease_until__lt=Now())
    due = model._default_manager.filter(  # noqa: SLF001 - documented by Django
        free, state=Sending.State.WAITING, due_at__lte=Now()
    )
    one = due.select_for_update(skip_locked=True).order_by("due_at", "pk").first()
    if one is None:
        return None
    one.taken += 1
    mine = model._default_manager.filter(pk=one.pk)  # noqa: SLF001 - likewise
    mine.update(taken=F("taken") + 1, lease_until=Now() + lease)
    return one


def end(one: Sending, state: Sending.State, result: str) -> None:
    """It was sent, given up or dropped. A sending that did happen counts whoever reports it."""
    _of(one, mine=state != Sending.State.SENT).update(
        state=state, ended_at=Now(), lease_until=None, tries=_tried(one, result)
    )


def again(one: Sending, result: str, waits: Sequence[timedelta]) -> None:
    """It failed: try again after the wait of this try; after the last of them give it up."""
    if one.taken > len(waits):
        end(one, Sending.State.GIVEN_UP, result)
        return
    _of(one, mine=True).update(
        due_at=Now() + waits[one.taken - 1], lease_until=None, tries=_tried(one, result)
    )


def _of(one: Sending, *, mine: bool) -> QuerySet[Sending]:
    waiting = type(one)._default_manager.filter(pk=one.pk, state=Sending.State.WAITING)  # noqa: SLF001
    return waiting.filter(taken=one.taken) if mine else waiting


def _tried(one: Sending, result: str) -> list[dict[str, str]]:
    return [*one.tries, {"at": timezone.now().isoformat(timespec="seconds"), "result": result}]
