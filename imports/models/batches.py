"""Requests to MEGA: what is sent (batch), each exchange (attempt), what a person decided."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from imports.models.customers import Customer, Quota, Token
from imports.models.imports import Import
from imports.models.mappings import MappingVersion


class DryRun(models.Model):
    """A question to MEGA what it would do with an import's leads; nothing is written there."""

    class State(models.TextChoices):
        PLANNING = "planning", "Planning"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    lead_import = models.ForeignKey(
        Import, models.CASCADE, related_name="dry_runs", db_column="import_id"
    )
    mapping = models.ForeignKey(MappingVersion, models.CASCADE, related_name="+")
    on_duplicate = models.CharField(max_length=6)
    state = models.CharField(max_length=9, choices=State.choices, default=State.PLANNING)
    # One request of leads from all over the sheet: never a full preview.
    is_sample = models.BooleanField(default=False, db_default=False)
    counted = models.JSONField(null=True)  # predictions by status, once it is done
    reason = models.TextField(blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"dry run {self.pk}"


class Kind(models.TextChoices):
    """What a request is for. All kinds are granted by the clock and counted by one quota."""

    CHECK = "check", "Token check"
    DRY_RUN = "dry_run", "Dry run"
    SEND = "send", "Import"


class BatchState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    CLAIMED = "claimed", "Claimed"
    SENDING = "sending", "Sending"
    UNKNOWN = "unknown", "Unknown"
    DONE = "done", "Done"
    REPLACED = "replaced", "Replaced"
    DECISION = "decision", "Needs a decision"
    DROPPED = "dropped", "Not sent"


OPEN = (
    BatchState.WAITING,
    BatchState.CLAIMED,
    BatchState.SENDING,
    BatchState.UNKNOWN,
    BatchState.DECISION,
)


class Batch(models.Model):
    """Up to 500 leads, one request, one Idempotency-Key, one set of bytes for ever.

    `number` orders the batches of an import; halves keep their parent's number. A batch may start
    when every batch of the import with a number up to `after` is final: rows of one person never
    share a request, the later one waits for the earlier answer.
    """

    # Claimed, sent and settled, each batch is written three times, and each time into every index
    # that it is in: so none for what `batch_turn` finds, what is mostly empty, or never asked for.
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="batches")
    kind = models.CharField(max_length=7, choices=Kind.choices, default=Kind.SEND)
    lead_import = models.ForeignKey(
        Import,
        models.CASCADE,
        null=True,
        related_name="batches",
        db_column="import_id",
        db_index=False,
    )
    dry_run = models.ForeignKey(
        DryRun, models.CASCADE, null=True, related_name="batches", db_index=False
    )
    token = models.ForeignKey(
        Token, models.PROTECT, null=True, related_name="+", db_index=False
    )  # of a check
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, related_name="halves", db_index=False
    )
    number = models.PositiveIntegerField(default=0)
    after = models.PositiveIntegerField(default=0)
    row_numbers = ArrayField(models.PositiveIntegerField(), default=list)
    rows = models.PositiveSmallIntegerField()  # len(row_numbers), to be summed

    mega_id = models.UUIDField()
    base_url = models.CharField(max_length=200, default="")  # of a check: its worker's
    key = models.UUIDField(default=uuid.uuid4, unique=True)  # Idempotency-Key; only sent by SEND
    body = models.BinaryField()  # zlib of the exact bytes
    body_sha256 = models.BinaryField()

    state = models.CharField(max_length=8, choices=BatchState.choices, default=BatchState.WAITING)
    reason = models.CharField(max_length=30, blank=True)  # code of the latest conclusion
    detail = models.TextField(blank=True)  # MEGA's own words, bounded
    not_before = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    nudged_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    fence = models.PositiveIntegerField(default=0)
    sends = models.PositiveSmallIntegerField(default=0)  # possibly sent and unanswered
    first_sent_at = models.DateTimeField(null=True)  # first attempt that may have arrived
    deaths = models.PositiveSmallIntegerField(default=0)  # workers that vanished while sending
    splits = models.PositiveSmallIntegerField(default=0)  # how often taken apart, parents included

    # A row has neither e-mail nor phone: MEGA would not know it again, and make a second lead.
    matchless = models.BooleanField(default=False, db_default=False)
    left_out = ArrayField(  # fields that its leads went without: see `delivery.overwrite`
        models.CharField(max_length=80), default=list, db_default=[], blank=True
    )
    foreseen = models.PositiveSmallIntegerField(null=True)  # updates, by the import's full preview
    answered = models.PositiveSmallIntegerField(default=0, db_default=0)  # rows judged or held
    failed = models.PositiveSmallIntegerField(default=0, db_default=0)  # of those, held ones too
    updated = models.PositiveSmallIntegerField(default=0, db_default=0)  # of those
    sifted_to = models.BigIntegerField(default=0, db_default=0)  # newest RefusedValue looked for
    listed_to = models.PositiveBigIntegerField(default=0, db_default=0)  # of DoNotImportList
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["number", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=BatchState.values), name="batch_state_known"
            ),
            models.CheckConstraint(condition=Q(rows__range=(1, 500)), name="batch_size"),
        ]
        indexes = [
            models.Index(
                fields=["customer", "not_before"],
                name="batch_startable",
                condition=Q(state__in=["waiting", "unknown"]),
            ),
            models.Index(  # see `delivery.backlog`
                fields=["customer", "not_before"],
                name="batch_besides",
                condition=Q(state="unknown") | (Q(state="waiting") & ~Q(kind="send")),
            ),
            models.Index(
                fields=["lease_until"],
                name="batch_leased",
                condition=Q(state__in=["claimed", "sending"]),
            ),
            models.Index(
                fields=["lead_import", "number"], name="batch_open", condition=Q(state__in=OPEN)
            ),
            models.Index(fields=["lead_import", "-claimed_at"], name="batch_turn"),
            models.Index(
                fields=["first_sent_at"], name="batch_unknown", condition=Q(state="unknown")
            ),
            models.Index(
                fields=["lead_import"], name="batch_to_decide", condition=Q(state="decision")
            ),
            models.Index(
                fields=["dry_run"], name="batch_of_dry_run", condition=Q(dry_run__isnull=False)
            ),
            models.Index(
                fields=["parent"], name="batch_of_parent", condition=Q(parent__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"batch {self.pk}"

    @property
    def import_pk(self) -> int:
        """The import's id; a token check has none and must not be asked."""
        if self.lead_import_id is None:
            raise ValueError(f"batch {self.pk} is a token check, it belongs to no import")
        return self.lead_import_id

    @property
    def asked_by(self) -> DryRun:
        """The dry run that this request belongs to; others must not be asked."""
        if self.dry_run is None:
            raise ValueError(f"batch {self.pk} belongs to no dry run")
        return self.dry_run


class Exchange(models.Model):
    """One exchange with MEGA. Committed before the first byte leaves; closed when it is known."""

    worker = models.CharField(max_length=100)
    fence = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    was_sent = models.BooleanField(default=True)  # False: nothing left this machine
    status = models.PositiveSmallIntegerField(null=True)  # HTTP status; None: no answer
    headers = models.JSONField(default=dict)  # all of the answer's but cookies
    answer = models.BinaryField(null=True)  # zlib of the answer's bytes
    answer_sha256 = models.BinaryField(null=True)
    cut_off = models.BooleanField(default=False, db_default=False)  # only the part that came
    remaining = models.IntegerField(null=True)  # RateLimit-Remaining
    reset_at = models.DateTimeField(null=True)  # when RateLimit-Reset says the window is full

    class Meta:
        abstract = True


class Attempt(Exchange):
    """An exchange about a batch: what is sent is settled by its answer."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="attempts")
    quota = models.ForeignKey(Quota, models.PROTECT, related_name="attempts", db_index=False)
    token = models.ForeignKey(Token, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=7, choices=Kind.choices)
    conclusion = models.CharField(max_length=30, blank=True)  # code, see delivery.conclude

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["quota", "-started_at"], name="attempt_of_quota"),
            models.Index(
                fields=["quota"], name="attempt_in_flight", condition=Q(ended_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"attempt {self.pk}"


class RefusedValue(models.Model):
    """A value of a field for which MEGA refused a whole request, in its own words.

    Rows of the import that wait with the very same value in the same field are held.
    """

    lead_import = models.ForeignKey(
        Import, models.CASCADE, related_name="refused_values", db_column="import_id"
    )
    field = models.CharField(max_length=80)  # `stage_slug`, `custom_fields.budget`
    value = models.TextField()  # as JSON, bounded
    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()  # the row that MEGA refused for it
    message = models.TextField()  # MEGA's words about it, bounded

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lead_import", "field", "value"], name="refused_value_once"
            )
        ]

    def __str__(self) -> str:
        return f"refused value {self.pk}"


class Decision(models.Model):
    """What a person decided about a batch that the portal would not decide by itself."""

    class Choice(models.TextChoices):
        REPEAT = "repeat", "Send the identical request once more"
        LEAVE = "leave", "Leave it as it is"

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="decisions")
    choice = models.CharField(max_length=6, choices=Choice.choices)
    why = models.TextField(blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"decision {self.pk}"


class Process(models.Model):
    """A clock or worker and when it last gave a sign of life."""

    name = models.CharField(max_length=120, primary_key=True)
    kind = models.CharField(max_length=10)  # clock, delivery, intake
    slots = models.PositiveSmallIntegerField(default=0)  # requests it can carry at a time
    since = models.DateTimeField(db_default=Now())  # its first sign of life
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
