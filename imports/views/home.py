"""The first page: what needs me, what runs, what was done lately; for managers their month."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, Q, QuerySet, Value, When
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from imports import access
from imports.delivery import progress
from imports.models import FINAL, Import, Schedule
from imports.reports.charts.months import ends_of
from imports.views import month, needs, words
from imports.views.http import Request, teams_as
from imports.views.needs import Need
from imports.views.words import Look
from portal.models import Role, User

MOST = 8
TOLD = ("created", "updated", "skipped")  # of a result beside what went wrong


@dataclass(frozen=True, slots=True)
class Group:
    """Needs under one heading, of which the first are shown."""

    code: str
    heading: str
    all: list[Need]

    @property
    def shown(self) -> list[Need]:
        return self.all[:MOST]

    @property
    def more(self) -> int:
        return len(self.all) - len(self.shown)


@dataclass(frozen=True, slots=True)
class Result:
    """An import that is over: what became of its rows, what went wrong apart."""

    lead_import: Import
    sent: int
    went: list[tuple[str, int]]  # words and numbers
    wrong: list[tuple[str, Look, int]]  # codes, looks and numbers


@require_GET
def home(request: Request) -> HttpResponse:
    """Needs, running imports and recent results (live), a place to drop files, the month."""
    mine = access.imports_for(request.user)
    live = _live(request.user, mine)
    if request.htmx:
        if request.GET.get("v") == live["version"]:
            return HttpResponse(status=204)
        return render(request, "imports/home.html#live", live)
    context = {
        **live,
        "has_history": bool(live["running"] or live["recent"]) or mine.exists(),
        "has_customers": access.customers_for(request.user).exists(),
        "may_make_customers": teams_as(request.user, Role.MANAGER).exists(),
        "may_import": access.customers_to_import_for(request.user).exists(),
        "month": month.of(request),
    }
    return render(request, "imports/home.html", context)


def _live(user: User, mine: QuerySet[Import]) -> dict[str, object]:
    found = needs.of(user)
    under_way = progress.running(mine)
    going = _shown(user, under_way)
    planned, planned_count = _planned(mine)
    recent = results(mine.filter(state__in=FINAL).order_by("-pk")[:MOST])
    total = len(going) if len(going) < MOST else under_way.count()
    parts = (
        total,
        [need.identity for need in found],
        [(one.pk, standing.version) for one, standing in going],
        planned_count,
        [(one.pk, one.at, one.after_id) for one in planned],
        [(result.lead_import.pk, result.lead_import.state, result.sent) for result in recent],
    )
    return {
        "groups": groups(found),
        "count": sum(need.may_act for need in found),
        "running": going,
        "running_count": total,
        "running_more": total - len(going),
        "planned": planned,
        "planned_count": planned_count,
        "planned_more": planned_count - len(planned),
        "recent": recent,
        "version": hashlib.sha256(repr(parts).encode()).hexdigest()[:12],
    }


def groups(found: Iterable[Need]) -> list[Group]:
    """One's own, one's teams', and what only others may move on; none that is empty."""
    mine: list[Need] = []
    teams: list[Need] = []
    others: list[Need] = []
    for need in found:
        (others if not need.may_act else mine if need.is_mine else teams).append(need)
    made = [
        Group("mine", "Needs you", mine),
        Group("teams", "Needs somebody in your teams", teams),
        Group("others", "Waits for others", others),
    ]
    return [group for group in made if group.all]


def _shown(user: User, under_way: QuerySet[Import]) -> list[tuple[Import, progress.Standing]]:
    """The first imports under way, each with its standing, one's own first."""
    own = Case(When(Q(created_by=user) | Q(sent_by=user), then=Value(0)), default=Value(1))
    return progress.standings(under_way.order_by(own, "-pk")[:MOST])


def _planned(mine: QuerySet[Import]) -> tuple[list[Schedule], int]:
    """The first imports that start later by themselves, and how many there are."""
    found = Schedule.objects.filter(lead_import__in=mine.select_related(None))
    ordered = found.select_related("lead_import__customer").order_by("at", "pk")
    shown = list(ordered[:MOST])
    return shown, len(shown) if len(shown) < MOST else found.count()


def results(recent: QuerySet[Import]) -> list[Result]:
    """What became of the rows of imports that are over."""
    imports = list(recent)
    sums = ends_of(one.pk for one in imports)
    return [_result(one, sums.get(one.pk, {})) for one in imports]


def _result(one: Import, rows: dict[str, int]) -> Result:
    return Result(
        one,
        sent=sum(rows.values()),
        went=[(words.result(code).word.lower(), rows[code]) for code in TOLD if rows.get(code)],
        wrong=[
            (code, words.result(code), rows[code])
            for code in ("failed", "unknown")
            if rows.get(code)
        ],
    )
