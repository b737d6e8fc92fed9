"""Cells that say whether somebody may be contacted: who may change them in review.

To send to people whom the sheet forbids to contact takes a manager and a reason (`overrides`). Who
corrects the cell that forbids it does the same, so that takes a manager, too.
"""

from collections.abc import Iterable

from imports import access
from imports.columns import derive, headers
from imports.errors import BadInput
from imports.models import Import
from portal.models import Role, User


def columns_of(lead_import: Import) -> set[int]:
    """Return the places of columns that say something of consent, asked about yet or not."""
    made = derive.mapping_of(lead_import)
    return {
        one.index for one in made.columns if one.consent and not one.consent.says_nothing
    }  # fmt: skip


def refuse(lead_import: Import, user: User | None, columns: Iterable[int]) -> None:
    """Raise BadInput when one of these columns is for managers only, and the user is none.

    A command (no user) is run by whoever runs the portal.
    """
    if user is None or access.can(user, lead_import.customer.team, Role.MANAGER):
        return
    if taken := columns_of(lead_import) & set(columns):
        name = headers.names(lead_import.headers)[min(taken)]
        raise BadInput(
            f"Column “{name}” says who may be contacted: only a manager changes its cells. Ask "
            "one, or drop the row."
        )
