"""How a person wants the portal to be."""

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from imports import people
from imports.forms.preferences import PreferencesForm
from imports.notices import inbox
from imports.views.http import Request, toast
from portal.models import User

YEAR = 365 * 24 * 3600  # seconds


@transaction.atomic
def _save(form: PreferencesForm, user: User) -> None:
    """The trail names people, so it has to tell when one of them takes another name."""
    form.save()
    inbox.choose_mails(user, form.cleaned_data["mails"])
    people.changed(user, [name for name in form.changed_data if name in form.Meta.fields], user)


@require_http_methods(["GET", "POST"])
def preferences(request: Request) -> HttpResponse:
    """Name, time zone and mails of the account, theme and keys of this browser."""
    here = {
        "theme": request.COOKIES.get("theme", ""),
        "shortcuts": request.COOKIES.get("shortcuts") != "off",
        "mails": inbox.mailed_kinds(request.user),
    }
    form = PreferencesForm(request.POST or None, instance=request.user, initial=here)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "imports/preferences.html", {"form": form}, status=status)
    _save(form, request.user)
    toast(request, "Your preferences were saved.")
    response = redirect("preferences")
    chosen = {
        "theme": form.cleaned_data["theme"],
        "shortcuts": "" if form.cleaned_data["shortcuts"] else "off",
    }
    for name, value in chosen.items():
        if value:
            response.set_cookie(
                name, value, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure()
            )
        else:
            response.delete_cookie(name, samesite="Lax")
    return response
