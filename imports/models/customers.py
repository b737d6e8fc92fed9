"""Customers (client accounts of MEGA), their tokens, and the request quota of each token."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from portal.models import Team
from portal.names import Seen


class OnDuplicate(models.TextChoices):
    """What MEGA does with a row that matches a lead it already has."""

    SKIP = "skip", "Leave existing leads as they are"
    UPDATE = "update", "Update existing leads"


class FieldFound(models.TextChoices):
    """What MEGA said of a custom field when a trial row carried it."""

    NOTHING = "", "Not asked yet"
    KNOWN = "known", "MEGA knows it"
    IGNORED = "ignored", "MEGA does not know it"


class Customer(models.Model):
    """A client account. Its MEGA id cannot change once it has had a token (trigger `0002`)."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="customers")
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=80, unique=True)
    mega_id = models.UUIDField("MEGA customer id")
    region = models.CharField(
        "phone region", max_length=2, default="US", help_text="Two letters, e.g. US, GB, DE."
    )
    requests_per_minute = models.PositiveSmallIntegerField(
        default=10, validators=[MinValueValidator(1), MaxValueValidator(600)]
    )
    on_duplicate = models.CharField(
        max_length=6, choices=OnDuplicate.choices, default=OnDuplicate.SKIP
    )
    failure_percent = models.PositiveSmallIntegerField(
        "failures before asking",
        default=20,
        validators=[MaxValueValidator(100)],
        help_text="Percent of the rows answered so far; 100 never asks.",
    )
    update_points = models.PositiveSmallIntegerField(
        "updates beyond the preview before asking",
        default=10,
        validators=[MaxValueValidator(100)],
        help_text="Percentage points more than MEGA predicted; 100 never asks.",
    )
    keep_old_values = models.BooleanField(
        "keep the old values of leads that are updated",
        default=True,
        help_text="They are read before sending starts, if the token may read leads.",
    )
    keep_minutes = models.PositiveSmallIntegerField(
        "minutes that sending waits for it",
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(18)],
        help_text="1 to 18. When that is too short, sending starts without old values.",
    )
    hold_won = models.BooleanField("hold back leads that are won", default=False)
    hold_lost = models.BooleanField("hold back leads that are lost", default=False)
    hold_days = models.PositiveSmallIntegerField(
        "hold back leads contacted within so many days",
        default=0,
        validators=[MaxValueValidator(3650)],
        help_text="0 holds none back.",
    )
    import_field = models.CharField(
        "custom field that gets the import's number",
        max_length=64,
        blank=True,
        default="",
        db_default="",
        help_text="Its slug in MEGA. Empty: leads get no number.",
    )
    import_field_found = models.CharField(
        max_length=7, choices=FieldFound.choices, blank=True, default="", db_default=""
    )
    import_field_asked_at = models.DateTimeField(null=True)
    rule_age = models.PositiveSmallIntegerField(
        "minimum age", null=True, blank=True, validators=[MaxValueValidator(120)]
    )
    rule_days = models.PositiveSmallIntegerField(
        "days that a lead is old at most",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(32_000)],
    )
    rule_countries = ArrayField(
        models.CharField(max_length=2),
        verbose_name="allowed countries",
        default=list,
        blank=True,
        db_default=[],
    )
    rule_proof = models.BooleanField(
        "a proof of consent is required", default=False, db_default=False
    )
    needs_provenance = models.BooleanField(
        "where leads come from is required", default=False, db_default=False
    )
    note = models.TextField(
        "note for the review", blank=True, default="", db_default="", max_length=1000
    )
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["team", "mega_id"], name="customer_mega_id_once"),
            models.UniqueConstraint(
                models.F("team"),
                Seen("name"),
                name="customer_name_once_seen",
                violation_error_message=(
                    "The team already has a customer whose name looks the same; choose another."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(requests_per_minute__range=(1, 600)), name="customer_rpm_range"
            ),
            models.CheckConstraint(
                condition=models.Q(failure_percent__lte=100, update_points__lte=100),
                name="customer_percents",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def token(self) -> "Token | None":
        """The token in use, if there is one."""
        return self.tokens.filter(retired_at=None).select_related("quota", "set_by").first()

    @property
    def accepted_token(self) -> "Token | None":
        """The token in use, unless MEGA refused it."""
        token = self.token
        return token if token and token.refused_at is None else None


class Quota(models.Model):
    """The request budget of one API key, shared by everything that is sent with it.

    It belongs to the key's fingerprint: a new key starts with an empty window, and the same key
    under two customers is one budget.
    """

    fingerprint = models.CharField(max_length=32, unique=True)
    learned_limit = models.PositiveSmallIntegerField(null=True)  # requests a minute, from headers
    hold_until = models.DateTimeField(null=True)  # Retry-After of the latest 429
    spaced_until = models.DateTimeField(null=True)  # when twenty of them are forgiven
    spaced_left = models.PositiveSmallIntegerField(default=0)  # successes to make up for 429s
    unclear_streak = models.PositiveIntegerField(default=0)  # answers in a row that said nothing
    proved_at = models.DateTimeField(null=True)  # first 200; until then one request at a time

    def __str__(self) -> str:
        return self.fingerprint


class Token(models.Model):
    """A sealed API token of one customer. Only the newest is in use; the others are history."""

    class Refusal(models.TextChoices):
        UNAUTHORIZED = "unauthorized", "MEGA does not know this token (401)"
        FORBIDDEN = "forbidden", "The token lacks a right or belongs to another customer (403)"

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="tokens")
    quota = models.ForeignKey(Quota, models.PROTECT, related_name="tokens")
    sealed = models.BinaryField(editable=False)
    last_four = models.CharField(max_length=4)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    set_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=20, choices=Refusal.choices, blank=True)
    refusal_message = models.TextField(blank=True)  # MEGA's own words
    checked_at = models.DateTimeField(null=True)
    check_result = models.CharField(max_length=30, blank=True)  # code, see delivery.checks

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"],
                condition=models.Q(retired_at=None),
                name="token_in_use_once",
            )
        ]

    def __str__(self) -> str:
        return f"…{self.last_four}"
