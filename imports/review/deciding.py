"""Deciding about one group of rows that MEGA would take for one person, as it was shown."""

from django.db import transaction

from imports.errors import LookAgain, WrongState
from imports.models import Gathering, Import, ReviewAct
from imports.review import acts, decided
from imports.review.acts import Deed, Kind
from portal.models import User


def seen_as(group: Gathering) -> str:
    """Return what a page keeps of a group, to say later how its reader saw it."""
    return f"{group.about}.{group.size}.{group.act_id or 0}.{group.choice}"


@transaction.atomic
def for_one(
    lead_import: Import, user: User | None, group: tuple[str, int], choice: str, *, seen: str
) -> ReviewAct:
    """Decide for the group with this kind and first row; `seen` as `seen_as` said.

    Raises LookAgain when it is no longer that group, or somebody decided otherwise, and WrongState
    where the choice is not open to it.
    """
    locked = acts.lock(lead_import)
    kind, first = group
    found = Gathering.objects.filter(lead_import=locked, kind=kind, first=first).first()
    if found is None or seen_as(found) != seen:
        raise LookAgain(
            "Somebody changed this group since the page was shown. Nothing was done. Look at it "
            "again, then decide."
        )
    if choice in decided.MERGES and not found.may_merge:
        raise WrongState(
            "Only rows that all bear one name are merged, and these do not. Choose which of them "
            "are sent."
        )
    content = {"choice": choice, "kind": kind}
    return acts.do(locked, user, Deed(Kind.DECIDE, found.about, found.rows, content))
