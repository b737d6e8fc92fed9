"""Requests that wait while somebody is put on a do-not-import list: unsent ones are cut anew.

Looked through is only what a worker is about to send, so that it costs nothing while no list is
changed, and nobody is sent who was on a list when the worker took the request.
"""

import logging

from django.db import transaction

from imports.audit import acts, trail
from imports.delivery import parts, window
from imports.do_not_import import lists, matching
from imports.errors import VaultError
from imports.models import Batch, BatchState, Import, Kind, Lead
from imports.review import listed

log = logging.getLogger(__name__)

REASON = "listed"


def look_through(batch_id: int) -> bool:
    """Look through a claimed batch that was never sent; return whether it may now be taken.

    Without its listed rows it goes under a new key, in its turn. A request that may have arrived
    is none of this: it is repeated as it is. While the lists' key does not open, nothing new goes.
    """
    try:
        return _look_through(batch_id)
    except VaultError as problem:
        log.warning("batch %s waits: %s", batch_id, problem.sentence)
        return False


@transaction.atomic
def _look_through(batch_id: int) -> bool:
    batch = (
        Batch.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("customer")
        .filter(pk=batch_id, kind=Kind.SEND, state=BatchState.CLAIMED, first_sent_at=None)
        .first()
    )
    if batch is None:
        return False
    version = lists.version_for(batch.customer_id)
    if version == batch.listed_to:
        return False
    batch.listed_to = version
    is_whole = not _cut(batch)
    batch.save(update_fields=["listed_to", "state", "settled_at", "reason", "answered", "failed"])
    return is_whole


def _cut(batch: Batch) -> int:
    """Leave the batch's listed rows out; return how many there are."""
    lead_import = Import.objects.select_related("customer__team").get(pk=batch.import_pk)
    leads = Lead.objects.filter(
        lead_import=lead_import, mapping=lead_import.mapping_id, number__in=batch.row_numbers
    )
    people = list(leads.values_list("number", "email_key", "phone_key"))
    kept = lists.holding_for(batch.customer)
    found = list(matching.hits(kept, people, few=True))
    if not found:
        return 0
    listed.exclude(lead_import, found)
    left = {hit.number for hit in found}
    part = parts.without(batch, left, window.database_now(), reason=REASON)
    if part:
        part.sifted_to, part.answered, part.failed = batch.sifted_to, batch.answered, batch.failed
        batch.answered = batch.failed = 0
        part.save()
    facts = {"batch": batch.pk, "rows": len(left)}
    trail.record(acts.LISTED_CUT, actor=None, lead_import=lead_import, facts=facts)
    return len(left)
