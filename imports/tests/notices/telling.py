"""What the courier does, by hand and at once."""

from imports.models import Import, Notice, Recipient
from imports.notices import mail, tell


def becomes(made, state, **fields):
    """Change the import's state as whoever does it: by a statement."""
    Import.objects.filter(pk=made.pk).update(state=state, **fields)


def told():
    """Tell all; return (kind, e-mail) of everybody who is told."""
    for notice_id in tell.untold():
        tell.tell(notice_id)
    recipients = Recipient.objects.order_by("notice_id", "user__email")
    return [tuple(one) for one in recipients.values_list("notice__kind", "user__email")]


def kinds():
    return list(Notice.objects.order_by("pk").values_list("kind", flat=True))


def mailed():
    """Tell all and mail what is due."""
    told()
    return mail.send_due(lambda: True)
