"""A team's mappings saved by name: listed, renamed, removed. They are saved on the columns page."""

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from imports import access
from imports.columns import saved
from imports.errors import PortalError
from imports.forms.saved import NameForm
from imports.models import SavedMapping
from imports.views import tabs
from imports.views.http import Request, attempt, page_of, toast
from portal.models import Role, Team


@require_GET
def index(request: Request, slug: str) -> HttpResponse:
    """All of the team's, with whose each is."""
    team = access.get_team(request.user, slug)
    page = page_of(request, _of(team))
    may_manage = access.can(request.user, team, Role.MANAGER)
    context = {
        "team": team,
        "tabs": tabs.of_team(team, "team_mappings", may_manage=may_manage),
        "page": page,
        "changeable": access.changeable(request.user, team, page),
    }
    return render(request, "imports/saved_mappings.html", context)


def _of(team: Team) -> QuerySet[SavedMapping]:
    found = SavedMapping.objects.filter(team=team).defer("content")
    return found.select_related("team", "customer", "created_by", "changed_by")


@require_http_methods(["GET", "POST"])
def rename(request: Request, slug: str, pk: int) -> HttpResponse:
    """Another name for one of them."""
    team = access.get_team(request.user, slug)
    found = access.get_mapping_to_change(request.user, team, pk)
    form = NameForm(request.POST or None, initial={"name": found.name})
    if form.is_valid():
        try:
            saved.rename(found, request.user, form.cleaned_data["name"])
        except PortalError as error:
            form.add_error("name", error.sentence)
        else:
            toast(request, "The saved mapping has another name.")
            return redirect("team_mappings", slug)
    context = {"team": team, "saved": found, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "imports/saved_mapping.html", context, status=status)


@require_http_methods(["GET", "POST"])
def remove(request: Request, slug: str, pk: int) -> HttpResponse:
    """Forget one, after a confirmation that says what stays."""
    team = access.get_team(request.user, slug)
    found = access.get_mapping_to_change(request.user, team, pk)
    if request.method == "POST":
        attempt(request, "The saved mapping was removed.", saved.remove, found, request.user)
        return redirect("team_mappings", slug)
    part = "#confirm" if request.htmx else ""
    context = {"team": team, "saved": found}
    return render(request, f"imports/saved_mapping_remove.html{part}", context)
