"""Where an import's leads come from: supplier, day, lawful basis, and who handed them over."""

from django.conf import settings
from django.db import models

from imports.models.imports import Import

LONGEST = 120  # characters of a name


class LawfulBasis(models.TextChoices):
    """Why the customer may contact these people. The words are those of Article 6 of the GDPR."""

    CONSENT = "consent", "Consent"
    CONTRACT = "contract", "Contract, or steps before one"
    LEGITIMATE_INTEREST = "legitimate_interest", "Legitimate interest"
    LEGAL_OBLIGATION = "legal_obligation", "Legal obligation"
    PUBLIC_TASK = "public_task", "Public task"
    VITAL_INTEREST = "vital_interest", "Vital interest"


class Provenance(models.Model):
    """What a person said of it; a blank is what nobody said. Fixed once sending begins."""

    lead_import = models.OneToOneField(
        Import,
        models.CASCADE,
        related_name="provenance",
        db_column="import_id",
        primary_key=True,
    )
    supplier = models.CharField(max_length=LONGEST, blank=True)  # or the campaign
    received_on = models.DateField(null=True, blank=True)
    basis = models.CharField(max_length=19, choices=LawfulBasis.choices, blank=True)
    handed_over_by = models.CharField(max_length=LONGEST, blank=True)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    noted_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"provenance of import {self.lead_import_id}"
