"""What of a finished import could be put back: old values against what was sent, lead by lead."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from django.db import connection

from imports import whole_file
from imports.columns import formats
from imports.columns.formats import ReadAs
from imports.columns.typed import Scalar
from imports.delivery import overwrite
from imports.mega import contract
from imports.models import Import

FIELDS = tuple(name for name in contract.FIELDS if name not in ("row_ref", "custom_fields"))
CONTACTS = ("contact_email", "contact_phone")
CUSTOM = "custom_fields."
_TYPED: Final[tuple[ReadAs, ...]] = ("yes_no", "point")


@dataclass(slots=True)
class Updated:
    """A lead that rows of an import updated: what they sent, by field, the last row's last."""

    lead_id: str
    numbers: list[int]
    sent: dict[str, str] = field(default_factory=dict)
    old: Mapping[str, Any] | None = None  # what MEGA showed before; None: it was not read
    was_made_here: bool = False  # by an earlier row of the same import


@dataclass(frozen=True, slots=True)
class PutBack:
    """What becomes of one lead. `values` holds the contacts to find it by and what differs, custom
    fields with the scalar that MEGA showed.

    `why` is '' when there is something to put back, else a code of `WHY_NOT`.
    """

    why: str
    values: dict[str, Scalar] = field(default_factory=dict)
    emptied: tuple[str, ...] = ()  # fields that were empty before: MEGA's API clears none
    untold: tuple[str, ...] = ()  # fields that MEGA does not show


WHY_NOT = {
    "same": "The update changed nothing that MEGA shows: nothing needs to be put back.",
    "cannot": "Every field that the update changed was empty before, or is not shown by MEGA.",
    "not_read": "The old values were not read.",
    "made_here": "The lead was made by an earlier row of the same import: it has no old values.",
    "no_contact": "The lead had neither an e-mail nor a phone, so it cannot be found again.",
}


def put_back(lead: Updated) -> PutBack:
    """Compare what was sent with what was there before."""
    if lead.was_made_here:
        return PutBack("made_here")
    if lead.old is None:
        return PutBack("not_read")
    values: dict[str, Scalar] = {
        name: text(lead.old.get(name)) for name in CONTACTS if lead.old.get(name)
    }
    if not values:
        return PutBack("no_contact")
    emptied, untold = [], []
    for name, sent in lead.sent.items():
        is_told, old = _told(lead.old, name)
        if not is_told:
            untold.append(name)
        elif is_same(name, old, sent):
            continue
        elif text(old):
            values[name] = old if isinstance(old, bool | int | float) else text(old)
        else:
            emptied.append(name)
    changed = any(
        name in values and not is_same(name, values[name], sent) for name, sent in lead.sent.items()
    )
    why = "" if changed else "cannot" if emptied or untold else "same"
    return PutBack(why, values, tuple(emptied), tuple(untold))


def is_as_left(now: Mapping[str, Any], sent: Mapping[str, str], wanted: Mapping[str, Any]) -> bool:
    """Whether a lead is as our update left it, in each field that would be put back."""
    for name, value in _flat(wanted).items():
        is_told, current = _told(now, name)
        if not is_told or is_same(name, current, value):
            continue
        if name not in sent or not is_same(name, current, sent[name]):
            return False
    return True


def read_as(values: Collection[Scalar]) -> ReadAs:
    """How cells with these old values of a custom field are read, so that each is sent as the very
    scalar that MEGA showed; "" where they go as text.
    """
    for kind in _TYPED:
        read, made = formats.reader(kind), formats.converter(kind)
        sent = [
            made(one) if made and (one := read(text(value)).value) else None for value in values
        ]
        if all(map(_is_very_same, values, sent)):
            return kind
    return ""


def _is_very_same(one: object, other: object) -> bool:
    return (
        one == other
        and isinstance(one, bool | int | float)
        and (isinstance(one, bool) == isinstance(other, bool))
    )


def text(value: object) -> str:
    """Return a value as a sheet's cell would have it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value).strip()


def is_same(name: str, one: object, other: object) -> bool:
    """Whether two values of a field are the same to MEGA."""
    first, second = text(one), text(other)
    if name == "contact_phone":
        return _digits(first) == _digits(second)
    if name in ("contact_email", "owner_id"):
        return first.lower() == second.lower()
    return first == second


def _digits(value: str) -> str:
    return "".join(sign for sign in value if sign.isdigit())


def _told(content: Mapping[str, Any], name: str) -> tuple[bool, object]:
    """Return whether MEGA shows the field, and its value; a custom field not named is empty."""
    if name.startswith(CUSTOM):
        custom = content.get("custom_fields")
        slug = name.removeprefix(CUSTOM)
        return isinstance(custom, dict), custom.get(slug) if isinstance(custom, dict) else None
    return name in content, content.get(name)


def _flat(body: Mapping[str, Any], without: Collection[str] = ()) -> dict[str, str]:
    """Return what a lead brings by field, custom fields by `custom_fields.<slug>`."""
    flat = {name: text(body[name]) for name in FIELDS if body.get(name)}
    custom = body.get("custom_fields") or {}
    return flat | {
        f"{CUSTOM}{slug}": text(value) for slug, value in custom.items() if slug not in without
    }


_UPDATED = """
    SELECT o.lead_id, o.number, o.status, l.body, o.ignored_custom_fields, s.left_out, b.content
    FROM imports_outcome o
    JOIN imports_batch s ON s.id = o.batch_id
    JOIN imports_lead l ON l.import_id = o.import_id AND l.mapping_id = %(mapping)s
        AND l.number = o.number
    LEFT JOIN (SELECT DISTINCT ON (lead_id) lead_id, content FROM imports_beforeimage
               WHERE import_id = %(import)s ORDER BY lead_id, number) b ON b.lead_id = o.lead_id
    WHERE o.import_id = %(import)s AND o.status IN ('created', 'updated') AND o.lead_id <> ''
      {narrowed}
    ORDER BY o.lead_id, o.number
"""
_NARROWED = """
    AND o.lead_id IN (SELECT lead_id FROM imports_outcome
                      WHERE import_id = %(import)s AND number = ANY(%(numbers)s))
"""


def every(lead_import: Import, numbers: Collection[int] | None = None) -> Iterator[Updated]:
    """Give each lead that the import updated, with all that its rows sent; in no order of rows.

    `numbers` narrows it to the leads of these rows.
    """
    parameters = {"import": lead_import.pk, "mapping": lead_import.mapping_id}
    sql = _UPDATED.format(narrowed="" if numbers is None else _NARROWED)
    with whole_file.cursor(), connection.chunked_cursor() as cursor:
        cursor.execute(sql, parameters | {"numbers": list(numbers or ())})
        for lead_id, rows in groupby(cursor, key=itemgetter(0)):
            lead = _lead(lead_id, list(rows))
            if lead is not None:
                yield lead


def updated(lead_import: Import, numbers: Collection[int]) -> dict[int, Updated]:
    """Return the leads that these rows updated, by row number."""
    return {number: lead for lead in every(lead_import, numbers) for number in lead.numbers}


def _lead(lead_id: str, rows: list[tuple[Any, ...]]) -> Updated | None:
    numbers = [number for _, number, status, *_ in rows if status == "updated"]
    if not numbers:
        return None
    lead = Updated(lead_id, numbers, was_made_here=any(row[2] == "created" for row in rows))
    for *_, body, ignored, left_out, content in rows:
        lead.sent |= _flat(overwrite.stripped(_load(body), left_out), without=_load(ignored))
        lead.old = _load(content) if content is not None else None
    return lead


def _load(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
