"""From rows to leads: the mapping's versions, and the checking of all rows under one of them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Now

from imports.audit import acts, trail
from imports.columns import (
    blank_words,
    by_words,
    check,
    checked,
    chunks,
    consent_marks,
    defects,
    former,
    guessing,
    mapfile,
    mapping,
    memory,
    profile,
    read_before,
    rule_columns,
    survey,
    taken_over,
)
from imports.columns.mapping import Mapping
from imports.delivery import dry_runs
from imports.errors import BadMapping, WrongState
from imports.intake.read import LEASE as READING_LEASE
from imports.intake.read import first_rows
from imports.models import (
    EDITABLE,
    Chunk,
    ColumnProfile,
    Import,
    ImportState,
    MappingVersion,
)
from imports.review import frozen, judge, superseded
from portal.models import User

LEASE = timedelta(seconds=60)
SAMPLE = 200  # rows that the matching looks at


def propose(import_id: int, fence: int) -> None:
    """Map the columns of a file that was just read, and have its rows checked under that.

    `fence` is what `read` returned; when another reader has begun since, nothing happens. A
    mapping file that came with the upload decides first; one that does not fit this sheet makes
    the import `failed`. Where no column is a contact a person must look.
    """
    lead_import = Import.objects.select_related("customer").get(pk=import_id)
    rows, region = list(first_rows(lead_import, SAMPLE)), lead_import.customer.region
    guessed = guessing.proposed(lead_import.headers, rows, lead_import.masked, region)
    remembered = memory.of(lead_import)
    guessed = memory.matched(guessed, remembered, rows)
    guessed = taken_over.from_parent(guessed, lead_import)
    ours = Import.objects.filter(pk=import_id, state=ImportState.READING, read_fence=fence)
    seen = survey.asked(guessed, rows)
    profiles = profile.counted(
        lead_import,
        lambda: ours.update(work_until=Now() + READING_LEASE),
        besides={place: evidence.see for place, evidence in seen.items()},
        own=_own_words(lead_import, guessed, remembered.latest),
    )
    proposed = memory.completed(survey.judged(guessed, seen), remembered)
    proposed = by_words.with_columns(proposed, lead_import, rows, remembered)
    proposed = consent_marks.remembered(proposed, remembered)
    try:
        if lead_import.mapping_choice:
            proposed = mapfile.apply_file(proposed, lead_import.mapping_choice)
    except BadMapping as problem:
        _fail(import_id, fence, problem.sentence)
    else:
        proposed = by_words.with_meanings(proposed, lead_import, counted=profiles)
        _take_up(import_id, fence, proposed, profiles)


def _own_words(lead_import: Import, *known: Mapping | None) -> set[str]:
    """The words that the mapping may read as blank besides the usual ones, by what is known yet."""
    last = _former(lead_import)
    stood = [one.words.own for one in known if one]
    if last and (before := memory.readable(last)):
        stood.append(before.words.own)
    return {word for words in stood for word in words}


def _as_in(last: MappingVersion, proposed: Mapping) -> Mapping:
    try:
        return taken_over.from_former(proposed, Mapping.from_json(last.content))
    except BadMapping:
        return proposed


def _former(lead_import: Import) -> MappingVersion | None:
    """The mapping that stood when the file was read anew, if it was a person's."""
    last = lead_import.mappings.order_by("-version").first()
    return last if last and last.created_by_id else None


@transaction.atomic
def _take_up(
    import_id: int, fence: int, proposed: Mapping, profiles: Sequence[ColumnProfile]
) -> None:
    locked = _still_read(import_id, fence).first()
    if locked is None:
        return
    last = _former(locked)
    # What a person brought along or chose is that person's; what the portal guessed is nobody's.
    author = locked.created_by if locked.mapping_choice else None
    if last and (again := _as_in(last, proposed)) != proposed:
        proposed, author = again, last.created_by
    profile.store(locked, profiles, proposed)
    version = use(locked, proposed, author)
    facts = {"version": version.version, "automatic": True}
    trail.record(acts.MAPPED, actor=None, lead_import=locked, facts=facts)


@transaction.atomic
def _fail(import_id: int, fence: int, sentence: str) -> None:
    locked = _still_read(import_id, fence).first()
    if locked is None:
        return
    Import.objects.filter(pk=import_id).update(
        state=ImportState.FAILED, reason=sentence, work_until=None, finished_at=Now()
    )
    trail.record(acts.FAILED, actor=None, lead_import=locked)


def _still_read(import_id: int, fence: int) -> QuerySet[Import]:
    """The import with its row locked, while its rows are those of the reader with this fence."""
    return Import.objects.select_for_update(no_key=True).filter(
        pk=import_id, state=ImportState.READING, read_fence=fence
    )


def mapping_of(lead_import: Import) -> Mapping:
    """Return the current mapping. Raises WrongState before there is one."""
    if lead_import.mapping is None:
        raise WrongState("The file is still being read: its columns are not known yet.")
    return Mapping.from_json(lead_import.mapping.content)


def samples(lead_import: Import, limit: int = 3) -> list[list[str]]:
    """Return for each column its first distinct values that are not blank."""
    found: list[list[str]] = [[] for _ in lead_import.headers]
    for cells in first_rows(lead_import, SAMPLE):
        for seen, cell in zip(found, cells, strict=False):
            if cell.strip() and len(seen) < limit and cell not in seen:
                seen.append(cell)
    return found


