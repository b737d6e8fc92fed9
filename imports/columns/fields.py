"""The targets that a column can have, in the order in which people see them."""

import re
from dataclasses import dataclass
from typing import Literal

from imports.columns import headers
from imports.mega import contract

Kind = Literal["name", "phone", "email", "choice", "stage", "uuid", "text"]

CUSTOM = "custom_fields."
CUSTOM_LABEL = "Custom field"
CUSTOM_HELP = "Kept under the slug that follows the dot; MEGA ignores slugs that it does not know."
NAME_PARTS = ("first_name", "last_name")
CONTACTS = contract.CONTACT_FIELDS

_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_SLUG_LENGTH = 48


@dataclass(frozen=True, slots=True)
class Field:
    """A target: its name as the mapping knows it, and its words for people."""

    name: str
    label: str
    help: str
    kind: Kind
    values: tuple[str, ...] = ()

    @property
    def can_be_constant(self) -> bool:
        """One contact for every row would merge all rows into one lead."""
        return self.kind not in {"name", "phone", "email"}

    @property
    def has_meanings(self) -> bool:
        """Whether cells stand for something else, which a person may have to say."""
        return self.kind in {"choice", "stage", "uuid"}


FIELDS: tuple[Field, ...] = (
    Field("contact_name", "Full name", "The person's whole name.", "name"),
    Field("first_name", "First name", "Joined with the last name into the full name.", "name"),
    Field("last_name", "Last name", "Joined with the first name into the full name.", "name"),
    Field("contact_phone", "Phone", "Any notation; kept as +12065550123.", "phone"),
    Field("contact_email", "E-mail", "One address; a wrong one keeps the row back.", "email"),
    Field(
        "source_platform",
        "Source platform",
        "Where the lead came from.",
        "choice",
        tuple(contract.SOURCE_PLATFORMS),
    ),
    Field(
        "source_type",
        "Source type",
        "How the lead got in touch.",
        "choice",
        tuple(contract.SOURCE_TYPES),
    ),
    Field("stage_slug", "Stage", "The slug of a stage in the customer's pipeline.", "stage"),
    Field("owner_id", "Owner", "The UUID of a member of the customer's team.", "uuid"),
    Field("lead_line", "Lead line", "Buyer or seller.", "choice", tuple(contract.LEAD_LINES)),
)
BY_NAME = {field.name: field for field in FIELDS}


def slug_of(target: str) -> str:
    """Return the slug of a custom field; "" of any other target."""
    return target.removeprefix(CUSTOM) if target.startswith(CUSTOM) else ""


def find(target: str) -> Field | None:
    """The field of a target, also of `custom_fields.<slug>`; None when there is no such field."""
    if not target.startswith(CUSTOM):
        return BY_NAME.get(target)
    slug = target.removeprefix(CUSTOM)
    if not is_slug(slug) or is_reserved(slug):
        return None
    return Field(target, f"{CUSTOM_LABEL} {slug}", CUSTOM_HELP, "text")


def is_slug(slug: str) -> bool:
    """Up to 64 ASCII letters, digits, hyphens and underscores, a letter or digit first."""
    return _SLUG.fullmatch(slug) is not None


def is_reserved(slug: str) -> bool:
    """Whether MEGA keeps the slug for a field of its own."""
    return slug.lower() in contract.RESERVED_CUSTOM_SLUGS


def custom_slug(header: str) -> str:
    """A slug for a header: lower-case ASCII words joined by underscores, never a reserved one."""
    ascii_words = [word.encode("ascii", "ignore").decode() for word in headers.words(header)]
    slug = "_".join(word for word in ascii_words if word)[:_SLUG_LENGTH].strip("_") or "field"
    return f"{slug}_text" if is_reserved(slug) else slug


def label(target: str) -> str:
    """The field's words for people; a target that does not exist is its own label."""
    field = find(target)
    return field.label if field else target
