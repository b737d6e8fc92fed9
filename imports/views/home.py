"""The first page: what needs me, what runs, what was done lately."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from imports import access
from imports.delivery import progress
from imports.models import Import, ImportState, Token
from imports.views.http import Request, teams_as
from portal.models import Role, User

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
RUNS = (
    ImportState.UPLOADED,
    ImportState.READING,
    ImportState.CHECKING,
    ImportState.QUEUED,
    ImportState.SENDING,
    ImportState.PAUSED,
)
MOST = 8


@dataclass(frozen=True, slots=True)
class Need:
    """Something that only a person can move on: what, why, and where it is done."""

    title: str
    why: str
    url: str
    lead_import: Import | None = None
    is_token: bool = False


@require_GET
def home(request: Request) -> HttpResponse:
    """Needs, running imports (live) and recent ones."""
    mine = access.imports_for(request.user).select_related("customer", "created_by")
    context = {
        "needs": needs(request.user, mine),
        "running": running(mine),
        "recent": mine.exclude(state__in=RUNS)[:MOST],
        "has_customers": access.customers_for(request.user).exists(),
        "may_make_customers": teams_as(request.user, Role.MANAGER).exists(),
        "may_import": teams_as(request.user, Role.IMPORTER).exists(),
    }
    part = "#live" if request.htmx else ""
    return render(request, f"imports/home.html{part}", context)


def needs(user: User, mine: QuerySet[Import]) -> list[Need]:
    """What waits for a person in the user's teams, customers without a working token first."""
    customers = access.customers_for(user)
    refused = Token.objects.filter(
        customer__in=customers, retired_at=None, refused_at__isnull=False
    ).select_related("customer")
    found = [
        Need(
            t.customer.name,
            t.get_refusal_display(),
            reverse("customer", args=[t.customer.slug]),
            is_token=True,
        )
        for t in refused[:MOST]
    ]
    waiting = mine.filter(state__in=WAITS_FOR_A_PERSON).filter(
        Q(created_by=user) | ~Q(state=ImportState.FAILED),
        ~Q(state=ImportState.PAUSED, question=""),  # a person paused it
    )
    return [*_unclaimed(user), *found, *(_need(lead_import) for lead_import in waiting[:MOST])]


def _unclaimed(user: User) -> list[Need]:
    """Files that the user dropped without saying whose leads they hold."""
    drafts = access.drafts_for(user).values("together").annotate(count=Count("pk")).order_by()
    return [
        Need(
            f"{one['count']} file{'s' if one['count'] > 1 else ''} without a customer",
            "say whose leads they are; after a day they are removed",
            reverse("together", args=[one["together"]]),
        )
        for one in drafts[:MOST]
    ]


def _need(lead_import: Import) -> Need:
    why, page = WAITS_FOR_A_PERSON[ImportState(lead_import.state)]
    return Need(
        lead_import.customer.name,
        lead_import.reason or why,
        reverse(page, args=[lead_import.pk]),
        lead_import,
    )


def running(mine: QuerySet[Import]) -> list[tuple[Import, progress.Standing]]:
    """The imports under way, each with its standing."""
    return progress.standings(mine.filter(state__in=RUNS)[:MOST])
