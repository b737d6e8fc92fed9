"""An import: one spreadsheet for one customer and all that became of it."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from imports.models.customers import Customer, OnDuplicate


class ImportState(models.TextChoices):
    """Where an import stands. The words are those of pages, reports and logs."""

    UPLOADED = "uploaded", "Uploaded"
    READING = "reading", "Reading the file"
    MAPPING = "mapping", "Columns need a person"
    CHECKING = "checking", "Checking rows"
    REVIEW = "review", "Ready for review"
    APPROVAL = "approval", "Waiting for approval"
    SCHEDULED = "scheduled", "Scheduled"
    QUEUED = "queued", "Queued"
    SENDING = "sending", "Sending"
    PAUSED = "paused", "Paused"
    BLOCKED = "blocked", "Blocked: token refused"
    DECISION = "decision", "Needs a decision"
    FINISHED = "finished", "Finished"
    CANCELLED = "cancelled", "Cancelled"
    FAILED = "failed", "Failed"
    INCONSISTENT = "inconsistent", "Books do not balance"


EDITABLE = (ImportState.MAPPING, ImportState.CHECKING, ImportState.REVIEW)
SENDABLE = (ImportState.QUEUED, ImportState.SENDING)
UNDER_WAY = (
    ImportState.QUEUED,
    ImportState.SENDING,
    ImportState.PAUSED,
    ImportState.BLOCKED,
    ImportState.DECISION,
)
FINAL = (
    ImportState.FINISHED,
    ImportState.CANCELLED,
    ImportState.FAILED,
    ImportState.INCONSISTENT,
)


class Duplicates(models.TextChoices):
    """What happens to rows of one file that share an e-mail or the last ten digits of a phone."""

    ALL = "all", "Send all, in the order of the sheet"
    FIRST = "first", "Send only the first"
    LAST = "last", "Send only the last"
    HOLD = "hold", "Send none of them"
    ASK = "ask", "Send the first of identical ones; ask about the others"


class Melting(models.TextChoices):
    """What happens to rows of different people that MEGA would take for one person."""

    HOLD = "hold", "Keep them back"
    LEAVE_OUT = "leave_out", "Send them without the shared e-mail or phone"
    SEND = "send", "Send them as they are: it is meant so"


class NameOnly(models.TextChoices):
    """What happens to rows with neither phone nor e-mail, which MEGA never finds again."""

    HOLD = "hold", "Keep them back"
    SEND = "send", "Send them"


class Unchanged(models.TextChoices):
    """What happens to rows that are identical to what this customer already received."""

    SEND = "send", "Send them again"
    SKIP = "skip", "Leave them out"


class Unforeseen(models.TextChoices):
    """What becomes of fields for new leads only, where nobody knows which rows make new leads."""

    UNDECIDED = "", "Nobody has said"
    LEAVE_OUT = "leave_out", "Send every row without these fields"
    OVERWRITE = "overwrite", "Send them with every row: they overwrite those of existing leads, too"


def usually_only_new() -> list[str]:
    """The fields that an update leaves alone where nobody says otherwise."""
    return ["owner_id", "stage_slug", "source_platform", "source_type"]


class Again(models.TextChoices):
    """What happens to repaired rows whose former rows went to MEGA in the meantime."""

    SKIP = "skip", "Leave them out"
    SEND = "send", "Send them all the same"


class Origin(models.TextChoices):
    """Where an import's rows come from. Those of a child are its parent's, under their numbers."""

    FILE = "file", "A file"
    RETRY = "retry", "Rows that failed before"
    REST = "rest", "Rows that were not sent before"
    REPAIR = "repair", "Old values, put back"


class Priority(models.IntegerChoices):
    """Which of a key's imports goes first; those of the same priority take turns."""

    FIRST = 1, "Before the others"
    NORMAL = 0, "In turns with the others"
    LAST = -1, "When nothing else waits"


class OnceChecked(models.TextChoices):
    """What happens by itself when all rows are checked: commands do not wait for a person."""

    NOTHING = "", "Wait for a person"
    SEND = "send", "Send"
    DRY_RUN = "dry_run", "Dry run"


def upload_path(_instance: "Import", _file_name: str) -> str:
    """A path of our own making: an uploaded file's name is text to show, never a path."""
    return f"{uuid.uuid4().hex}"


