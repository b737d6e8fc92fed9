"""Where an import's leads come from: said by a person, asked for where the customer wants it."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from imports.audit import acts, trail
from imports.errors import WrongState
from imports.models import EDITABLE, Import, ImportState, LawfulBasis, Origin, Provenance
from imports.review import frozen
from imports.review.gate import Gate
from portal.models import User

PARTS: Final[Mapping[str, str]] = {
    "supplier": "the supplier or campaign",
    "received_on": "the day on which it was received",
    "basis": "the lawful basis",
    "handed_over_by": "who handed it over",
}
_SETTLED: Final = (ImportState.UPLOADED, ImportState.READING, *EDITABLE)


def of(lead_import: Import) -> Provenance | None:
    """What was said of the import; of rows of another one what was said of that."""
    seen: Import | None = lead_import
    while seen is not None:
        found = Provenance.objects.filter(pk=seen.pk).select_related("noted_by").first()
        if found is not None or seen.origin == Origin.FILE:
            return found
        seen = seen.parent
    return None


def remembered(lead_import: Import) -> Provenance | None:
    """What was said of this customer's last import with the very same headings."""
    if not lead_import.layout:
        return None
    same = Provenance.objects.filter(
        lead_import__customer=lead_import.customer_id, lead_import__layout=lead_import.layout
    )
    said = same.exclude(pk=lead_import.pk).filter(~Q(supplier="") | ~Q(basis=""))
    return said.order_by("-pk").first()


def missing(lead_import: Import) -> list[str]:
    """The words for what the customer wants to be said, and nobody said."""
    if not lead_import.customer.needs_provenance or lead_import.origin == Origin.REPAIR:
        return []
    said = of(lead_import)
    return [words for name, words in PARTS.items() if not (said and getattr(said, name))]


def gate(lead_import: Import) -> Gate | None:
    """Open while something is missing."""
    lost = missing(lead_import)
    if not lost:
        return None
    named = lost[0] if len(lost) == 1 else f"{', '.join(lost[:-1])} and {lost[-1]}"
    return Gate(
        "provenance",
        f"{lead_import.customer} wants to know where leads come from. Say {named}.",
        "parts/review/gate_provenance.html",
    )


@transaction.atomic
def note(lead_import: Import, user: User | None, said: Mapping[str, Any]) -> Provenance:
    """Keep what a person said of it. WrongState once sending has begun."""
    locked = Import.objects.select_for_update(no_key=True).get(pk=lead_import.pk)
    if locked.state not in _SETTLED:
        label = ImportState(locked.state).label
        sentence = f"This import is “{label}”: where its leads come from can no longer be changed."
        raise WrongState(frozen.sentence(locked.state, sentence))
    fields = {name: said.get(name) or (None if name == "received_on" else "") for name in PARTS}
    made, _ = Provenance.objects.update_or_create(
        lead_import=locked, defaults={**fields, "noted_by": user}
    )
    Import.objects.filter(pk=locked.pk, state=ImportState.REVIEW).update(reason="")
    told = {name: bool(getattr(made, name)) for name in ("supplier", "handed_over_by")}
    facts = {**told, "basis": str(made.basis) or "none", "received_on": _iso(made.received_on)}
    trail.record(
        acts.PROVENANCE_NOTED,
        actor=user,
        customer=locked.customer,
        lead_import=locked,
        facts=facts,
    )
    return made


def _iso(day: date | None) -> str:
    return day.isoformat() if day else "none"


def facts(said: Provenance | None) -> list[tuple[str, str]]:
    """What was said, as headings and texts, for pages and files."""
    if said is None:
        return []
    received = f"{said.received_on.day} {said.received_on:%b %Y}" if said.received_on else ""
    named = (
        ("Supplier or campaign", said.supplier),
        ("Received", received),
        ("Lawful basis", LawfulBasis(said.basis).label if said.basis else ""),
        ("Handed over by", said.handed_over_by),
    )
    return [(name, text) for name, text in named if text]
