"""The judge: what must hold of a portal and its MEGA whatever happened, a sentence a breach."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from django.db.models import F, Q

from bench.faults.people import Sheet
from imports.audit.verify import verify
from imports.mega.sandbox import Sandbox
from imports.models import (
    FINAL,
    OPEN,
    Attempt,
    Batch,
    BatchState,
    Decision,
    Import,
    ImportState,
    Outcome,
)
from imports.reports import balance
from imports.tests.road.engine import Client

# States in which an import waits for a person; nothing that the bench does may lead there.
PERSONS = (
    ImportState.MAPPING,
    ImportState.APPROVAL,
    ImportState.PAUSED,
    ImportState.BLOCKED,
    ImportState.DECISION,
    ImportState.FAILED,
    ImportState.CANCELLED,
    ImportState.INCONSISTENT,
)
TICK = timedelta(milliseconds=50)  # MEGA's clock and the database's are read on one machine


def needs_a_person() -> list[str]:
    """Say which imports and requests wait for a person just now."""
    asked = Q(state__in=PERSONS) | Q(state=ImportState.REVIEW) & ~Q(reason="")
    imports = Import.objects.filter(asked).order_by("pk")
    batches = Batch.objects.filter(state=BatchState.DECISION).order_by("pk")
    return [
        *(f"Import {one.pk} is {one.state}: {one.reason}" for one in imports),
        *(f"Batch {one.pk} asks a person: {one.reason} {one.detail}" for one in batches),
    ]


def open_imports() -> list[Import]:
    """Return the imports that have not ended."""
    ended = Q(state__in=FINAL) & Q(finished_at__isnull=False)
    return list(Import.objects.exclude(ended).order_by("pk"))


def complaints(mega: Sandbox, clients: Sequence[Client], made: Mapping[int, Sheet]) -> list[str]:
    """Judge a portal whose imports have all ended."""
    return [
        *mega.journal.complaints(),
        *_worked_twice(mega),
        *_unrecorded(mega),
        *_left_open(),
        *_books(made),
        *_rows(mega, clients, made),
        *(link.sentence for link in verify()),
    ]


def _worked_twice(mega: Sandbox) -> Iterator[str]:
    worked = Counter(one.key for one in mega.journal.entries if one.did_work)
    yield from (f"Key {key} was worked on {times} times." for key, times in worked.items()
                if times > 1)  # fmt: skip


def _unrecorded(mega: Sandbox) -> Iterator[str]:
    """Find requests that MEGA saw before, or without, an attempt that says so."""
    seen = defaultdict(list)
    for entry in mega.journal.entries:
        if entry.key:
            seen[entry.key].append(entry.at)
    tried = defaultdict(list)
    sent = Attempt.objects.filter(was_sent=True).order_by("started_at")
    for key, started in sent.values_list("batch__key", "started_at"):
        tried[str(key)].append(started)
    for key, arrivals in seen.items():
        if len(arrivals) > len(tried[key]):
            yield f"Key {key}: {len(arrivals)} requests arrived, {len(tried[key])} are recorded."
        pairs = zip(sorted(arrivals), tried[key], strict=False)
        if any(arrived < started - TICK for arrived, started in pairs):
            yield f"Key {key}: a request arrived before its attempt was recorded."


def _left_open() -> Iterator[str]:
    """Find what was not brought to its end although every import was."""
    batches = Batch.objects.filter(state__in=OPEN)
    yield from (f"Batch {one.pk} is {one.state}: {one.reason}" for one in batches)
    attempts = Attempt.objects.filter(ended_at=None)
    yield from (f"Attempt {one.pk} has no end." for one in attempts)
    answered = Attempt.objects.filter(status=200, batch__kind="send")
    lost = answered.exclude(batch__state__in=(BatchState.DONE, BatchState.REPLACED))
    yield from (f"Attempt {one.pk} has a 200 and is not settled." for one in lost)
    backwards = Attempt.objects.filter(ended_at__lt=F("started_at"))
    yield from (f"Attempt {one.pk} ended before it began." for one in backwards)
    decisions = Decision.objects.count()
    if decisions:
        yield f"{decisions} decisions were made, by nobody."


def _books(made: Mapping[int, Sheet]) -> Iterator[str]:
    for one in Import.objects.order_by("pk"):
        sheet, books = made.get(one.pk), balance.recount(one)
        if sheet is None:
            yield f"Import {one.pk} was uploaded twice."
            continue
        rows, shared = sheet.upload.rows, sheet.shared
        counted = (one.state, books.rows, books.created, books.updated, books.is_balanced)
        expected = (ImportState.FINISHED, rows, rows - shared, shared, True)
        if counted != expected:
            yield f"Import {one.pk} is {counted}, not {expected}: {one.reason}"


def _rows(mega: Sandbox, clients: Sequence[Client], made: Mapping[int, Sheet]) -> Iterator[str]:
    """Compare what the portal says of each row with what lies at MEGA."""
    for place, client in enumerate(clients):
        leads = {lead["id"]: lead["contact_email"] for lead in mega.leads(client.mega_id)}
        mine = {pk: sheet for pk, sheet in made.items() if sheet.upload.customer == place}
        outcomes = Outcome.objects.filter(lead_import__in=mine).values_list(
            "lead_import_id", "number", "status", "lead_id"
        )
        created = 0
        for import_id, number, status, lead_id in outcomes.iterator(chunk_size=5_000):
            created += status == "created"
            if leads.get(lead_id) != mine[import_id].email(number - 2):
                yield f"Row {number} of import {import_id}: {status}, but not so at MEGA."
        if created != len(leads) or len(set(leads.values())) != len(leads):
            yield f"{client.customer.name}: {created} rows created, {len(leads)} leads at MEGA."
