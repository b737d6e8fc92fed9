"""What only a person can move on: for each thing why it waits, since when, and the one next step.

What somebody may move on themselves comes first when it is theirs, then what is their teams'.
Readers see the same list, as what waits for others.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, Min, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from imports import access
from imports.audit import acts
from imports.models import Customer, Event, Import, ImportState, Token
from imports.views.words import Look, state
from portal.models import Membership, Role, User

WAITS_FOR_A_PERSON = {
    ImportState.MAPPING: ("its columns need a person", "import_columns"),
    ImportState.REVIEW: ("checked, not sent yet", "import_review"),
    ImportState.APPROVAL: ("waits for approval", "import_review"),
    ImportState.PAUSED: ("paused by itself", "import_send"),
    ImportState.DECISION: ("waits for a decision", "import_send"),
    ImportState.BLOCKED: ("MEGA refuses the customer's token", "import_send"),
    ImportState.INCONSISTENT: ("its books do not balance", "import_send"),
    ImportState.FAILED: ("the file could not be read", "import_file"),
}
_ACT = {
    ImportState.MAPPING: "Choose the columns",
    ImportState.REVIEW: "Review it",
    ImportState.APPROVAL: "Review and approve",
    ImportState.PAUSED: "See why",
    ImportState.DECISION: "Decide",
    ImportState.BLOCKED: "See why",
    ImportState.INCONSISTENT: "See the books",
    ImportState.FAILED: "See what is wrong",
}
# What stands still although it was to be sent comes before what nobody has sent yet.
_URGENCY = {
    ImportState.BLOCKED: 0,
    ImportState.INCONSISTENT: 1,
    ImportState.DECISION: 1,
    ImportState.PAUSED: 1,
    ImportState.APPROVAL: 2,
    ImportState.MAPPING: 4,
    ImportState.REVIEW: 4,
    ImportState.FAILED: 5,
}
_ASKING = tuple(
    one for one in _URGENCY if one not in (ImportState.FAILED, ImportState.INCONSISTENT)
)
_TO_BE_SENT = (
    ImportState.REVIEW,
    ImportState.APPROVAL,
    ImportState.SCHEDULED,
    ImportState.QUEUED,
    ImportState.SENDING,
    ImportState.PAUSED,
    ImportState.BLOCKED,
    ImportState.DECISION,
)
_DRAFTS = 3  # urgency: before reviews, since they are removed after a day
MOST = 200  # that are looked for
REMEMBERED = timedelta(days=30)  # an import whose books do not balance
NAMED = timedelta(days=7)  # a file that could not be read
_LARGE = ("dialect", "dialect_choice", "sheets", "headers", "doubts", "sensitive", "mapping_choice")


@dataclass(frozen=True, slots=True)
class Need:
    """Something that only a person can move on: what, why, since when, and where it is done.

    `act` are the words of the button; `is_mine` says that the reader began it or answers for it,
    `may_act` that their role lets them move it on.
    """

    title: str
    why: str
    url: str
    act: str
    look: Look
    urgency: int
    since: datetime
    lead_import: Import | None = None
    customer_id: int = 0  # whose token it is about
    is_mine: bool = True
    may_act: bool = True

    @property
    def identity(self) -> str:
        """A text that is the same as long as this very need is."""
        return f"{self.url} {self.look.word} {self.why} {self.act}"


@dataclass(frozen=True, slots=True)
class Rights:
    """Whose imports somebody may move on, and whose tokens they may set, by team."""

    user: User
    importer_in: frozenset[int]
    manager_in: frozenset[int]

    @classmethod
    def of(cls, user: User) -> "Rights":
        """Return what the person's memberships say."""
        held = dict(Membership.objects.filter(user=user).values_list("team", "role"))
        ranks = {team: Role(role).rank for team, role in held.items()}
        return cls(
            user,
            frozenset(team for team, rank in ranks.items() if rank >= Role.IMPORTER.rank),
            frozenset(team for team, rank in ranks.items() if rank >= Role.MANAGER.rank),
        )


def of(user: User) -> list[Need]:
    """Return what waits in the teams that the person may read: what they may move on first, theirs
    before others', the most urgent first, then the oldest.
    """
    rights = Rights.of(user)
    asking = list(_asking(user))
    tokens = list(_tokens(rights, asking))
    told = {need.customer_id for need in tokens}
    rest = [one for one in asking if not _is_told(one, told)]
    found = [*tokens, *(_need(rights, one) for one in rest), *_drafts(user)]
    order = sorted(found, key=lambda need: (need.urgency, need.since))
    return sorted(order, key=lambda need: (not need.may_act, not need.is_mine))


