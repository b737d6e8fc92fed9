"""What becomes of phones that are merely possible: the choice beside the column of phones."""

from collections.abc import Mapping as MappingType
from typing import Any, Final

from django import forms

from imports.columns.mapping import POSSIBLE, Mapping, Possible

NAME: Final = "possible_phones"
TARGET: Final = "contact_phone"


def add_to(fields: dict[str, forms.Field], current: Mapping) -> None:
    """Add the choice where something feeds the phone."""
    fed = (target for column in current.columns for target in column.targets)
    if TARGET not in current.joins and TARGET not in fed:
        return
    fields[NAME] = forms.ChoiceField(
        label="Phones that are merely possible",
        required=False,
        choices=list(POSSIBLE.items()),
        initial="send" if current.sends_possible else "leave_out",
        help_text=(
            "Their length is right, but no such number is known to be in use. Where one is left"
            " out, its row says so."
        ),
    )


def chosen(current: Mapping, data: MappingType[str, Any]) -> Possible:
    """What was chosen; as it was where nobody was asked, or the choice means the same."""
    made: Possible = data.get(NAME) or current.possible
    return current.possible if made == "send" and current.sends_possible else made


class PossibleForm(forms.Form):
    """The choice by one click, of the mapping that was looked at."""

    possible_phones = forms.ChoiceField(choices=list(POSSIBLE.items()))
    expected_version = forms.IntegerField()
