"""Handing a review over."""

from collections.abc import Iterable
from typing import Any

from django import forms

from imports.review.ownership import LONGEST_NOTE
from portal.models import User


class HandOverForm(forms.Form):
    """To whom, and what they should know. Give it the colleagues who may import."""

    to = forms.TypedChoiceField(
        label="To",
        coerce=int,
        error_messages={
            "required": "Choose a colleague.",
            "invalid_choice": "This person may not import for the customer. Choose somebody else.",
        },
    )
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Shown in the review to all who may see it.",
        error_messages={"max_length": f"Write at most {LONGEST_NOTE:,} characters."},
    )

    def __init__(self, data: Any = None, *, colleagues: Iterable[User], me: User) -> None:
        super().__init__(data)
        named = [(one.pk, "Me" if one.pk == me.pk else str(one)) for one in colleagues]
        self.fields["to"].choices = [("", "Choose a colleague"), *named]  # type: ignore[attr-defined]
        self.is_possible = bool(named)
