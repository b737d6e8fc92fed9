"""The file, whose it is, and how it is to be read."""

from typing import Any, cast

from django import forms
from django.db.models import QuerySet

from imports.intake.dialect import DELIMITERS, ENCODINGS, QUOTES
from imports.models import Customer

ACCEPTED = ".csv,.tsv,.txt,.xlsx,.xlsm,.xls,.xlsb,.ods,.gz,.zip"


class UploadForm(forms.Form):
    """A spreadsheet for one customer."""

    customer = forms.ModelChoiceField(
        Customer.objects.none(),
        to_field_name="slug",
        empty_label="Choose a customer …",
        error_messages={"required": "Choose the customer whose leads these are."},
    )
    file = forms.FileField(
        label="Spreadsheet",
        max_length=255,
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        error_messages={
            "required": "Choose a spreadsheet: an Excel or OpenDocument workbook, or a CSV.",
            "empty": "The file is empty. Choose one with a row of headings and rows of leads.",
        },
    )

    def __init__(self, *args: Any, customers: QuerySet[Customer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[Customer]", self.fields["customer"])
        field.queryset = customers
        field.label_from_instance = _name_and_team  # type: ignore[assignment]


def _sheet_choice(sheet: Any) -> tuple[str, str]:
    """An earlier release stored names only."""
    if isinstance(sheet, str):
        return sheet, sheet
    return sheet["name"], f"{sheet['name']} (hidden)" if sheet["hidden"] else sheet["name"]


def _name_and_team(customer: Customer) -> str:
    return f"{customer.name} ({customer.team.name})"


def _marked(mark: str) -> str:
    return mark if mark.isprintable() else f"{ord(mark):02x}"


class ReadForm(forms.Form):
    """Read the file differently: whatever is left open is found out again."""

    sheet = forms.CharField(required=False, max_length=255, help_text="The name of the sheet.")
    header_row = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=1000,
        label="Row of the headings",
        help_text="The number that the spreadsheet program shows.",
    )
    encoding = forms.ChoiceField(
        required=False,
        choices=[("", "Find out"), *ENCODINGS.items()],
    )
    delimiter = forms.TypedChoiceField(
        required=False,
        label="Columns are separated by",
        # A control character does not come through a form as it is.
        choices=[("", "Find out"), *((_marked(mark), word) for mark, word in DELIMITERS.items())],
        coerce=lambda posted: next(mark for mark in DELIMITERS if _marked(mark) == posted),
        empty_value="",
    )
    quote = forms.ChoiceField(
        required=False,
        label="Cells are quoted by",
        choices=[("", "Find out"), *QUOTES.items()],
    )

    def __init__(self, *args: Any, sheets: list[Any] | None = None, kind: str = "", **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.initial["delimiter"] = _marked(self.initial.get("delimiter", ""))
        if kind not in {"", "csv"}:
            del self.fields["encoding"], self.fields["delimiter"], self.fields["quote"]
            if sheets:
                choices = [("", "Find out"), *map(_sheet_choice, sheets)]
                self.fields["sheet"] = forms.ChoiceField(required=False, choices=choices)
        elif kind == "csv":
            del self.fields["sheet"]

    @property
    def dialect(self) -> dict[str, Any]:
        """What was chosen, for `derive.reread`."""
        return {name: value for name, value in self.cleaned_data.items() if value}
