"""Fields that are made of several columns."""

from dataclasses import replace
from typing import Any, Final, Self

from django import forms
from django.forms import BoundField
from django.utils.text import capfirst

from imports.columns import meanwhile, shapes, sources
from imports.columns.mapping import Mapping
from imports.columns.meanwhile import Meanwhile
from imports.forms import targets
from imports.forms.part import PartForm

_MORE: Final = 2  # empty lines below those that are there


class JoinsForm(PartForm):
    """target_0, slug_0 and template_0 …, one for each field that is made of several columns."""

    def __init__(
        self, data: Any = None, *, current: Mapping, version: int, begun: Mapping | None = None
    ) -> None:
        super().__init__(data, current=current, version=version, begun=begun)
        made = [*self.begun.joins.items()]
        shown = sum(name.startswith("template_") for name in data or ())
        self.count = min(max(len(made) + _MORE, shown), sources.MOST_JOINS)
        for n in range(self.count):
            target, template = made[n] if n < len(made) else (None, "")
            targets.add_to(self, str(n), f"Field {n + 1}", target)
            self.fields[f"template_{n}"] = forms.CharField(
                label=f"Template {n + 1}",
                required=False,
                max_length=sources.LONGEST_TEMPLATE,
                initial=template,
            )

    @property
    def lines(self) -> list[tuple[BoundField, BoundField, BoundField]]:
        """Template, field and slug."""
        names = range(self.count)
        return [(self[f"template_{n}"], self[f"target_{n}"], self[f"slug_{n}"]) for n in names]

    def clean(self) -> dict[str, Any]:
        """Make `cleaned_data["mapping"]`; what cannot be done is said beside its control."""
        data = super().clean() or self.cleaned_data
        joins: dict[str, str] = {}
        for n in range(self.count):
            template = str(data.get(f"template_{n}", ""))
            if not template:
                continue
            target = targets.chosen(self, str(n))
            if sentence := shapes.of_join(self.current, template):
                self.add_error(f"template_{n}", capfirst(sentence))
            if target is None:
                self.add_error(f"target_{n}", "Say which field is made of it.")
            elif target in joins:
                self.add_error(f"target_{n}", "Another template makes this field already.")
            else:
                joins[target] = template
        data["mapping"] = replace(self.current, joins=joins)
        return data

    def on_top(self, theirs: Mapping, version: int, changed: Meanwhile) -> Self:
        """As its base says; other parts of the mapping are theirs."""
        begun = meanwhile.on_top(self.current, theirs, self.cleaned_data["mapping"], None)
        form = type(self)(current=theirs, version=version, begun=begun)
        form.changed = changed
        return form
