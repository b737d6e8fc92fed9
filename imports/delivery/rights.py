"""Sending rests on a person's right: when that is gone, nothing new is sent."""

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from imports.audit import acts, trail
from imports.delivery import standing
from imports.models import SENDABLE, Import, ImportState
from portal.models import Membership, Role

AT_MOST = 50  # a tick
RIGHTS_LOST = "rights_lost"  # the question whether somebody else sends it
REASON = (
    "{person}, by whose word this is sent, may no longer import for {team}. "
    "Nothing new is sent until somebody who may looks at it and resumes it."
)


def pause_where_lost() -> None:
    """Pause what is sent by the word of a person who was deactivated or lost the role.

    What may have arrived at MEGA is still settled. Imports that a command started have nobody.
    """
    if _which_lost():
        _pause()


@standing.question
def _which_lost() -> QuerySet[Import, int]:
    return _lost().values_list("pk", flat=True)[:1]


def _lost() -> QuerySet[Import]:
    may_import = Membership.objects.filter(
        user=OuterRef("vouched_by"),
        team=OuterRef("customer__team"),
        role__in=[role for role in Role if role.rank >= Role.IMPORTER.rank],
        user__is_active=True,
    )
    return Import.objects.filter(
        ~Exists(may_import), vouched_by__isnull=False, state__in=SENDABLE, finished_at=None
    )


@transaction.atomic
def _pause() -> None:
    locked = _lost().select_for_update(no_key=True, skip_locked=True, of=("self",))
    found = locked.select_related("customer__team", "vouched_by")
    for one in found.order_by("customer__team", "pk")[:AT_MOST]:
        reason = REASON.format(person=one.vouched_by, team=one.customer.team)
        Import.objects.filter(pk=one.pk).update(
            state=ImportState.PAUSED, question=RIGHTS_LOST, reason=reason
        )
        trail.record(acts.PAUSED, actor=None, lead_import=one, facts={"why": RIGHTS_LOST})
