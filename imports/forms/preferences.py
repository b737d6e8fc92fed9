"""How a person wants the portal to look and to tell the time."""

import zoneinfo
from functools import cache
from typing import TYPE_CHECKING, Any

from django import forms

from imports.models import NoticeKind
from portal.models import User


@cache  # from some hundred files, which stay as they are while this process runs
def zone_choices() -> list[tuple[str, Any]]:
    """The time zones by continent, UTC first."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(zoneinfo.available_timezones()):
        area, slash, place = name.partition("/")
        if slash and area not in {"Etc", "SystemV", "posix", "right", "US", "Brazil", "Canada"}:
            groups.setdefault(area, []).append((name, place.replace("_", " ")))
    return [("UTC", "UTC"), *groups.items()]


if TYPE_CHECKING:
    _UserForm = forms.ModelForm[User]
else:  # generic to the type checker only
    _UserForm = forms.ModelForm


class PreferencesForm(_UserForm):
    """Name and time zone belong to the account; theme and keys to this browser (cookies)."""

    time_zone = forms.ChoiceField(
        choices=zone_choices,
        help_text="Times on all pages are shown in it. Files and the audit export use UTC.",
    )
    mails = forms.MultipleChoiceField(
        choices=NoticeKind.choices,
        required=False,
        label="By mail",
        widget=forms.CheckboxSelectMultiple,
    )
    theme = forms.ChoiceField(
        choices=[("", "As the system"), ("light", "Light"), ("dark", "Dark")],
        required=False,
        widget=forms.RadioSelect,
    )
    shortcuts = forms.BooleanField(
        required=False,
        label="Single keys are shortcuts",
        help_text="“/” searches, “n” begins a new import, “?” lists the keys.",
    )

    class Meta:
        model = User
        fields = ("name", "time_zone")
