"""The stretches of a row's road: as it was read, as it would be sent, as MEGA answered.

The tables share the import and the row's number (the one that the spreadsheet program shows).
Each is written by COPY and never changed, save for a lead's verdict while its import is editable.
No index holds the import's id alone: until statistics know the import, PostgreSQL would as soon
walk through all its rows by such a one as go to a stretch of numbers by the primary key.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from imports.models.batches import Attempt, Batch, DryRun
from imports.models.imports import Import
from imports.models.mappings import MappingVersion


class Row(models.Model):
    """A data row as it was read. A blank row between others has no cells, only its number."""

    pk = models.CompositePrimaryKey("lead_import_id", "number")
    lead_import = models.ForeignKey(
        Import,
        models.CASCADE,
        related_name="rows",
        db_column="import_id",
        db_index=False,
        db_constraint=False,  # a trigger checks a statement's rows at once
    )
    number = models.PositiveIntegerField()
    cells = ArrayField(models.TextField())
    note = models.TextField(default="")  # what the reader noticed, e.g. cells beyond the headings
    repairs = models.IntegerField(null=True)  # a row of the import in `Import.returned`

    def __str__(self) -> str:
        return f"row {self.number}"


class Verdict(models.TextChoices):
    """What the portal decided about a lead before sending."""

    OK = "ok", "Will be sent"
    INVALID = "invalid", "Invalid"
    DUPLICATE = "duplicate", "Duplicate"
    EXCLUDED = "excluded", "Excluded"
    UNCHANGED = "unchanged", "Unchanged"


class Lead(models.Model):
    """A row as it would be sent under one mapping version, with its problems and its verdict."""

    pk = models.CompositePrimaryKey("lead_import_id", "mapping_id", "number")
    lead_import = models.ForeignKey(
        Import, models.CASCADE, related_name="leads", db_column="import_id", db_index=False
    )
    mapping = models.ForeignKey(
        MappingVersion, models.CASCADE, related_name="leads", db_index=False
    )
    number = models.PositiveIntegerField()
    verdict = models.CharField(max_length=9, choices=Verdict.choices)
    reason = models.TextField(default="")  # why not sent, when no problem says it
    code = models.CharField(  # of the reason: review.holds.KINDS
        max_length=20, default="", db_default="", blank=True
    )
    barred = models.CharField(  # by what stands in the row itself: codes of review.holds, or ""
        max_length=60, default="", db_default="", blank=True
    )
    barred_why = models.TextField(  # a sentence for each of these codes, each in its line
        default="", db_default="", blank=True
    )
    body = models.JSONField()  # the contract's fields without row_ref; blanks left out
    problems = models.JSONField()  # columns.problems.Problem.to_json(), a list
    warned = models.BooleanField()  # has a problem that does not stop it
    email_key = models.TextField(null=True)  # noqa: DJ001 - NULL joins nothing
    phone_key = models.TextField(null=True)  # noqa: DJ001 - NULL joins nothing
    shared = models.BooleanField(default=False)  # another lead of the import has a key of it
    digest = models.BinaryField()  # columns.digests.lead_hash of the body
    repeats = models.PositiveIntegerField(null=True)  # the import that already brought the same
    checked = models.JSONField(null=True)  # as it was before a decision changed it: review.changed

    class Meta:
        indexes = [
            models.Index(
                fields=["email_key"],
                name="lead_by_email",
                condition=models.Q(email_key__isnull=False),
            ),
            models.Index(
                fields=["phone_key"],
                name="lead_by_phone",
                condition=models.Q(phone_key__isnull=False),
            ),
            models.Index(  # what a judgement puts back first
                fields=["mapping", "number"],
                name="lead_changed",
                condition=models.Q(checked__isnull=False),
            ),
            models.Index(  # what a review shows apart: few rows, where there are a million others
                fields=["mapping", "verdict", "number"],
                name="lead_not_ok",
                condition=~models.Q(verdict="ok"),
            ),
            models.Index(
                fields=["mapping", "code", "number"],
                name="lead_kept_back",
                condition=~models.Q(code=""),
            ),
            models.Index(
                fields=["mapping", "number"],
                name="lead_with_problems",
                condition=~models.Q(problems=[]),
            ),
        ]

    def __str__(self) -> str:
        return f"lead of row {self.number}"


class OutcomeStatus(models.TextChoices):
    """MEGA's words."""

    CREATED = "created", "Created"
    UPDATED = "updated", "Updated"
    SKIPPED = "skipped", "Skipped"
    FAILED = "failed", "Failed"


class Outcome(models.Model):
    """What MEGA answered for a row: at most one for each, whoever brought the answer.

    Foreign keys would be checked row by row, and that took most of the time of settling. Instead
    one trigger for each statement (migrations `0007`, `0016`) refuses an outcome whose row is not
    in its batch, or whose attempt, batch and import do not belong together; others refuse to remove
    what an outcome refers to.
    """

    pk = models.CompositePrimaryKey("lead_import_id", "number")
    lead_import = models.ForeignKey(
        Import,
        models.CASCADE,
        related_name="outcomes",
        db_column="import_id",
        db_index=False,
        db_constraint=False,
    )
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=7, choices=OutcomeStatus.choices)
    lead_id = models.TextField(default="")
    matched_by = models.CharField(max_length=5, default="")
    errors = models.JSONField(default=list, db_default=[])  # MEGA's sentences
    ignored_custom_fields = models.JSONField(default=list, db_default=[])  # slugs
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="outcomes", db_constraint=False)
    attempt = models.ForeignKey(
        Attempt, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )

    def __str__(self) -> str:
        return f"outcome of row {self.number}"


class Prediction(models.Model):
    """What a dry run answered for a row."""

    pk = models.CompositePrimaryKey("dry_run_id", "number")
    dry_run = models.ForeignKey(DryRun, models.CASCADE, related_name="predictions", db_index=False)
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=7, choices=OutcomeStatus.choices)
    matched_by = models.CharField(max_length=5, default="")
    errors = models.JSONField()
    ignored_custom_fields = models.JSONField()
    digest = models.BinaryField()  # of the lead that was asked about

    class Meta:
        indexes = [
            models.Index(fields=["dry_run", "status", "number"], name="prediction_by_status")
        ]

    def __str__(self) -> str:
        return f"prediction for row {self.number}"
