"""The mapping as a form: a target for every column, meanings of cells, and values for all rows."""

from collections.abc import Mapping as MappingType
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

from django import forms
from django.forms import BoundField

from imports.columns import accept, fields, formats, shapes
from imports.columns.mapping import ColumnMap
from imports.columns.meanwhile import BY_PERSON
from imports.columns.vocabulary import KIND_OF
from imports.forms import beside, meanings, possible, targets
from imports.forms.asked import Asked
from imports.forms.basis import Basis
from imports.forms.column_line import PARTS, ColumnChoice, Meaning, Part
from imports.forms.meanings import NOTHING, Known
from imports.forms.quick import QuickSelect
from imports.forms.targets import CUSTOM

_QUESTIONS: Final = {
    "date": "03/04/2025: day or month first?",
    "number": "1.234 or 1,234: which mark is the decimal one?",
}


class ColumnsForm(forms.Form):
    """Fields are made from the mapping: target_3, slug_3, and cell_3_0, means_3_0 for meanings.

    `values` are the cells of the columns whose fields have fixed values, divided into those that
    are asked about and others.
    """

    expected_version = forms.IntegerField(widget=forms.HiddenInput)
    began_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        *,
        basis: Basis,
        samples: Sequence[Sequence[str]] = (),
        values: MappingType[int, Asked] | None = None,
        known: Known = NOTHING,
    ) -> None:
        versions = {"expected_version": basis.version, "began_version": basis.began}
        super().__init__(data, initial=versions)
        self.current, self.version = basis.mapping, basis.version
        self.kept, self.changed = basis.kept, basis.changed
        self.is_accepted = basis.is_accepted
        self.samples, self.more = samples, values or {}
        self.values = {index: found.asked for index, found in self.more.items()}
        self.known, self.joined = known, shapes.joined_places(self.current)
        listed = targets.choices()
        for column in self.current.columns:
            self._add_column(column, listed)
            for n, (cell, _) in enumerate(self.values.get(column.index, ())):
                meanings.add_to(self.fields, column, n, cell, known)
        possible.add_to(self.fields, self.current)
        for field in fields.FIELDS:
            if field.can_be_constant:
                self._add_constant(field)

    @property
    def beginnings(self) -> list[BoundField]:
        """What tells, when the page comes back, of which mappings it was made."""
        names = ["expected_version", "began_version", *(f"was_{index}" for index in self.kept)]
        return [self[name] for name in names]

    @cached_property
    def columns(self) -> list[ColumnChoice]:
        """The lines of the form, in the order of the sheet."""
        names = self.current.names
        return [self._line(column, names[i]) for i, column in enumerate(self.current.columns)]

    @property
    def groups(self) -> list[tuple[Part, list[ColumnChoice]]]:
        """The lines in parts: what needs a look comes first."""
        lines = self.columns
        found = [(part, [line for line in lines if line.group == part.code]) for part in PARTS]
        return [(part, own) for part, own in found if own]

    @property
    def unclear(self) -> list[ColumnChoice]:
        """The lines with values of which somebody has to say what they mean."""
        return [line for line in self.columns if line.doubtful]

    @property
    def joins(self) -> list[tuple[str, str]]:
        """What is made of several columns: a field's label, and the template."""
        return [(fields.label(target), one) for target, one in self.current.joins.items()]

    @property
    def possible_of_joined(self) -> BoundField | None:
        """What becomes of merely possible phones, where a template makes the phones."""
        return self[possible.NAME] if possible.TARGET in self.current.joins else None

    @property
    def sure(self) -> int:
        """How many columns are sure and wait for nobody's word but a click."""
        return 0 if self.is_accepted else sum(map(accept.is_sure, self.current.columns))

    @property
    def offers(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """What is known of the customer's CRM, each list with its id."""
        words = self.known.words
        lists = [(meanings.list_id(target), words.offers(target)) for target in KIND_OF]
        lists.append((meanings.list_id(fields.CUSTOM), [(slug, "") for slug in words.slugs]))
        return [(name, offered) for name, offered in lists if offered]

    @property
    def fills_rows(self) -> bool:
        """Whether a field's value for every row is chosen."""
        return any(f"constant_{name}" in self.fields for name in self.current.constants)

    @property
    def constants(self) -> list[BoundField]:
        """The fields whose value every row can get."""
        return [self[f"constant_{f.name}"] for f in fields.FIELDS if f.can_be_constant]

    def clean(self) -> dict[str, Any]:
        """Make `cleaned_data["mapping"]`, or say what keeps it from being one."""
        data = super().clean() or self.cleaned_data
        columns = tuple(self._decided(column) for column in self.current.columns)
        constants = {
            f.name: meanings.typed(f.name, data[f"constant_{f.name}"].strip(), self.known.words)
            for f in fields.FIELDS
            if f.can_be_constant and data.get(f"constant_{f.name}", "").strip()
        }
        others = {
            name: value
            for name, value in self.current.constants.items()
            if f"constant_{name}" not in self.fields
        }
        made = replace(self.current, columns=columns, constants=others | constants)
        made = replace(made, possible=possible.chosen(self.current, data))
        beside.add_errors(self, made)
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
                column.index, column.header, target, reason=BY_PERSON, confidence="chosen"
            )
            return replace(
                chosen_so,
                looks=column.looks,
                read_as=column.read_as,
                changes=column.changes,
                consent=column.consent,
            )
        asked = len(self.values.get(column.index, ()))
        values = meanings.chosen(column, asked, self.cleaned_data, self.known.words)
        return column if values == column.values else replace(column, values=values)

    def _add_column(self, column: ColumnMap, listed: list[tuple[str, Any]]) -> None:
        index, target = column.index, column.target or ""
        is_custom = target.startswith(fields.CUSTOM)
        name = f"column {column.header}" if column.header else f"column {index + 1}"
        select = QuickSelect(attrs={"aria-label": f"What {name} becomes"})
        if self.changed and index in self.changed.columns:
            select.attrs["aria-describedby"] = f"meanwhile-{index}"
        if index in self.kept:
            self.fields[f"was_{index}"] = forms.CharField(
                required=False, initial=target, widget=forms.HiddenInput
            )
        self.fields[f"target_{index}"] = forms.ChoiceField(
            label=column.header or name,
            required=False,
            choices=listed,
            initial=CUSTOM if is_custom else target,
            widget=select,
        )
        slug = fields.slug_of(target) if is_custom else fields.custom_slug(column.header)
        self.fields[f"slug_{index}"] = forms.CharField(
            label=f"Slug of {name}", required=False, max_length=64, initial=slug
        )
        slugs = meanings.offered(fields.CUSTOM, self.known.words)
        self.fields[f"slug_{index}"].widget.attrs |= slugs

        if topic := formats.topic(column.looks):
            known = dict.fromkeys([*formats.CHOICES[topic], column.read_as or "text"])
            ways = [("", "please say"), *((c, formats.WORDS[c]) for c in known)]
            self.fields[f"read_as_{index}"] = forms.ChoiceField(
                label=_QUESTIONS[topic], required=False, choices=ways, initial=column.read_as
            )

    def _add_constant(self, field: fields.Field) -> None:
        value = self.current.constants.get(field.name, "")
        made = meanings.for_all_rows(field.name, value, self.known.words)
        made.label, made.help_text = field.label, field.help
        self.fields[f"constant_{field.name}"] = made

    def _line(self, column: ColumnMap, name: str) -> ColumnChoice:
        meant = [
            Meaning(
                cell,
                count,
                meanings.recognised(column, cell, self.known),
                meanings.why(column, cell, self.known),
                meanings.refusal(column, cell, self.known),
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
            meant,
            sum(not meaning.recognised for meaning in meant),
            self[f"read_as_{column.index}"] if formats.topic(column.looks) else None,
            self.more.get(column.index),
            self.changed.columns.get(column.index) if self.changed else None,
            self.is_accepted,
            column.index in self.joined,
            self[possible.NAME] if possible.TARGET in column.targets else None,
            self._blank(column),
        )

    def _blank(self, column: ColumnMap) -> str:
        """What is sent where the column's cells are blank, as people choose it; "" for nothing."""
        target, words = column.target or "", self.known.words
        value = self.current.constants.get(target, "")
        return words.shown(target, value) if value and target in KIND_OF else value
