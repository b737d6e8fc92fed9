"""Groups of rows that MEGA would take for one person, as a page shows them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import F

from imports.columns import fields
from imports.models import Gathering, Import, Lead, Melting, Verdict
from imports.review import decided, deciding, holds

SHOWN: Final = 6  # rows of a group
_CONTACT: Final = ("contact_name", "contact_email", "contact_phone")
Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a group: what stands in the columns of the group's table, and what becomes of it."""

    number: int
    cells: list[tuple[str, str, bool]]  # the column's label, the value, whether others differ
    fate: str
    is_sent: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A group with its first rows."""

    group: Gathering
    lines: list[Line] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    value: str = ""  # that they share, as the first row has it
    same: str = ""  # the columns in which the shown rows do not differ

    @property
    def name(self) -> str:
        """How forms and addresses call it."""
        return f"{self.group.kind}{self.group.first}"

    @property
    def seen(self) -> str:
        return deciding.seen_as(self.group)

    @property
    def more(self) -> int:
        return self.group.size - len(self.lines)

    @property
    def what(self) -> str:
        return "e-mail" if self.group.kind == Gathering.Kind.EMAIL else "phone"

    @property
    def others(self) -> int:
        """People beyond those who are named."""
        return max(self.group.people - len(self.group.names), 0)

    @property
    def choice(self) -> str:
        """What is done with them, in words; "" when nobody decided."""
        if self.group.about == decided.MELTS:
            return _MELTING.get(self.group.choice, "")
        return decided.CHOICES[decided.DIFFERS].get(self.group.choice, "")

    @property
    def choices(self) -> list[tuple[str, str]]:
        """What may be chosen, in the words of buttons."""
        if self.group.about == decided.MELTS:
            return list(buttons(decided.MELTS, self.what))
        return [
            (code, word)
            for code, word in buttons(decided.DIFFERS)
            if self.group.may_merge or code not in decided.MERGES
        ]


_MELTING: Final = {
    Melting.LEAVE_OUT.value: "Sent without what they share",
    Melting.HOLD.value: "Kept back",
    Melting.SEND.value: "Sent as they are: it is meant so",
}
_BUTTONS: Final = {
    decided.MELTS: {
        Melting.LEAVE_OUT.value: "Leave the {what} out",
        Melting.HOLD.value: "Keep the rows back",
        Melting.SEND.value: "It is meant so: send them",
    },
    decided.DIFFERS: {
        "first": "Send the first",
        "last": "Send the last",
        "all": "Send all in order",
        "merge_first": "Merge into the first",
        "merge_last": "Merge into the last",
        "hold": "Send none",
    },
    decided.NO_MATCH: {"send": "Send them all the same", "hold": "Keep them back"},
}


def buttons(about: str, what: str = "shared value") -> Iterable[tuple[str, str]]:
    """The choices about a code, as words of buttons."""
    return [(code, word.format(what=what)) for code, word in _BUTTONS[about].items()]


def cards(lead_import: Import, groups: Sequence[Gathering]) -> list[Card]:
    """The cards of some groups, which were read without all of their rows (`shown`)."""
    numbers = [number for group in groups for number in group.shown]  # type: ignore[attr-defined]
    leads = Lead.objects.filter(
        lead_import=lead_import, mapping=lead_import.mapping_id, number__in=numbers
    ).only("number", "body", "checked", "verdict", "code")
    of_number = {lead.number: lead for lead in leads}
    return [_card(group, of_number) for group in groups]


def with_first_rows(found: Any) -> Any:
    """Groups without all their rows, which may be a million; `shown` are the first of them."""
    return found.defer("rows").annotate(shown=F(f"rows__0_{SHOWN}"))


def _card(group: Gathering, leads: dict[int, Lead]) -> Card:
    shown = [leads[number] for number in group.shown if number in leads]  # type: ignore[attr-defined]
    bodies = [_flat(lead) for lead in shown]
    names = dict.fromkeys(name for body in bodies for name in body)
    differing = [name for name in names if len({body.get(name, "") for body in bodies}) > 1]
    melts = group.about == decided.MELTS
    columns = [name for name in names if name in _CONTACT or (name in differing and not melts)]
    lines = [
        Line(
            lead.number,
            [(fields.label(name), body.get(name, ""), name in differing) for name in columns],
            "Will be sent" if lead.verdict == Verdict.OK else holds.kind(lead.code).title,
            lead.verdict == Verdict.OK,
        )
        for lead, body in zip(shown, bodies, strict=True)
    ]
    value = next((b[f] for b in bodies if (f := _field(group)) in b), "")
    same = ", ".join(fields.label(name) for name in names if name not in differing)
    return Card(group, lines, [fields.label(name) for name in columns], value, same)


def _field(group: Gathering) -> str:
    return "contact_email" if group.kind == Gathering.Kind.EMAIL else "contact_phone"


def _flat(lead: Lead) -> dict[str, str]:
    """What the row itself holds, by target, whatever a decision made of it."""
    body: Body = lead.checked["body"] if lead.checked else lead.body
    custom = body.get("custom_fields", {})
    plain = {name: str(value) for name, value in body.items() if name != "custom_fields"}
    return plain | {f"{fields.CUSTOM}{slug}": str(value) for slug, value in custom.items()}
