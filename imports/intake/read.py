"""Reading an uploaded file into rows: one task, restartable, streaming by COPY."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from imports.audit import acts, trail
from imports.errors import StoreUnavailable, UnreadableFile, WrongState
from imports.intake import copytext, origin, spread, stored
from imports.intake.batches import Batch, Even, SheetRow
from imports.intake.dialect import Dialect, Limits
from imports.intake.encoding import Disproved
from imports.intake.layout import fingerprint
from imports.intake.returned import Returned
from imports.intake.sensitive import again
from imports.intake.sensitive.find import Finding
from imports.intake.sensitive.masking import Masking
from imports.intake.table import Table, open_table
from imports.models import Import, ImportState, Row

log = logging.getLogger(__name__)

SLICE = 25_000  # rows a transaction, about
SLICE_SECONDS = 1.0  # or so long: wide rows take their time, and somebody watches the progress
FIRST_SLICE = 100  # the first one: somebody waits to see some rows
LEASE = timedelta(seconds=120)  # longer than the reader may be silent
PAUSE = timedelta(seconds=30)  # before a file that could not be had is asked for again
MOST_BEGINNINGS = 3
_STEP = MOST_BEGINNINGS + 1  # fences of one reading: how often it was begun is the remainder
_LAST_FENCE = 32_767  # of the column
_COPY = f"COPY imports_row ({copytext.COLUMNS}) FROM STDIN"
_COPY_RETURNED = f"COPY imports_row ({copytext.RETURNED}) FROM STDIN"
_NOTED = (
    "headers", "layout", "dialect", "sheets", "doubts", "returned", "parent", "sensitive",
)  # fmt: skip
_TO_READ = (ImportState.UPLOADED, ImportState.READING)


class Overtaken(Exception):  # noqa: N818 - not an error: somebody else reads this file now
    """Another reader has begun, or the import is no longer to be read."""


class Revealed(Exception):  # noqa: N818 - not an error: the rows are dropped and read again
    """Rows far below show sensitive columns that the first ones did not."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__()
        self.findings = findings


def read(import_id: int) -> int | None:
    """Read the file of an import; return the fence under which its rows are complete, or None.

    1. Take the lease; a file that ended its reader three times is set aside. 2. Drop the rows of
    an earlier beginning. 3. Store rows slice by slice while the lease is ours. 4. Note what was
    found. A file that cannot be read makes the import `failed`, with the reason; one that cannot
    be had now, because the store of uploads does not answer, waits for another try.

    The fence is never 0 and never comes back: who goes on from the rows must show it, so that
    nobody goes on from rows that another reader has dropped since.
    """
    lead_import = _begin(import_id)
    if lead_import is None:
        return None
    try:
        with stored.local(lead_import, heed=partial(_keep_lease, lead_import)) as path:
            _read(lead_import, path)
    except UnreadableFile as problem:
        _fail(lead_import, problem.sentence)
        return None
    except StoreUnavailable as problem:
        _give_back(lead_import, problem.what)
        return None
    except psycopg.errors.DiskFull:
        log.error("import %s: the database has no room for its rows", import_id)  # noqa: TRY400
        _fail(lead_import, "The database has no room left, so the file could not be read and "
              "nothing of it was kept. Tell your administrator, then upload it again.")  # fmt: skip
        return None
    except Overtaken:
        return None
    return lead_import.read_fence


