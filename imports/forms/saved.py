"""A mapping's name, when it is saved or renamed."""

from typing import Any, Final

from django import forms

from imports.columns import saved
from imports.errors import BadInput
from imports.models import Import
from imports.models.saved import LONGEST_NAME

CUSTOMER: Final = "customer"
TEAM: Final = "team"


class NameForm(forms.Form):
    """The name alone."""

    name = forms.CharField(
        label="Name", max_length=LONGEST_NAME, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def clean_name(self) -> str:
        """Without doubled spaces; one that can be seen."""
        try:
            return saved.read_name(str(self.cleaned_data["name"]))
        except BadInput as problem:
            raise forms.ValidationError(problem.sentence) from problem


class SaveForm(NameForm):
    """A name, whose mapping it is, and whether one of that name is replaced."""

    owner = forms.ChoiceField(label="For", widget=forms.RadioSelect, initial=CUSTOMER)
    replace = forms.BooleanField(label="Replace the one of this name", required=False)

    def __init__(self, data: Any = None, *, lead_import: Import) -> None:
        super().__init__(data)
        self.lead_import = lead_import
        customer = lead_import.customer
        self.fields["owner"] = forms.ChoiceField(
            label="For",
            choices=[
                (CUSTOMER, f"{customer.name} alone"),
                (TEAM, f"every customer of {customer.team}: stages, owners and slugs go along"),
            ],
            widget=forms.RadioSelect,
            initial=CUSTOMER,
        )

    def clean(self) -> dict[str, Any]:
        """Refuse a name that is there already, unless it is to be replaced: `replaces` then."""
        data = super().clean() or self.cleaned_data
        if "name" in data and "owner" in data:
            for_team = data["owner"] == TEAM
            data["replaces"] = saved.named(self.lead_import, data["name"], for_team=for_team)
            if data["replaces"] and not data["replace"]:
                self.add_error(
                    "name",
                    "There is a saved mapping of this name already. Choose another name, or say"
                    " below that it is to be replaced.",
                )
        return data
