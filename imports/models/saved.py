"""Mappings that people saved by name."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from imports.models.customers import Customer
from portal.models import Team
from portal.names import Seen

LONGEST_NAME = 80


class SavedMapping(models.Model):
    """What becomes of columns, by their headings, under a name: of one customer, or of its team."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="+")
    customer = models.ForeignKey(  # None: for every customer of the team
        Customer, models.CASCADE, null=True, related_name="+"
    )
    name = models.CharField(max_length=LONGEST_NAME)
    headers = ArrayField(models.TextField())
    layout = models.CharField(max_length=32, blank=True)  # as `Import.layout`
    content = models.JSONField()  # columns.mapping.Mapping.to_json()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                models.F("team"),
                models.F("customer"),
                Seen("name"),
                name="saved_mapping_name_once_seen",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def stamp(self) -> str:
        """Another one after each change; a page that offers it sends it back."""
        return f"{self.changed_at.timestamp():.6f}"
