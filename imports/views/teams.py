"""Teams and their members."""

import datetime as dt

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from imports import access, members
from imports.errors import PortalError
from imports.forms.filters import words_of
from imports.forms.teams import MemberForm, RoleForm
from imports.reports import downloads, lists
from imports.views import tabs
from imports.views.http import Request, attachment, attempt, page_of
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


@require_POST
def search(request: Request, slug: str) -> HttpResponse:
    """Keep the words of a search in the session: they may be a person's name."""
    team = access.get_team(request.user, slug)
    request.session[_words_key(team)] = words_of(request.POST.get("words"))
    return redirect("team", team.slug)


@require_GET
def export(request: Request, slug: str) -> HttpResponseBase:
    """The same list as CSV."""
    team = access.get_team(request.user, slug)
    name = f"members-{team.slug}-{dt.datetime.now(dt.UTC):%Y-%m-%d}.csv"
    downloads.note_list("members", request.user, [team])
    content = lists.members_csv(members.sought(team, _words(request, team)))
    return attachment(content, name, "text/csv; charset=utf-8")


def _words_key(team: Team) -> str:
    return f"members_words_{team.pk}"


def _words(request: Request, team: Team) -> str:
    return words_of(request.session.get(_words_key(team)))


def _page(request: Request, team: Team, form: MemberForm, status: int = 200) -> HttpResponse:
    may_manage = access.can(request.user, team, Role.MANAGER)
    if "reset" in request.GET:
        request.session[_words_key(team)] = ""
    words = _words(request, team)
    context = {
        "team": team,
        "tabs": tabs.of_team(team, "team", may_manage=may_manage),
        "words": words,
        "page": page_of(request, members.sought(team, words)),
        "roles": Role.choices,
        "form": form,
        "may_manage": may_manage,
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
            request.session[_words_key(team)] = ""  # the list shows whom a search would hide
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
    else:
        messages.error(request, f"Choose one of the roles for {member.user}.")
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
