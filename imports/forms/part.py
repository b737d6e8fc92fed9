"""A part of a mapping that has a page of its own."""

from typing import Any, Self

from django import forms

from imports.columns import defects
from imports.columns.mapping import Mapping
from imports.columns.meanwhile import Meanwhile


class PartForm(forms.Form):
    """Its `cleaned_data["mapping"]` is the whole mapping `current` with what was chosen in it.

    `begun` is `current` with choices that are not saved yet: its page shows those.
    """

    expected_version = forms.IntegerField(widget=forms.HiddenInput)
    changed: Meanwhile | None = None  # what others made of the mapping since the page was opened

    def __init__(
        self, data: Any = None, *, current: Mapping, version: int, begun: Mapping | None = None
    ) -> None:
        super().__init__(data, initial={"expected_version": version})
        self.current, self.begun = current, begun or current

    def on_top(self, theirs: Mapping, version: int, changed: Meanwhile) -> Self:
        """The form of `theirs` with what was typed here, which nobody saved yet."""
        raise NotImplementedError

    def refuse(self) -> bool:
        """Add what keeps the mapping as a whole from being used; whether there is anything."""
        for sentence in defects.check(self.cleaned_data["mapping"]):
            self.add_error(None, sentence)
        return bool(self.errors)
