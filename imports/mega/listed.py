"""What `GET /leads` answers, read tolerantly: leads as they are in the CRM, and the next page.

Source: the vendor's public guide of the lead API. Whatever MEGA does not name is not in the facts:
"empty" and "not told" are different things.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Self

from imports.mega.contract import MalformedAnswer

MOST_LEADS = 100  # a page
_LONGEST = 4000  # characters of a text that is kept
_MOST_CUSTOM = 500
_LONGEST_SLUG = 200
_LONGEST_CURSOR = 2000  # it travels in an address
_PLAIN = (
    "contact_name",
    "contact_phone",
    "contact_email",
    "source_platform",
    "source_type",
    "status",
    "lead_line",
    "last_interaction_at",
    "created_at",
    "updated_at",
)
_NOT_DIGITS = re.compile(r"[^0-9]+")
_WORDS = re.compile(r"[a-z]+")
# Control characters and lone surrogates: a database takes neither.
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A lead as the CRM shows it. `content` is made of scalars and `custom_fields` of them."""

    lead_id: str
    content: Mapping[str, Any]

    @property
    def email_key(self) -> str | None:
        """What MEGA matches people by: the address in lower case."""
        return str(self.content.get("contact_email") or "").strip().lower() or None

    @property
    def phone_key(self) -> str | None:
        """What MEGA matches people by: the last ten digits of the phone."""
        digits = _NOT_DIGITS.sub("", str(self.content.get("contact_phone") or ""))
        return digits[-10:] or None

    def is_called(self, word: str) -> bool:
        """Whether stage or status say so: "won", "closed_won" and "Closed won" are all won."""
        said = (self.content.get(name) for name in ("status", "stage_slug", "stage_name"))
        return any(word in _WORDS.findall(str(one).lower()) for one in said if one)

    @property
    def contacted_at(self) -> datetime | None:
        """When somebody last had to do with the lead; None when nobody has, or it is not told."""
        try:
            moment = datetime.fromisoformat(str(self.content.get("last_interaction_at") or ""))
        except ValueError:
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of leads; `total` and `next_cursor` are None where the answer names none."""

    leads: tuple[Listed, ...]
    total: int | None
    next_cursor: str | None

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Read the body of a 200; raise MalformedAnswer when it is not a page of leads."""
        try:
            content = json.loads(body)
        except (ValueError, RecursionError):
            raise MalformedAnswer("MEGA's answer is not JSON.") from None
        leads = content.get("leads") if isinstance(content, dict) else None
        if not isinstance(leads, list):
            raise MalformedAnswer("MEGA's answer has no list of leads.")
        total, cursor = content.get("total"), content.get("next_cursor")
        if isinstance(cursor, str) and (len(cursor) > _LONGEST_CURSOR or _UNFIT.search(cursor)):
            raise MalformedAnswer("MEGA's answer names a next page that cannot be asked for.")
        found = (_listed(one) for one in leads if isinstance(one, dict))
        return cls(
            leads=tuple(one for one in found if one is not None),
            total=total if type(total) is int and 0 <= total < 2**31 else None,
            next_cursor=cursor if isinstance(cursor, str) and cursor else None,
        )


def _listed(one: dict[str, Any]) -> Listed | None:
    lead_id = one.get("id")
    if not isinstance(lead_id, str) or not lead_id:
        return None
    content: dict[str, Any] = {name: _scalar(one[name]) for name in _PLAIN if name in one}
    content |= _part(one, "current_stage", {"slug": "stage_slug", "name": "stage_name"})
    content |= _part(one, "owner", {"id": "owner_id", "name": "owner_name"})
    custom = one.get("custom_fields")
    if isinstance(custom, dict):
        some = islice(custom.items(), _MOST_CUSTOM)
        kept = {_UNFIT.sub(" ", k)[:_LONGEST_SLUG]: _scalar(v) for k, v in some}
        if "lead_line" in kept:  # a field of the lead, shown among the custom ones
            content.setdefault("lead_line", kept.pop("lead_line"))
        content["custom_fields"] = kept
    return Listed(lead_id[:200], content)


def _part(one: dict[str, Any], name: str, wanted: dict[str, str]) -> dict[str, Scalar]:
    """Take the wanted parts of an inner object; a null says that all of them are empty."""
    inner = one.get(name)
    if isinstance(inner, dict):
        return {ours: _scalar(inner[theirs]) for theirs, ours in wanted.items() if theirs in inner}
    return dict.fromkeys(wanted.values()) if name in one else {}


def _scalar(value: object) -> Scalar:
    if isinstance(value, str):
        return _UNFIT.sub(" ", value)[:_LONGEST]
    return value if isinstance(value, int | float) and math.isfinite(value) else None