def _asking(user: User) -> Iterator[Import]:
    """The imports that ask: open ones by their index, failed files of one's own until a better one
    is there, and those whose books did not balance lately, which are few.
    """
    mine = access.imports_for(user).defer(*_LARGE)
    waiting = mine.filter(finished_at=None, state__in=_ASKING)
    yield from waiting.exclude(state=ImportState.PAUSED, question="").order_by("-pk")[:MOST]
    now = timezone.now()
    failed = mine.filter(state=ImportState.FAILED, created_by=user, created_at__gt=now - NAMED)
    yield from failed.exclude(Exists(_after(user))).order_by("-pk")[:MOST]
    odd = Event.objects.filter(act=acts.INCONSISTENT, at__gt=now - REMEMBERED).order_by("-pk")
    ids = [pk for pk in odd.values_list("import_id", flat=True)[:MOST] if pk is not None]
    yield from mine.filter(pk__in=ids, state=ImportState.INCONSISTENT).order_by("-pk")


def _after(user: User) -> QuerySet[Import]:
    """What somebody uploaded for the same customer after a file that could not be read."""
    later = Import.objects.filter(customer=OuterRef("customer"), pk__gt=OuterRef("pk"))
    return later.filter(created_by=user).exclude(state=ImportState.FAILED)


def _need(rights: Rights, one: Import) -> Need:
    """What an import asks, as one person sees it."""
    code = ImportState(one.state)
    why, page = WAITS_FOR_A_PERSON[code]
    if code == ImportState.REVIEW and one.owner_id == rights.user.pk:
        why = f"{why}; the review is yours"
    return Need(
        title=one.customer.name,
        why=one.reason or why,
        url=reverse(page, args=[one.pk]),
        act=_ACT[code],
        look=state(one.state),
        urgency=_URGENCY[code],
        since=one.created_at,
        lead_import=one,
        is_mine=rights.user.pk in _whose(one),
        may_act=one.customer.team_id in rights.importer_in,
    )


def _whose(one: Import) -> tuple[int | None, ...]:
    """Whose it is: a review has an owner, to whom it may have been handed over."""
    if one.state == ImportState.REVIEW:
        return (one.owner_id_now,)
    return (one.created_by_id, one.sent_by_id)


def _is_told(one: Import, tokens: set[int]) -> bool:
    """Whether the need of its customer's token says it already."""
    return one.state == ImportState.BLOCKED and one.customer_id in tokens


def _tokens(rights: Rights, asking: Iterable[Import]) -> Iterator[Need]:
    """Customers whose token MEGA refuses, and those that an import waits for without any."""
    customers = access.customers_for(rights.user)
    mine = {one.customer_id for one in asking if rights.user.pk == one.created_by_id}
    blocked = Counter(one.customer_id for one in asking if one.state == ImportState.BLOCKED)
    refused = Token.objects.filter(
        customer__in=customers, retired_at=None, refused_at__isnull=False
    ).select_related("customer__team")
    for token in refused.order_by("pk")[:MOST]:
        waits = _imports_wait(blocked[token.customer_id])
        why = f"{token.get_refusal_display()}.{waits}"
        yield _token_need(
            rights, token.customer, why, Look("Token refused", "bad", "key-round"),
            since=token.refused_at or token.set_at, is_mine=token.customer_id in mine,
        )  # fmt: skip
    for customer, waiting, since in _without_token(rights.user, customers):
        why = f"It has no API token yet.{_imports_wait(waiting)}"
        look = Look("No token", "warn", "key-round")
        yield _token_need(rights, customer, why, look, since=since, is_mine=customer.pk in mine)


def _without_token(
    user: User, customers: QuerySet[Customer]
) -> Iterator[tuple[Customer, int, datetime]]:
    in_use = Token.objects.filter(customer=OuterRef("customer"), retired_at=None)
    waiting = access.imports_for(user).filter(
        ~Exists(in_use), finished_at=None, state__in=_TO_BE_SENT
    )
    counted = waiting.order_by().values_list("customer").annotate(Count("pk"), Min("created_at"))
    found = {pk: (many, since) for pk, many, since in counted[:MOST]}
    for customer in customers.filter(pk__in=found):
        yield customer, *found[customer.pk]


def _token_need(
    rights: Rights, customer: Customer, why: str, look: Look, *, since: datetime, is_mine: bool
) -> Need:
    manages = customer.team_id in rights.manager_in
    return Need(
        title=customer.name,
        why=why if manages else f"{why} A manager of {customer.team} sets it.",
        url=reverse("customer_token" if manages else "customer", args=[customer.slug]),
        act="Set a token" if manages else "See the customer",
        look=look,
        urgency=0,
        since=since,
        customer_id=customer.pk,
        is_mine=is_mine or manages,
        may_act=manages,
    )


def _imports_wait(many: int) -> str:
    if not many:
        return ""
    return f" {many:,} import{' waits' if many == 1 else 's wait'} for one."


def _drafts(user: User) -> Iterator[Need]:
    """Files that the person dropped without saying whose leads they hold."""
    drafts = access.drafts_for(user).values("together").order_by()
    for one in drafts.annotate(count=Count("pk"), since=Min("created_at"))[:MOST]:
        yield Need(
            title=f"{one['count']} file{'s' if one['count'] > 1 else ''} without a customer",
            why="say whose leads they are; after a day they are removed",
            url=reverse("together", args=[one["together"]]),
            act="Say whose they are",
            look=Look("Whose?", "warn", "circle-question-mark"),
            urgency=_DRAFTS,
            since=one["since"],
        )
