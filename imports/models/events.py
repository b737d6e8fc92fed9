"""The audit trail: a hash chain of acts for each team and one for the site."""

from django.conf import settings
from django.db import models

from portal.models import Team


class Chain(models.Model):
    """The head of one chain; locking its row serialises the events of a team."""

    team = models.OneToOneField(Team, models.PROTECT, null=True, related_name="+")
    length = models.PositiveBigIntegerField(default=0)
    head = models.BinaryField(default=bytes(32))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team"], name="chain_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"chain {self.pk}"


class Event(models.Model):
    """One act. Appended only: triggers refuse UPDATE, DELETE and TRUNCATE.

    `facts` holds ids, codes and counts; never lead data, file names or other free text.
    """

    chain = models.ForeignKey(Chain, models.PROTECT, related_name="events")
    position = models.PositiveBigIntegerField()  # 1, 2, 3 … within the chain
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    act = models.CharField(max_length=40)  # code, see audit.acts
    customer_id = models.BigIntegerField(null=True)
    import_id = models.BigIntegerField(null=True)
    facts = models.JSONField(default=dict)
    previous = models.BinaryField()  # SHA-256 of the event before
    digest = models.BinaryField()  # SHA-256 of this one

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["chain", "position"], name="event_position_once")
        ]
        indexes = [
            models.Index(fields=["import_id"], name="event_of_import"),
            models.Index(fields=["customer_id"], name="event_of_customer"),
            models.Index(fields=["act", "-id"], name="event_by_act"),
        ]

    def __str__(self) -> str:
        return f"event {self.position}"
