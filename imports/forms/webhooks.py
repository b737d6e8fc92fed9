"""A team's webhook."""

from django import forms

from imports.errors import BadInput
from imports.models import Webhook
from imports.notices import address

KIND_WORDS = [
    (
        Webhook.Kind.SLACK.value,
        "Slack-compatible: a line of text, for an incoming webhook of Slack, Mattermost …",
    ),
    (
        Webhook.Kind.SIGNED.value,
        "Signed JSON: for a program of yours, which checks the signature",
    ),
]


class WebhookForm(forms.Form):
    """An address goes in and never comes out again: the field is always rendered empty."""

    kind = forms.ChoiceField(
        choices=KIND_WORDS, widget=forms.RadioSelect, initial=Webhook.Kind.SLACK.value
    )
    url = forms.CharField(
        label="Address",
        max_length=address.MAX_LENGTH,
        widget=forms.PasswordInput(
            render_value=False,
            attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"},
        ),
        help_text="https://, on the public internet. It is sealed at once; afterwards only its "
        "host and its last four characters are shown.",
    )

    def clean_kind(self) -> Webhook.Kind:
        """One of ours."""
        return Webhook.Kind(self.cleaned_data["kind"])

    def clean_url(self) -> str:
        """As it will be called."""
        try:
            return address.check_url(str(self.cleaned_data["url"]))[0]
        except BadInput as problem:
            raise forms.ValidationError(problem.sentence) from problem
