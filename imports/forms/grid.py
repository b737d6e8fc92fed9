"""What a person narrows the rows of a review to, and what they make of its cells."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from imports.columns import problems
from imports.review import holds
from imports.review.corrections import LONGEST, seen_as

_RESULTS = {
    "not_sent": "Will be sent",
    "invalid": "Invalid",
    "duplicate": "Duplicate",
    "excluded": "Excluded",
    "unchanged": "Unchanged",
}


def _title(words: str) -> str:
    return words[:1].upper() + words[1:]


class FilterForm(forms.Form):
    """The filters, shown as lists; what stands in the address is chosen in them."""

    result = forms.ChoiceField(required=False, label="Result")
    problem = forms.ChoiceField(required=False, label="Problem")
    column = forms.ChoiceField(required=False, label="Column with a problem")
    why = forms.ChoiceField(required=False, label="Kept back because")

    def __init__(self, *args: Any, names: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = sorted((code, _title(kind.title)) for code, kind in problems.KINDS.items())
        whys = [(code, _title(hold.title)) for code, hold in holds.KINDS.items()]
        choices: dict[str, list[tuple[Any, str]]] = {
            "result": [("", "All"), *_RESULTS.items()],
            "problem": [("", "Any or none"), *sorted(kinds, key=lambda one: one[1])],
            "column": [("", "Any"), *enumerate(names)],
            "why": [("", "Any or no reason"), *whys],
        }
        for name, listed in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the types
            field.choices = listed


class TextForm(forms.Form):
    """A text to look for in the chosen rows. It is posted: it never stands in an address."""

    text = forms.CharField(
        max_length=200,
        required=False,
        label="Search these rows",
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "aria-label": "Search these rows",
                "placeholder": "Anything in the cells",
                "autocomplete": "off",
                "data-key": "/",
            }
        ),
    )


class CellsForm(forms.Form):
    """The cells of one row; those that were not posted stay as they are."""

    def __init__(
        self, *args: Any, names: Mapping[int, str], now: Sequence[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        for column, name in names.items():
            self.fields[f"cell-{column}"] = forms.CharField(
                label=name,
                required=False,
                strip=False,
                max_length=LONGEST,
                initial=now[column],
                widget=forms.Textarea(attrs={"rows": 1 + min(now[column].count("\n"), 5)}),
            )
        self.columns = [*names]

    @property
    def typed(self) -> dict[int, str]:
        """What was posted, by the column's place; a browser's ends of lines are no change."""
        found = {}
        for column in self.columns:
            if self.add_prefix(f"cell-{column}") not in self.data:
                continue
            new = _lines(self.cleaned_data[f"cell-{column}"])
            found[column] = self.now[column] if new == _lines(self.now[column]) else new
        return found

    @property
    def seen(self) -> dict[int, str]:
        """What the page showed of the same cells, as `corrections.seen_as` says it."""
        return {column: str(self.data.get(f"seen-{column}", "")) for column in self.columns}

    def boxes(self) -> list[tuple[forms.BoundField, str, str]]:
        """Each field with the name and the value of what stands beside it, hidden."""
        return [
            (self[f"cell-{column}"], f"seen-{column}", seen_as(self.now[column]))
            for column in self.columns
        ]


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


class ColumnForm(forms.Form):
    """What is wanted of a column."""

    column = forms.TypedChoiceField(coerce=int, label="Column")

    def __init__(self, *args: Any, names: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["column"]
        assert isinstance(field, forms.TypedChoiceField)  # noqa: S101 - for the types
        field.choices = [*names.items()]


class ReplaceForm(ColumnForm):
    """Find and replace, to the letter."""

    find = forms.CharField(
        label="Find",
        strip=False,
        max_length=500,
        help_text="To the letter: capitals and spaces count.",
    )
    put = forms.CharField(
        label="Replace by", strip=False, required=False, max_length=500,
        help_text="Left blank, what was found is taken out.",
    )  # fmt: skip
    whole = forms.BooleanField(label="Only where it is the whole cell", required=False)


class FillForm(ColumnForm):
    """One value for all the rows."""

    put = forms.CharField(
        label="Value", strip=False, required=False, max_length=500,
        help_text="It takes the place of whatever stands in these cells. Left blank, it empties "
        "them.",
    )  # fmt: skip


class DropForm(forms.Form):
    """Rows that are not to be sent."""

    why = forms.CharField(
        label="Why",
        required=False,
        max_length=200,
        help_text="It stands in the report beside your name.",
    )
