"""From a row to the lead that MEGA would get, with everything there is to say about it.

Pure and quick: the mapping is compiled once; then rows are read a hundred at a time, column by
column.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Mapping as MappingType
from itertools import islice
from typing import Any, Final, Literal, NamedTuple

import msgspec
from msgspec import structs

from imports.columns import (
    clean,
    defects,
    fields,
    making,
    noted,
    phones,
    problems,
    readers,
)
from imports.columns.bars import Bars
from imports.columns.mapping import Mapping, fold_cell
from imports.columns.problems import Problem
from imports.columns.readers import OfRow, Reader
from imports.columns.sources import Take
from imports.columns.typed import Scalar
from portal import characters

RULES_VERSION: Final = 6
"""Raised with every change that can make another lead of the same row."""

PHONE_DATA_VERSION: Final = phones.PHONE_DATA_VERSION

Lead = dict[str, str | dict[str, Scalar]]
Verdict = Literal["ok", "invalid"]

AT_ONCE: Final = 100
"""Rows whose cells of one column are read after each other. Reading a phone touches so much code
and data that whatever comes next is cold in the processor's cache: row by row is a fifth slower.
"""

PHONE: Final = "contact_phone"
_NAMES = ("contact_name", *fields.NAME_PARTS)


class CheckedRow(msgspec.Struct, frozen=True):
    """One row: its lead (the contract's fields only, no row_ref, no blanks), problems and verdict.

    `email_key` and `phone_key` are what MEGA matches people by: the address in lower case, and the
    last ten digits of the number. The lead of an invalid row holds what could be read. `barred` and
    `barred_why` say what in the row keeps it back besides (see `bars.Bars.of_row`).

    A Struct, as drafts are: made for each row, in a third of the time that a NamedTuple takes.
    """

    number: int
    lead: Lead
    problems: list[Problem]
    verdict: Verdict
    email_key: str | None
    phone_key: str | None
    barred: str = ""
    barred_why: str = ""


class _Step(NamedTuple):
    place: int
    field: str
    header: str
    read: Reader
    values: dict[str, str]
    take: Take | None = None
    as_scalar: Callable[[str], Scalar] | None = None  # of a custom field that is typed
    of_row: OfRow | None = None
    others: str = ""  # the custom field of the phones or e-mails that stay behind


class _Draft(msgspec.Struct):
    """What is known of a row so far: values of MEGA's own fields, and of custom ones by their slug.

    `refused` are the fields whose cells could not be read.
    """

    number: int
    cells: Sequence[str]
    values: dict[str, Any] = {}  # text; becomes the lead in the end
    custom: dict[str, Scalar] = {}
    found: list[Problem] = []
    refused: tuple[str, ...] = ()


class Checker:
    """A compiled mapping; make one with `compile_mapping`, use it for any number of rows."""

    __slots__ = ("_bars", "_constants", "_has_name_parts", "_steps")

    def __init__(
        self, steps: Sequence[_Step], constants: dict[str, str], bars: Bars | None = None
    ) -> None:
        self._bars = bars
        self._steps = tuple(steps)
        self._has_name_parts = any(step.field in fields.NAME_PARTS for step in steps)
        typed = {step.field: step.as_scalar for step in steps if step.as_scalar}
        self._constants = tuple(
            (field, constant, typed.get(field)) for field, constant in constants.items()
        )

    def check(self, number: int, cells: Sequence[str]) -> CheckedRow:
        """The lead of a row; `cells` may be fewer or more than the headers. Never raises."""
        return next(self.check_all([(number, cells)]))

    def check_all(
        self,
        rows: Iterable[tuple[int, Sequence[str]]],
        phones: MappingType[int, str] | None = None,
    ) -> Iterator[CheckedRow]:
        """The same for many rows, given as (number, cells), in their order.

        `phones` are those of some rows, in E.164, by number: what was read of their cells before,
        with nothing to say of them.
        """
        rows = iter(rows)
        while drafts := [_Draft(number, cells) for number, cells in islice(rows, AT_ONCE)]:
            for step in self._steps:
                known = phones if step.field == PHONE else None
                _read(step, _without(known, drafts) if known else drafts)
            for constant in self._constants:
                _fill(*constant, drafts)
            if self._has_name_parts:
                _join_name_parts(drafts)
            if self._bars is None:
                yield from map(_checked, drafts)
            else:
                yield from (_barred(_checked(draft), draft, self._bars) for draft in drafts)


def _without(known: MappingType[int, str], drafts: Sequence[_Draft]) -> list[_Draft]:
    """Give the rows whose phone is known theirs; the others' are to be read."""
    left = []
    for draft in drafts:
        if phone := known.get(draft.number):
            draft.values[PHONE] = phone
        else:
            left.append(draft)
    return left


def _fill(
    field: str, constant: str, as_scalar: Callable[[str], Scalar] | None, drafts: Sequence[_Draft]
) -> None:
    """Give the rows that have nothing for a field its constant."""
    slug = fields.slug_of(field)
    value = as_scalar(constant) if as_scalar else constant
    for draft in drafts:
        if field in draft.refused:
            continue
        if slug:
            draft.custom.setdefault(slug, value)
        else:
            draft.values.setdefault(field, constant)


def _join_name_parts(drafts: Sequence[_Draft]) -> None:
    """Make whole names of first and last ones, where there is none."""
    for draft in drafts:
        values = draft.values
        parts = [values.pop(part) for part in fields.NAME_PARTS if part in values]
        if parts:
            values.setdefault("contact_name", " ".join(parts))


def _checked(draft: _Draft) -> CheckedRow:
    values, found = draft.values, draft.found
    email, phone = values.get("contact_email"), values.get(PHONE)
    if not (email or phone or "contact_name" in values):
        found = _without_contact(found)
    invalid = found and any(p.level == "error" for p in found)
    if draft.custom:
        values["custom_fields"] = draft.custom
    return CheckedRow(
        draft.number,
        values,
        found,
        "invalid" if invalid else "ok",
        email.lower() if email else None,
        phone[1:][-10:] if phone else None,
    )


def _barred(row: CheckedRow, draft: _Draft, bars: Bars) -> CheckedRow:
    barred, why = bars.of_row(draft.cells, draft.values.get(PHONE, ""))
    return structs.replace(row, barred=barred, barred_why=why) if barred else row


def _read(step: _Step, drafts: Sequence[_Draft]) -> None:
    """Read the cells of one column."""
    place, field, _, read, meanings, take, as_scalar, of_row, others = step
    slug = fields.slug_of(field)
    for draft in drafts:
        cells = draft.cells
        cell = take(cells) if take else cells[place] if place < len(cells) else ""
        if not cell:
            continue
        meant = meanings.get(fold_cell(cell), cell) if meanings else cell
        cleaned = of_row(cells)(meant) if of_row else read(meant)
        value, notes = cleaned.value, cleaned.notes
        if value is not None:
            if slug:
                draft.custom[slug] = as_scalar(value) if as_scalar else value
            else:
                draft.values[field] = value
            if not cell.isascii() and meant is cell:
                notes += _removed(cell)
        if notes:
            if others and value is not None:
                notes = _kept(draft, others, value, notes)
            draft.found.extend(_problem(step, cell, note) for note in notes)
            if value is None:
                draft.refused += (field,)


def _kept(
    draft: _Draft, others: str, value: str, notes: tuple[clean.Note, ...]
) -> tuple[clean.Note, ...]:
    """Put what stays behind of a cell into its own field, and say so instead."""
    behind = [one for note in notes for one in note.others]
    if behind:
        draft.custom[fields.slug_of(others)] = "; ".join(behind)
    return tuple(
        clean.Note("others_kept", clean.instead(value, note.dropped)) if note.others else note
        for note in notes
    )


def compile_mapping(
    mapping: Mapping,
    region: str,
    refused: MappingType[str, MappingType[str, str]] | None = None,
    bars: Bars | None = None,
) -> Checker:
    """A checker for rows of the mapping's sheet; `region` (such as "US") is for phones.

    `refused` are values of fields that MEGA refused before, each with the import that it was in;
    `bars` is what keeps rows back besides.

    BadMapping when the mapping has a defect (see defects.found).
    """
    defects.refuse(mapping)
    rules = readers.Rules(mapping.region or region, mapping.sends_possible, mapping.words)
    steps = [
        _Step(
            column.index,
            target,
            name,
            noted.noting(readers.of(column, rules, take), target, (refused or {}).get(target)),
            column.means,
            take,
            readers.converter(column),
            readers.by_country(target, mapping.country, rules),
            column.others,
        )
        for column, name, take in making.sources_of(mapping)
        if (target := column.target)
    ]
    typed = {step.field: step.read for step in steps if step.as_scalar}
    constants = {
        field: value
        for field, given in mapping.constants.items()
        if (value := typed.get(field, readers.of_field(field, rules))(given).value) is not None
    }
    return Checker(steps, constants, bars)


def _removed(cell: str) -> tuple[clean.Note, ...]:
    said = characters.said(cell)
    return (clean.Note("hidden_removed", said),) if said else ()


def _problem(step: _Step, cell: str, note: clean.Note) -> Problem:
    level: problems.Level = "error" if problems.kind(note.code).effect == "refused" else "warning"
    return Problem(note.code, level, step.field, step.header, problems.shorten(cell), note.detail)


def _without_contact(found: list[Problem]) -> list[Problem]:
    """A contact that was left out keeps the row back when no other contact is there."""
    contacts = {PHONE, "contact_email", *_NAMES}
    worse = [
        Problem(p.code, "error", p.field, p.header, p.found, p.detail)
        if p.field in contacts and p.code != "placeholder"  # that is as if the cell were blank
        else p
        for p in found
    ]
    if any(p.level == "error" for p in worse):
        return worse
    return [*worse, Problem("no_contact", "error")]
