"""The same file again: recognised by its hash, for one customer at a time."""

from collections.abc import Collection

from django.db.models import Q, QuerySet
from django.utils import timezone

from imports.models import Customer, Import, ImportState, Origin


def earlier_import_of(customer: Customer, sha256: str, *, but: int | None = None) -> Import | None:
    """Return the newest import of the very same file for the same customer, if there is one."""
    same = _earlier().filter(customer=customer, file_sha256=sha256)
    return (same if but is None else same.exclude(pk=but)).first()


def earlier_imports_of(customers: QuerySet[Customer], hashes: Collection[str]) -> list[Import]:
    """Return what these customers have of files with these hashes, the newest first."""
    same = _earlier().filter(file_sha256__in=hashes, customer__in=customers.values("pk").order_by())
    return list(same)


def _earlier() -> QuerySet[Import]:
    same = Import.objects.filter(origin=Origin.FILE)
    return (
        same.exclude(state=ImportState.FAILED)
        .select_related("customer", "created_by")
        .order_by("-pk")
    )


def twin_of(lead_import: Import) -> Import | None:
    """An earlier import of the same sheet of the same file for the same customer: one that was
    sent, or else exists.

    Rows that another import handed on are no second upload of its file.
    """
    if lead_import.origin != Origin.FILE:
        return None
    twins = Import.objects.filter(
        origin=Origin.FILE,
        customer=lead_import.customer_id,
        file_sha256=lead_import.file_sha256,
        pk__lt=lead_import.pk,
    ).exclude(state__in=[ImportState.CANCELLED, ImportState.FAILED], sent_by=None)
    if sheet := sheet_of(lead_import):
        twins = twins.filter(Q(dialect__sheet=sheet) | Q(dialect={}))
    return twins.select_related("created_by").order_by("-sent_by_id", "-pk").first()


def sheet_of(lead_import: Import) -> str:
    """The sheet that the import reads or will read; "" for a text file, or while it is open."""
    read, chosen = lead_import.dialect.get("sheet"), lead_import.dialect_choice.get("sheet")
    return read or chosen or ""


def in_words(earlier: Import) -> str:
    """What is known of the earlier import, as one sentence about the file."""
    who = earlier.created_by or "a command"
    done = "imported" if earlier.started_at else "uploaded"
    at = timezone.localtime(earlier.created_at)
    return (
        f"The very same file was already {done} for {earlier.customer.name} on {at.day} "
        f"{at:%B %Y} by {who}: import #{earlier.pk}."
    )
