"""What a lead becomes by a decision: without a value, or merged of several rows. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from imports.columns import digests
from imports.columns.problems import Problem
from imports.models import Gathering
from imports.review import spoken

Body = dict[str, Any]
FIELDS: Final = {
    Gathering.Kind.EMAIL.value: ("contact_email", "email_shared"),
    Gathering.Kind.PHONE.value: ("contact_phone", "phone_shared"),
}
NAMED = 10  # rows that a problem names


@dataclass(frozen=True, slots=True)
class Changed:
    """A lead as a decision made it, ready to be stored."""

    number: int
    body: Body
    problems: list[dict[str, str]]

    @property
    def email_key(self) -> str | None:
        email = self.body.get("contact_email")
        return email.lower() if email else None

    @property
    def phone_key(self) -> str | None:
        phone = self.body.get("contact_phone")
        return phone[1:][-10:] if phone else None

    @property
    def digest(self) -> str:
        """In hexadecimal digits."""
        return digests.lead_hash(self.body).hex()

    @property
    def is_nobody(self) -> bool:
        """Whether MEGA would refuse it: no name, phone or e-mail is left."""
        return not any(self.body.get(f"contact_{one}") for one in ("name", "phone", "email"))


@dataclass(frozen=True, slots=True)
class Shared:
    """A value that so many different people share; `header` is its column's name."""

    kind: str
    people: int
    header: str


def without(
    number: int, body: Body, problems: Sequence[dict[str, str]], shared: Sequence[Shared]
) -> Changed:
    """Leave out what different people share."""
    left, notes = dict(body), list(problems)
    for one in shared:
        field, code = FIELDS[one.kind]
        if value := left.pop(field, ""):
            note = Problem(code, "warning", field, one.header, value, f"{one.people:,}")
            notes.append(note.to_json())
    changed = Changed(number, left, notes)
    if changed.is_nobody:
        notes.append(Problem("no_contact", "error").to_json())
    return changed


def merge(
    numbers: Sequence[int], bodies: Sequence[Body], problems: Sequence[dict[str, str]]
) -> Changed:
    """Make one lead of several rows: of each field the first value in their order.

    It goes as the first of them, whose problems these are.
    """
    body: Body = {}
    custom: Body = {}
    for one in bodies:
        for field, value in one.items():
            if field != "custom_fields":
                body.setdefault(field, value)
        for slug, value in one.get("custom_fields", {}).items():
            custom.setdefault(slug, value)
    if custom:
        body["custom_fields"] = custom
    others = spoken.rows(numbers[1:], NAMED)
    note = Problem("rows_merged", "warning", detail=others).to_json()
    return Changed(numbers[0], body, [*problems, note])
