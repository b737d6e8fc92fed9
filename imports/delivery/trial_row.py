"""The trial row of a token check; it also proves that MEGA knows the custom field of numbers."""

import zlib
from typing import Any, Final

from django.db.models.functions import Now

from imports.delivery import bodies
from imports.mega import contract
from imports.models import Attempt, Batch, Customer, FieldFound

_REF: Final = "check"
_SLUG: Final = "custom_fields"


def lead(slug: str) -> dict[str, Any]:
    """Return the row, with something in this custom field unless the slug is empty."""
    row: dict[str, Any] = {"row_ref": _REF, "contact_name": "Token check"}
    return row | ({_SLUG: {slug: "0"}} if slug else {})


def asks_for(batch: Batch, slug: str) -> bool:
    """Return whether the check finds out about this custom field, too; about none is always so."""
    return not slug or slug == _asked_for(batch)


def _asked_for(batch: Batch) -> str:
    (row,), _ = bodies.decode(batch.body)
    return next(iter(row.get(_SLUG, {})), "")


def note(batch: Batch, attempt: Attempt) -> None:
    """Write down whether MEGA knows the field, if it said so and the customer still has it."""
    slug = _asked_for(batch)
    found = _found(slug, attempt) if slug else FieldFound.NOTHING
    if found != FieldFound.NOTHING:
        Customer.objects.filter(
            pk=batch.customer_id, import_field=slug, mega_id=batch.mega_id
        ).update(import_field_found=found, import_field_asked_at=Now())


def _found(slug: str, attempt: Attempt) -> FieldFound:
    if attempt.status != 200 or attempt.answer is None or attempt.cut_off:
        return FieldFound.NOTHING
    try:
        answer = contract.parse_bulk(zlib.decompress(attempt.answer))
    except contract.MalformedAnswer:
        return FieldFound.NOTHING
    row = answer.by_ref([_REF]).get(_REF)
    if row is None or row.status == "failed":
        return FieldFound.NOTHING
    ignored = {*answer.unknown_custom_fields, *(row.ignored_custom_fields or ())}
    return FieldFound.IGNORED if slug in ignored else FieldFound.KNOWN
