"""A form that is never stored: the style guide shows what fields look like with it."""

from django import forms


class SampleForm(forms.Form):
    """A field of each kind."""

    name = forms.CharField(label="Name", help_text="As the client writes it.")
    email = forms.EmailField(label="E-mail")
    region = forms.ChoiceField(
        label="Phone region", choices=[("US", "United States"), ("NL", "Netherlands")]
    )
    mega_id = forms.CharField(
        label="MEGA id", disabled=True, required=False, help_text="Fixed since the first token."
    )
    why = forms.CharField(label="Why", widget=forms.Textarea(attrs={"rows": 2}), required=False)
    on_duplicate = forms.ChoiceField(
        label="When MEGA already has the person",
        choices=[("skip", "Leave the existing lead as it is"), ("update", "Update it")],
        widget=forms.RadioSelect,
    )
    keep = forms.BooleanField(
        label="Keep old values", help_text="They are read before sending starts.", required=False
    )
