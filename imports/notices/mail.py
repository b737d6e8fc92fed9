"""Mails of notices: one for each person, outside any transaction, tried for about a day."""

import logging
import smtplib
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

from imports import access
from imports.mega.wire import steady
from imports.models import MailWish, Recipient, Sending
from imports.notices import due, words

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)  # more than a mail server can take, at EMAIL_TIMEOUT for each word
WAKE_WITHIN = 2.0  # seconds between taking and sending, else the process was frozen in between
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
UNREACHABLE = "unreachable"


def send_due(wanted: Callable[[], bool]) -> int:
    """Send what is due while it is `wanted`; return how many left.

    A server that cannot be reached is not tried with the next mail at once: each try may take as
    long as EMAIL_TIMEOUT.
    """
    count = 0
    while wanted():
        one = due.take(Recipient, LEASE)
        if one is None:
            break
        result = _send(one, steady())
        count += result == due.SENT
        if result == UNREACHABLE:
            break
    return count


def _send(one: Recipient, taken: float) -> str:
    """Send one mail and write down what became of it; return the code."""
    recipient = Recipient.objects.select_related("user", "notice__lead_import__customer__team").get(
        pk=one.pk
    )
    recipient.taken = one.taken
    unwanted = _unwanted(recipient)
    if unwanted:
        due.end(recipient, Sending.State.DROPPED, unwanted)
        return unwanted
    result, final = _try(recipient, taken)
    if result == due.SENT:
        due.end(recipient, Sending.State.SENT, result)
    elif final:
        due.end(recipient, Sending.State.GIVEN_UP, result)
    else:
        due.again(recipient, result, WAITS)
    log.info("notice %s: mail %s, try %s: %s", one.notice_id, one.pk, one.taken, result)
    return result


def _unwanted(recipient: Recipient) -> str:
    """Why no mail is sent after all: much may have changed since the notice was told."""
    user, notice = recipient.user, recipient.notice
    if access.role_in(user, notice.lead_import.customer.team) is None:
        return "no_access"  # or no longer active
    muted = MailWish.objects.filter(user=user, muted__contains=[notice.kind])
    return "not_wished" if muted.exists() else ""


def _try(recipient: Recipient, taken: float) -> tuple[str, bool]:
    """Return the code of what happened, and whether trying again is of no use."""
    message = _message(recipient)
    if steady() - taken > WAKE_WITHIN:
        return "late", False
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as refusal:
        status = min(code for code, _ in refusal.recipients.values())
        return f"smtp_{status}", status >= 500
    except smtplib.SMTPResponseException as refusal:
        status = refusal.smtp_code  # of this mail, or of what came before it: signing in, sender
        return f"smtp_{status}", status >= 500 and isinstance(refusal, smtplib.SMTPDataError)
    except ValueError:
        return "unusable_address", True
    except OSError:  # smtplib's other errors are among them
        return UNREACHABLE, False
    return due.SENT, True


def _message(recipient: Recipient) -> EmailMessage:
    """With an id of its own: should it leave twice after a crash, mail programs show one."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return EmailMessage(
        words.subject(recipient.notice),
        words.mail(recipient),
        None,
        [recipient.user.email],
        headers={
            "Message-ID": f"<notice-{recipient.notice_id}-{recipient.pk}@{host}>",
            "Auto-Submitted": "auto-generated",
        },
    )
