"""From a notice to those who are told of it: once, in one transaction, whoever does it."""

from django.db import transaction
from django.db.models import Count, Q
from django.db.models.functions import Now

from imports import access
from imports.models import (
    BatchState,
    Import,
    Kind,
    MailWish,
    Notice,
    NoticeKind,
    Recipient,
    Sending,
    Webhook,
    WebhookCall,
)
from imports.reports import balance
from portal.models import Role, User

AT_MOST = 50  # a round
FOR_MANAGERS = (NoticeKind.BLOCKED, NoticeKind.DECISION, NoticeKind.INCONSISTENT)


def untold() -> list[int]:
    """Return notices of which nobody has been told yet."""
    waiting = Notice.objects.filter(told_at=None).order_by("pk")
    return list(waiting.values_list("pk", flat=True)[:AT_MOST])


@transaction.atomic
def tell(notice_id: int) -> bool:
    """Write down who is told, and by what; False when somebody else does or did.

    1. Lock the notice. 2. Count the import's rows. 3. Nobody is told a second time of the very
    same open questions. 4. People who may see the customer now. 5. The team's webhook.
    """
    notice = (
        Notice.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("lead_import__customer__team", "lead_import__mapping", "person")
        .filter(pk=notice_id, told_at=None)
        .first()
    )
    if notice is None:
        return False
    _count(notice)
    if not _is_old_news(notice):
        _people(notice)
        _webhook(notice)
    Notice.objects.filter(pk=notice.pk).update(
        kind=notice.kind, counts=notice.counts, asked=notice.asked, told_at=Now()
    )
    return True


def _count(notice: Notice) -> None:
    """Let the notice know the import's counts, and whether rows failed."""
    sheet = balance.balance(notice.lead_import)
    names = ("rows", *balance.SENT, "not_sent", "left_out")
    notice.counts = {name: getattr(sheet, name) for name in names}
    if notice.kind == NoticeKind.FINISHED and (sheet.failed or sheet.unknown):
        notice.kind = NoticeKind.FAILURES
    if notice.kind == NoticeKind.DECISION:
        notice.asked = _asked(notice.lead_import)


def _asked(lead_import: Import) -> dict[str, int]:
    """The requests that wait for a person, with how often each was decided before."""
    open_ones = lead_import.batches.filter(kind=Kind.SEND, state=BatchState.DECISION)
    counted = open_ones.annotate(made=Count("decisions")).values_list("pk", "made")
    return {str(pk): made for pk, made in counted}


def _is_old_news(notice: Notice) -> bool:
    """Whether only requests that an earlier notice named still wait for a decision.

    With each decision about one request the import goes on for a moment, and then asks again for
    the others: a mail for each would be noise.
    """
    if notice.kind != NoticeKind.DECISION or not notice.asked:
        return False
    earlier = Notice.objects.filter(
        lead_import=notice.lead_import_id,
        kind=NoticeKind.DECISION,
        question=notice.question,
        asked__contains=notice.asked,
        pk__lt=notice.pk,
    )
    return earlier.exists()


def _people(notice: Notice) -> None:
    """Write down who is told, and whose mail it is worth.

    A refused token blocks all of a customer's imports at once: of that a person gets one mail, and
    a manager one notice.
    """
    wishes = dict(MailWish.objects.values_list("user_id", "muted"))
    know = _who_know(notice)
    Recipient.objects.bulk_create(
        [
            Recipient(
                notice=notice,
                user=user,
                as_manager=as_manager,
                state=Sending.State.DROPPED
                if user.pk in know or notice.kind in wishes.get(user.pk, [])
                else Sending.State.WAITING,
            )
            for user, as_manager in _recipients(notice)
            if not (as_manager and user.pk in know)
        ],
        ignore_conflicts=True,
    )


def _who_know(notice: Notice) -> set[int]:
    """Users who were told already, by another import, that this very token is refused."""
    customer = notice.lead_import.customer
    token = customer.token
    if notice.kind != NoticeKind.BLOCKED or token is None or token.refused_at is None:
        return set()
    told = Recipient.objects.filter(
        notice__kind=NoticeKind.BLOCKED,
        notice__lead_import__customer=customer,
        notice__at__gte=token.refused_at,
        notice__lt=notice,
    )
    return set(told.values_list("user", flat=True))


def _recipients(notice: Notice) -> list[tuple[User, bool]]:
    """Those whose import it is, and then its team's managers: active, with access as of now.

    What is one person's business is told to that person alone.
    """
    team = notice.lead_import.customer.team
    if notice.person is not None:
        may_see = access.role_in(notice.person, team) is not None
        return [(notice.person, False)] if may_see else []
    own = notice.lead_import
    theirs = {own.created_by_id, own.sent_by_id, own.vouched_by_id} - {None}
    managers = Q(memberships__team=team, memberships__role=Role.MANAGER)
    wanted = Q(pk__in=theirs)
    if notice.kind in FOR_MANAGERS:
        wanted |= managers
    users = User.objects.filter(wanted, is_active=True).order_by("pk").distinct()
    return [
        (user, user.pk not in theirs) for user in users if access.role_in(user, team) is not None
    ]


def _webhook(notice: Notice) -> None:
    if notice.person is not None:
        return
    team = notice.lead_import.customer.team_id
    WebhookCall.objects.bulk_create(
        [
            WebhookCall(webhook=webhook, notice=notice)
            for webhook in Webhook.objects.filter(team=team, retired_at=None)
        ],
        ignore_conflicts=True,
    )
