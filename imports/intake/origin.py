"""Which import a file of ours came from, and whether it came back to the right customer."""

from collections.abc import Sequence
from typing import Any

from imports.audit import acts, trail
from imports.intake.returned import Ours
from imports.models import Batch, Import, Kind, Origin, Row

CANDIDATES = 20  # imports with the same headings whose rows are compared with a report's
ALIKE = 0.5  # of the filled cells of a report must be its import's: somebody repaired the others


def note(lead_import: Import, headers: Sequence[str], ours: Ours | None) -> list[str]:
    """Note what a file that was just opened says of itself; return what a person should know.

    `lead_import.returned` becomes {kind, columns, import, linked}, {} for any other file. The
    import that it comes from becomes the parent where both are of the same customer (`linked`),
    whoever chose another one; what an earlier reading linked is let go where this one does not.
    """
    was, source = lead_import.returned, _source(lead_import, headers, ours) if ours else None
    is_own = source is not None and source.customer_id == lead_import.customer_id
    if is_own:
        lead_import.parent = source
    elif was.get("linked"):
        lead_import.parent = None
    if ours is None:
        lead_import.returned = {}
        return []
    lead_import.returned = {
        "kind": ours.kind,
        "columns": ours.names,
        "import": source.pk if source else ours.number,
        "linked": is_own,
    }
    return [] if is_own else _doubts(lead_import, source, ours)


def tell(lead_import: Import, before: dict[str, Any]) -> None:
    """Write it in the trail of both when this reading linked them; last in the transaction."""
    now = lead_import.returned
    parent = lead_import.parent
    if parent is None or not now.get("linked") or now == before:
        return
    actor = lead_import.created_by
    facts = {"kind": now["kind"]}
    trail.record(
        acts.CAME_BACK, actor=actor, lead_import=parent, facts=facts | {"child": lead_import.pk}
    )
    trail.record(
        acts.CAME_BACK, actor=actor, lead_import=lead_import, facts=facts | {"parent": parent.pk}
    )


def _source(lead_import: Import, headers: Sequence[str], ours: Ours) -> Import | None:
    earlier = Import.objects.select_related("customer__team").filter(pk__lt=lead_import.pk)
    if ours.number is not None:
        return earlier.filter(pk=ours.number).first()
    sent = Batch.objects.filter(key__in=ours.requests, kind=Kind.SEND).order_by()
    proven = list(sent.values_list("lead_import", flat=True).distinct()[:2])
    if proven:  # a request's key is nobody else's; those of two imports are a sheet of two reports
        return earlier.filter(pk=proven[0]).first() if len(proven) == 1 else None
    return _alike(lead_import, headers, ours)


def _alike(lead_import: Import, headers: Sequence[str], ours: Ours) -> Import | None:
    """Return the one import of this customer whose rows a report without requests repeats."""
    candidates = Import.objects.filter(
        customer=lead_import.customer_id,
        origin=Origin.FILE,
        headers=list(headers),
        pk__lt=lead_import.pk,  # read anew, it must not become the child of its own child
    )
    found = [one for one in candidates.order_by("-pk")[:CANDIDATES] if _repeats(one, ours)]
    return found[0] if len(found) == 1 else None


def _repeats(one: Import, ours: Ours) -> bool:
    sample = {number: cells for number, cells in ours.sample if number is not None}
    rows = Row.objects.filter(lead_import=one, number__in=sample).values_list("number", "cells")
    filled = same = 0
    for number, cells in rows:
        pairs = [pair for pair in zip(sample.pop(number), cells, strict=False) if any(pair)]
        filled += len(pairs)
        same += sum(theirs == stored for theirs, stored in pairs)
    return bool(filled) and not sample and same >= ALIKE * filled


def _doubts(lead_import: Import, source: Import | None, ours: Ours) -> list[str]:
    if source is not None:
        return [_of_another_customer(lead_import, source)]
    if ours.number is None:
        return []
    sentence = (
        f"This file holds rows to repair of import {ours.number}, which is no longer here. They "
        "are sent like those of any other file."
    )
    return [sentence]


def _of_another_customer(lead_import: Import, source: Import) -> str:
    """Name the other customer only where whoever sees this import may see that one."""
    ours, theirs = lead_import.customer, source.customer
    is_team_mate = theirs.team_id == ours.team_id
    whose = f"import {source.pk} of {theirs.name}" if is_team_mate else "another team's customer"
    return (
        f"This file was made from rows of {whose}, and here it would go to {ours.name}. If that is "
        "the wrong account, discard this import and upload the file for the right customer."
    )
