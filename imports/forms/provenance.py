"""Where an import's leads come from."""

from typing import Any

from django import forms
from django.utils import timezone

from imports.models import LawfulBasis, Provenance
from imports.models.provenance import LONGEST
from imports.review.origins import PARTS


class ProvenanceForm(forms.Form):
    """All of it may be left out here; the review asks for it where the customer wants it."""

    supplier = forms.CharField(label="Supplier or campaign", max_length=LONGEST, required=False)
    received_on = forms.DateField(
        label="Received on", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    basis = forms.ChoiceField(
        label="Lawful basis", required=False, choices=[("", "not said"), *LawfulBasis.choices]
    )
    handed_over_by = forms.CharField(label="Handed over by", max_length=LONGEST, required=False)

    def __init__(
        self, data: Any = None, *, said: Provenance | None, before: Provenance | None = None
    ) -> None:
        """`before` is what was said of the last import like this one: all but its day."""
        shown = said or before
        initial = {name: getattr(shown, name) for name in PARTS} if shown else {}
        if said is None:
            initial["received_on"] = None
        super().__init__(data, initial=initial)
        self.before = before if said is None else None
        self.fields["received_on"].widget.attrs["max"] = timezone.localdate().isoformat()

    def clean_received_on(self) -> Any:
        """Not a day that is still to come."""
        day = self.cleaned_data["received_on"]
        if day and day > timezone.localdate():
            raise forms.ValidationError("Choose a day that is not still to come.")
        return day

    def clean_supplier(self) -> str:
        """Without doubled spaces."""
        return " ".join(str(self.cleaned_data["supplier"]).split())

    def clean_handed_over_by(self) -> str:
        """Without doubled spaces."""
        return " ".join(str(self.cleaned_data["handed_over_by"]).split())
