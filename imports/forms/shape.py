"""What is done to the cells of one column before they are read."""

from dataclasses import replace
from typing import Any, Final, Self

import phonenumbers
from django import forms
from django.forms import BoundField
from django.utils.text import capfirst

from imports.columns import changes, countries, defects, fields, formats, meanwhile, shapes, sources
from imports.columns.changes import Change
from imports.columns.mapping import ColumnMap, Mapping
from imports.columns.meanwhile import BY_PERSON, Meanwhile
from imports.columns.sources import Split
from imports.columns.vocabulary import KIND_OF, NONE, Words
from imports.forms import meanings, targets
from imports.forms.part import PartForm

_MORE: Final = 2  # empty lines for changes below those that are there
_TYPES: Final = {way: words for way, words in formats.WORDS.items() if way != "text"}
_NOTHING: Final = "Nothing is sent where this is empty."
_BELOW: Final = "Below all columns it stands as the same value for every row."


class ShapeForm(PartForm):
    """change_0, what_0, into_0 …; by, parts, and target_0, slug_0 … of the parts; others; blank.

    `words` are what is known of the customer's CRM.
    """

    def __init__(
        self,
        data: Any = None,
        *,
        current: Mapping,
        index: int,
        version: int,
        begun: Mapping | None = None,
        words: Words = NONE,
    ) -> None:
        super().__init__(data, current=current, version=version, begun=begun)
        self.words, self.column = words, current.columns[index]
        self.first = self.begun.columns[index]
        shown = sum(name.startswith("change_") for name in data or ())
        for n in range(min(max(len(self.first.changes) + _MORE, shown), changes.MOST)):
            self._add_change(n)
        self._add_split()
        self._add_of_its_field()

    def _add_of_its_field(self) -> None:
        """What is asked of columns of phones, e-mails and custom fields, and of blank cells."""
        if self.has_others:
            self.fields["others"] = forms.CharField(
                label="Custom field for the others",
                required=False,
                max_length=64,
                initial=fields.slug_of(self.first.others),
                help_text="Its slug. Where this is empty they are left out, and the row says so.",
            )
        if self.has_regions:
            self._add_regions()
        if self.has_type:
            self.fields["read_as"] = forms.ChoiceField(
                label="What its cells are",
                required=False,
                choices=[("", "text, as it stands"), *_TYPES.items()],
                initial="" if self.first.read_as == "text" else self.first.read_as,
                help_text="Dates go as 2025-04-03, numbers and yes or no as what they are.",
            )
        if self.has_blank:
            target = self.column.target or ""
            value = self.begun.constants.get(target, "")
            self.fields["blank"] = meanings.for_all_rows(target, value, self.words)
            self.fields["blank"].label = "Where a cell is blank, send"
            self.fields["blank"].help_text = _NOTHING if self.has_type else f"{_NOTHING} {_BELOW}"

    @property
    def becomes(self) -> str:
        """The fields that the column feeds now, in words; "" where it feeds none."""
        return ", ".join(map(fields.label, self.column.targets))

    @property
    def has_others(self) -> bool:
        """Whether its cells may hold several phones or e-mails."""
        return shapes.holds_several(self.column.target)

    @property
    def has_regions(self) -> bool:
        """Whether its cells are phones."""
        return self.column.target == "contact_phone"

    @property
    def has_type(self) -> bool:
        """Whether its cells may be numbers, dates, yes or no: those of custom fields."""
        return (self.column.target or "").startswith(fields.CUSTOM)

    @property
    def has_blank(self) -> bool:
        """Whether something can be sent for its blank cells; one contact for many rows cannot."""
        found = fields.find(self.column.target or "")
        return found is not None and found.can_be_constant

    @property
    def offers(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """What the customer's CRM is known to have for the field, with the list's id."""
        target = self.column.target or ""
        offered = self.words.offers(target) if target in KIND_OF else []
        return [(meanings.list_id(target), offered)] if offered else []

    @property
    def lines(self) -> list[tuple[BoundField, BoundField, BoundField]]:
        """What is done, the text to look for, and what stands there instead."""
        count = sum(name.startswith("change_") for name in self.fields)
        return [(self[f"change_{n}"], self[f"what_{n}"], self[f"into_{n}"]) for n in range(count)]

    @property
    def part_lines(self) -> list[tuple[BoundField, BoundField]]:
        """The field of each part, and its slug where that is a custom one."""
        return [(self[f"target_{n}"], self[f"slug_{n}"]) for n in range(sources.MOST_PARTS)]

    def clean(self) -> dict[str, Any]:
        """Make `cleaned_data["mapping"]`; what cannot be done is said beside its control."""
        data = super().clean() or self.cleaned_data
        column = replace(self.column, changes=self._changes(), split=None)
        column = replace(column, read_as=self._read_as(), others=self._others())
        column = self._split(column) if data.get("by") else self._whole(column)
        columns = list(self.current.columns)
        columns[column.index] = column
        constants = dict(self.current.constants)
        if self.has_blank and column.target:
            constants.pop(self.column.target or "", None)
            if blank := str(data.get("blank", "")).strip():
                blank = meanings.typed(column.target, blank, self.words)
                constants[column.target] = blank
                self._check_blank(column, blank)
        made = replace(self.current, columns=tuple(columns), constants=constants)
        data["mapping"] = self._with_regions(made)
        return data

    def on_top(self, theirs: Mapping, version: int, changed: Meanwhile) -> Self:
        """As its base says; what is chosen elsewhere is theirs."""
        mine, index = self.cleaned_data["mapping"], self.column.index
        begun = meanwhile.on_top(self.current, theirs, mine, index)
        form = type(self)(
            current=theirs, index=index, version=version, begun=begun, words=self.words
        )
        form.changed = changed
        return form

    def _add_change(self, n: int) -> None:
        made = self.first.changes[n] if n < len(self.first.changes) else None
        self.fields[f"change_{n}"] = forms.ChoiceField(
            label=f"Change {n + 1}",
            required=False,
            choices=[("", "none"), *changes.WORDS.items()],
            initial=made.kind if made else "",
        )
        for name, label, initial in (
            ("what", "Text to look for", made.what if made else ""),
            ("into", "Put there instead", made.into if made else ""),
        ):
            self.fields[f"{name}_{n}"] = forms.CharField(
                label=label,
                required=False,
                strip=False,
                max_length=changes.LONGEST_TEXT,
                initial=initial,
            )

    def _add_split(self) -> None:
        split = self.first.split
        self.fields["by"] = forms.ChoiceField(
            label="Split its cells",
            required=False,
            choices=[("", "no"), *sources.WAYS.items()],
            initial=split.by if split else "",
        )
        self.fields["parts"] = forms.ChoiceField(
            label="Into",
            required=False,
            choices=[(n, f"{n} parts") for n in range(2, sources.MOST_PARTS + 1)],
            initial=split.parts if split else 2,
            help_text="The last part holds all that is left.",
        )
        fed = [self.first.target, *(split.targets if split else ())]
        for n in range(sources.MOST_PARTS):
            targets.add_to(self, str(n), f"Part {n + 1}", fed[n] if n < len(fed) else None)

    def _add_regions(self) -> None:
        named = zip(self.current.columns, self.current.names, strict=True)
        regions = sorted((countries.name(one), one) for one in phonenumbers.SUPPORTED_REGIONS)
        self.fields["country"] = forms.ChoiceField(
            label="The row's country stands in",
            required=False,
            choices=[("", "no column"), *((c.index, name) for c, name in named if not c.masked)],
            initial="" if self.begun.country is None else self.begun.country,
        )
        self.fields["region"] = forms.ChoiceField(
            label="Otherwise phones are those of",
            required=False,
            choices=[("", "the customer's region"), *((one, name) for name, one in regions)],
            initial=self.begun.region,
        )

    def _with_regions(self, made: Mapping) -> Mapping:
        if not self.has_regions:
            return made
        country, region = (self.cleaned_data.get(name) or "" for name in ("country", "region"))
        return replace(made, country=int(country) if country else None, region=region)

    def _changes(self) -> tuple[Change, ...]:
        made = []
        for n, _ in enumerate(self.lines):
            kind = self.cleaned_data.get(f"change_{n}")
            if not kind:
                continue
            asks = kind in changes.ASK_WHAT
            what = self.cleaned_data.get(f"what_{n}", "") if asks else ""
            into = self.cleaned_data.get(f"into_{n}", "") if kind == "replace" else ""
            made.append(Change(kind, what, into))
            if sentence := changes.defect(made[-1]):
                self.add_error(f"what_{n}", capfirst(sentence))
        return tuple(made)

    def _read_as(self) -> formats.ReadAs:
        """Where cells look like dates or numbers, text is what a person says, and not nothing."""
        if not self.has_type:
            return self.column.read_as
        chosen: formats.ReadAs = self.cleaned_data.get("read_as", "")
        return chosen or ("text" if self.column.looks else "")

    def _others(self) -> str:
        slug = str(self.cleaned_data.get("others", "")).strip() if self.has_others else ""
        if slug and (sentence := targets.bad_slug(slug)):
            self.add_error("others", sentence)
        return fields.CUSTOM + slug if slug else ""

    def _check_blank(self, column: ColumnMap, blank: str) -> None:
        wrong = defects.bad_constant(column.target or "", blank)
        if sentence := wrong or shapes.bad_default(column, blank):
            self.add_error("blank", capfirst(sentence))

    def _split(self, column: ColumnMap) -> ColumnMap:
        count = int(self.cleaned_data.get("parts") or 2)
        first, *others = [targets.chosen(self, str(n)) for n in range(count)]
        if not any((first, *others)):
            self.add_error("target_0", "Say what at least one part becomes.")
        split = Split(self.cleaned_data["by"], tuple(others))
        values = column.values if first == column.target else {}
        return replace(column, target=first, split=split, values=values, wanted=None,
                       reason=BY_PERSON, confidence="chosen")  # fmt: skip

    def _whole(self, column: ColumnMap) -> ColumnMap:
        if self.column.split is None and column == self.column:
            return column
        return replace(column, reason=BY_PERSON, confidence="chosen") if column.target else column
