"""What an update may overwrite, field by field."""

from collections.abc import Sequence
from typing import Any

from django import forms

from imports.columns import fields
from imports.delivery.overwrite_choice import RULES


class OverwriteForm(forms.Form):
    """A rule for each field that the import brings."""

    def __init__(self, *args: Any, names: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = names
        for name in names:
            self.fields[f"rule-{name}"] = forms.ChoiceField(
                label=fields.label(name), choices=list(RULES.items())
            )

    @property
    def rules(self) -> dict[str, str]:
        """The chosen rules, by field."""
        return {name: self.cleaned_data[f"rule-{name}"] for name in self.names}
