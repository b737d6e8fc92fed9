"""Groups of rows that MEGA would take for one person: looked at, decided about, undone."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from imports import access, tasks
from imports.forms.groups import SHOWN, AboutForm, DecideForm, Wanted
from imports.models import Gathering, Import, ImportState, ReviewAct
from imports.review import acts, decided, deciding, holds, standing
from imports.review.acts import Deed, Kind
from imports.views import by_key, group_cards, steps
from imports.views.http import PLACE, Request, attempt
from portal.models import Role, User

PER_PAGE = 15


@require_GET
def index(request: Request, pk: int) -> HttpResponse:
    """A page of groups, the largest first."""
    lead_import = access.get_import(request.user, pk)
    counts = _counts(lead_import)
    about = AboutForm(request.GET).about_code or next(filter(counts.get, SHOWN), SHOWN[0])
    found = Gathering.objects.filter(lead_import=lead_import, about=about)
    ordered = group_cards.with_first_rows(found).order_by("-size", "first", "id")
    page = by_key.page(request, ordered, PER_PAGE)
    context = steps.shared(request, lead_import, "import_review") | {
        "about": about,
        "kinds": [(one, holds.kind(one).title, counts.get(one, 0)) for one in SHOWN],
        "page": page,
        "cards": group_cards.cards(lead_import, page.entries),
        "may_decide": lead_import.state == ImportState.REVIEW,
        "buttons": group_cards.buttons(about) if about in decided.CHOICES else [],
        "decisions": _decisions(lead_import, about),
        "token": standing.token(lead_import),
    }
    return render(request, "imports/groups.html", context)


def _counts(lead_import: Import) -> dict[str, int]:
    found = Gathering.objects.filter(lead_import=lead_import).values_list("about")
    return dict(found.annotate(groups=Count("id")).order_by())


def _decisions(lead_import: Import, about: str) -> list[tuple[ReviewAct, str, str]]:
    """What stands about all groups of a kind: the act and its words."""
    if about not in decided.CHOICES:
        return []
    acts_for_all = standing.of(lead_import, about).filter(kind=Kind.DECIDE, rows=[])
    return [
        (act, holds.kind(act.about).title, decided.CHOICES[act.about][act.content["choice"]])
        for act in acts_for_all.select_related("made_by").order_by("-pk")
    ]


@require_POST
def decide(request: Request, pk: int) -> HttpResponse:
    """Decide for one group, or for all of a kind that have no decision of their own."""
    lead_import = access.get_import(request.user, pk, need=Role.IMPORTER)
    form = DecideForm(request.POST)
    if form.is_valid():
        attempt(request, "Decided. It can be undone here.", _do, lead_import, request.user, form)
    else:
        messages.error(request, form.complaint)
    return _back(request, pk)


def _do(lead_import: Import, user: User, form: DecideForm) -> None:
    wanted: Wanted = form.wanted
    if wanted.group:
        deciding.for_one(lead_import, user, wanted.group, wanted.choice, seen=wanted.seen)
        return
    deed = Deed(Kind.DECIDE, wanted.about, content={"choice": wanted.choice})
    acts.do(lead_import, user, deed, seen=wanted.seen)
    tasks.nudge_chunks_of(lead_import.pk)


@require_POST
def undo(request: Request, pk: int, act: int) -> HttpResponse:
    """Undo a decision: what was decided before it counts again."""
    lead_import = access.get_import(request.user, pk, need=Role.IMPORTER)
    attempt(request, "Undone.", _undo, lead_import, request.user, act)
    return _back(request, pk)


def _undo(lead_import: Import, user: User, act: int) -> None:
    acts.undo(lead_import, user, act)
    tasks.nudge_chunks_of(lead_import.pk)


def _back(request: Request, pk: int) -> HttpResponse:
    """To the same place of the list, or to the review: also while all rows are judged anew."""
    about = AboutForm(request.GET).about_code
    if not about or not Import.objects.filter(pk=pk, state=ImportState.REVIEW).exists():
        return redirect("import_review", pk)
    query = request.GET.copy()
    for name in [name for name in query if name not in {"about", *PLACE}]:
        del query[name]
    return redirect(f"{reverse('import_groups', args=[pk])}?{query.urlencode()}")


def summary(lead_import: Import, token: str) -> dict[str, Any]:
    """What the review shows of it: the largest that nobody decided about, what was decided."""
    waiting = Gathering.objects.filter(lead_import=lead_import, about=decided.MELTS, choice="")
    largest = group_cards.with_first_rows(waiting).order_by("-size", "first", "id")[:3]
    return {
        "melting": group_cards.cards(lead_import, list(largest)),
        "melts_buttons": group_cards.buttons(decided.MELTS),
        "differs_buttons": group_cards.buttons(decided.DIFFERS),
        "review_token": token,
    }
