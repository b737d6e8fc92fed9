"""Who took which file out of the portal."""

from django.db import transaction

from imports.audit import acts, trail
from imports.models import Import
from portal.models import User


@transaction.atomic
def note(lead_import: Import, user: User | None, rows: str) -> None:
    """Write down, before the first byte leaves, that a row-level report was taken."""
    trail.record(acts.DOWNLOADED, actor=user, lead_import=lead_import, facts={"rows": rows})
