"""The file, whose it is, and how it is to be read."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID, uuid4

from django import forms
from django.core.files.base import File
from django.db.models import QuerySet
from django.utils.datastructures import MultiValueDict

from imports.intake.dialect import DELIMITERS, ENCODINGS, ESCAPES, QUOTES
from imports.models import Customer

ACCEPTED = ".csv,.tsv,.txt,.xlsx,.xlsm,.xls,.xlsb,.ods,.gz,.zip"
MOST_AT_ONCE = 50  # files: each has a line with a list of customers on the next page


class SeveralFiles(forms.FileInput):
    """A file input that takes more than one."""

    allow_multiple_selected = True

    def value_from_datadict(
        self, _data: Any, files: MultiValueDict[str, Any], name: str
    ) -> list[Any]:
        """All of them."""
        return files.getlist(name)

    def use_required_attribute(self, _initial: Any) -> bool:
        """A browser that drops, pastes or lists files sends them by itself: the input is empty."""
        return False


class FilesField(forms.FileField):
    """One or more uploaded files, as a list."""

    def clean(self, data: Any, initial: Any = None) -> list["File[bytes]"]:
        """Judge each; what is wrong is said with the name of the file."""
        given = data if isinstance(data, list) else [data]
        if len(given) < 2:
            return [super().clean(given[0] if given else None, initial)]
        if len(given) > MOST_AT_ONCE:
            raise forms.ValidationError(
                f"These are {len(given)} files; at most {MOST_AT_ONCE} go at once. Upload them in "
                "several goes."
            )
        return [one for one in given if one]  # each is judged, and named, by the intake


class UploadForm(forms.Form):
    """Spreadsheets of leads, and whose they are, if that is said already."""

    customer = forms.ModelChoiceField(
        Customer.objects.none(),
        to_field_name="slug",
        required=False,
        empty_label="Not chosen yet: suggest one for each file",
    )
    together = forms.UUIDField(required=False, widget=forms.HiddenInput)
    file = FilesField(
        label="Spreadsheets",
        max_length=255,
        widget=SeveralFiles(attrs={"accept": ACCEPTED}),
        error_messages={
            "required": "Choose a spreadsheet: an Excel or OpenDocument workbook, or a CSV.",
            "empty": "The file is empty. Choose one with a row of headings and rows of leads.",
        },
    )

    def __init__(self, *args: Any, customers: QuerySet[Customer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[Customer]", self.fields["customer"])
        field.queryset = customers
        field.label_from_instance = name_and_team  # type: ignore[assignment]  # as documented

    def clean_together(self) -> UUID:
        """What is uploaded at once is found again under one id; a script need not make one."""
        return self.cleaned_data["together"] or uuid4()


def _sheet_choice(sheet: tuple[str, bool]) -> tuple[str, str]:
    name, hidden = sheet
    return name, f"{name} (hidden)" if hidden else name


def name_and_team(customer: Customer) -> str:
    """How a customer is called where those of several teams are listed."""
    return f"{customer.name} · {customer.team.name}"


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
    escape = forms.ChoiceField(
        required=False,
        label="Escape character",
        choices=[("", "Find out"), *ESCAPES.items()],
        help_text="MySQL and some other programs put a backslash before a quote in a cell.",
    )

    def __init__(
        self, *args: Any, sheets: Sequence[tuple[str, bool]] = (), kind: str = "", **kwargs: Any
    ):
        super().__init__(*args, **kwargs)
        self.initial["delimiter"] = _marked(self.initial.get("delimiter", ""))
        if kind not in {"", "csv"}:
            for name in ("encoding", "delimiter", "quote", "escape"):
                del self.fields[name]
            if sheets:
                choices = [("", "Find out"), *map(_sheet_choice, sheets)]
                self.fields["sheet"] = forms.ChoiceField(required=False, choices=choices)
        elif kind == "csv":
            del self.fields["sheet"]

    @property
    def dialect(self) -> dict[str, Any]:
        """What was chosen, for `derive.reread`."""
        return {name: value for name, value in self.cleaned_data.items() if value}
