"""Keeping the old values of leads: matched to rows by MEGA's rule, as MEGA told them."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Q

from imports.delivery import held, restorable
from imports.mega.listed import Listed, Page
from imports.models import BeforeImage, BeforeRead, Held, Import, Lead, Origin, Verdict


def keep(lead_import: Import, read: BeforeRead, page: Page, now: datetime) -> None:
    """Keep the leads of a page that a row may update. A lead that is kept already stays as it was.

    A row is of a lead when they share the e-mail (whatever its case) or the last ten digits of the
    phone. The caller holds the import's row.
    """
    pairs = list(_pairs(lead_import, page.leads))
    changed = _changed(lead_import, pairs)
    BeforeImage.objects.bulk_create(
        [
            BeforeImage(
                lead_import=lead_import,
                number=number,
                lead_id=lead.lead_id,
                content=dict(lead.content),
                held=Held.CHANGED if number in changed else held.why(read, lead, now),
                read_at=now,
            )
            for number, lead in pairs
        ],
        ignore_conflicts=True,
    )


def _pairs(lead_import: Import, leads: Iterable[Listed]) -> Iterator[tuple[int, Listed]]:
    by_email = {lead.email_key: lead for lead in leads if lead.email_key}
    by_phone = {lead.phone_key: lead for lead in leads if lead.phone_key}
    rows = Lead.objects.filter(
        Q(email_key__in=list(by_email)) | Q(phone_key__in=list(by_phone)),
        lead_import=lead_import,
        mapping=lead_import.mapping_id,
        verdict=Verdict.OK,
    )
    for number, email, phone in rows.values_list("number", "email_key", "phone_key"):
        found = [by_email.get(email or ""), by_phone.get(phone or "")]
        yield from {lead.lead_id: (number, lead) for lead in found if lead}.values()


def _changed(lead_import: Import, pairs: list[tuple[int, Listed]]) -> set[int]:
    """Return the rows of a repair whose lead somebody changed since, or is not the one any more."""
    if lead_import.origin != Origin.REPAIR or lead_import.parent is None:
        return set()
    numbers = [number for number, _ in pairs]
    ours = restorable.updated(lead_import.parent, numbers)
    wanted = dict(
        Lead.objects.filter(
            lead_import=lead_import, mapping=lead_import.mapping_id, number__in=numbers
        ).values_list("number", "body")
    )
    return {
        number
        for number, lead in pairs
        if number not in ours
        or ours[number].lead_id != lead.lead_id
        or not restorable.is_as_left(lead.content, ours[number].sent, wanted[number])
    }