def fence_of_next_reading(fence: int) -> int:
    """Return where the fences of a new reading start, above all fences that were given out.

    Raises WrongState when there are none left, after some thousand readings.
    """
    start = (fence // _STEP + 1) * _STEP
    if start + _STEP > _LAST_FENCE:
        raise WrongState("This file was read too often. Upload it again to read it differently.")
    return start


@transaction.atomic
def _begin(import_id: int) -> Import | None:
    idle = Q(work_until=None) | Q(work_until__lt=Now())
    lead_import = (
        Import.objects.select_for_update(no_key=True, skip_locked=True)
        .filter(idle, pk=import_id, state__in=_TO_READ)
        .first()
    )
    if lead_import is None:
        return None
    if lead_import.read_fence % _STEP >= MOST_BEGINNINGS:
        _fail(lead_import, "Reading this file stopped the portal's reader three times, so it was "
              "set aside. Save it again as CSV and upload that.")  # fmt: skip
        return None
    lead_import.read_fence += 1
    lead_import.state = ImportState.READING
    lead_import.reason = ""
    lead_import.row_count = lead_import.blank_count = 0
    lead_import.save(update_fields=["read_fence", "state", "reason", "row_count", "blank_count"])
    Import.objects.filter(pk=import_id).update(work_until=Now() + LEASE)
    Row.objects.filter(lead_import=lead_import).delete()
    return lead_import


def _read(lead_import: Import, path: Path) -> None:
    thorough = False
    while True:
        try:
            return _read_once(lead_import, path, thorough=thorough)
        except Disproved:
            # Some byte far below is not of the encoding that a sample let expect.
            if thorough:
                raise
            thorough = True
        except Revealed as found:  # at least one column more each time
            sheet = lead_import.dialect.get("sheet", "")
            lead_import.sensitive = again.to_store(lead_import, found.findings, sheet)
        _drop_rows(lead_import)


def _read_once(lead_import: Import, path: Path, *, thorough: bool) -> None:
    choice = Dialect.from_dict(lead_import.dialect_choice)
    limits = Limits(file_bytes=settings.MAX_UPLOAD_BYTES, rows=settings.MAX_ROWS)
    with open_table(path, choice=choice, limits=limits, thorough=thorough) as table:
        masking = _note(lead_import, table)
        batches = masking.batches(table.batches())
        size = FIRST_SLICE
        while _store(lead_import, batches, size):
            size = SLICE
    if missed := masking.missed(spread.rows(lead_import)):
        raise Revealed(missed)
    _make_durable(lead_import)


@transaction.atomic
def _drop_rows(lead_import: Import) -> None:
    lead_import.row_count = lead_import.blank_count = 0
    _keep_lease(lead_import, "row_count", "blank_count", "sensitive")
    Row.objects.filter(lead_import=lead_import).delete()


@transaction.atomic
def _note(lead_import: Import, table: Table) -> Masking:
    before = lead_import.returned
    found = again.masking(lead_import, table)
    doubts = table.doubts + origin.note(lead_import, found.headers, table.ours)
    masking = again.with_parents(lead_import, table, found)
    lead_import.headers = masking.headers
    lead_import.layout = fingerprint(masking.headers)
    lead_import.dialect = table.dialect.as_dict()
    lead_import.sheets = [{"name": name, "hidden": name in table.hidden} for name in table.sheets]
    lead_import.doubts = masking.doubts(doubts, table.headers)
    lead_import.sensitive = again.to_store(lead_import, masking.findings, table.dialect.sheet)
    _keep_lease(lead_import, *_NOTED)
    origin.tell(lead_import, before)
    return masking


@transaction.atomic
def _store(lead_import: Import, batches: Iterator[Batch], size: int) -> bool:
    """Store about so many rows as they are read; False when there were none left."""
    rows = blank = 0
    goes_on, ends = True, time.monotonic() + SLICE_SECONDS
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit TO off")  # see `_make_durable`
        copying = _COPY_RETURNED if lead_import.returned else _COPY
        with _only_reader(), cursor.copy(copying) as copy:
            while goes_on and rows < size and time.monotonic() < ends:
                batch = next(batches, None)
                goes_on = batch is not None
                if isinstance(batch, Even):
                    copy.write(copytext.even_lines(lead_import.pk, batch))
                    rows += batch.size
                elif batch:
                    copy.write(_lines(lead_import.pk, batch))
                    rows += len(batch)
                    blank += sum(not row.cells for row in batch)
    lead_import.row_count += rows
    lead_import.blank_count += blank
    # Last, so that the import's row is locked for a moment only.
    _keep_lease(lead_import, "row_count", "blank_count")
    return goes_on


def _lines(import_id: int, rows: list[SheetRow]) -> str:
    if isinstance(rows, Returned):
        return copytext.returned_lines(import_id, rows)
    return copytext.lines(import_id, rows)


@contextmanager
def _only_reader() -> Iterator[None]:
    """Rows that are there already were stored by a reader that began when our lease had lapsed."""
    try:
        yield
    except psycopg.errors.UniqueViolation as problem:
        raise Overtaken from problem


@transaction.atomic
def _make_durable(lead_import: Import) -> None:
    """Wait for the disk once instead of at each slice: this commit is written after all of them.

    What a crash of the database takes before is read again, as after a crash of the reader.
    """
    _keep_lease(lead_import)


def _keep_lease(lead_import: Import, *noted: str) -> None:
    """Write these fields as well, in the one statement that asks whether the file is still ours."""
    found = {name: getattr(lead_import, name) for name in noted}
    ours = Import.objects.filter(
        pk=lead_import.pk, state=ImportState.READING, read_fence=lead_import.read_fence
    )
    if not ours.update(work_until=Now() + LEASE, **found):
        raise Overtaken


def _give_back(lead_import: Import, why: str) -> None:
    """Let the file wait for a while, and say why; this beginning does not count.

    Its fence may come back, since nothing was stored under it and nobody was shown it.
    """
    log.warning("import %s: its file cannot be had now, it waits", lead_import.pk)
    ours = Import.objects.filter(
        pk=lead_import.pk, state=ImportState.READING, read_fence=lead_import.read_fence
    )
    ours.update(
        state=ImportState.UPLOADED,
        reason=f"{why} Nothing is lost: the file is read as soon as that is over. Tell your "
        "administrator if it goes on.",
        read_fence=lead_import.read_fence - 1,
        work_until=Now() + PAUSE,
    )


@transaction.atomic
def _fail(lead_import: Import, sentence: str) -> None:
    """Set the import aside with a sentence; half-read rows are dropped, the file stays."""
    ours = Import.objects.filter(
        pk=lead_import.pk, state__in=_TO_READ, read_fence=lead_import.read_fence
    )
    if ours.update(state=ImportState.FAILED, reason=sentence, work_until=None, finished_at=Now()):
        Row.objects.filter(lead_import=lead_import).delete()
        ours = Import.objects.filter(pk=lead_import.pk)
        ours.update(row_count=0, blank_count=0)
        trail.record(acts.FAILED, actor=None, lead_import=lead_import)


def first_rows(lead_import: Import, limit: int) -> Iterator[list[str]]:
    """Return the cells of the first rows that are not blank, in sheet order."""
    rows = Row.objects.filter(lead_import=lead_import).exclude(cells=[]).order_by("number")
    yield from rows.values_list("cells", flat=True)[:limit]
