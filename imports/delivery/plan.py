"""Cutting an import's sendable leads into batches, once and for ever."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain, islice
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.db.models.functions import Now

from imports.delivery import before, bodies, numbered, overwrite, preview, sample
from imports.delivery.overwrite import Lanes, Rules
from imports.delivery.packing import Packable, Packer, Parcel
from imports.errors import WrongState
from imports.mega.contract import MAX_ROWS
from imports.models import Batch, DryRun, Import, ImportState, Kind, Lead, Verdict

SLICE = 20  # batches a transaction
LEASE = timedelta(seconds=60)
PLANNABLE = (ImportState.QUEUED, ImportState.SENDING)


@dataclass
class Planner:
    """Plans one import or dry run, slice by slice.

    The packer is kept between slices; `begun` is the number of its last stored batch, by which a
    second planner of the same import notices that it is not alone and stops.
    """

    lead_import: Import
    dry_run: DryRun | None = None
    packer: Packer = field(default_factory=Packer)
    lanes: Lanes = field(default_factory=Lanes)
    cursor: int = 0  # the last lead number that was given to the packer
    begun: int = 0
    _rest: Iterator[Parcel] | None = None  # of the packer, once it was given every lead

    def next_slice(self) -> tuple[list[Parcel], bool]:
        """Return up to `SLICE` parcels, and whether that was the end."""
        parcels: list[Parcel] = []
        while self._rest is None and len(parcels) < SLICE:
            leads = self._read(SLICE * MAX_ROWS - len(parcels) * MAX_ROWS)
            if not leads:
                self._rest = self.packer.finish()
                break
            self.cursor = leads[-1].number
            parcels.extend(self.packer.pack(leads))
        room = SLICE - len(parcels)
        if self._rest is None or room <= 0:
            return parcels, False
        rest = list(islice(self._rest, room))
        return [*parcels, *rest], len(rest) < room

    def _read(self, limit: int) -> list[Packable]:
        rows = (
            sendable(self.lead_import, self.dry_run)
            .filter(number__gt=self.cursor)
            .values_list(*AS_PACKED)[:limit]
        )
        return list(self.lanes.packables(list(rows)))


# MEGA may refuse such an address, and with it the whole request.
APART = Q(problems__contains=[{"c": "email_unusual"}])
HAS_CONTACT = Q(body__has_any_keys=list(overwrite.FOUND_BY))
AS_PACKED = (
    "number",
    "shared",
    "email_key",
    "phone_key",
    ExpressionWrapper(APART, BooleanField()),
    ExpressionWrapper(HAS_CONTACT, BooleanField()),
)


def mapping_id_of(lead_import: Import) -> int:
    """Return the id of the mapping under which the import's leads were derived."""
    if lead_import.mapping_id is None:
        raise WrongState("The file is still being read: its columns are not known yet.")
    return lead_import.mapping_id


def sendable(lead_import: Import, dry_run: DryRun | None = None) -> QuerySet[Lead]:
    """Return the leads that are sent, in sheet order."""
    mapping = dry_run.mapping_id if dry_run else lead_import.mapping_id
    leads = Lead.objects.filter(lead_import=lead_import, mapping=mapping, verdict=Verdict.OK)
    return leads.order_by("number")


def plan(import_id: int) -> bool:
    """Plan an import to its end; return False when it is not to be planned (any more).

    Can be begun again at any time: what was stored before a crash is read back.
    """
    planner = _begin(import_id)
    if planner is None:
        return False
    done = False
    while not done:
        parcels, done = planner.next_slice()
        if not _store_slice(planner, parcels, done=done):
            return False
    return True


@transaction.atomic
def _begin(import_id: int) -> Planner | None:
    lead_import = _lock(import_id)
    if lead_import is None:
        return None
    planner = Planner(lead_import)
    if not _last_stored(lead_import):
        lead_import.preview = preview.full(lead_import)
        lead_import.save(update_fields=["preview"])
        planner.packer.first_rows = preview.first_rows(lead_import.preview)
    planner.lanes.rules = Rules.of(lead_import)
    _resume(planner)
    return planner


def _lock(import_id: int) -> Import | None:
    """Lock an import that is still to be planned and can no longer be undone."""
    due = (Q(send_after=None) | Q(send_after__lte=Now())) & ~before.still_reading()
    return (
        Import.objects.select_for_update(no_key=True)
        .filter(due, pk=import_id, planned_at=None, state__in=PLANNABLE)
        .first()
    )


_PLANNED = """
    SELECT l.number, l.email_key, l.phone_key, b.number
    FROM imports_batch b CROSS JOIN LATERAL unnest(b.row_numbers) AS n (number)
    JOIN imports_lead l ON l.import_id = b.import_id AND l.mapping_id = %s AND l.number = n.number
    WHERE b.import_id = %s AND b.kind = 'send' AND b.parent_id IS NULL
      AND (%s OR l.shared OR l.problems @> '[{"c": "email_unusual"}]')
"""
_LAST = """
    SELECT coalesce(max(b.number), 0), coalesce(max(n.number), 0)
    FROM imports_batch b CROSS JOIN LATERAL unnest(b.row_numbers) AS n (number)
    WHERE b.import_id = %s AND b.kind = 'send' AND b.parent_id IS NULL
"""


