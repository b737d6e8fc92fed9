"""Judging rows that hang together, component by component, and writing down what came of it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from django.db import connection

from imports.columns import headers
from imports.columns.mapping import Mapping
from imports.models import Gathering, Melting, NameOnly, ReviewAct, Verdict
from imports.review import changed, contact, decided, merging, names, no_match, ties, twins
from imports.review.decided import DIFFERS, MELTS, Decisions
from imports.review.melting import Key, Kind, Melt, Tied, melts
from imports.review.merging import Changed
from imports.review.scope import Scope
from imports.review.twins import Fate

SHOWN: Final = 8  # names that a gathering keeps
_COLUMNS: Final = (
    "import_id", "about", "kind", "first", "size", "rows", "people", "names", "before", "choice",
    "may_merge", "act_id",
)  # fmt: skip
_FIELDS: Final = ("lead_import_id", *_COLUMNS[1:])
_COPY = f"COPY imports_gathering ({', '.join(_COLUMNS)}) FROM STDIN"
_BODIES = """
    SELECT number, body, problems FROM imports_lead
    WHERE import_id = %(import)s AND mapping_id = %(mapping)s AND number = ANY(%(numbers)s)
"""
_KEEP_BACK = """
    UPDATE imports_lead l SET verdict = f.verdict, code = f.code, reason = f.reason
    FROM unnest(%(numbers)s::int[], %(verdicts)s::text[], %(codes)s::text[], %(reasons)s::text[])
        AS f (number, verdict, code, reason)
    WHERE l.import_id = %(import)s AND l.mapping_id = %(mapping)s AND l.number = f.number
      AND l.number = ANY(%(numbers)s::int[])
"""
_BY = {Kind.EMAIL.value: "an e-mail", Kind.PHONE.value: "the last ten digits of a phone"}


@dataclass(slots=True)
class _Found:
    """What came of some components."""

    barred: set[int] = field(default_factory=set)  # whom nobody may contact, by their own rows
    gatherings: list[Gathering] = field(default_factory=list)
    fates: dict[int, Fate] = field(default_factory=dict)
    left_out: dict[int, dict[str, int]] = field(default_factory=dict)  # by kind: how many share it
    meant: set[Key] = field(default_factory=set)  # shared values that are as they should be
    merges: list[list[int]] = field(default_factory=list)
    changed: dict[int, Changed] = field(default_factory=dict)


def judge(scope: Scope, decisions: Decisions, components: Sequence[list[Tied]]) -> None:
    """Judge whole components, each in sheet order, and write leads and gatherings."""
    found = _Found({row.number for rows in components for row in rows if row.bar})
    for rows in components:
        for melt in melts(rows):
            _melting(scope, decisions, melt, found)
    _leave_out(scope, decisions, found)
    for rows in components:
        for person in _persons(rows, found, apart=set()):
            found.fates.update({fate.number: fate for fate in contact.fates(person)})
        unbarred = [row for row in rows if not row.bar]
        for person in _persons(unbarred, found, apart=found.meant):
            _person(scope, decisions, person, found)
    _merge(scope, found)
    changed.store(scope, list(found.changed.values()))
    _keep_back(scope, found.fates.values())
    _store(found.gatherings)


def _store(gatherings: Sequence[Gathering]) -> None:
    """Write them by COPY: in one INSERT, telling thousands of values apart takes a second."""
    if not gatherings:
        return
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for one in gatherings:
            copy.write_row([getattr(one, name) for name in _FIELDS])


def _melting(scope: Scope, decisions: Decisions, melt: Melt, found: _Found) -> None:
    if found.barred.issuperset(melt.rows):
        return
    choice, act = decisions.about(MELTS, melt.kind, melt.rows)
    is_decided = act is not None or choice != Melting.HOLD
    found.gatherings.append(_gathering(scope, melt, choice if is_decided else "", act))
    if choice == Melting.SEND:
        if melt.value:
            found.meant.add((melt.kind, melt.value))
    elif choice == Melting.LEAVE_OUT:
        kind = Kind.PHONE.value if melt.kind == Kind.TIE else melt.kind
        for number in melt.tying or melt.rows:
            shared = found.left_out.setdefault(number, {})
            shared[kind] = max(shared.get(kind, 0), len(melt.names))
    else:
        said = _would_melt(melt) if not is_decided else f"{_would_melt(melt)} Kept back by choice."
        for number in {*melt.rows} - found.barred:
            found.fates[number] = Fate(number, Verdict.EXCLUDED.value, MELTS, said)


def _gathering(scope: Scope, melt: Melt, choice: str, act: ReviewAct | None) -> Gathering:
    return Gathering(
        lead_import=scope.lead_import,
        about=MELTS,
        kind=melt.kind,
        first=melt.first,
        size=len(melt.rows),
        rows=melt.rows,
        people=len(melt.names),
        names=melt.names[:SHOWN],
        before=melt.before[:SHOWN],
        choice=choice,
        act=act,
    )


def _would_melt(melt: Melt) -> str:
    """Without the names of others: a row's reason holds no more of people than the row."""
    people = f"{len(melt.names):,} different people"
    if melt.kind == Kind.TIE:
        return f"{people} hang together by e-mails and phones here: they would become one lead."
    with_mega = ", one of them in MEGA already" if melt.before else ""
    return f"{people} share {_BY[melt.kind]}{with_mega}: they would become one lead."


