"""Files without a customer: kept for their owner, looked at, and started once it is known whose."""

from datetime import timedelta
from uuid import UUID

from django.core.files import File
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from imports.errors import BadInput, WrongState
from imports.intake import known, look, stored, upload
from imports.intake.layout import fingerprint
from imports.models import Customer, Draft, Duplicates, Import
from portal.models import User

KEPT = timedelta(days=1)
MOST = 200  # files of one person that wait for a customer
SLICE = 100


def keep(owner: User, file: "File[bytes]", name: str, together: UUID) -> Draft:
    """Store an upload whose customer is not known. Raises as `upload.accept`, and when the owner
    has too many of them."""
    if Draft.objects.filter(owner=owner).count() >= MOST:
        raise BadInput(
            f"{MOST} of your files wait for a customer already. Say whose leads they are, or "
            "remove some, then upload this one again.",
            code="too_many_drafts",
        )
    draft = Draft(owner=owner, together=together, **upload.facts_of(file, name))
    with upload.on_disk(file) as path:
        seen = look.seen(path)
    draft.headers = [heading[:200] for heading in seen.headings]
    draft.repairs = seen.repairs
    draft.layout = fingerprint(draft.headers)
    upload.put(draft.file, file)
    try:
        draft.save()
    except BaseException:
        stored.remove_quietly(draft.file.storage, str(draft.file.name))
        raise
    return draft


def start(draft: Draft, customer: Customer, user: User, *, again: bool = False) -> Import | None:
    """Make an import of a draft; the stored file goes over to it.

    None when the customer has the very same file already and nobody said `again`: the draft then
    asks about it. Raises WrongState when it was started or removed in the meantime.
    """
    with transaction.atomic():
        locked = Draft.objects.select_for_update().filter(pk=draft.pk).first()
        if locked is None:
            raise WrongState(f"{draft.file_name} was started or removed in the meantime.")
        if not again and known.earlier_import_of(customer, locked.file_sha256):
            locked.asked_for = customer
            locked.save(update_fields=["asked_for"])
            return None
        started = upload.of_stored(
            customer,
            user,
            str(locked.file.name),
            facts=upload.facts_kept(locked),
            wishes=upload.Wishes(together=locked.together, duplicates=Duplicates.ASK),
        )
        locked.delete()  # the row alone: the file is the import's now
        return started


def remove(draft: Draft) -> None:
    """Drop a draft and its file. Raises StoreUnavailable: then both are still there."""
    _drop(Draft.objects.select_for_update().filter(pk=draft.pk))


def remove_old() -> None:
    """Drop what nobody claimed for a day; any number of couriers may do it at once.

    Raises StoreUnavailable at the first file that cannot be removed now.
    """
    old = Draft.objects.filter(created_at__lt=Now() - KEPT).order_by("created_at")
    for pk in old.values_list("pk", flat=True)[:SLICE]:
        _drop(Draft.objects.select_for_update(skip_locked=True).filter(pk=pk))


@transaction.atomic
def _drop(one: QuerySet[Draft]) -> None:
    """First the file: a row without one is dropped at the next try, a file without one never."""
    locked = one.first()
    if locked is not None:
        stored.remove(locked.file)
        locked.delete()
