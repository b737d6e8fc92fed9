"""A customer's rules about whom it wants, on its settings."""

from typing import Any, Final

from django import forms

from imports import customers
from imports.columns import countries
from imports.errors import BadInput

RULE_LABELS: Final = {
    "rule_age": "Minimum age in years",
    "rule_days": "Oldest leads, in days",
    "rule_proof": "A proof of consent is required",
    "needs_provenance": "Where leads come from is required",
    "note": "Note for whoever reviews an import",
}
RULE_HELP: Final = {
    "rule_age": "Judged by a column of birth dates. Empty: any age.",
    "rule_days": "Judged by a column with the day of each lead, counted when the rows are checked. "
    "Empty: any age of a lead.",
    "rule_proof": "A column, such as the day of consent, must not be blank.",
    "needs_provenance": "Supplier, day, lawful basis and who handed it over, for every import.",
    "note": "It stands in every review, e.g. “Ask Jane before importing”.",
}
_MOST = 60  # countries


class CountriesField(forms.CharField):
    """Countries in any usual language or by their codes, with commas between; a list of codes."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("required", False)
        super().__init__(
            label="Allowed countries",
            max_length=1_000,
            help_text="With commas between, such as US, Canada. Judged by a column of countries, "
            "else by the phone. Empty: all.",
            **options,
        )

    def prepare_value(self, value: Any) -> Any:
        """What the settings hold, as people type it."""
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        """The codes, each once."""
        typed = [one.strip() for one in str(super().clean(value)).split(",")]
        found = [self._code(one) for one in typed if one]
        if len(found) > _MOST:
            raise forms.ValidationError(f"Give at most {_MOST} countries.")
        return list(dict.fromkeys(found))

    @staticmethod
    def _code(text: str) -> str:
        if code := countries.region_of(text, ""):
            return code
        try:
            return customers.read_region(text)
        except BadInput as problem:
            raise forms.ValidationError(
                f"“{text}” is no country that is known. {problem.sentence}"
            ) from problem
