"""A person's own notices: which there are, which are unread, which come by mail."""

from collections.abc import Collection

from django.db.models import QuerySet
from django.db.models.functions import Now

from imports import access
from imports.models import MailWish, NoticeKind, Recipient
from portal.models import User


def of(user: User) -> QuerySet[Recipient]:
    """The person's notices of imports that they may see as of now, newest first."""
    return Recipient.objects.filter(
        user=user, notice__lead_import__customer__team__in=access.teams_for(user)
    ).select_related("notice__lead_import__customer")


def unread(user: User) -> int:
    """How many of them wait to be read."""
    return of(user).filter(read_at=None).count()


def mark_read(user: User, notice_id: int | None = None) -> int:
    """Mark one notice as read, or all of them; return how many were unread."""
    mine = of(user).filter(read_at=None).select_related(None)
    chosen = mine if notice_id is None else mine.filter(notice=notice_id)
    return chosen.update(read_at=Now())


def mailed_kinds(user: User) -> list[str]:
    """The kinds of notice that come by mail too."""
    wish = MailWish.objects.filter(user=user).first()
    return [kind for kind in NoticeKind.values if wish is None or kind not in wish.muted]


def choose_mails(user: User, kinds: Collection[str]) -> None:
    """Have these kinds mailed from now on, and no others."""
    muted = [kind for kind in NoticeKind.values if kind not in kinds]
    MailWish.objects.update_or_create(user=user, defaults={"muted": muted})
