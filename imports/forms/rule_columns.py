"""By which columns the customer's rules are judged."""

from dataclasses import replace
from typing import Any, Final

from django import forms

from imports.columns.mapping import Mapping
from imports.columns.rules import RuleColumns, Rules

_LABELS: Final = {
    "birth": "Birth date",
    "lead_date": "Day of the lead",
    "proof": "Proof of consent",
    "country": "Country",
}


class RuleColumnsForm(forms.Form):
    """A column for each rule of the customer; `cleaned_data["mapping"]` has them in it."""

    expected_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, current: Mapping, version: int, rules: Rules) -> None:
        super().__init__(data, initial={"expected_version": version})
        self.current = current
        named = zip(current.names, current.columns, strict=True)
        listed = [(str(one.index), name) for name, one in named if not one.masked]
        for name, place in _asked(current, rules).items():
            self.fields[name] = forms.ChoiceField(
                label=_LABELS[name],
                required=False,
                choices=[("", "no column"), *listed],
                initial="" if place is None else str(place),
            )

    def clean(self) -> dict[str, Any]:
        """Make the mapping with what was chosen."""
        data = super().clean() or self.cleaned_data
        chosen = {
            name: int(data[name]) if data.get(name) else None
            for name in self.fields
            if name != "expected_version"
        }
        country = chosen.pop("country", self.current.country)
        rules: RuleColumns = replace(self.current.rules, **chosen)
        data["mapping"] = replace(self.current, rules=rules, country=country)
        return data


def _asked(current: Mapping, rules: Rules) -> dict[str, int | None]:
    """What the customer's rules ask, with the column that tells it."""
    asked = {
        "birth": (rules.age, current.rules.birth),
        "lead_date": (rules.days, current.rules.lead_date),
        "proof": (rules.proof, current.rules.proof),
        "country": (rules.countries, current.country),
    }
    return {name: place for name, (is_asked, place) in asked.items() if is_asked}