@transaction.atomic
def remap(
    lead_import: Import, wanted: Mapping, user: User | None, *, expected_version: int
) -> MappingVersion:
    """Make a new mapping version and have every row checked under it.

    Dry runs end: they ask about leads that are no more. Raises BadMapping with the first defect,
    WrongState when the import is frozen or the mapping was changed since `expected_version`.
    """
    for sentence in defects.check(wanted):
        raise BadMapping(sentence)
    wanted = by_words.with_meanings(wanted, lead_import, lead_import.mapping)
    locked = _lock(lead_import, EDITABLE)
    current = locked.mapping
    if current is not None and current.version != expected_version:
        who = current.created_by or "The portal"
        raise WrongState(
            f"{who} changed the columns in the meantime. Look at them again, then make your change."
        )
    dry_runs.stop(locked)
    version = use(locked, wanted, user)
    facts = {"version": version.version}
    trail.record(acts.MAPPED, actor=user, customer=locked.customer, lead_import=locked, facts=facts)
    return version


def _lock(lead_import: Import, states: tuple[ImportState, ...]) -> Import:
    locked = Import.objects.select_for_update(no_key=True).get(pk=lead_import.pk)
    if locked.state not in states:
        label = ImportState(locked.state).label
        sentence = (
            f"This import is “{label}”: its columns and options can no longer be changed. Upload "
            "the file again to import it differently."
        )
        raise WrongState(frozen.sentence(locked.state, sentence))
    return locked


def use(locked: Import, wanted: Mapping, user: User | None, region: str = "") -> MappingVersion:
    """Make the mapping the current one and cut the rows into chunks to be checked under it.

    Wherever it comes from, masked columns feed nothing. Leads of former mappings stay until the
    rows are checked (`former`). Phones are read in the customer's `region`, as it stands now unless
    one is given. The caller holds the import's row.
    """
    wanted = consent_marks.marked(mapping.with_masked(wanted, locked.masked), locked)
    wanted, rules = rule_columns.found(wanted, locked)
    region = region or locked.customer.region
    number = (locked.mappings.aggregate(newest=Max("version"))["newest"] or 0) + 1
    version = MappingVersion.objects.create(
        lead_import=locked,
        version=number,
        content=wanted.to_json(),
        rules=rules.to_json(),
        region=region,
        phones_from=read_before.under(locked, wanted, region),
        created_by=user,
    )
    superseded.end(locked, version, user)
    sentences = defects.check(wanted)
    changes: dict[str, Any] = {
        "mapping": version,
        "state": ImportState.MAPPING if sentences else ImportState.CHECKING,
        "reason": sentences[0] if sentences else "",
        "question": "columns" if sentences else "",
        "work_until": None,
        "rules_version": check.RULES_VERSION,
        "phone_data_version": check.PHONE_DATA_VERSION,
    }
    Import.objects.filter(pk=locked.pk).update(**changes)
    if not sentences:
        chunks.cut(locked, version)
    return version


def unchecked_chunks(import_id: int) -> list[int]:
    """Return the chunks of the current mapping that are not checked yet."""
    mapping_id = Import.objects.values_list("mapping_id", flat=True).get(pk=import_id)
    waiting = Chunk.objects.filter(mapping=mapping_id, done_at=None)
    return list(waiting.order_by("first").values_list("pk", flat=True))


def check_chunk(chunk_id: int) -> int | None:
    """Check one range of rows; whoever checks the last one concludes for the whole file, and gets
    the import's id.

    1. Take the chunk. 2. Check its rows, outside any transaction. 3. Store the leads, only while
    the import still has this mapping. 4. When no chunk is left: duplicates, then review.
    """
    chunk = _take(chunk_id)
    if chunk is not None:
        _store(chunk, checked.lines(chunk.mapping, span=(chunk.first, chunk.last)))
    chunk = Chunk.objects.select_related("mapping").get(pk=chunk_id)
    if not Chunk.objects.filter(mapping=chunk.mapping, done_at=None).exists():
        judge.conclude(chunk.mapping)
        return chunk.mapping.lead_import_id
    return None


def tidy(import_id: int) -> None:
    """Do what neither the checking nor a page waits for: count words, drop former leads."""
    blank_words.count_own(Import.objects.select_related("mapping").get(pk=import_id))
    former.drop(import_id)


def _take(chunk_id: int) -> Chunk | None:
    free = Chunk.objects.filter(Q(work_until=None) | Q(work_until__lt=Now()), pk=chunk_id)
    if not free.filter(done_at=None).update(work_until=Now() + LEASE):
        return None
    return Chunk.objects.select_related("mapping__lead_import__customer").get(pk=chunk_id)


@transaction.atomic
def _store(chunk: Chunk, lines: str) -> None:
    current = Import.objects.filter(
        pk=chunk.mapping.lead_import_id, mapping=chunk.mapping, state=ImportState.CHECKING
    )
    with connection.cursor() as cursor:
        cursor.execute(*_for_share(current))
        if cursor.fetchone() is None:
            return
        free = Chunk.objects.filter(pk=chunk.pk, done_at=None)
        if not free.update(done_at=Now(), read_by=read_before.READ_BY):
            return
    checked.store(lines)


def _for_share(current: Any) -> tuple[str, tuple[Any, ...]]:
    sql, parameters = current.values_list("pk").order_by().query.sql_with_params()
    return f"{sql} FOR SHARE", parameters


def progress(lead_import: Import) -> tuple[int, int]:
    """Return how many of how many rows are checked under the current mapping."""
    done = Chunk.objects.filter(mapping=lead_import.mapping_id, done_at__isnull=False)
    return min(done.count() * chunks.CHUNK, lead_import.row_count), lead_import.row_count
