"""Which values of the columns that say it forbid contact, and which allow it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.forms import BoundField

from imports.columns.consent import OTHERS, Consent, Others
from imports.columns.consent_questions import Question
from imports.columns.mapping import ColumnMap, Mapping

_SAYS = [("", "please say"), ("forbids", "forbids contact"), ("allows", "allows contact")]
_OTHERS = [("", "please say"), *OTHERS.items()]


class ConsentForm(forms.Form):
    """Its `cleaned_data["mapping"]` is the mapping with the answers in it."""

    expected_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, current: Mapping, version: int, questions: Sequence[Question]
    ) -> None:
        super().__init__(data, initial={"expected_version": version})
        self.current, self.questions = current, questions
        for one in questions:
            self._add(one)

    def _add(self, one: Question) -> None:
        place = one.column.index
        self.fields[f"nothing_{place}"] = forms.BooleanField(
            label="This column says nothing of who may be contacted",
            required=False,
            initial=one.says_nothing,
        )
        for n, cell in enumerate(one.cells):
            shown = f"“{cell.text}”" if cell.text else "Blank"
            rows = "" if cell.count is None else f": {cell.count:,} row{'s'[: cell.count != 1]}"
            self.fields[f"says_{place}_{n}"] = forms.ChoiceField(
                label=f"{shown}{rows}", required=False, choices=_SAYS, initial=cell.said
            )
        if one.others is not None:
            self.fields[f"others_{place}"] = forms.ChoiceField(
                label="Any other value", required=False, choices=_OTHERS, initial=one.others
            )
        for name in self._names(one):
            self.fields[name].show_optional = False  # type: ignore[attr-defined]

    @staticmethod
    def _names(one: Question) -> list[str]:
        place = one.column.index
        names = [f"says_{place}_{n}" for n in range(len(one.cells))]
        return names if one.others is None else [*names, f"others_{place}"]

    @property
    def parts(self) -> list[tuple[Question, BoundField, list[BoundField]]]:
        """Each column with the tick that it says nothing, and its values."""
        return [
            (one, self[f"nothing_{one.column.index}"], [self[name] for name in self._names(one)])
            for one in self.questions
        ]

    def clean(self) -> dict[str, Any]:
        """Make the mapping; a value without an answer is said beside it."""
        data = super().clean() or self.cleaned_data
        answers = {one.column.index: self._answer(one, data) for one in self.questions}
        columns = tuple(_with(column, answers) for column in self.current.columns)
        data["mapping"] = replace(self.current, columns=columns)
        return data

    def _answer(self, one: Question, data: dict[str, Any]) -> Consent:
        if data.get(f"nothing_{one.column.index}"):
            return Consent(allows=tuple(cell.text for cell in one.cells), says_nothing=True)
        for name in self._names(one):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, "Say whether this forbids or allows contact.")
        said = [data.get(name) for name in self._names(one)]
        told = {
            says: tuple(
                cell.text for cell, own in zip(one.cells, said, strict=False) if own == says
            )
            for says in ("forbids", "allows")
        }
        others: Others = data.get(f"others_{one.column.index}") or ""
        return Consent(told["forbids"], told["allows"], others)


def _with(column: ColumnMap, answers: dict[int, Consent]) -> ColumnMap:
    if column.index not in answers:
        return column
    return replace(column, consent=answers[column.index])


class OverrideForm(forms.Form):
    """Rows that are kept back for one reason, sent all the same, and why."""

    code = forms.CharField(widget=forms.HiddenInput)
    why = forms.CharField(
        label="Why they are sent all the same",
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
