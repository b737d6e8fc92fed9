"""A team's webhook, for its managers: set, tested, removed, and what became of each call."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from imports import access
from imports.errors import PortalError
from imports.forms.webhooks import WebhookForm
from imports.models import Sending, WebhookCall
from imports.notices import webhooks
from imports.views import tabs
from imports.views.http import Request, attempt
from portal.models import Role, Team

LATEST = 20


@sensitive_post_parameters("url")
@sensitive_variables("form", "secret")
@require_http_methods(["GET", "POST"])
def detail(request: Request, slug: str) -> HttpResponse:
    """The webhook in use, its latest calls, and the form for another one.

    A signing secret is on the answer to the form, once, and nowhere else.
    """
    team = access.get_team(request.user, slug, need=Role.MANAGER)
    form = WebhookForm(request.POST or None)
    if not form.is_valid():
        return _page(request, team, form, status=422 if form.is_bound else 200)
    try:
        _, secret = webhooks.put(
            team, form.cleaned_data["kind"], form.cleaned_data["url"], request.user
        )
    except PortalError as error:
        form.add_error("url", error.sentence)
        return _page(request, team, form, status=422)
    messages.success(request, "The webhook was sealed and is in use. Send a test now.")
    if not secret:
        return redirect("team_webhook", slug)
    return _page(request, team, WebhookForm(), secret=secret)


def _page(
    request: Request, team: Team, form: WebhookForm, status: int = 200, secret: str = ""
) -> HttpResponse:
    calls = WebhookCall.objects.filter(webhook__team=team).select_related("webhook", "notice")
    context = {
        "team": team,
        "tabs": tabs.of_team(team, "team_webhook", may_manage=True),
        "webhook": webhooks.in_use(team),
        "form": form,
        "secret": secret,
        "calls": calls[:LATEST],
        "tests": calls.filter(notice=None, state=Sending.State.WAITING).exists(),
    }
    part = "#calls" if request.htmx else ""
    return render(request, f"imports/webhook.html{part}", context, status=status)


@require_POST
def test(request: Request, slug: str) -> HttpResponse:
    """Have a test posted within seconds."""
    team = access.get_team(request.user, slug, need=Role.MANAGER)
    attempt(request, "", webhooks.test, team, request.user)
    return redirect("team_webhook", slug)


@require_http_methods(["GET", "POST"])
def remove(request: Request, slug: str) -> HttpResponse:
    """Call it no more, after a confirmation."""
    team = access.get_team(request.user, slug, need=Role.MANAGER)
    if request.method == "POST":
        attempt(request, "The webhook was removed.", webhooks.remove, team, request.user)
        return redirect("team_webhook", slug)
    part = "#confirm" if request.htmx else ""
    context = {"team": team, "webhook": webhooks.in_use(team)}
    return render(request, f"imports/webhook_remove.html{part}", context)
