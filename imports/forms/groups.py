"""Which groups of rows are shown, and what is decided about them."""

from dataclasses import dataclass
from typing import Any

from django import forms

from imports.models import Gathering
from imports.review import decided

SHOWN = (decided.MELTS, decided.DIFFERS, decided.IDENTICAL)
_NOT_OFFERED = "Choose one of the buttons that the page offers. Nothing was decided."


class AboutForm(forms.Form):
    """Reads from the address which groups are meant; nonsense means the first kind."""

    about = forms.ChoiceField(choices=[(one, one) for one in SHOWN], required=False)

    @property
    def about_code(self) -> str:
        """What was understood, "" for nothing."""
        self.full_clean()
        return self.cleaned_data.get("about") or ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A decision as it was posted: `group` is a kind and a first row, None for all of them."""

    about: str
    choice: str
    group: tuple[str, int] | None
    seen: str


class DecideForm(forms.Form):
    """A decision about one group or about all."""

    about = forms.ChoiceField(
        choices=[(one, one) for one in decided.CHOICES],
        error_messages=dict.fromkeys(("required", "invalid_choice"), _NOT_OFFERED),
    )
    choice = forms.CharField(
        max_length=20, error_messages=dict.fromkeys(("required", "max_length"), _NOT_OFFERED)
    )
    group = forms.RegexField(
        rf"^[{''.join(Gathering.Kind.values)}][0-9]{{1,9}}$",
        required=False,
        error_messages={"invalid": _NOT_OFFERED},
    )
    seen = forms.CharField(
        max_length=80,
        error_messages=dict.fromkeys(
            ("required", "max_length"),
            "The page did not say what it showed. Look at the groups here, then decide.",
        ),
    )

    def clean(self) -> dict[str, Any]:
        """A choice is one of those for what it is about."""
        given = super().clean() or self.cleaned_data
        about, choice = given.get("about"), given.get("choice")
        if about and choice and choice not in decided.CHOICES[about]:
            self.add_error("choice", _NOT_OFFERED)
        return given

    @property
    def wanted(self) -> Wanted:
        """What is to be decided, once the form is valid."""
        given = self.cleaned_data
        group = given["group"]
        of = (group[0], int(group[1:])) if group else None
        return Wanted(given["about"], given["choice"], of, given["seen"])

    @property
    def complaint(self) -> str:
        """The first thing that is wrong."""
        return str(next(iter(self.errors.values()))[0])