class Import(models.Model):
    """One spreadsheet for one customer. From `planned_at` on its leads and options are frozen."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="imports")
    mega_id = models.UUIDField()  # of the customer, when the file was uploaded
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    origin = models.CharField(max_length=6, choices=Origin.choices, default=Origin.FILE)

    file = models.FileField(upload_to=upload_path)
    file_name = models.CharField(max_length=255)
    file_size = models.BigIntegerField()  # bytes
    file_sha256 = models.CharField(max_length=64)
    dialect_choice = models.JSONField(default=dict)  # what a person chose: sheet, encoding, …
    dialect = models.JSONField(default=dict)  # what the reader found
    sheets = models.JSONField(default=list)  # those that hold something: name, hidden
    mapping_choice = models.JSONField(default=dict)  # a mapping file that came with the upload
    headers = ArrayField(models.TextField(), default=list)
    layout = models.CharField(  # intake.layout.fingerprint of the headings
        max_length=32, blank=True, default="", db_default=""
    )
    together = models.UUIDField(null=True)  # what was uploaded at once, or is of one workbook
    doubts = models.JSONField(default=list)  # sentences of the reader about the file
    returned = models.JSONField(  # of a file of ours that came back: intake.origin
        default=dict, db_default={}
    )
    sensitive = models.JSONField(  # intake.sensitive.find.Finding.to_json(), a list
        default=list, db_default=[]
    )

    state = models.CharField(
        max_length=12, choices=ImportState.choices, default=ImportState.UPLOADED
    )
    reason = models.TextField(blank=True)  # one sentence: why failed, paused, blocked, decision
    question = models.CharField(max_length=30, blank=True)  # code of what a person must decide
    read_fence = models.PositiveSmallIntegerField(default=0)  # of the reader; see intake.read
    work_until = models.DateTimeField(null=True)  # lease of reading, checking or planning

    row_count = models.PositiveIntegerField(default=0)  # rows so far, blank ones included
    blank_count = models.PositiveIntegerField(default=0)
    mapping = models.ForeignKey("MappingVersion", models.PROTECT, null=True, related_name="+")
    on_duplicate = models.CharField(max_length=6, choices=OnDuplicate.choices)
    duplicates = models.CharField(max_length=5, choices=Duplicates.choices, default=Duplicates.ALL)
    unchanged = models.CharField(max_length=4, choices=Unchanged.choices, default=Unchanged.SEND)
    again = models.CharField(
        max_length=4, choices=Again.choices, default=Again.SKIP, db_default=Again.SKIP
    )
    melting = models.CharField(
        max_length=9, choices=Melting.choices, default=Melting.HOLD, db_default=Melting.HOLD
    )
    name_only = models.CharField(
        max_length=4, choices=NameOnly.choices, default=NameOnly.HOLD, db_default=NameOnly.HOLD
    )
    # Fields of the mapping that an update may not overwrite; the others always go.
    only_new = ArrayField(
        models.CharField(max_length=80), default=usually_only_new, db_default=[], blank=True
    )
    never = ArrayField(models.CharField(max_length=80), default=list, db_default=[], blank=True)
    unforeseen = models.CharField(
        max_length=9, choices=Unforeseen.choices, default="", db_default="", blank=True
    )
    rules_version = models.PositiveSmallIntegerField(default=0)
    phone_data_version = models.CharField(max_length=20, blank=True)
    release = models.CharField(max_length=20, blank=True)

    owner = models.ForeignKey(  # whose review it is; None: of whoever uploaded it
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    once_checked = models.CharField(  # what to do by itself when the review is reached
        max_length=7, choices=OnceChecked.choices, default=OnceChecked.NOTHING, blank=True
    )
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    vouched_by = models.ForeignKey(  # the person whose right it is sent by: sent or resumed it last
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    priority = models.SmallIntegerField(choices=Priority.choices, default=Priority.NORMAL)
    send_after = models.DateTimeField(null=True)  # sending may be undone until then
    accepted = ArrayField(  # questions to which a person said: go on all the same
        models.CharField(max_length=30), default=list
    )
    blocked_at = models.DateTimeField(null=True)  # since when its token is refused
    preview = models.ForeignKey(  # the dry run that asked about every lead, just as it was planned
        "DryRun", models.SET_NULL, null=True, related_name="+"
    )
    import_field = models.CharField(  # the custom field that its number goes into, as it was sent
        max_length=64, blank=True, default="", db_default=""
    )
    came_out = models.JSONField(null=True)  # against the preview: reports.comparison
    to_send = models.PositiveIntegerField(null=True)  # leads, when the word to send was given
    listed_to = models.PositiveBigIntegerField(default=0, db_default=0)  # of DoNotImportList
    planned_at = models.DateTimeField(null=True)  # every batch is cut
    started_at = models.DateTimeField(null=True)  # first attempt
    finished_at = models.DateTimeField(null=True)  # every row is final

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=ImportState.values), name="import_state_known"
            )
        ]
        indexes = [
            models.Index(fields=["customer", "-id"], name="import_of_customer"),
            models.Index(fields=["file_sha256"], name="import_by_file"),
            models.Index(
                fields=["layout", "-id"],
                name="import_by_layout",
                condition=~models.Q(layout=""),
            ),
            models.Index(
                fields=["together"],
                name="import_together",
                condition=models.Q(together__isnull=False),
            ),
            models.Index(
                fields=["state"],
                name="import_open",
                condition=models.Q(finished_at=None) & ~models.Q(state="failed"),
            ),
        ]

    def __str__(self) -> str:
        return f"import {self.pk}"

    @property
    def named_sheets(self) -> list[tuple[str, bool]]:
        """Each sheet's name, and whether it is hidden; an earlier release kept names only."""
        kept = self.sheets
        return [(s, False) if isinstance(s, str) else (s["name"], s["hidden"]) for s in kept]

    @property
    def masked(self) -> dict[int, str]:
        """The columns, by index, whose cells were masked when they were stored, with their kind."""
        return {one["column"]: one["kind"] for one in self.found_sensitive if not one["kept"]}

    @property
    def found_sensitive(self) -> list[dict[str, Any]]:
        """Those of `sensitive` that are columns of the sheet that was read last."""
        sheet = self.dialect.get("sheet", "")
        return [one for one in self.sensitive if one["sheet"] == sheet]

    @property
    def owner_id_now(self) -> int | None:
        """Whose review it is: whoever it was handed over to, else whoever uploaded it."""
        return self.owner_id or self.created_by_id

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def is_final(self) -> bool:
        return self.state in FINAL
