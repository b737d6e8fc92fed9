"""The words that are read as blank in names, phones and e-mails."""

from collections import Counter
from dataclasses import replace
from typing import Any, Self

from django import forms
from django.forms.boundfield import BoundWidget

from imports.columns import clean, placeholders
from imports.columns.blank_words import Counts
from imports.columns.mapping import Mapping
from imports.columns.meanwhile import Meanwhile
from imports.columns.placeholders import Words
from imports.forms.part import PartForm

_MOST_CHARACTERS = 2 * placeholders.MOST_OWN * placeholders.LONGEST_OWN


class WordsForm(PartForm):
    """The usual words, each ticked where it is read as blank, and a text with own ones."""

    usual = forms.MultipleChoiceField(
        label="Usual words", required=False, widget=forms.CheckboxSelectMultiple
    )
    own = forms.CharField(
        label="Your own words",
        required=False,
        max_length=_MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=(
            "One in each line, as the whole cell reads; capitals do not count. They are blank in"
            " names, too, even where people may be called so."
        ),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        current: Mapping,
        version: int,
        counts: Counts | None,
        begun: Mapping | None = None,
    ) -> None:
        super().__init__(data, current=current, version=version, begun=begun)
        words = self.begun.words
        self.initial["usual"] = [*placeholders.DEFAULT.difference(words.out)]
        self.initial["own"] = "\n".join(words.own)
        self.counts = counts
        self._usual = counts.usual if counts else Counter[str]()
        self._listed = sorted(placeholders.DEFAULT, key=lambda one: (-self._usual[one], one))
        self.fields["usual"].choices = [(word, word) for word in self._listed]  # type: ignore[attr-defined]

    @property
    def found(self) -> list[tuple[BoundWidget, int]]:
        """The ticks of words that stand in this file, with how often they do; the most frequent
        first."""
        return [(tick, count) for tick, count in self._ticks() if count]

    @property
    def others(self) -> list[BoundWidget]:
        """The ticks of the other usual words."""
        return [tick for tick, count in self._ticks() if not count]

    def _ticks(self) -> list[tuple[BoundWidget, int]]:
        ticks = zip(self._listed, self["usual"].subwidgets, strict=True)
        return [(tick, self._usual[word]) for word, tick in ticks]

    @property
    def counted(self) -> list[tuple[str, int]]:
        """The mapping's own words with how often they stand in this file, where that is known."""
        own = self.counts.own if self.counts else {}
        return [(word, count) for word, count in own.items() if count is not None]

    @property
    def uncounted(self) -> list[str]:
        """Those that are counted once all rows are checked."""
        return (
            [word for word, count in self.counts.own.items() if count is None]
            if self.counts
            else []
        )

    def clean(self) -> dict[str, Any]:
        """Make `cleaned_data["mapping"]`; what cannot be is said beside its control."""
        data = super().clean() or self.cleaned_data
        lines = map(clean.word, str(data.get("own", "")).splitlines())
        own = tuple(dict.fromkeys(filter(None, lines)))
        out = tuple(sorted(placeholders.DEFAULT.difference(data.get("usual", ()))))
        words = Words(own, out)
        for sentence in words.defects():
            self.add_error("own", sentence)
        data["mapping"] = replace(self.current, words=words)
        return data

    def on_top(self, theirs: Mapping, version: int, changed: Meanwhile) -> Self:
        """As its base says; all but the words are theirs."""
        begun = replace(theirs, words=self.cleaned_data["mapping"].words)
        form = type(self)(current=theirs, version=version, counts=self.counts, begun=begun)
        form.changed = changed
        return form
