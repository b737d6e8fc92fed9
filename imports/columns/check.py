"""From a row to the lead that MEGA would get, with everything there is to say about it.

Pure and quick: the mapping is compiled once, then each row is a loop over its mapped columns.
"""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, NamedTuple

from imports.columns import choices, clean, emails, fields, formats, headers, phones, problems
from imports.columns.clean import Cleaned
from imports.columns.mapping import ColumnMap, Mapping, fold_cell, refuse_defects
from imports.columns.problems import Problem
from portal import characters

RULES_VERSION: Final = 3
"""Raised with every change that can make another lead of the same row."""

PHONE_DATA_VERSION: Final = phones.PHONE_DATA_VERSION

Lead = dict[str, str | dict[str, str]]
Verdict = Literal["ok", "invalid"]
Reader = Callable[[str], Cleaned]

# Where JSON's escapes may stand for something hidden or an odd space: most letters need no look.
_PERHAPS_HIDDEN = re.compile(
    r"\\u(?:00[01789a]|034f|061c|115f|1160|1680|17b|180|20[0256]|2800|3000|3164"
    r"|d80d|d82f|d834|db4|dff|fdd|fde|fe0|feff|ffa0|fff)"
)
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
_NAMES = ("contact_name", *fields.NAME_PARTS)
_ORDER = tuple(field.name for field in fields.FIELDS if field.name not in fields.NAME_PARTS)


class CheckedRow(NamedTuple):
    """One row: its lead (the contract's fields only, no row_ref, no blanks), problems and verdict.

    `email_key` and `phone_key` are what MEGA matches people by: the address in lower case, and the
    last ten digits of the number. The lead of an invalid row holds what could be read.
    """

    number: int
    lead: Lead
    problems: list[Problem]
    verdict: Verdict
    email_key: str | None
    phone_key: str | None


class _Step(NamedTuple):
    place: int
    field: str
    header: str
    read: Reader
    values: dict[str, str]


class Checker:
    """A compiled mapping; make one with `compile_mapping`, use it for any number of rows."""

    __slots__ = ("_constants", "_custom", "_steps")

    def __init__(self, steps: Sequence[_Step], constants: dict[str, str]) -> None:
        self._steps = tuple(steps)
        self._constants = tuple(constants.items())
        targets = dict.fromkeys([*(step.field for step in steps), *constants])
        self._custom = tuple(
            (target, target.removeprefix(fields.CUSTOM))
            for target in targets
            if target.startswith(fields.CUSTOM)
        )

    def check(self, number: int, cells: Sequence[str]) -> CheckedRow:
        """The lead of a row; `cells` may be fewer or more than the headers. Never raises."""
        found: list[Problem] = []
        values = self._read(cells, found)
        lead = self._lead(values)
        email, phone = values.get("contact_email"), values.get("contact_phone")
        if not (email or phone or "contact_name" in lead):
            found = _without_contact(found)
        return CheckedRow(
            number=number,
            lead=lead,
            problems=found,
            verdict="invalid" if any(p.level == "error" for p in found) else "ok",
            email_key=email.lower() if email else None,
            phone_key=phone[1:][-10:] if phone else None,
        )

    def _read(self, cells: Sequence[str], found: list[Problem]) -> dict[str, str]:
        values: dict[str, str] = {}
        refused: set[str] = set()
        width = len(cells)
        for step in self._steps:
            place, field, _, read, meanings = step
            cell = cells[place] if place < width else ""
            if not cell:
                continue
            meant = meanings.get(fold_cell(cell), cell) if meanings else cell
            value, notes = read(meant)
            if value is not None:
                values[field] = value
                if not cell.isascii() and meant is cell:
                    notes += _removed(cell)
            if notes:
                found.extend(_problem(step, cell, note) for note in notes)
                if value is None:
                    refused.add(field)
        for field, constant in self._constants:
            if field not in values and field not in refused:
                values[field] = constant
        return values

    def _lead(self, values: dict[str, str]) -> Lead:
        if "contact_name" not in values:
            parts = [values[part] for part in fields.NAME_PARTS if part in values]
            if parts:
                values["contact_name"] = " ".join(parts)
        lead: Lead = {field: values[field] for field in _ORDER if field in values}
        if self._custom:
            custom = {slug: values[target] for target, slug in self._custom if target in values}
            if custom:
                lead["custom_fields"] = custom
        return lead


def compile_mapping(mapping: Mapping, region: str) -> Checker:
    """A checker for rows of the mapping's sheet; `region` (such as "US") is for phones.

    BadMapping when the mapping has a defect (see mapping.defects).
    """
    refuse_defects(mapping)
    names = headers.names([column.header for column in mapping.columns])
    steps = [
        _Step(column.index, column.target, name, _reader(column, region), _meanings(column))
        for column, name in zip(mapping.columns, names, strict=True)
        if column.target
    ]
    constants = {
        field: value
        for field, given in mapping.constants.items()
        if (value := reader(field, region)(given).value) is not None
    }
    return Checker(steps, constants)


def _reader(column: ColumnMap, region: str) -> Reader:
    target = column.target or ""
    if target.startswith(fields.CUSTOM) and column.read_as not in {"", "text"}:
        return formats.reader(column.read_as)
    return reader(target, region)


def reader(target: str, region: str) -> Reader:
    """The function that reads cells of a target."""
    field = fields.find(target)
    kind = field.kind if field else "text"
    if kind == "choice":
        return choices.reader(target)
    if kind == "phone":
        return phones.reader(region)
    plain: dict[str, Reader] = {
        "name": clean.read_name,
        "email": emails.read_email,
        "stage": clean.read_stage,
        "uuid": clean.read_uuid,
        "text": formats.read_text,
    }
    return plain[kind]


def lead_hash(lead: Lead) -> bytes:
    """16 bytes that are equal for equal leads, whatever the order of their fields.

    Kinds of spaces, and joiners that a script may have or not, make no other lead.
    """
    canonical = _canonical(lead)
    if "\\u" in canonical and _PERHAPS_HIDDEN.search(canonical):
        canonical = _canonical(_alike(lead))
    return hashlib.blake2b(canonical.encode(), digest_size=16).digest()


def _alike(part: Any) -> Any:
    if isinstance(part, str):
        return characters.alike(part)
    return {name: _alike(value) for name, value in part.items()}


def _meanings(column: ColumnMap) -> dict[str, str]:
    return {fold_cell(cell): value for cell, value in column.values.items()}


def _removed(cell: str) -> tuple[clean.Note, ...]:
    said = characters.said(cell)
    return (clean.Note("hidden_removed", said),) if said else ()


def _problem(step: _Step, cell: str, note: clean.Note) -> Problem:
    level: problems.Level = "error" if problems.kind(note.code).effect == "refused" else "warning"
    return Problem(note.code, level, step.field, step.header, problems.shorten(cell), note.detail)


def _without_contact(found: list[Problem]) -> list[Problem]:
    """A contact that was left out keeps the row back when no other contact is there."""
    contacts = {"contact_phone", "contact_email", *_NAMES}
    worse = [
        Problem(p.code, "error", p.field, p.header, p.found, p.detail) if p.field in contacts else p
        for p in found
    ]
    if any(p.level == "error" for p in worse):
        return worse
    return [*worse, Problem("no_contact", "error")]
