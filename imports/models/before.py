"""Old values: what leads were in MEGA before an import updated them, and how they were read."""

from django.db import models
from django.db.models import Q

from imports.models.batches import Exchange
from imports.models.customers import Quota, Token
from imports.models.imports import Import
from imports.models.vocabulary import Vocabulary


class ReadQuota(models.Model):
    """The budget of a key's reading requests: MEGA counts them apart from the bulk endpoint's.

    A row of its own, so that reading never holds the lock by which sending is granted.
    """

    quota = models.OneToOneField(Quota, models.PROTECT, related_name="reading")
    hold_until = models.DateTimeField(null=True)  # Retry-After of the latest 429

    def __str__(self) -> str:
        return f"reading with {self.quota_id}"


class BeforeRead(models.Model):
    """The reading of old values before an import is planned: wished for, under way, or over.

    Every import that may update leads has one, also when nothing was to be kept: then it says so.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        READING = "reading", "Reading"
        DONE = "done", "Kept"
        PARTLY = "partly", "Partly kept"
        NOT_KEPT = "not_kept", "Not kept"

    class Way(models.TextChoices):
        PAGES = "pages", "All leads of the customer, page by page"
        SEARCH = "search", "A search for each row"

    lead_import = models.OneToOneField(
        Import, models.CASCADE, related_name="before", db_column="import_id"
    )
    minutes = models.PositiveSmallIntegerField()  # that sending waits for it at most
    hold_won = models.BooleanField(default=False)
    hold_lost = models.BooleanField(default=False)
    hold_days = models.PositiveSmallIntegerField(default=0)  # contacted within; 0 holds none

    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    why = models.CharField(max_length=20, blank=True)  # code: why not, or not all, were kept
    way = models.CharField(max_length=6, choices=Way.choices, blank=True)
    total = models.PositiveIntegerField(null=True)  # leads of the customer, as MEGA told
    needed = models.PositiveIntegerField(null=True)  # requests
    answered = models.PositiveIntegerField(default=0)  # requests
    seen = models.PositiveIntegerField(default=0)  # leads that the pages held
    held = models.PositiveIntegerField(default=0)  # rows that were held back
    place = models.TextField(blank=True)  # where to go on: a cursor, or "row.term" of a search
    tries = models.PositiveSmallIntegerField(default=0)  # in a row without a usable answer

    not_before = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    fence = models.PositiveIntegerField(default=0)
    give_up_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "reading", "done", "partly", "not_kept"]),
                name="before_read_state_known",
            )
        ]
        indexes = [
            models.Index(
                fields=["not_before"],
                name="before_read_open",
                condition=Q(state__in=["waiting", "reading"]),
            )
        ]

    def __str__(self) -> str:
        return f"old values of import {self.lead_import_id}"

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.WAITING, self.State.READING)

    @property
    def holds_back(self) -> bool:
        return self.hold_won or self.hold_lost or self.hold_days > 0


class Held(models.TextChoices):
    """Why a row is held back, by what MEGA knows of its lead."""

    NOT = "", "Not held back"
    WON = "won", "Won"
    LOST = "lost", "Lost"
    CONTACTED = "contacted", "Contacted recently"
    CHANGED = "changed", "Changed since"


class BeforeImage(models.Model):
    """A lead as MEGA showed it before the import: one that a row may update.

    A row has two when its e-mail and its phone lead to different leads: MEGA's answer will say
    which one it was.
    """

    pk = models.CompositePrimaryKey("lead_import_id", "number", "lead_id")
    lead_import = models.ForeignKey(
        Import, models.CASCADE, related_name="images", db_column="import_id", db_index=False
    )
    number = models.PositiveIntegerField()
    lead_id = models.TextField()
    content = models.JSONField()  # mega.listed.Listed.facts(): what MEGA named, nothing else
    held = models.CharField(max_length=9, choices=Held.choices, default=Held.NOT, blank=True)
    read_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"old values of row {self.number}"


class ReadAttempt(Exchange):
    """An exchange that only reads leads. It stays when sending is undone: MEGA was asked.

    It is of an import, or of a customer's words.
    """

    lead_import = models.ForeignKey(
        Import, models.CASCADE, null=True, related_name="read_attempts", db_column="import_id"
    )
    vocabulary = models.ForeignKey(
        Vocabulary, models.CASCADE, null=True, related_name="attempts", db_index=False
    )
    read = models.ForeignKey(BeforeRead, models.SET_NULL, null=True, related_name="attempts")
    asked = models.JSONField(  # the query of the request, which has no body
        default=dict, db_default={}
    )
    quota = models.ForeignKey(Quota, models.PROTECT, related_name="+", db_index=False)
    token = models.ForeignKey(Token, models.PROTECT, related_name="+", db_index=False)
    conclusion = models.CharField(max_length=20, blank=True)  # code, see delivery.read_requests

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["quota", "-started_at"], name="read_attempt_of_quota"),
            models.Index(  # few are; the others are found by their import
                fields=["vocabulary", "started_at"],
                condition=models.Q(vocabulary__isnull=False),
                name="read_attempt_of_vocabulary",
            ),
        ]

    def __str__(self) -> str:
        return f"reading request {self.pk}"
