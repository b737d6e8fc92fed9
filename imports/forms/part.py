"""A part of a mapping that has a page of its own."""

from typing import Any

from django import forms

from imports.columns import defects
from imports.columns.mapping import Mapping


class PartForm(forms.Form):
    """Its `cleaned_data["mapping"]` is the whole mapping `current` with what was chosen in it."""

    expected_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, current: Mapping, version: int) -> None:
        super().__init__(data, initial={"expected_version": version})
        self.current = current

    def refuse(self) -> bool:
        """Add what keeps the mapping as a whole from being used; whether there is anything."""
        for sentence in defects.check(self.cleaned_data["mapping"]):
            self.add_error(None, sentence)
        return bool(self.errors)
