"""A list of customers: the file, and what holds where it says nothing."""

from typing import Any, cast

from django import forms
from django.core.files.base import File
from django.db.models import QuerySet

from imports import customers
from imports.customer_list.sheet import MOST, MOST_BYTES
from imports.errors import BadInput
from imports.forms.upload import ACCEPTED
from portal.models import Team


class CustomerListForm(forms.Form):
    """A CSV or workbook of customers."""

    file = forms.FileField(
        label="List of customers",
        max_length=255,
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        help_text="A CSV or a workbook (Excel, OpenDocument) with a row of headings: at most 1 MB "
        f"and {MOST:,} customers.",
        error_messages={
            "required": "Choose the file: a CSV or a workbook with a row of headings.",
            "empty": "The file is empty. Choose one with a row of headings and a customer a row.",
        },
    )
    team = forms.ModelChoiceField(
        Team.objects.none(),
        label="Team of customers whose row names none",
        to_field_name="slug",
        empty_label="None: every row names its team",
        required=False,
    )
    region = forms.CharField(
        label="Phone region of customers whose row names none",
        initial="US",
        widget=forms.TextInput(attrs={"maxlength": 2, "autocapitalize": "characters"}),
        help_text="Two letters of a country, such as US, GB or DE: what phones without a country "
        "code are taken for.",
    )

    def __init__(self, *args: Any, teams: QuerySet[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team = cast("forms.ModelChoiceField[Team]", self.fields["team"])
        team.queryset = teams
        if teams.count() == 1:
            team.initial, team.empty_label = teams[0].slug, None
            team.widget = team.hidden_widget()

    def clean_file(self) -> File:  # type: ignore[type-arg]  # bytes
        """Refuse what is too large before anybody opens it."""
        file = cast("File[bytes]", self.cleaned_data["file"])
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                f"The file has {file.size / MOST_BYTES:,.1f} MB; a list of customers has at most "
                "1 MB. Keep the columns of the template only, or split it into several files."
            )
        return file

    def clean_region(self) -> str:
        """Two capital letters of a region whose phones are known."""
        try:
            return customers.read_region(str(self.cleaned_data["region"]))
        except BadInput as problem:
            raise forms.ValidationError(problem.sentence) from problem
