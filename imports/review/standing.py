"""Which acts of a review stand: everything in it follows from these, in their order."""

import hashlib
from datetime import datetime

from django.db.models import Count, Max, QuerySet
from django.db.models.functions import Now

from imports.models import Import, ReviewAct
from portal.models import User


def of(lead_import: Import, about: str = "") -> QuerySet[ReviewAct]:
    """Return the acts that are not undone, the first one first; only those about a code."""
    found = ReviewAct.objects.filter(lead_import=lead_import, undone_at=None)
    return found.filter(about=about) if about else found


def newest(lead_import: Import, about: str) -> ReviewAct | None:
    """Return the decision about a code that counts: the last one."""
    return of(lead_import, about).order_by("-pk").first()


def newest_change(lead_import: Import, user: User) -> tuple[User | None, datetime] | None:
    """Return who did or undid something last, and when; None where that was this user."""
    every = ReviewAct.objects.filter(lead_import=lead_import)
    made = every.select_related("made_by").defer("rows").order_by("-pk").first()
    undone = every.filter(undone_at__isnull=False).select_related("undone_by").defer("rows")
    last = undone.order_by("-undone_at").first()
    found = [(made.made_at, made.made_by)] if made else []
    if last and last.undone_at:
        found.append((last.undone_at, last.undone_by))
    at, who = max(found, key=lambda one: one[0], default=(None, None))
    return None if at is None or who == user else (who, at)


def token(lead_import: Import) -> str:
    """Return a short text that is another one after whatever anybody changes in the review.

    A page keeps it as what its reader has seen; an act with another one is refused.
    """
    one = lead_import
    options = (one.mapping_id, one.on_duplicate, one.duplicates, one.unchanged, one.again)
    return hashlib.sha256(repr((*_acts(one), options)).encode()).hexdigest()[:16]


def seen_as(lead_import: Import) -> str:
    """Return what a page keeps of the acts alone, to say later which ones its reader saw."""
    newest, undone = _acts(lead_import)
    return f"{newest}.{undone}"


def _acts(lead_import: Import) -> tuple[int, int]:
    every = ReviewAct.objects.filter(lead_import=lead_import)
    found = every.aggregate(newest=Max("pk"), undone=Count("undone_at"))
    return found["newest"] or 0, found["undone"]


def end(locked: Import, user: User | None) -> None:
    """Let no act count any more: the rows that they are about are no longer there."""
    of(locked).update(undone_by=user, undone_at=Now())
