"""Members of a team."""

from django import forms

from portal.models import Role

ROLE_WORDS = [
    (Role.VIEWER.value, "Viewer: reads imports and reports"),
    (Role.IMPORTER.value, "Importer: also uploads, maps and sends"),
    (Role.MANAGER.value, "Manager: also customers, tokens, members and the audit trail"),
]


class MemberForm(forms.Form):
    """An existing user to be added."""

    email = forms.EmailField(label="E-mail address", widget=forms.EmailInput)
    role = forms.ChoiceField(choices=ROLE_WORDS, initial=Role.VIEWER.value)


class RoleForm(forms.Form):
    """Another role."""

    role = forms.ChoiceField(choices=Role.choices)
