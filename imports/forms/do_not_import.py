"""What is put on a do-not-import list, and what is looked for there."""

from typing import Any, cast

from django import forms
from django.core.files.base import File

from imports import customers
from imports.do_not_import import entries, lists
from imports.do_not_import.entries import Entry
from imports.do_not_import.files import MOST, MOST_BYTES
from imports.do_not_import.lists import Owner
from imports.errors import BadInput
from imports.forms.upload import ACCEPTED
from imports.models import Lead
from imports.models.do_not_import import LONGEST_WORDS

_MOST_TEXT = 500_000  # characters that are pasted


class WordsForm(forms.Form):
    """Why something is listed."""

    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=LONGEST_WORDS,
        help_text="For example: asked by phone not to be contacted.",
    )

    def clean_reason(self) -> str:
        """No address or phone in it."""
        return _words(self.cleaned_data["reason"])


class AddForm(WordsForm):
    """Entries that are typed or pasted, or a file of them."""

    field_order = ("text", "file", "source", "reason", "region")

    text = forms.CharField(
        label="E-mail addresses, phones and domains",
        required=False,
        max_length=_MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off", "spellcheck": "false"}),
        help_text="One a line. A domain such as example.com stands for every address there and at "
        "its subdomains.",
    )
    file = forms.FileField(
        label="Or a file of them",
        required=False,
        max_length=255,
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        help_text=f"A text file, CSV or workbook of at most {MOST_BYTES // 1024**2} MB and {MOST:,}"
        " rows. Its columns are recognised by their cells; names and other columns are not read.",
        error_messages={"empty": "The file is empty. Choose one with an entry a row."},
    )
    source = forms.CharField(
        label="Where they are from",
        max_length=LONGEST_WORDS,
        help_text="For example: unsubscribed from the newsletter. Rows that are kept back name it.",
    )
    region = forms.CharField(
        label="Phone region",
        widget=forms.TextInput(attrs={"maxlength": 2, "autocapitalize": "characters"}),
        help_text="Two letters of a country, such as US, GB or DE: what phones without a country "
        "code are taken for.",
    )

    def clean_source(self) -> str:
        """No address or phone in it."""
        return _words(self.cleaned_data["source"])

    def clean_file(self) -> "File[bytes] | None":
        """Refuse what is too large before anybody opens it."""
        file = cast("File[bytes] | None", self.cleaned_data["file"])
        if file and file.size > MOST_BYTES:
            raise forms.ValidationError(
                f"The file has {file.size / 1024**2:,.1f} MB; a page takes at most "
                f"{MOST_BYTES // 1024**2}. Split it, or use the command do_not_import."
            )
        return file

    def clean_region(self) -> str:
        """Two capital letters of a region whose phones are known."""
        try:
            return customers.read_region(str(self.cleaned_data["region"]))
        except BadInput as problem:
            raise forms.ValidationError(problem.sentence) from problem

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        data = super().clean() or self.cleaned_data
        given = [bool(data.get("text")), bool(data.get("file"))]
        if "text" not in self.errors and "file" not in self.errors and sum(given) != 1:
            self.add_error(
                "text",
                "Type the entries or choose a file, not both: one of them was not read."
                if all(given)
                else "Type at least one entry, or choose a file of them.",
            )
        return data


class CheckForm(forms.Form):
    """One entry that is looked for. It is posted: it never stands in an address."""

    entry = forms.CharField(
        label="E-mail address, phone or domain",
        max_length=entries.LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class WhoseForm(WordsForm):
    """On which list something goes: the customer's or the team's."""

    field_order = ("what", "whose", "reason")

    whose = forms.ChoiceField(label="On which list", widget=forms.RadioSelect, initial="customer")

    def __init__(self, data: Any = None, *, owners: dict[str, Owner]) -> None:
        super().__init__(data)
        whose = cast("forms.ChoiceField", self.fields["whose"])
        whose.choices = [
            ("customer", f"That of {owners['customer'].name}"),
            ("team", f"That of the team {owners['team'].name}: it holds for all its customers"),
        ]


class RowForm(WhoseForm):
    """Which contacts of a row go on which list."""

    what = forms.MultipleChoiceField(
        label="What is listed",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one."},
    )

    def __init__(self, data: Any = None, *, lead: Lead | None, owners: dict[str, Owner]) -> None:
        super().__init__(data, owners=owners)
        self.entries: dict[str, Entry] = {}
        choices = []
        for entry, shown in _of_lead(lead) if lead else []:
            self.entries[entry.kind.value] = entry
            choices.append((entry.kind.value, f"{entry.kind.label}: {shown}"))
        what = cast("forms.MultipleChoiceField", self.fields["what"])
        what.choices = choices
        what.initial = [kind for kind, _ in choices if kind != entries.DOMAIN]

    @property
    def chosen(self) -> list[Entry]:
        """The entries that were chosen."""
        return [self.entries[kind] for kind in self.cleaned_data["what"]]


def _of_lead(lead: Lead) -> list[tuple[Entry, str]]:
    found = []
    if lead.email_key:
        found.append((Entry(entries.EMAIL, lead.email_key), lead.email_key))
    if lead.phone_key:
        found.append((Entry(entries.PHONE, lead.phone_key), str(lead.body["contact_phone"])))
    if lead.email_key and (domain := entries.domain_of(lead.email_key)):
        found.append((domain, f"{domain.value}, and with it everybody there"))
    return found


def _words(text: str) -> str:
    try:
        return lists.read_words(text)
    except BadInput as problem:
        raise forms.ValidationError(problem.sentence) from problem
