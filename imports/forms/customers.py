"""Customers and their tokens."""

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.db.models import QuerySet

from imports import customers
from imports.columns import fields
from imports.errors import BadInput
from imports.forms.customer_rules import RULE_HELP, RULE_LABELS, CountriesField
from imports.models import Customer, OnDuplicate
from portal.models import Team

ON_DUPLICATE_WORDS = [
    (
        OnDuplicate.SKIP.value,
        "Leave existing leads as they are: nothing is overwritten",
    ),
    (OnDuplicate.UPDATE.value, "Update existing leads with the sheet's values: cannot be undone"),
]


if TYPE_CHECKING:
    _CustomerForm = forms.ModelForm[Customer]
else:  # generic to the type checker only
    _CustomerForm = forms.ModelForm


class CustomerForm(_CustomerForm):
    """A new customer, or a known one: its MEGA id is fixed from the first token on."""

    rule_countries = CountriesField()

    on_duplicate = forms.ChoiceField(
        label="When a person is already in the CRM",
        choices=ON_DUPLICATE_WORDS,
        widget=forms.RadioSelect,
        initial=OnDuplicate.SKIP.value,
        help_text="The default for this customer's imports. It can be changed for each import.",
    )

    class Meta:
        model = Customer
        fields = ("team", "name", "mega_id", "region", "requests_per_minute", "on_duplicate",
                  "import_field", *customers.ASKING, *customers.KEEPING, *customers.RULES,
                  "note")  # fmt: skip
        labels = RULE_LABELS | {
            "region": "Region of phones without a country code",
            "requests_per_minute": "Requests a minute",
            "import_field": "Custom field that gets the import's number",
            "keep_old_values": "Keep the old values of leads that are updated",
            "keep_minutes": "Minutes that sending waits for that at most",
            "hold_won": "Hold back leads that MEGA has as won",
            "hold_lost": "Hold back leads that MEGA has as lost",
            "hold_days": "Hold back leads contacted within so many days",
            "failure_percent": "Ask when more rows fail than (percent)",
            "update_points": "Ask when updates exceed what MEGA said first by (percentage points)",
        }
        help_texts = RULE_HELP | {
            "mega_id": "The UUID that MEGA shows for this client account. It cannot be changed "
            "after the first token.",
            "requests_per_minute": "MEGA's limit for this account, usually 10. One request carries "
            "up to 500 leads.",
            "import_field": "The slug of a custom field in MEGA. Each lead gets the number of its "
            "import there, so that an import's leads can be found again in the CRM. Left empty: "
            "none.",
            "failure_percent": "Judged on the first request, then on all rows answered so far; the "
            "import stops and asks. 100 never asks.",
            "update_points": "Judged only where MEGA was asked about every row first. 100 never "
            "asks.",
        }
        widgets = {
            "note": forms.Textarea(attrs={"rows": 3}),
            "mega_id": forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            "import_field": forms.TextInput(
                attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
            ),
            "region": forms.TextInput(attrs={"maxlength": 2, "autocapitalize": "characters"}),
        }

    def __init__(self, *args: Any, teams: QuerySet[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in (*customers.ASKING, "keep_minutes", "hold_days"):
            self.fields[name].required = False
        team = cast("forms.ModelChoiceField[Team]", self.fields["team"])
        team.queryset, team.empty_label = teams, None
        if self.instance.pk:
            del self.fields["team"]
            self.fields["mega_id"].disabled = self.instance.tokens.exists()
        elif teams.count() == 1:
            team.initial = teams.first()
            team.widget = team.hidden_widget()

    def clean_keep_minutes(self) -> int:
        """As usual where nothing is said."""
        return int(self.cleaned_data["keep_minutes"] or Customer(pk=None).keep_minutes)

    def clean_hold_days(self) -> int:
        """None is held back where nothing is said."""
        return int(self.cleaned_data["hold_days"] or 0)

    def clean_failure_percent(self) -> int:
        """Left empty: as it was."""
        return self._as_it_was("failure_percent")

    def clean_update_points(self) -> int:
        """Left empty: as it was."""
        return self._as_it_was("update_points")

    def _as_it_was(self, name: str) -> int:
        given = self.cleaned_data[name]
        return int(getattr(self.instance, name) if given is None else given)

    def clean_import_field(self) -> str:
        """A slug that MEGA does not keep for itself; also as mappings write it."""
        slug = str(self.cleaned_data["import_field"]).strip().removeprefix(fields.CUSTOM)
        if slug and not fields.is_slug(slug):
            raise forms.ValidationError(
                "A slug has up to 64 letters without accents, digits, hyphens and underscores, "
                "such as import_no."
            )
        if fields.is_reserved(slug):
            raise forms.ValidationError(f"MEGA keeps {slug} for a field of its own; use another.")
        return slug

    def clean_name(self) -> str:
        """Without doubled spaces; one that can be seen."""
        try:
            return customers.read_name(str(self.cleaned_data["name"]))
        except BadInput as problem:
            raise forms.ValidationError(problem.sentence) from problem

    def clean(self) -> dict[str, Any]:
        """Refuse a name that looks like that of another customer of the team."""
        data = super().clean() or self.cleaned_data
        team = self.instance.team if self.instance.pk else data.get("team")
        if team and "name" in data:
            named = Customer(pk=self.instance.pk, team=team, name=data["name"])
            if twin := customers.twin_of(named):
                self.add_error("name", customers.name_is_taken(data["name"], twin).sentence)
        return data

    def clean_region(self) -> str:
        """Two capital letters of a region whose phones are known."""
        try:
            return customers.read_region(str(self.cleaned_data["region"]))
        except BadInput as problem:
            raise forms.ValidationError(problem.sentence) from problem


class TokenForm(forms.Form):
    """A token goes in and never comes out again: the field is always rendered empty."""

    token = forms.CharField(
        label="API token",
        max_length=500,
        widget=forms.PasswordInput(
            render_value=False,
            attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"},
        ),
        help_text="As MEGA handed it over: mega_ and 64 characters. It is sealed at once; "
        "afterwards only its last four characters are shown.",
    )

    def clean_token(self) -> str:
        """Without the spaces and line ends that copying brings along."""
        return "".join(str(self.cleaned_data["token"]).split())
