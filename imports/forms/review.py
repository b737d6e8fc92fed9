"""What a person chooses before anything is sent."""

from typing import Any

from django import forms

from imports.delivery.children import RETRIED
from imports.forms.schedule import WhenForm
from imports.models import Again, Decision, OnDuplicate, Priority, Unchanged, Unforeseen


class OptionsForm(forms.Form):
    """Which rows are left out of what is sent."""

    again = forms.TypedChoiceField(
        label="Rows that went to MEGA by another import in the meantime",
        choices=Again.choices,
        coerce=Again,
        required=False,  # asked only of rows that repair others
        empty_value=None,
    )


class UnchangedForm(forms.Form):
    """Whether rows that the customer already got as they are go again."""

    unchanged = forms.TypedChoiceField(choices=Unchanged.choices, coerce=Unchanged)


class AskForm(forms.Form):
    """What happens to people whom MEGA already has; always shown, always chosen."""

    on_duplicate = forms.TypedChoiceField(
        coerce=OnDuplicate,
        label="When MEGA already has the person (same e-mail, or last ten digits of the phone)",
        choices=[
            (OnDuplicate.SKIP.value, "Leave the existing lead as it is: nothing is overwritten"),
            (
                OnDuplicate.UPDATE.value,
                "Update the existing lead with the sheet's values: this cannot be undone",
            ),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what happens to people whom MEGA already has."},
    )


class PreviewForm(AskForm):
    """What MEGA is asked first: about every row as it is, or about one request of them."""

    SAMPLE = "sample"

    about = forms.ChoiceField(
        required=False,
        choices=[("all", "Every row"), (SAMPLE, "A sample")],
        error_messages={"invalid_choice": "Choose whether MEGA is asked about a sample or all."},
    )

    @property
    def is_sample(self) -> bool:
        """Whether only a sample was asked for; every row where nothing is said."""
        return bool(self.cleaned_data["about"] == self.SAMPLE)


class _Seen(forms.IntegerField):
    """A number that the page showed and gives back."""

    widget = forms.HiddenInput
    default_error_messages = dict.fromkeys(
        ("required", "invalid"),
        "The page did not say which leads it showed. Look at the numbers here, then send.",
    )


class SendForm(AskForm, WhenForm):
    """The word to send, now or later, about the very leads that the page showed."""

    expected_mapping = _Seen()  # the id of a MappingVersion
    expected_leads = _Seen()
    expected_acts = forms.CharField(
        max_length=40, required=False, empty_value=None, widget=forms.HiddenInput
    )
    keep_old_values = forms.BooleanField(
        required=False, label="Keep the old values of leads that are updated"
    )
    hold_won = forms.BooleanField(required=False, label="Hold back leads that MEGA has as won")
    hold_lost = forms.BooleanField(required=False, label="Hold back leads that MEGA has as lost")
    hold_days = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=3650,
        label="Hold back leads contacted within so many days",
        help_text="0 holds none back.",
    )


class OverwritingSendForm(SendForm):
    """The word to send where fields are for new leads only, and nobody knows which rows are new."""

    unforeseen = forms.TypedChoiceField(
        required=False,  # it counts only in an update
        coerce=Unforeseen,
        empty_value=None,
        choices=[one for one in Unforeseen.choices if one[0]],
        widget=forms.RadioSelect,
        label="Fields for new leads only",
    )

    def clean(self) -> dict[str, Any]:
        """An update needs the choice."""
        given: dict[str, Any] = super().clean() or {}
        is_update = given.get("on_duplicate") == OnDuplicate.UPDATE
        if is_update and given.get("unforeseen") is None and "unforeseen" not in self.errors:
            self.add_error(
                "unforeseen",
                "Choose what becomes of these fields, or ask MEGA about every row first.",
            )
        return given


class CustomerNameForm(forms.Form):
    """The name of the customer whose file this is, typed by a person."""

    name = forms.CharField(
        max_length=120,
        label="Name of the customer",
        error_messages={"required": "Type the name of the customer that this file is meant for."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class DecisionForm(forms.Form):
    """A person's decision about one request, and why."""

    choice = forms.TypedChoiceField(choices=Decision.Choice.choices, coerce=Decision.Choice)
    why = forms.CharField(required=False, max_length=1000)


class PriorityForm(forms.Form):
    """Which turn an import takes among those of its key, and which page it was said on."""

    priority = forms.TypedChoiceField(
        choices=Priority.choices, coerce=lambda value: Priority(int(value))
    )
    on_customer = forms.BooleanField(required=False)


class RetryForm(forms.Form):
    """Which rows of an import go again."""

    rows = forms.MultipleChoiceField(
        choices=[(name, name) for name in RETRIED],
        error_messages={"required": "Choose which rows are to be sent again."},
    )
