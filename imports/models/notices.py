"""What people and teams are told of, by whom it was read, and what became of mails and webhooks.

A notice is made by a trigger (migration `notices`) in the very transaction that changes an
import's state, whoever changes it; what is one person's business (`person`) is made by whoever does
it. The rest is written once when it is told (`notices.tell`).
"""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from imports.models.imports import Import
from portal.models import Team


class NoticeKind(models.TextChoices):
    """What people are told of. Codes are stored: never rename one."""

    FINISHED = "finished", "Finished"
    FAILURES = "failures", "Finished with failures"
    BLOCKED = "blocked", "Blocked"
    DECISION = "decision", "Needs a decision"
    INCONSISTENT = "inconsistent", "Books do not balance"
    NOT_STARTED = "not_started", "Not started at its time"
    HANDED_OVER = "handed_over", "Review handed over"
    REMINDER = "reminder", "Review still waits"


class Notice(models.Model):
    """One thing about an import that people are told of: mostly a change of its state."""

    lead_import = models.ForeignKey(
        Import, models.CASCADE, related_name="notices", db_column="import_id"
    )
    kind = models.CharField(max_length=12, choices=NoticeKind.choices)
    question = models.CharField(max_length=30, blank=True)  # of the import, at that moment
    person = models.ForeignKey(  # the only one who is told, where it is one person's business
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(db_default=Now())
    counts = models.JSONField(default=dict)  # of rows by bucket, when it was told
    asked = models.JSONField(default=dict)  # batch that waits for a decision: decisions so far
    told_at = models.DateTimeField(null=True)  # recipients and webhooks are written down

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["id"], name="notice_untold", condition=Q(told_at=None)),
            models.Index(fields=["lead_import", "-id"], name="notice_of_import"),
            models.Index(fields=["told_at"], name="notice_told"),
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"


class Sending(models.Model):
    """Something that leaves by mail or webhook, tried until it is sent or given up.

    `taken` counts the tries and tells a try from its successor, as a fence does.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        GIVEN_UP = "given_up", "Given up"
        DROPPED = "dropped", "No longer wanted"

    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    due_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True)
    taken = models.PositiveSmallIntegerField(default=0)
    tries = models.JSONField(default=list)  # [{"at": ISO time, "result": code}]
    ended_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @property
    def result(self) -> str:
        """The code of the latest try; nothing before the first has ended."""
        return str(self.tries[-1]["result"]) if self.tries else ""


class Recipient(Sending):
    """A person who is told of a notice: on the notices page, and by mail unless they chose not to.

    The state is that of the mail; `dropped` when none is wanted.
    """

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="recipients")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="notices_received"
    )
    as_manager = models.BooleanField(default=False)  # and not because it is their import
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-notice_id"]
        constraints = [
            models.UniqueConstraint(fields=["notice", "user"], name="recipient_once"),
        ]
        indexes = [
            models.Index(fields=["user", "-notice"], name="recipient_of_user"),
            models.Index(fields=["user"], name="recipient_unread", condition=Q(read_at=None)),
            models.Index(fields=["due_at"], name="recipient_due", condition=Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return f"notice {self.notice_id} for user {self.user_id}"


class MailWish(models.Model):
    """Of which kinds of notice a person wants no mail; without a row: of none."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="mail_wish", primary_key=True
    )
    muted = ArrayField(models.CharField(max_length=12, choices=NoticeKind.choices), default=list)

    def __str__(self) -> str:
        return f"mail wish of user {self.user_id}"


class Webhook(models.Model):
    """Where a team's notices are posted to. Only the newest is in use; the others are history."""

    class Kind(models.TextChoices):
        SLACK = "slack", "Slack-compatible"
        SIGNED = "signed", "Signed JSON"

    team = models.ForeignKey(Team, models.PROTECT, related_name="webhooks")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    sealed_url = models.BinaryField(editable=False)  # the path of Slack's addresses is a secret
    sealed_secret = models.BinaryField(editable=False, null=True)  # of signatures
    host = models.CharField(max_length=253)
    last_four = models.CharField(max_length=4)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    set_at = models.DateTimeField(db_default=Now())
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team"], name="webhook_in_use_once", condition=Q(retired_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"webhook {self.pk}"


class WebhookCall(Sending):
    """One notice, or a test, on its way to a webhook."""

    webhook = models.ForeignKey(Webhook, models.PROTECT, related_name="calls")
    notice = models.ForeignKey(Notice, models.CASCADE, null=True, related_name="calls")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["notice", "webhook"], name="webhook_call_once"),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="webhook_call_due", condition=Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return f"webhook call {self.pk}"
