"""The mapping as a form: a target for every column, meanings of cells, and values for all rows."""

from collections.abc import Mapping as MappingType
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django import forms
from django.forms import BoundField

from imports.columns import choices, fields, formats, mapping
from imports.columns.mapping import ColumnMap, Mapping, fold_cell
from imports.intake.sensitive.kinds import label
from portal import characters

CUSTOM: Final = "custom"
AS_IS, LEAVE_OUT = "", "-"
_GROUPS: Final = (
    ("Contact", ("contact_name", "first_name", "last_name", "contact_phone", "contact_email")),
    ("Source", ("source_platform", "source_type")),
    ("Pipeline", ("stage_slug", "owner_id", "lead_line")),
)
_MEANT: Final = ("choice", "stage")  # kinds of fields whose cells can be given a meaning
_QUESTIONS: Final = {
    "date": "03/04/2025: day or month first?",
    "number": "1.234 or 1,234: which mark is the decimal one?",
}
_BY_PERSON: Final = "chosen by a person"


@dataclass(frozen=True, slots=True)
class Meaning:
    """A cell of a column, how many rows have it, and the field that says what it means."""

    cell: str
    count: int
    recognised: str
    field: BoundField
    hidden: BoundField


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """One line of the form."""

    column: ColumnMap
    name: str
    samples: Sequence[str]
    target: BoundField
    slug: BoundField
    meanings: list[Meaning]
    doubtful: int  # meanings that are not recognised
    read_as: BoundField | None  # how its dates or numbers are written, where it has some

    @property
    def is_date(self) -> bool:
        """Whether what is asked about its cells is the order of dates."""
        return formats.topic(self.column.looks) == "date"

    @property
    def sensitive(self) -> str:
        """What its masked cells hold, in words."""
        return label(self.column.masked) if self.column.masked else ""

    @property
    def hidden(self) -> str:
        """What the heading holds that cannot be seen, in words."""
        return characters.said(self.column.header)

    @property
    def group(self) -> str:
        """ "masked", "sure", "guessed", "chosen" or "left_out"."""
        if self.column.masked:
            return "masked"
        if self.column.target is None:
            return "left_out"
        return {"exact": "sure", "synonym": "sure", "chosen": "chosen"}.get(
            self.column.confidence, "guessed"
        )


def target_choices() -> list[tuple[str, Any]]:
    """What a column can become, in groups."""
    groups = [
        (label, [(name, fields.BY_NAME[name].label) for name in names]) for label, names in _GROUPS
    ]
    return [("", "Leave out"), *groups, ("Other", [(CUSTOM, "Custom field …")])]


