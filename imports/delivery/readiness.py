"""What customers lack before their imports can be sent: a token, a right, a check.

All of it is read from what is known already; nothing here asks MEGA. Rights are what MEGA showed:
a token that was accepted may write leads, one that read them may read, one that got a 403 may not.
What is known of a key belongs to its fingerprint, so a new token begins anew.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import models
from django.db.models import (
    BooleanField,
    Count,
    ExpressionWrapper,
    FilteredRelation,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Greatest, Now
from django.db.models.lookups import LessThan

from imports.delivery import checks
from imports.errors import PortalError
from imports.mega.contract import SCOPE_READ, SCOPE_WRITE
from imports.models import (
    UNDER_WAY,
    Attempt,
    Batch,
    BatchState,
    Customer,
    Import,
    Kind,
    ReadAttempt,
    Token,
)
from portal.models import User

LONG: Final = timedelta(days=30)  # after which what was known of a token is worth a new check
MOST_CHECKS: Final = 100  # that one click asks for
_PENDING: Final = (BatchState.WAITING, BatchState.CLAIMED, BatchState.SENDING)


class Lack(models.TextChoices):
    """What a customer may lack; the code stands in addresses."""

    TOKEN = "token", "No token"
    REFUSED = "refused", "Token refused"
    CHECK = "check", "Not checked"
    OLD_CHECK = "old-check", "Checked long ago"
    READ = "leads-read", "May not read leads"


class Step(models.TextChoices):
    """The one thing to do next."""

    NOTHING = "", "Nothing"
    SET = "set", "Set the token"
    ASK = "ask", "Ask MEGA for the right"
    CHECK = "check", "Check now"


@dataclass(frozen=True, slots=True)
class Standing:
    """One customer as the list shows it.

    reads    whether the token may read leads; None while nobody asked
    asks_for the scope that MEGA should give, where that is the step
    waiting  imports that are under way; a missing or refused token holds them up
    """

    customer: Customer
    token: Token | None
    lacks: list[Lack]
    step: Step
    asks_for: str
    checked: str
    reads: bool | None
    is_asking: bool
    imports: int
    latest: datetime | None
    waiting: int

    @property
    def writes(self) -> bool:
        """Whether MEGA accepted the token for writing leads."""
        token = self.token
        if token is None or token.refused_at is not None:
            return False
        return token.check_result == "ok" or token.quota.proved_at is not None

    @property
    def request(self) -> str:
        """What to write to MEGA; the token itself is named by its end only."""
        return (
            f"Please give the API token that ends in {self.token.last_four if self.token else ''}, "
            f"of the MEGA customer {self.customer.mega_id}, the scope {self.asks_for}."
        )


def known(customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """Each customer with its token in use (`in_use`, with its quota), and a flag for each lack."""
    quota = OuterRef("in_use__quota")
    answers = Attempt.objects.filter(quota=quota, status=200).order_by("-started_at")
    reads = ReadAttempt.objects.filter(quota=quota, status__in=(200, 403)).order_by("-started_at")
    found = customers.annotate(
        in_use=FilteredRelation("tokens", condition=Q(tokens__retired_at=None)),
    ).annotate(
        answered_at=Subquery(answers.values("started_at")[:1]),
        read_status=Subquery(reads.values("status")[:1]),
    )
    flags: dict[str, Any] = {
        flag(lack): ExpressionWrapper(condition, output_field=BooleanField())
        for lack, condition in _conditions().items()
    }
    joined: QuerySet[Any] = found.annotate(**flags)  # the type checker knows no `in_use`
    return joined.select_related("team", "in_use__quota")


def flag(lack: Lack) -> str:
    """The name of a lack's flag."""
    return f"lacks_{lack.name.lower()}"


def _conditions() -> dict[Lack, Q]:
    accepted = Q(in_use__refused_at=None) & (
        Q(in_use__check_result="ok") | Q(in_use__quota__proved_at__isnull=False)
    )
    unclear = ["", *(code for code in checks.SENTENCES if code != "ok")]
    heard = Greatest("in_use__checked_at", "in_use__quota__proved_at", "answered_at")
    return {
        Lack.TOKEN: Q(in_use__id=None),
        Lack.REFUSED: Q(in_use__refused_at__isnull=False),
        Lack.CHECK: Q(
            in_use__id__isnull=False,
            in_use__refused_at=None,
            in_use__quota__proved_at=None,
            in_use__check_result__in=unclear,
        ),
        Lack.OLD_CHECK: accepted & Q(LessThan(heard, Now() - LONG)),
        Lack.READ: Q(in_use__refused_at=None, read_status=403),
    }


