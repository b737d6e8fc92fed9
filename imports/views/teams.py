"""Teams and their members."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from imports import access, members
from imports.errors import PortalError
from imports.forms.teams import MemberForm, RoleForm
from imports.notices import webhooks
from imports.views.http import Request, attempt
from portal.models import Role, Team


@require_GET
def index(request: Request) -> HttpResponse:
    """My only team's page, or the list of my teams."""
    teams = list(access.teams_for(request.user)[:2])
    if len(teams) == 1:
        return redirect("team", teams[0].slug)
    return render(request, "imports/teams.html", {"teams": access.teams_for(request.user)})


@require_GET
def detail(request: Request, slug: str) -> HttpResponse:
    """Who is in the team, and as what."""
    team = access.get_team(request.user, slug)
    return _page(request, team, MemberForm())


def _page(request: Request, team: Team, form: MemberForm, status: int = 200) -> HttpResponse:
    context = {
        "team": team,
        "members": team.memberships.select_related("user"),
        "roles": Role.choices,
        "form": form,
        "may_manage": access.can(request.user, team, Role.MANAGER),
        "webhook": webhooks.in_use(team),
    }
    return render(request, "imports/team.html", context, status=status)


@require_POST
def add(request: Request, slug: str) -> HttpResponse:
    """A manager adds an existing user."""
    team = access.get_team(request.user, slug, need=Role.MANAGER)
    form = MemberForm(request.POST)
    if form.is_valid():
        wanted = form.cleaned_data
        try:
            members.add(team, wanted["email"], wanted["role"], request.user)
        except PortalError as error:
            form.add_error("email", error.sentence)
        else:
            return redirect("team", slug)
    return _page(request, team, form, status=422)


@require_POST
def role(request: Request, slug: str, pk: int) -> HttpResponse:
    """A manager changes a member's role."""
    team = access.get_team(request.user, slug, need=Role.MANAGER)
    member = get_object_or_404(team.memberships.select_related("user", "team"), pk=pk)
    form = RoleForm(request.POST)
    if form.is_valid():
        wanted = form.cleaned_data["role"]
        words = f"{member.user} is now {Role(wanted).label.lower()}."
        attempt(request, words, members.change_role, member, wanted, request.user)
    return redirect("team", slug)


@require_http_methods(["GET", "POST"])
def remove(request: Request, slug: str, pk: int) -> HttpResponse:
    """A manager takes a member out, after a confirmation that says what stays."""
    team = access.get_team(request.user, slug, need=Role.MANAGER)
    member = get_object_or_404(team.memberships.select_related("user", "team"), pk=pk)
    if request.method == "POST":
        words = f"{member.user} is no longer in {team.name}."
        attempt(request, words, members.remove, member, request.user)
        return redirect("teams")
    part = "#confirm" if request.htmx else ""
    return render(request, f"imports/member_remove.html{part}", {"team": team, "member": member})