class ColumnsForm(forms.Form):
    """Fields are made from the mapping: target_3, slug_3, and cell_3_0, means_3_0 for meanings.

    `values` are the cells that stand in the columns whose fields have fixed values.
    """

    expected_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        *,
        current: Mapping,
        version: int,
        samples: Sequence[Sequence[str]] = (),
        values: MappingType[int, Sequence[tuple[str, int]]] | None = None,
    ) -> None:
        super().__init__(data, initial={"expected_version": version})
        self.current, self.samples, self.values = current, samples, values or {}
        targets = target_choices()
        for column in current.columns:
            self._add_column(column, targets)
            for n, (cell, _) in enumerate(self.values.get(column.index, ())):
                self._add_meaning(column, n, cell)
        for field in fields.FIELDS:
            if field.can_be_constant:
                self._add_constant(field)

    @property
    def columns(self) -> list[ColumnChoice]:
        """The lines of the form, in the order of the sheet."""
        names = self.current.names
        return [self._line(column, names[i]) for i, column in enumerate(self.current.columns)]

    @property
    def groups(self) -> list[tuple[str, str, str, list[ColumnChoice]]]:
        """Code, heading, tone and lines: what needs a look comes first."""
        lines = self.columns
        parts = (
            ("guessed", "Guessed: please look", "warn"),
            ("sure", "Recognised", "good"),
            ("chosen", "Chosen by a person", "info"),
            ("masked", "Sensitive: masked, not imported", "warn"),
            ("left_out", "Not imported", "quiet"),
        )
        found = [(c, h, t, [line for line in lines if line.group == c]) for c, h, t in parts]
        return [part for part in found if part[3]]

    @property
    def constants(self) -> list[BoundField]:
        """The fields whose value every row can get."""
        return [self[f"constant_{f.name}"] for f in fields.FIELDS if f.can_be_constant]

    def clean(self) -> dict[str, Any]:
        """Make `cleaned_data["mapping"]`, or say what keeps it from being one."""
        data = super().clean() or self.cleaned_data
        columns = tuple(self._decided(column) for column in self.current.columns)
        constants = {
            f.name: data[f"constant_{f.name}"].strip()
            for f in fields.FIELDS
            if f.can_be_constant and data.get(f"constant_{f.name}", "").strip()
        }
        made = Mapping(columns, constants)
        for sentence in mapping.check(made):
            self.add_error(None, sentence)
        data["mapping"] = made
        return data

    def _decided(self, column: ColumnMap) -> ColumnMap:
        """The column with what was chosen; left as it was, reason and all, when nothing was."""
        if column.masked:
            return column
        chosen = str(self.cleaned_data.get(f"target_{column.index}", ""))
        slug = str(self.cleaned_data.get(f"slug_{column.index}", "")).strip()
        column = replace(
            column, read_as=self.cleaned_data.get(f"read_as_{column.index}", column.read_as)
        )
        target = fields.CUSTOM + slug if chosen == CUSTOM else chosen or None
        if target != column.target:
            chosen_so = ColumnMap(
                column.index, column.header, target, reason=_BY_PERSON, confidence="chosen"
            )
            return replace(chosen_so, looks=column.looks, read_as=column.read_as)
        values = self._meanings(column)
        return column if values == column.values else replace(column, values=values)

    def _meanings(self, column: ColumnMap) -> dict[str, str]:
        """The cells' meanings: those shown as they were chosen, the others as they were."""
        values = dict(column.values)
        for n in range(len(self.values.get(column.index, ()))):
            cell = str(self.cleaned_data.get(f"cell_{column.index}_{n}", ""))
            means = str(self.cleaned_data.get(f"means_{column.index}_{n}", "")).strip()
            known = next((key for key in values if fold_cell(key) == fold_cell(cell)), cell)
            values.pop(known, None)
            if cell and means:
                values[known] = "" if means == LEAVE_OUT else means
        return values

    def _add_column(self, column: ColumnMap, targets: list[tuple[str, Any]]) -> None:
        index, target = column.index, column.target or ""
        is_custom = target.startswith(fields.CUSTOM)
        name = f"column {column.header}" if column.header else f"column {index + 1}"
        select = forms.Select(
            attrs={
                "data-shows": f"custom-{index}",
                "data-when": CUSTOM,
                "aria-label": f"What {name} becomes",
            }
        )
        self.fields[f"target_{index}"] = forms.ChoiceField(
            label=column.header or name,
            required=False,
            choices=targets,
            initial=CUSTOM if is_custom else target,
            widget=select,
        )
        slug = (
            target.removeprefix(fields.CUSTOM) if is_custom else fields.custom_slug(column.header)
        )
        self.fields[f"slug_{index}"] = forms.CharField(
            label=f"Slug of {name}", required=False, max_length=64, initial=slug
        )

        if topic := formats.topic(column.looks):
            listed = [("", "please say"), *((c, formats.WORDS[c]) for c in formats.CHOICES[topic])]
            self.fields[f"read_as_{index}"] = forms.ChoiceField(
                label=_QUESTIONS[topic], required=False, choices=listed, initial=column.read_as
            )

    def _add_meaning(self, column: ColumnMap, n: int, cell: str) -> None:
        field = fields.find(column.target or "")
        meaning = _meaning(column.values, cell)
        recognised = field and field.kind == "choice" and choices.recognise(field.name, cell)
        as_is = f"{recognised} (as read)" if recognised else "left out: unclear"
        kinds = [(AS_IS, as_is), (LEAVE_OUT, "leave out")]
        means: forms.Field
        if field and field.kind == "choice":
            listed = [*kinds, *((value, value) for value in field.values)]
            means = forms.ChoiceField(required=False, choices=listed, initial=meaning)
        else:
            means = forms.CharField(required=False, max_length=200, initial=meaning)
            means.widget.attrs["placeholder"] = "as it is"
        means.widget.attrs["aria-label"] = f"What {cell} means"
        self.fields[f"means_{column.index}_{n}"] = means
        self.fields[f"cell_{column.index}_{n}"] = forms.CharField(
            required=False, strip=False, initial=cell, widget=forms.HiddenInput
        )

    def _add_constant(self, field: fields.Field) -> None:
        made: forms.Field
        initial = self.current.constants.get(field.name, "")
        if field.kind == "choice":
            listed = [("", "–"), *((value, value) for value in field.values)]
            made = forms.ChoiceField(required=False, choices=listed, initial=initial)
        else:
            made = forms.CharField(required=False, max_length=200, initial=initial)
        made.label, made.help_text = field.label, field.help
        self.fields[f"constant_{field.name}"] = made

    def _line(self, column: ColumnMap, name: str) -> ColumnChoice:
        meanings = [
            Meaning(
                cell,
                count,
                _recognised(column, cell),
                self[f"means_{column.index}_{n}"],
                self[f"cell_{column.index}_{n}"],
            )
            for n, (cell, count) in enumerate(self.values.get(column.index, ()))
        ]
        return ColumnChoice(
            column,
            name,
            self.samples[column.index] if column.index < len(self.samples) else (),
            self[f"target_{column.index}"],
            self[f"slug_{column.index}"],
            meanings,
            sum(not meaning.recognised for meaning in meanings),
            self[f"read_as_{column.index}"] if formats.topic(column.looks) else None,
        )


def columns_with_meanings(current: Mapping) -> list[int]:
    """The columns whose field has fixed values, so that their cells may need a meaning."""
    found = ((column.index, fields.find(column.target or "")) for column in current.columns)
    return [index for index, field in found if field and field.kind in _MEANT]


def _meaning(values: MappingType[str, str], cell: str) -> str:
    folded = fold_cell(cell)
    for key, value in values.items():
        if fold_cell(key) == folded:
            return value or LEAVE_OUT
    return AS_IS


def _recognised(column: ColumnMap, cell: str) -> str:
    """What the cell is taken for without anybody's help, "" when for nothing."""
    if meaning := _meaning(column.values, cell):
        return "left out" if meaning == LEAVE_OUT else meaning
    field = fields.find(column.target or "")
    if field and field.kind == "choice":
        return choices.recognise(field.name, cell) or ""
    return cell