def _resume(planner: Planner) -> None:
    """Read back what earlier planning stored: who went where, and who was put off."""
    lead_import, packer, rules = planner.lead_import, planner.packer, planner.lanes.rules
    with connection.cursor() as cursor:
        cursor.execute(_LAST, [lead_import.pk])
        packer.last_number, planner.cursor = cursor.fetchone()
        cursor.execute(_PLANNED, [lead_import.mapping_id, lead_import.pk, bool(rules)])
        planned = cursor.fetchall()
    planner.begun = packer.last_number
    for _, email, phone, batch_number in planned:
        for key in overwrite.keys_of(email, phone):
            packer.last_seen[key] = max(packer.last_seen.get(key, 0), batch_number)
    have = {row[0] for row in planned}
    perhaps = sendable(lead_import).filter(number__lte=planner.cursor)
    if not rules:
        perhaps = perhaps.filter(Q(shared=True) | APART)
    packer.take_back(list(_still_to_go(planner, perhaps, have)))


def _still_to_go(planner: Planner, perhaps: QuerySet[Lead], have: set[int]) -> Iterator[Packable]:
    """Give what waits for the open parcel; every lead is looked at, so that the lanes of its person
    are known."""
    rows = perhaps.values_list(*AS_PACKED).iterator(SLICE * MAX_ROWS)
    while some := list(islice(rows, SLICE * MAX_ROWS)):
        for lead in planner.lanes.packables(some):
            if lead.number in have:
                planner.packer.lane_of(lead)
            elif not planner.packer.set_apart(lead):
                yield lead


@transaction.atomic
def _store_slice(planner: Planner, parcels: list[Parcel], *, done: bool) -> bool:
    lead_import = _lock(planner.lead_import.pk)
    if lead_import is None or _last_stored(lead_import) != planner.begun:
        return False
    if _wish(lead_import) != _wish(planner.lead_import):
        return False  # it was undone and sent anew, with other options, while this planner stood
    store(planner, parcels)
    planner.begun = planner.packer.last_number
    changes = {"planned_at": Now()} if done else {"work_until": Now() + LEASE}
    Import.objects.filter(pk=lead_import.pk).update(**changes)
    return True


def _wish(lead_import: Import) -> tuple[object, ...]:
    """Return what the stored bytes follow from, and which confirmation they belong to."""
    return (
        lead_import.mapping_id,
        lead_import.on_duplicate,
        lead_import.send_after,
        lead_import.import_field,
        (lead_import.only_new, lead_import.never, lead_import.unforeseen),
    )


def _last_stored(lead_import: Import) -> int:
    newest = lead_import.batches.filter(kind=Kind.SEND).order_by("-number").first()
    return newest.number if newest else 0


def store(planner: Planner, parcels: list[Parcel]) -> None:
    """Store parcels as batches, each with the exact bytes that will be sent."""
    numbers = [number for parcel in parcels for number in parcel.row_numbers]
    bodies_of = dict(
        sendable(planner.lead_import, planner.dry_run)
        .filter(number__in=numbers)
        .values_list("number", "body")
    )
    batches = (_batch(planner, parcel, bodies_of) for parcel in parcels)
    while chunk := list(islice(batches, SLICE)):
        Batch.objects.bulk_create(chunk)


def _batch(planner: Planner, parcel: Parcel, bodies_of: dict[int, dict[str, Any]]) -> Batch:
    lead_import, dry_run = planner.lead_import, planner.dry_run
    slug = numbered.field_of(lead_import, dry_run)
    left_out = planner.lanes.rules.left_out(overwrite.without_of(parcel.lane))
    whole = ((n, numbered.body(lead_import, slug, bodies_of[n])) for n in parcel.row_numbers)
    leads = [{"row_ref": str(n), **overwrite.stripped(lead, left_out)} for n, lead in whole]
    on_duplicate = dry_run.on_duplicate if dry_run else lead_import.on_duplicate
    body = bodies.encode(leads, on_duplicate, dry_run=dry_run is not None)
    return Batch(
        customer_id=lead_import.customer_id,
        kind=Kind.DRY_RUN if dry_run else Kind.SEND,
        lead_import=lead_import,
        dry_run=dry_run,
        number=parcel.number,
        after=0 if dry_run else parcel.after,
        row_numbers=list(parcel.row_numbers),
        rows=len(parcel.row_numbers),
        mega_id=lead_import.mega_id,
        base_url=settings.MEGA_BASE_URL,
        key=uuid.uuid4(),
        not_before=Now(),  # not this machine's clock, which may be ahead
        body=body.packed,
        body_sha256=body.sha256,
        matchless=bodies.is_matchless(leads),
        left_out=left_out,
        foreseen=None if dry_run else preview.foreseen(lead_import, parcel.row_numbers),
        listed_to=lead_import.listed_to,
    )


def plan_dry_run(dry_run_id: int) -> bool:
    """Plan a dry run: the same leads in full requests, all independent of each other.

    A sample is one request, of whose persons each has one row in it.
    """
    with transaction.atomic():
        dry_run = (
            DryRun.objects.select_for_update()
            .filter(pk=dry_run_id, state=DryRun.State.PLANNING)
            .first()
        )
        if dry_run is None:
            return False
        planner = Planner(dry_run.lead_import, dry_run, Packer(first_rows=MAX_ROWS))
        for parcels in [_of_sample(planner, dry_run)] if dry_run.is_sample else _all(planner):
            store(planner, parcels)
        DryRun.objects.filter(pk=dry_run.pk).update(state=DryRun.State.RUNNING)
    return True


def _of_sample(planner: Planner, dry_run: DryRun) -> list[Parcel]:
    leads = sendable(planner.lead_import, dry_run).filter(number__in=sample.numbers(dry_run))
    asked = leads.values_list(*AS_PACKED)
    full = planner.packer.pack(planner.lanes.packables(list(asked)))
    return list(islice(chain(full, planner.packer.finish()), 1))


def _all(planner: Planner) -> Iterator[list[Parcel]]:
    done = False
    while not done:
        parcels, done = planner.next_slice()
        yield parcels
