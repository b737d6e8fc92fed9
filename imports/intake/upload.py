"""Taking in an uploaded file: stored byte for byte under a name of our own."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.db.models.fields.files import FieldFile

from imports.audit import acts, trail
from imports.errors import BadInput
from imports.intake import packed, stored
from imports.intake.dialect import DEFAULT
from imports.models import (
    Customer,
    Draft,
    Duplicates,
    Import,
    Melting,
    NameOnly,
    OnceChecked,
    OnDuplicate,
    Provenance,
    Unchanged,
    Unforeseen,
)
from imports.models.imports import usually_only_new
from portal.models import User
from portal.uploads import StoreError, too_large_sentence

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]+")
CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Wishes:
    """What came with an upload: how to read it, how to map it, what to do with it.

    `dialect` as `Dialect.as_dict`, `mapping` as in a mapping file. What is None is as the customer
    has it, or found out. `only_new` and `never` are fields that an update may not overwrite,
    `unforeseen` what becomes of the former without a full preview. `together` is shared by what was
    uploaded at once.
    """

    dialect: dict[str, Any] = field(default_factory=dict)
    mapping: dict[str, Any] = field(default_factory=dict)
    on_duplicate: OnDuplicate | None = None
    duplicates: Duplicates = Duplicates.ALL
    unchanged: Unchanged = Unchanged.SEND
    melting: Melting = Melting.HOLD
    name_only: NameOnly = NameOnly.HOLD
    only_new: Sequence[str] | None = None  # None: those that usually are
    never: Sequence[str] = ()
    unforeseen: Unforeseen = Unforeseen.UNDECIDED
    once_checked: OnceChecked = OnceChecked.NOTHING
    together: UUID | None = None
    provenance: dict[str, Any] = field(default_factory=dict)  # fields of the model of this name


NO_WISHES = Wishes()


def accept(
    customer: Customer,
    user: User | None,
    file: "File[bytes]",
    name: str,
    *,
    wishes: Wishes = NO_WISHES,
    parent: Import | None = None,
) -> Import:
    """Store an upload as a new import of the customer.

    Raises BadInput (empty, over the size limit, not storable) and UnreadableFile (not a kind of
    file that can be read); nothing is left behind then.
    """
    facts = facts_of(file, name)
    lead_import = _new(customer, user, wishes, facts)
    lead_import.parent = parent
    put(lead_import.file, file)
    try:
        _save(lead_import, user, wishes)
    except BaseException:
        stored.remove_quietly(lead_import.file.storage, str(lead_import.file.name))
        raise
    return lead_import


def of_stored(
    customer: Customer,
    user: User | None,
    stored_as: str,
    *,
    facts: dict[str, Any],
    wishes: Wishes = NO_WISHES,
) -> Import:
    """Make an import of a file that is stored already; call it in a transaction."""
    lead_import = _new(customer, user, wishes, facts)
    lead_import.file = stored_as
    _save(lead_import, user, wishes)
    return lead_import


def facts_of(file: "File[bytes]", name: str) -> dict[str, Any]:
    """Look at an upload before it is stored: the fields that say what it is. Raises as `accept`."""
    _refuse_size(file.size)
    _refuse_kind(file)
    return {"file_name": shown_name(name), "file_size": file.size, "file_sha256": _sha256(file)}


def facts_kept(earlier: Draft | Import) -> dict[str, Any]:
    """The same of a file that was stored before."""
    return {
        "file_name": earlier.file_name,
        "file_size": earlier.file_size,
        "file_sha256": earlier.file_sha256,
    }


def put(field: FieldFile, file: "File[bytes]") -> None:
    """Store the bytes under a name of our own. Raises BadInput when that cannot be done now."""
    with _room():
        field.save("", file, save=False)


def _new(customer: Customer, user: User | None, wishes: Wishes, facts: dict[str, Any]) -> Import:
    return Import(
        customer=customer,
        mega_id=customer.mega_id,
        created_by=user,
        dialect_choice=wishes.dialect,
        mapping_choice=wishes.mapping,
        on_duplicate=wishes.on_duplicate or customer.on_duplicate,
        duplicates=wishes.duplicates,
        unchanged=wishes.unchanged,
        melting=wishes.melting,
        name_only=wishes.name_only,
        only_new=list(usually_only_new() if wishes.only_new is None else wishes.only_new),
        never=list(wishes.never),
        unforeseen=wishes.unforeseen,
        once_checked=wishes.once_checked,
        together=wishes.together,
        release=settings.RELEASE,
        **facts,
    )


@transaction.atomic
def _save(lead_import: Import, user: User | None, wishes: Wishes) -> None:
    lead_import.save()
    if wishes.provenance:
        Provenance.objects.create(lead_import=lead_import, noted_by=user, **wishes.provenance)
    facts = {"size": lead_import.file_size, "sha256": lead_import.file_sha256}
    trail.record(
        acts.UPLOADED,
        actor=user,
        customer=lead_import.customer,
        lead_import=lead_import,
        facts=facts,
    )


@contextmanager
def _room() -> Iterator[None]:
    """Say it when the disk, or the store, takes no more."""
    try:
        yield
    except StoreError as problem:
        raise BadInput(
            "The file could not be stored, because the store of uploads does not take it now. "
            "Nothing was kept. Upload it again in some minutes, and tell your administrator if it "
            "goes on.",
            code="not_stored",
        ) from problem
    except OSError as problem:
        raise BadInput(
            "The file could not be stored: the portal's disk is full or not writable. "
            "Nothing was imported. Tell your administrator, then upload it again.",
            code="not_stored",
        ) from problem


def shown_name(name: str) -> str:
    """Return an uploaded file's name as it is shown: no path, no control characters, bounded."""
    last = re.split(r"[/\\]", name)[-1]
    return " ".join(_UNPRINTABLE.sub(" ", last).split())[:255] or "unnamed"


def _refuse_size(size: int) -> None:
    if not size:
        raise BadInput(
            "The file is empty (0 bytes). Open it in your spreadsheet program, check that it has "
            "rows, and save it again.",
            code="empty",
        )
    if size > settings.MAX_UPLOAD_BYTES:
        raise BadInput(too_large_sentence(), code="too_large")


def _refuse_kind(file: "File[bytes]") -> None:
    """Look at the content at once, so that the person hears about a PDF before waiting."""
    with on_disk(file) as path:
        packed.kind(path, DEFAULT)


@contextmanager
def on_disk(file: "File[bytes]") -> Iterator[Path]:
    """An upload that is not stored yet, as a path: where it arrived, or a copy for the while.

    Raises BadInput when there is no room for that.
    """
    arrived = getattr(file, "temporary_file_path", None)
    if arrived is not None:
        yield Path(arrived())
        return
    with ExitStack() as held:
        with _room():
            copy = held.enter_context(NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR))
            for chunk in file.chunks(CHUNK):
                copy.write(chunk)
            copy.flush()
        file.seek(0)
        yield Path(copy.name)


def _sha256(file: "File[bytes]") -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks(CHUNK):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()
