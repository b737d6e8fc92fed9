"""The other sheets of a workbook: each becomes an import of its own, of the very same file."""

from dataclasses import dataclass
from uuid import uuid4

from django.db import transaction

from imports.columns.template_book import EXAMPLES
from imports.errors import BadInput
from imports.intake import known, stored, upload
from imports.intake.dialect import Dialect
from imports.models import Duplicates, Import, ImportState, Origin
from imports.models.imports import upload_path
from portal.models import User


@dataclass(frozen=True, slots=True)
class Other:
    """A sheet beside the one that an import reads, and the import that has it, if there is one."""

    name: str
    taken: Import | None


def others(lead_import: Import) -> list[Other]:
    """The other sheets that hold something, in the workbook's order."""
    if lead_import.origin != Origin.FILE or len(lead_import.sheets) < 2:
        return []
    same = Import.objects.filter(
        customer=lead_import.customer_id,
        file_sha256=lead_import.file_sha256,
        origin=Origin.FILE,
    ).exclude(pk=lead_import.pk)
    same = same.exclude(state__in=[ImportState.FAILED, ImportState.CANCELLED], sent_by=None)
    taken = {known.sheet_of(one): one for one in same.order_by("pk")}
    own = {known.sheet_of(lead_import), EXAMPLES}
    visible = [name for name, hidden in lead_import.named_sheets if not hidden]
    return [Other(name, taken.get(name)) for name in visible if name not in own]


def take(lead_import: Import, names: list[str], user: User) -> list[Import]:
    """Make an import of each of these sheets, of those that none has yet.

    1. The store copies the file for each, while nothing is locked: that may take half a minute.
    2. One short transaction makes the imports.
    3. A copy that no import got is removed, whatever went wrong.

    Raises BadInput when none of them can be taken, StoreUnavailable and UnreadableFile when the
    stored file cannot be had; then none of them was.
    """
    copies: list[str] = []
    made: list[Import] = []
    try:
        for _ in _free(lead_import, names):
            copies.append(upload_path(lead_import, ""))  # before the store may have it
            stored.again(lead_import, copies[-1])
        made = _made(lead_import, names, user, copies)
    finally:
        left = copies[len(made) :]
        stored.remove_quietly(lead_import.file.storage, *left)
    return made


def _free(lead_import: Import, names: list[str]) -> list[str]:
    free = [other.name for other in others(lead_import) if other.taken is None]
    if chosen := [name for name in free if name in names]:
        return chosen
    raise BadInput(
        "These sheets are imported already, or the workbook has none of this name. Look at the "
        "list of its sheets again."
    )


@transaction.atomic
def _made(lead_import: Import, names: list[str], user: User, copies: list[str]) -> list[Import]:
    """Make the imports, each with a copy; others may have taken some of the sheets meanwhile."""
    locked = Import.objects.select_for_update(no_key=True).get(pk=lead_import.pk)
    free = _free(locked, names)
    if locked.together is None:
        locked.together = uuid4()
        locked.save(update_fields=["together"])
    lead_import.together = locked.together
    # A sheet that became free meanwhile has no copy.
    return [_import_of(lead_import, *pair, user) for pair in zip(free, copies, strict=False)]


def _import_of(lead_import: Import, sheet: str, copy: str, user: User) -> Import:
    """Each import owns its file: the same bytes have a second name."""
    return upload.of_stored(
        lead_import.customer,
        user,
        copy,
        facts=upload.facts_kept(lead_import),
        wishes=upload.Wishes(
            dialect=Dialect(sheet=sheet).as_dict(),
            together=lead_import.together,
            duplicates=Duplicates(lead_import.duplicates),
        ),
    )
