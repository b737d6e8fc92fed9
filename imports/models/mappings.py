"""What becomes of an import's columns, and how its rows are checked under that."""

from django.conf import settings
from django.db import models

from imports.models.imports import Import


class MappingVersion(models.Model):
    """What becomes of each column, as it stood at one moment. Never changed, only succeeded."""

    lead_import = models.ForeignKey(
        Import, models.CASCADE, related_name="mappings", db_column="import_id"
    )
    version = models.PositiveIntegerField()
    content = models.JSONField()  # columns.mapping.Mapping.to_json()
    rules = models.JSONField(  # the customer's, as they stood then: columns.rules.Rules.to_json()
        default=dict, db_default={}
    )
    region = models.CharField(  # the customer's, as it stood then; phones are read by it
        max_length=2, default="", db_default="", blank=True
    )
    phones_from = models.ForeignKey(  # the one before, where phones are read as under that
        "self", models.RESTRICT, null=True, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    accepted_by = models.ForeignKey(  # who accepted all its sure guesses with one click
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint(fields=["lead_import", "version"], name="mapping_version_once")
        ]

    def __str__(self) -> str:
        return f"mapping {self.version} of import {self.lead_import_id}"


class Chunk(models.Model):
    """A range of row numbers that is checked as one task under one mapping version."""

    mapping = models.ForeignKey(MappingVersion, models.CASCADE, related_name="chunks")
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    work_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    read_by = models.CharField(  # by what rules and phone data: columns.read_before.READ_BY
        max_length=40, default="", db_default="", blank=True
    )
    sums = models.JSONField(null=True)  # columns.sums.Sums, of its leads as they were judged last

    class Meta:
        ordering = ["first"]
        constraints = [
            models.UniqueConstraint(fields=["mapping", "first"], name="chunk_once"),
        ]

    def __str__(self) -> str:
        return f"rows {self.first} to {self.last}"
