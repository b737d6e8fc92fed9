"""Which rows of an import are shown."""

from dataclasses import dataclass

from django import forms

from imports.models import OutcomeStatus
from imports.reports.balance import LABELS


@dataclass(frozen=True, slots=True)
class Place:
    """What a list of rows is narrowed to (a result, a problem's code, the place of its column, the
    key of MEGA's reason, the code of why it is kept back, what MEGA foretold and whether something
    else came of it), and the number of the row after which it begins."""

    result: str
    problem: str
    column: int | None
    after: int
    reason: str = ""
    why: str = ""
    predicted: str = ""
    unforeseen: bool = False


class PersonForm(forms.Form):
    """A name, e-mail or phone to look for. It is posted: it never stands in an address."""

    person = forms.CharField(
        max_length=200,
        required=False,
        label="Find a person",
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "aria-label": "Find a person",
                "placeholder": "Name, e-mail or phone",
                "autocomplete": "off",
                "data-key": "/",
            }
        ),
    )


class PlaceForm(forms.Form):
    """Reads a place from the address; nonsense narrows nothing."""

    result = forms.ChoiceField(required=False, choices=[*LABELS.items()])
    problem = forms.SlugField(required=False, max_length=40)
    column = forms.IntegerField(required=False, min_value=0)
    after = forms.IntegerField(required=False, min_value=0, max_value=2_000_000)
    reason = forms.RegexField(r"^[0-9a-f]{12}$", required=False)
    why = forms.RegexField(r"^[a-z_]{1,20}$", required=False)
    predicted = forms.ChoiceField(required=False, choices=OutcomeStatus.choices)
    unforeseen = forms.BooleanField(required=False)

    @property
    def place(self) -> Place:
        """What was understood."""
        self.full_clean()
        asked = self.cleaned_data
        return Place(
            asked.get("result") or "",
            asked.get("problem") or "",
            asked.get("column"),
            asked.get("after") or 0,
            asked.get("reason") or "",
            asked.get("why") or "",
            asked.get("predicted") or "",
            bool(asked.get("unforeseen")),
        )
