"""Files that were dropped before anybody said whose leads they hold."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from imports.models.customers import Customer
from imports.models.imports import upload_path


class Draft(models.Model):
    """An upload without an import: its owner's alone, and kept for a day (`intake.drafts`).

    `asked_for` is the customer that was chosen while that customer has the very same file already:
    the draft waits until its owner says that it is meant to be imported again.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    together = models.UUIDField(db_index=True)  # as `Import.together`
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    file = models.FileField(upload_to=upload_path)
    file_name = models.CharField(max_length=255)
    file_size = models.BigIntegerField()  # bytes
    file_sha256 = models.CharField(max_length=64)
    headers = ArrayField(models.TextField(), default=list)  # [] while nobody has looked
    layout = models.CharField(max_length=32, blank=True)  # as `Import.layout`
    repairs = models.PositiveBigIntegerField(null=True)  # the import that a file of ours names
    asked_for = models.ForeignKey(Customer, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"draft {self.pk}"
