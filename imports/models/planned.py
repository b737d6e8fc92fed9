"""When a confirmed import is to start, and whose review an import is."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from imports.models.customers import OnDuplicate
from imports.models.imports import Import
from imports.models.mappings import MappingVersion


class Schedule(models.Model):
    """The word to send, given ahead: at a time, or once another import has ended.

    It is there exactly while its import is scheduled. `mapping` and `leads` are what was confirmed;
    `wish` says what is to be read before (`delivery.before.Wish`).
    """

    lead_import = models.OneToOneField(
        Import, models.CASCADE, primary_key=True, related_name="schedule", db_column="import_id"
    )
    at = models.DateTimeField(null=True)
    after = models.ForeignKey(Import, models.PROTECT, null=True, related_name="followers")
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    set_at = models.DateTimeField(auto_now=True)
    on_duplicate = models.CharField(max_length=6, choices=OnDuplicate.choices)
    mapping = models.ForeignKey(MappingVersion, models.PROTECT, null=True, related_name="+")
    leads = models.PositiveIntegerField()
    wish = models.JSONField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(at=None, after__isnull=False) | Q(at__isnull=False, after=None),
                name="schedule_at_or_after",
            )
        ]
        indexes = [models.Index(fields=["at"], name="schedule_at")]

    def __str__(self) -> str:
        return f"schedule of import {self.lead_import_id}"


class HandOver(models.Model):
    """A review was given to a colleague. The newest says whose it is; see `Import.owner`."""

    lead_import = models.ForeignKey(
        Import, models.CASCADE, related_name="hand_overs", db_column="import_id"
    )
    to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    note = models.TextField(blank=True, default="")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"hand-over {self.pk}"
