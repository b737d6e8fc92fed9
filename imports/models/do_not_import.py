"""Do-not-import lists: whom a customer, or the whole agency, must not have imported.

No address, phone or domain is stored, only its keyed hash (`do_not_import.hashes`).
"""

from django.conf import settings
from django.db import models

from imports.models.customers import Customer
from portal.models import Team

LONGEST_WORDS = 100  # characters of a source or reason


class DoNotImportList(models.Model):
    """The list of one customer, or of a team: that one holds for all of the team's customers.

    `version` grows with whatever is added or removed, in the transaction that does so and under
    the lock of this row. What was judged by the lists notes the sum of their versions (`listed_to`
    of imports and batches): another sum says that it must be judged again.
    """

    team = models.ForeignKey(Team, models.PROTECT, related_name="do_not_import")
    customer = models.ForeignKey(
        Customer, models.CASCADE, null=True, related_name="do_not_import", db_index=False
    )
    version = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer"],
                condition=models.Q(customer__isnull=False),
                name="do_not_import_of_customer",
            ),
            models.UniqueConstraint(
                fields=["team"], condition=models.Q(customer=None), name="do_not_import_of_team"
            ),
        ]

    def __str__(self) -> str:
        return f"do-not-import list of {self.customer or self.team}"


class ListAddition(models.Model):
    """What somebody added at once: where it is from, why, who and when."""

    class Way(models.TextChoices):
        """How it came in."""

        TYPED = "typed", "Typed in"
        FILE = "file", "From a file"
        ROW = "row", "From a row of an import"
        COMMAND = "command", "By a command"

    list = models.ForeignKey(DoNotImportList, models.CASCADE, related_name="additions")
    way = models.CharField(max_length=7, choices=Way.choices)
    source = models.CharField(max_length=LONGEST_WORDS, blank=True)
    reason = models.CharField(max_length=LONGEST_WORDS, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.source or self.get_way_display().lower()


class ListEntry(models.Model):
    """One e-mail address, phone or domain, as a hash; the hint leads nobody back to it."""

    class Kind(models.TextChoices):
        EMAIL = "email", "E-mail"
        PHONE = "phone", "Phone"
        DOMAIN = "domain", "Domain"

    list = models.ForeignKey(
        DoNotImportList, models.CASCADE, related_name="entries", db_index=False
    )
    addition = models.ForeignKey(ListAddition, models.CASCADE, related_name="entries")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    digest = models.BinaryField(max_length=32)
    hint = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["list", "kind", "digest"], name="list_entry_once")
        ]
        indexes = [models.Index(fields=["list", "-id"], name="list_entry_newest")]

    def __str__(self) -> str:
        return self.hint


class ListKey(models.Model):
    """The key of the hashes, sealed under TOKEN_KEYS. There is one."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sealed = models.BinaryField(editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="list_key_is_one"),
        ]

    def __str__(self) -> str:
        return "key of the do-not-import lists"
