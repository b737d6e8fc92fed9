"""Reviews in which nothing happens: their owner is reminded once a day, seven times at most.

Each change in the review, which is an event of its trail, begins the count anew.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import DateTimeField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Now

from imports.audit import acts
from imports.models import Event, Import, ImportState, Notice, NoticeKind, OnceChecked

AFTER: Final = timedelta(days=1)  # without any change, and between two reminders
TIMES: Final = 7
FORGOTTEN: Final = timedelta(days=30)  # without any change: nobody is reminded of it any more
AT_MOST = 1000  # a round


def remind() -> int:
    """Make the reminders that are due; return how many."""
    waiting = _unchanged(Import.objects.all())
    told = _reminders(waiting)
    return sum(
        _remind(pk)
        for pk, changed_at in waiting.items()
        if sum(at > changed_at for at in told[pk]) < TIMES
    )


def _unchanged(imports: QuerySet[Import]) -> dict[int, datetime]:
    """Return those in review without a change, of which nobody was reminded, for a day; and when
    they were changed last.
    """
    last = Event.objects.filter(import_id=OuterRef("pk")).exclude(act=acts.DOWNLOADED)
    reminded = Notice.objects.filter(kind=NoticeKind.REMINDER, at__gt=Now() - AFTER)
    waits = imports.filter(
        state=ImportState.REVIEW, finished_at=None, once_checked=OnceChecked.NOTHING
    )
    dated = waits.annotate(
        changed_at=Coalesce(
            Subquery(last.order_by("-id").values("at")[:1], output_field=DateTimeField()),
            "created_at",
        )
    )
    unchanged = dated.filter(changed_at__lt=Now() - AFTER, changed_at__gt=Now() - FORGOTTEN)
    found = unchanged.exclude(pk__in=reminded.values("lead_import")).order_by("pk")
    return dict(found.values_list("pk", "changed_at")[:AT_MOST])


def _reminders(imports: Collection[int]) -> dict[int, list[datetime]]:
    found: dict[int, list[datetime]] = defaultdict(list)
    made = Notice.objects.filter(kind=NoticeKind.REMINDER, lead_import__in=list(imports))
    for pk, at in made.values_list("lead_import", "at"):
        found[pk].append(at)
    return found


@transaction.atomic
def _remind(pk: int) -> bool:
    """Look again with the import's row locked: another courier may be at it."""
    free = Import.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
    locked = free.filter(pk=pk).first()
    if (
        locked is None
        or locked.owner_id_now is None
        or not _unchanged(Import.objects.filter(pk=pk))
    ):
        return False
    Notice.objects.create(
        lead_import=locked, kind=NoticeKind.REMINDER, person_id=locked.owner_id_now
    )
    return True
