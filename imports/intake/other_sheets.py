"""The other sheets of a workbook: each becomes an import of its own, of the very same file."""

from dataclasses import dataclass
from uuid import uuid4

from django.db import transaction

from imports.columns.template_book import EXAMPLES
from imports.errors import BadInput
from imports.intake import known, stored, upload
from imports.intake.dialect import Dialect
from imports.models import Import, ImportState, Origin
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


@transaction.atomic
def take(lead_import: Import, names: list[str], user: User) -> list[Import]:
    """Make an import of each of these sheets, of those that none has yet.

    Raises BadInput when none of them can be taken, StoreUnavailable and UnreadableFile when the
    stored file cannot be had; then none of them was.
    """
    locked = Import.objects.select_for_update(no_key=True).get(pk=lead_import.pk)
    free = [other.name for other in others(locked) if other.taken is None and other.name in names]
    if not free:
        raise BadInput(
            "These sheets are imported already, or the workbook has none of this name. Look at the "
            "list of its sheets again."
        )
    if locked.together is None:
        locked.together = uuid4()
        locked.save(update_fields=["together"])
    lead_import.together = locked.together
    names_stored: list[str] = []
    try:
        return [_import_of(lead_import, name, user, names_stored) for name in free]
    except BaseException:
        for name in names_stored:
            stored.remove_quietly(lead_import.file.storage, name)
        raise


def _import_of(lead_import: Import, sheet: str, user: User, names_stored: list[str]) -> Import:
    """Each import owns its file: the same bytes get a second name."""
    names_stored.append(stored.again(lead_import))
    return upload.of_stored(
        lead_import.customer,
        user,
        names_stored[-1],
        facts=upload.facts_kept(lead_import),
        wishes=upload.Wishes(dialect=Dialect(sheet=sheet).as_dict(), together=lead_import.together),
    )