def _leave_out(scope: Scope, decisions: Decisions, found: _Found) -> None:
    """Take the shared values out; a lead that has nothing else to be matched by may stay back."""
    wanted = [*found.left_out.keys() - found.fates.keys() - found.barred]
    called = _headers(scope) if wanted else {}
    for number, body, problems in _bodies(scope, wanted):
        kinds = sorted(found.left_out[number].items())
        shared = [merging.Shared(kind, people, called.get(kind, "")) for kind, people in kinds]
        lead = merging.without(number, body, problems, shared)
        found.changed[number] = lead
        is_matched = lead.email_key or lead.phone_key
        sends_names = decisions.for_all[no_match.CODE] == NameOnly.SEND
        if not (is_matched or lead.is_nobody or sends_names):
            said = no_match.REASON
            found.fates[number] = Fate(number, Verdict.EXCLUDED.value, no_match.CODE, said)


def _headers(scope: Scope) -> dict[str, str]:
    """Return the names of the columns that became the e-mail and the phone, by kind."""
    version = scope.lead_import.mapping
    columns = Mapping.from_json(version.content).columns if version else ()
    called = headers.names(scope.lead_import.headers)
    of_field = {column.target: called[column.index] for column in columns[: len(called)]}
    return {kind: of_field.get(field, "") for kind, (field, _) in merging.FIELDS.items()}


def _persons(rows: Sequence[Tied], found: _Found, *, apart: set[Key]) -> Iterable[list[Tied]]:
    """Rows of one person that are still to be sent, or must not be; two or more each.

    Who shares no more than a value of `apart` is not called one person.
    """
    still = [_as_sent(row, found) for row in rows if row.number not in found.fates]
    first: dict[Key, int] = {}
    edges = [
        (row.number, first.setdefault(key, row.number))
        for row in still
        for key in row.known_by()
        if key not in apart
    ]
    of_number = {row.number: row for row in still}
    for component in ties.components(ties.homes(edges)):
        if len(component) > 1:
            yield [of_number[number] for number in component]


def _as_sent(row: Tied, found: _Found) -> Tied:
    if row.number in found.barred:
        left_out = found.left_out.get(row.number, {})
        return replace(
            row,
            email=None if Kind.EMAIL in left_out else row.email,
            phone=None if Kind.PHONE in left_out else row.phone,
        )
    lead = found.changed.get(row.number)
    if lead is None:
        return row
    return replace(row, email=lead.email_key, phone=lead.phone_key, digest=lead.digest)


def _person(scope: Scope, decisions: Decisions, rows: list[Tied], found: _Found) -> None:
    numbers = [row.number for row in rows]
    choice, act = decisions.about(DIFFERS, Kind.PERSON.value, numbers)
    merges, are_identical = twins.may_merge(rows), twins.are_identical(rows)
    if are_identical:
        choice, act = scope.lead_import.duplicates, None  # there is nothing to decide in review
    elif choice in twins.MERGES and not merges:
        choice, act = twins.ASK, None
    found.fates.update({fate.number: fate for fate in twins.fates(rows, choice)})
    if going := twins.merged(rows, choice):
        found.merges.append(going)
    people = names.people(row.name for row in rows)
    found.gatherings.append(
        Gathering(
            lead_import=scope.lead_import,
            about=decided.IDENTICAL if are_identical else DIFFERS,
            kind=Kind.PERSON,
            first=numbers[0],
            size=len(numbers),
            rows=numbers,
            people=max(len(people), 1),
            names=people[:SHOWN],
            choice="" if choice == twins.ASK else choice,
            may_merge=merges,
            act=act,
        )
    )


def _merge(scope: Scope, found: _Found) -> None:
    wanted = [number for numbers in found.merges for number in numbers]
    bodies = {number: (body, notes) for number, body, notes in _bodies(scope, wanted)}
    for number, lead in found.changed.items():
        bodies[number] = (lead.body, lead.problems)
    for numbers in found.merges:
        leads = [bodies[number][0] for number in numbers]
        found.changed[numbers[0]] = merging.merge(numbers, leads, bodies[numbers[0]][1])


def _bodies(
    scope: Scope, numbers: Sequence[int]
) -> list[tuple[int, merging.Body, list[dict[str, str]]]]:
    if not numbers:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_BODIES, scope.parameters | {"numbers": list(numbers)})
        return [(number, json.loads(b), json.loads(p)) for number, b, p in cursor]


def _keep_back(scope: Scope, fates: Iterable[Fate]) -> None:
    kept = list(fates)
    if not kept:
        return
    values = {
        "numbers": [one.number for one in kept],
        "verdicts": [one.verdict for one in kept],
        "codes": [one.code for one in kept],
        "reasons": [one.reason for one in kept],
    }
    with connection.cursor() as cursor:
        cursor.execute(_KEEP_BACK, scope.parameters | values)
