"""Whose review it is: of whoever uploaded the file, until it is handed over to a colleague."""

from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from imports.audit import acts, trail
from imports.errors import WrongState
from imports.models import HandOver, Import, ImportState, Notice, NoticeKind
from imports.review import frozen
from portal.models import Role, User

LONGEST_NOTE: Final = 1000  # characters


def owner(lead_import: Import) -> User | None:
    """Return whose review it is; nobody's where a command uploaded it."""
    return lead_import.owner or lead_import.created_by


def colleagues(lead_import: Import) -> QuerySet[User]:
    """Return those to whom the review can be handed over: who may import for the customer."""
    enough = [role for role in Role if role.rank >= Role.IMPORTER.rank]
    found = User.objects.filter(
        is_active=True,
        memberships__team=lead_import.customer.team_id,
        memberships__role__in=enough,
    )
    others = found.exclude(pk=lead_import.owner_id_now or 0)
    return others.order_by("name", "email").distinct()


def latest(lead_import: Import) -> HandOver | None:
    """Return by whom and with what note it was handed over last."""
    return lead_import.hand_overs.select_related("made_by", "to").first()


@transaction.atomic
def hand_over(lead_import: Import, user: User | None, to: User, note: str = "") -> HandOver:
    """Make it a colleague's review and tell them; or take it over oneself. Raises WrongState."""
    locked = (
        Import.objects.select_for_update(no_key=True, of=("self",))
        .select_related("customer__team")
        .get(pk=lead_import.pk)
    )
    if locked.state != ImportState.REVIEW:
        label = ImportState(locked.state).label
        sentence = f"This import is “{label}”: only a review can be handed over."
        raise WrongState(frozen.sentence(locked.state, sentence))
    if not colleagues(locked).filter(pk=to.pk).exists():
        raise WrongState(
            f"{to} has this review already, or may not import for {locked.customer.team}. Choose "
            "somebody else."
        )
    Import.objects.filter(pk=locked.pk).update(owner=to)
    made = HandOver.objects.create(
        lead_import=locked, to=to, made_by=user, note=note.strip()[:LONGEST_NOTE]
    )
    if to != user:
        Notice.objects.create(lead_import=locked, kind=NoticeKind.HANDED_OVER, person=to)
    facts = {"to": to.pk, "has_note": bool(made.note)}
    trail.record(
        acts.HANDED_OVER, actor=user, customer=locked.customer, lead_import=locked, facts=facts
    )
    return made