def lacking(found: QuerySet[Customer], lack: Lack) -> QuerySet[Customer]:
    """Those of `known` customers that lack this."""
    return found.filter(**{flag(lack): True})


def counts(found: QuerySet[Customer]) -> dict[str, int]:
    """How many of `known` customers lack what, by code; under "" how many there are."""
    wanted: dict[str, Any] = {
        lack.name: Count("pk", filter=Q(**{flag(lack): True})) for lack in Lack
    }
    sums = found.order_by().aggregate(every=Count("pk"), **wanted)
    return {"": sums["every"], **{lack.value: sums[lack.name] for lack in Lack}}


def token_of(customer: Customer) -> Token | None:
    """The token in use of a `known` customer."""
    token: Token | None = getattr(customer, "in_use", None)
    return token


def lacks_of(customer: Customer) -> list[Lack]:
    """What a `known` customer lacks."""
    return [lack for lack in Lack if getattr(customer, flag(lack))]


def may_read(customer: Customer) -> bool | None:
    """Whether a `known` customer's token may read leads, as far as MEGA showed."""
    status: int | None = getattr(customer, "read_status", None)
    return None if status is None else status == 200


def standings(customers: Sequence[Customer]) -> list[Standing]:
    """How these `known` customers stand, a page of them, with what their imports do."""
    ids = [one.pk for one in customers]
    asking = _asking(ids)
    imported = {
        pk: (count, latest)
        for pk, count, latest in Import.objects.filter(customer__in=ids)
        .order_by()
        .values_list("customer")
        .annotate(Count("pk"), Max("created_at"))
    }
    waits = waiting(ids)
    return [
        _standing(one, one.pk in asking, imported.get(one.pk, (0, None)), waits.get(one.pk, 0))
        for one in customers
    ]


def waiting(ids: Iterable[int]) -> dict[int, int]:
    """How many imports of each of these customers are under way."""
    going = Import.objects.filter(customer__in=ids, state__in=UNDER_WAY, finished_at=None)
    return dict(going.order_by().values_list("customer").annotate(Count("pk")))


def _standing(
    customer: Customer, is_asking: bool, imported: tuple[int, datetime | None], waits: int
) -> Standing:
    token, lacks = token_of(customer), lacks_of(customer)
    step, scope = _step(token, lacks)
    return Standing(
        customer=customer,
        token=token,
        lacks=lacks,
        step=Step.NOTHING if is_asking and step == Step.CHECK else step,
        asks_for=scope,
        checked=checks.SENTENCES.get(token.check_result, "") if token else "",
        reads=may_read(customer),
        is_asking=is_asking,
        imports=imported[0],
        latest=imported[1],
        waiting=waits,
    )


def _step(token: Token | None, lacks: Sequence[Lack]) -> tuple[Step, str]:
    """The most urgent thing; with the scope to ask for."""
    if token is None:
        return Step.SET, ""
    if Lack.REFUSED in lacks:
        return (Step.ASK, SCOPE_WRITE) if _lacks_scope(token) else (Step.SET, "")
    if Lack.CHECK in lacks or Lack.OLD_CHECK in lacks:
        return Step.CHECK, ""
    return (Step.ASK, SCOPE_READ) if Lack.READ in lacks else (Step.NOTHING, "")


def _lacks_scope(token: Token) -> bool:
    """Whether MEGA knows the token but has not given it the right to write, by its own words."""
    if token.refusal != Token.Refusal.FORBIDDEN:
        return False
    return token.check_result == "no_scope" or "scope" in token.refusal_message.lower()


def _asking(ids: Iterable[int]) -> set[int]:
    checks_open = Batch.objects.filter(kind=Kind.CHECK, customer__in=ids, state__in=_PENDING)
    return set(checks_open.values_list("customer", flat=True))


def check_all(customers: QuerySet[Customer], user: User) -> tuple[int, int]:
    """Ask MEGA about tokens that were never checked; return how many, and how many are left.

    Each is a check like any other: one that runs, or that ended within the last minute, is shared.
    """
    unchecked = lacking(known(customers), Lack.CHECK).order_by("name", "pk")
    asking = _asking(unchecked.values_list("pk", flat=True))
    waiting_ones = [one for one in unchecked if one.pk not in asking]
    asked = 0
    for customer in waiting_ones[:MOST_CHECKS]:
        try:
            checks.start_check(customer, user)
        except PortalError:  # its token was taken away in this moment
            continue
        asked += 1
    return asked, max(0, len(waiting_ones) - MOST_CHECKS)
