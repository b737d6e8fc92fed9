"""What is known of a customer's CRM: its stages, owners and custom fields, and how it was learnt.

It belongs to an account of MEGA (the customer with its MEGA id), and not to a token: another key of
the same account knows the same words, another account knows none of them.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from imports.models.customers import Customer, Quota
from imports.models.imports import Import


class Vocabulary(models.Model):
    """The account, and the latest reading of its leads: wished for, under way, or over."""

    class State(models.TextChoices):
        UNREAD = "unread", "Never read"
        WAITING = "waiting", "Waiting"
        READING = "reading", "Reading"
        READ = "read", "Read"
        FAILED = "failed", "Not read"

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="vocabularies")
    mega_id = models.UUIDField()
    state = models.CharField(max_length=7, choices=State.choices, default=State.UNREAD)
    why = models.CharField(max_length=20, blank=True)  # code: why it was not read
    quota = models.ForeignKey(Quota, models.PROTECT, null=True, related_name="+", db_index=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    read_at = models.DateTimeField(null=True)  # when the latest whole or bounded reading ended
    leads = models.PositiveIntegerField(default=0)  # that it looked at
    is_whole = models.BooleanField(default=False)  # these were all leads of the account

    tells_fields = models.BooleanField(default=False)  # leads came with their custom fields

    answered = models.PositiveIntegerField(default=0)  # requests of the reading under way
    seen = models.PositiveIntegerField(default=0)  # leads of it
    total = models.PositiveIntegerField(null=True)  # leads of the account, as MEGA told
    place = models.TextField(blank=True)  # the cursor where to go on
    tries = models.PositiveSmallIntegerField(default=0)  # in a row without a usable answer
    not_before = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    fence = models.PositiveIntegerField(default=0)
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "mega_id"], name="vocabulary_once"),
            models.CheckConstraint(
                condition=Q(state__in=["unread", "waiting", "reading", "read", "failed"]),
                name="vocabulary_state_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before"],
                name="vocabulary_open",
                condition=Q(state__in=["waiting", "reading"]),
            )
        ]

    def __str__(self) -> str:
        return f"words of customer {self.customer_id}"

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.WAITING, self.State.READING)


class Word(models.Model):
    """A stage (slug), an owner (id) or a custom field (slug), and what MEGA did with it.

    MEGA's latest answer counts. That a lead has it proves that it exists, but not that MEGA takes
    it still: leads keep owners who left.
    """

    class Kind(models.TextChoices):
        STAGE = "stage", "Stage"
        OWNER = "owner", "Owner"
        FIELD = "field", "Custom field"

    vocabulary = models.ForeignKey(Vocabulary, models.CASCADE, related_name="words", db_index=False)
    kind = models.CharField(max_length=5, choices=Kind.choices)
    word = models.CharField(max_length=100)
    name = models.CharField(max_length=200, blank=True)  # of a stage or a person
    read_at = models.DateTimeField(null=True)  # when a lead was last seen with it
    accepted_in = models.ForeignKey(
        Import, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    accepted_at = models.DateTimeField(null=True)
    refused_in = models.ForeignKey(
        Import, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    refused_at = models.DateTimeField(null=True)
    refused_rows = models.PositiveIntegerField(default=0)  # of that import; 0: MEGA did not say

    class Meta:
        ordering = ["kind", "name", "word"]
        constraints = [
            models.UniqueConstraint(fields=["vocabulary", "kind", "word"], name="word_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["stage", "owner", "field"]), name="word_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_refused(self) -> bool:
        """Whether MEGA's latest word about it was no."""
        if self.refused_at is None:
            return False
        return self.accepted_at is None or self.refused_at > self.accepted_at

    @property
    def is_known(self) -> bool:
        """Whether it may be offered: a lead has it or MEGA took it, and did not refuse it since."""
        has_been = self.read_at is not None or self.accepted_at is not None
        return has_been and not self.is_refused


class Lesson(models.Model):
    """An import that ended, of which nothing was learnt yet."""

    lead_import = models.OneToOneField(
        Import, models.CASCADE, primary_key=True, db_column="import_id", related_name="+"
    )
    work_until = models.DateTimeField(null=True)  # lease of who learns
    tries = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"lesson of import {self.lead_import_id}"
