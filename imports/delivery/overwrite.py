"""What an update may overwrite: fields that go only with rows that make new leads.

Whether a row makes a new lead is known of two kinds only: of rows with neither e-mail nor phone,
which MEGA matches with nothing, and, after a full preview, of rows of which MEGA said so, save
later rows of the same person: they find the lead that the first one made. So:

- *Only for new leads*: left out of rows that a full preview foresaw as updates, and of those later
  rows. Without a full preview a person says whether the fields go with no row or with every row.
- *Never*: left out of every row that is not known to make a new lead, whatever anybody says.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final, Self

from imports.columns import fields
from imports.columns.mapping import Mapping as Columns
from imports.delivery.packing import Packable
from imports.models import Import, OnDuplicate, Prediction, Unforeseen

# MEGA finds a lead by these: without one of them it would find another lead, or none.
FOUND_BY: Final = ("contact_email", "contact_phone")
_NAMES: Final = dict.fromkeys(fields.NAME_PARTS, "contact_name")


class Without(IntEnum):
    """What a row goes without. Later rows of a person never go with more than earlier ones."""

    NOTHING = 0
    NEVER = 1
    ALL = 2


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules that hold for what an import sends; without names of fields nothing is left out."""

    only_new: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()
    preview: int | None = None  # id of the full preview
    unforeseen: str = ""

    @classmethod
    def of(cls, lead_import: Import, preview: int | None = None) -> Self:
        """Return the rules by which the import is planned; `preview` is the id of the full preview
        that would count, while it is not known for good."""
        if lead_import.on_duplicate != OnDuplicate.UPDATE:
            return cls()
        brought = frozenset(brought_by(lead_import))
        never = brought.intersection(lead_import.never)
        only_new = brought.intersection(lead_import.only_new) - never
        asked = preview or lead_import.preview_id
        return cls(only_new, never, asked, lead_import.unforeseen)

    def __bool__(self) -> bool:
        return bool(self.only_new or self.never)

    def left_out(self, without: int) -> list[str]:
        """Return the fields that rows go without."""
        names = self.never if without >= Without.NEVER else frozenset()
        return sorted(names | self.only_new if without == Without.ALL else names)

    def without(self, *, predicted: str, is_later: bool, has_contact: bool) -> Without:
        """Return what a row goes without; `predicted` is MEGA's answer, "" without one."""
        if not has_contact:
            return Without.NOTHING
        if self.preview is None:
            kept = self.unforeseen == Unforeseen.OVERWRITE
            return self._least(Without.NEVER if kept else Without.ALL)
        if is_later or predicted not in ("created", "failed"):
            return self._least(Without.ALL)
        return self._least(Without.NEVER if predicted == "failed" else Without.NOTHING)

    def _least(self, without: Without) -> Without:
        """Return the first that leaves out the same, so that no request is cut for nothing."""
        if without == Without.ALL and not self.only_new:
            without = Without.NEVER
        if without == Without.NEVER and not self.never:
            return Without.NOTHING
        return without


def brought_by(lead_import: Import) -> list[str]:
    """Return the fields of the import's columns and constants for which there can be a rule, in
    the order in which pages show them."""
    if lead_import.mapping is None or not lead_import.mapping.content:
        return []
    targets = Columns.from_json(lead_import.mapping.content).targets
    found = {_NAMES.get(target, target) for target in targets}.difference(FOUND_BY)
    known = [one.name for one in fields.FIELDS if one.name in found]
    return [*known, *sorted(found.difference(known))]


@dataclass(slots=True)
class Lanes:
    """Says in which lane each lead is packed, as the sheet is gone through in order.

    Leads of a lane go without the same fields; those with an odd e-mail address, for which MEGA may
    refuse the whole request, have a lane of their own behind the others.
    """

    rules: Rules = field(default_factory=Rules)
    _met: set[str] = field(default_factory=set)

    def packables(self, rows: Sequence[tuple[Any, ...]]) -> Iterable[Packable]:
        """Take the next rows of the sheet, as `AS_PACKED` reads them."""
        said = self._predicted([row[0] for row in rows])
        for number, shared, email, phone, is_odd, has_contact in rows:
            keys = keys_of(email, phone) if shared else frozenset()
            without = Without.NOTHING
            if self.rules:
                is_later = not keys.isdisjoint(self._met)
                without = self.rules.without(
                    predicted=said.get(number, ""), is_later=is_later, has_contact=has_contact
                )
                self._met |= keys
            yield Packable(number, keys, lane(without, is_odd=is_odd))

    def _predicted(self, numbers: Sequence[int]) -> Mapping[int, str]:
        if self.rules.preview is None or not self.rules or not numbers:
            return {}
        asked = Prediction.objects.filter(
            dry_run=self.rules.preview, number__gte=numbers[0], number__lte=numbers[-1]
        )
        return dict(asked.values_list("number", "status"))


def lane(without: Without, *, is_odd: bool) -> int:
    """Return the lane of such leads: what they go without decides first."""
    return 2 * without + is_odd


def without_of(lane: int) -> Without:
    """Return what the leads of a lane go without."""
    return Without(lane // 2)


def keys_of(email: str | None, phone: str | None) -> frozenset[str]:
    """Return the keys that name a person to the packer."""
    keys = [f"e:{email}"] if email else []
    keys += [f"p:{phone}"] if phone else []
    return frozenset(keys)


def stripped(lead: Mapping[str, Any], left_out: Collection[str]) -> dict[str, Any]:
    """Return a lead's body without some of its fields."""
    kept = {name: value for name, value in lead.items() if name not in left_out}
    custom = kept.get("custom_fields")
    if isinstance(custom, dict) and left_out:
        custom = {k: v for k, v in custom.items() if f"{fields.CUSTOM}{k}" not in left_out}
        kept["custom_fields"] = custom
        if not custom:
            del kept["custom_fields"]
    return kept
