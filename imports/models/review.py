"""What people do to an import's rows in review; the file and its rows stay as they were."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from imports.models.imports import Import


class ReviewAct(models.Model):
    """One thing that a person did in review, undone as a whole.

    What the rows become follows from the acts that are not undone, in their order; nothing else
    of a review is remembered by the rows themselves.
    """

    class Kind(models.TextChoices):
        """What was done. The words are those of pages and reports."""

        CELL = "cell", "Cell corrected"
        REPLACE = "replace", "Found and replaced"
        FILL = "fill", "Value set for a group of rows"
        DROP = "drop", "Rows dropped"
        DECIDE = "decide", "Decided"

    lead_import = models.ForeignKey(
        Import, models.CASCADE, related_name="review_acts", db_column="import_id"
    )
    kind = models.CharField(max_length=8, choices=Kind.choices)
    about = models.CharField(max_length=20, blank=True, default="")  # a code of review.holds
    rows = ArrayField(models.IntegerField(), default=list)  # numbers, where it is about rows
    content = models.JSONField(default=dict)  # by kind: what was chosen, found, replaced
    why = models.TextField(blank=True, default="")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["lead_import", "id"],
                name="review_act_standing",
                condition=models.Q(undone_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"review act {self.pk}"


class Correction(models.Model):
    """A cell that a person changed: `old` is what stood there before, the file's or a former one's.

    The last one that is not undone counts.
    """

    act = models.ForeignKey(ReviewAct, models.CASCADE, related_name="corrections", db_index=False)
    lead_import = models.ForeignKey(
        Import, models.CASCADE, related_name="corrections", db_column="import_id", db_index=False
    )
    number = models.PositiveIntegerField()
    column = models.PositiveSmallIntegerField()  # its place in the sheet, from 0
    old = models.TextField()
    new = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["act", "number", "column"], name="correction_once")
        ]
        indexes = [models.Index(fields=["lead_import", "number"], name="correction_of_row")]

    def __str__(self) -> str:
        return f"correction of row {self.number}"


class Gathering(models.Model):
    """Rows that MEGA would take for one person, as they were judged last: what is decided about.

    Derived from leads and acts like the leads' verdicts, and written with them.
    """

    class Kind(models.TextChoices):
        """What holds the rows together. `tie`: no value alone, but rows with two of them."""

        EMAIL = "e", "E-mail"
        PHONE = "p", "Phone"
        TIE = "t", "E-mail and phone"
        PERSON = "d", "Person"

    lead_import = models.ForeignKey(
        Import, models.CASCADE, related_name="gatherings", db_column="import_id", db_index=False
    )
    about = models.CharField(max_length=20)  # melts, differs or identical: codes of review.holds
    kind = models.CharField(max_length=1, choices=Kind.choices)
    first = models.PositiveIntegerField()  # the lowest of the rows' numbers
    size = models.PositiveIntegerField()  # how many rows
    rows = ArrayField(models.IntegerField())
    people = models.PositiveIntegerField(default=1)  # different names, those of before included
    names = ArrayField(models.TextField(), default=list)  # some of them
    before = ArrayField(models.TextField(), default=list)  # some of those that MEGA has already
    choice = models.CharField(max_length=11, default="")  # what is done with them; "" is undecided
    may_merge = models.BooleanField(default=False)
    act = models.ForeignKey(  # the group's own decision, if it has one
        ReviewAct, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ["-size", "first", "id"]
        constraints = [
            models.UniqueConstraint(fields=["lead_import", "kind", "first"], name="gathering_once")
        ]
        indexes = [
            models.Index(
                fields=["lead_import", "about", "-size", "first", "id"], name="gathering_by_size"
            ),
        ]

    def __str__(self) -> str:
        return f"gathering of row {self.first}"


class Traits(models.Model):
    """What the leads of an import are like, by a sample of them: whose people, from where.

    Made when its review opens, for `mapping` (an id). `theirs` counts people who are leads of
    another customer of the team and not of this one, by the customer's id; `regions` and `domains`
    hold how often each occurs. `odd` is what the guard found (`review.guard_rule.Odd`), or {}.
    """

    lead_import = models.OneToOneField(
        Import, models.CASCADE, primary_key=True, related_name="traits", db_column="import_id"
    )
    mapping = models.BigIntegerField()
    people = models.PositiveIntegerField()
    own = models.PositiveIntegerField()
    theirs = models.JSONField()
    phones = models.PositiveIntegerField()
    regions = models.JSONField()
    emails = models.PositiveIntegerField()
    domains = models.JSONField()
    odd = models.JSONField(default=dict)
    looked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"traits of import {self.lead_import_id}"
