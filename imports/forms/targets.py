"""A control that says which field something feeds: a choice, and the slug of a custom field."""

from typing import Any, Final

from django import forms

from imports.columns import fields

CUSTOM: Final = "custom"
_GROUPS: Final = (
    ("Contact", ("contact_name", "first_name", "last_name", "contact_phone", "contact_email")),
    ("Source", ("source_platform", "source_type")),
    ("Pipeline", ("stage_slug", "owner_id", "lead_line")),
)


def choices() -> list[tuple[str, Any]]:
    """What a column can become, in groups."""
    groups = [
        (label, [(name, fields.BY_NAME[name].label) for name in names]) for label, names in _GROUPS
    ]
    return [("", "Leave out"), *groups, ("Other", [(CUSTOM, "Custom field …")])]


def add_to(form: forms.Form, key: str, label: str, target: str | None) -> None:
    """Add the fields target_<key> and slug_<key>, which say `target` at first."""
    is_custom = (target or "").startswith(fields.CUSTOM)
    form.fields[f"target_{key}"] = forms.ChoiceField(
        label=label,
        required=False,
        choices=choices(),
        initial=CUSTOM if is_custom else target,
    )
    form.fields[f"slug_{key}"] = forms.CharField(
        label=f"{label}: slug in MEGA",
        required=False,
        max_length=64,
        initial=(target or "").removeprefix(fields.CUSTOM) if is_custom else "",
    )


def chosen(form: forms.Form, key: str) -> str | None:
    """The target that was chosen; one that cannot be is said beside its control."""
    choice = str(form.cleaned_data.get(f"target_{key}", ""))
    if choice != CUSTOM:
        return choice or None
    slug = str(form.cleaned_data.get(f"slug_{key}", "")).strip()
    if sentence := bad_slug(slug):
        form.add_error(f"slug_{key}", sentence)
    return fields.CUSTOM + slug


def bad_slug(slug: str) -> str:
    """Why this is no slug of a custom field, in a sentence; "" when it is one."""
    if not slug:
        return "Say under which slug MEGA keeps it, such as 'budget'."
    if fields.is_reserved(slug):
        return f"'{slug}' is reserved by MEGA; choose another slug."
    if not fields.is_slug(slug):
        near = fields.custom_slug(slug)
        return f"'{slug}' is no slug: use letters, digits, - and _, up to 64, such as '{near}'."
    return ""
