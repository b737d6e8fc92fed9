"""Who took which file out of the portal."""

from collections.abc import Iterable

from django.db import transaction

from imports.audit import acts, trail
from imports.models import Import
from portal.models import Team, User


@transaction.atomic
def note(lead_import: Import, user: User | None, rows: str, *, kind: str = "csv") -> None:
    """Write down, before the first byte leaves, that a row-level report was taken."""
    facts = {"rows": rows, "kind": kind}
    trail.record(acts.DOWNLOADED, actor=user, lead_import=lead_import, facts=facts)


@transaction.atomic
def note_repair(
    lead_import: Import, user: User | None, buckets: Iterable[str], *, kind: str
) -> None:
    """Write down that rows were taken to be repaired."""
    facts = {"rows": list(buckets), "kind": kind, "to_repair": True}
    trail.record(acts.DOWNLOADED, actor=user, lead_import=lead_import, facts=facts)


@transaction.atomic
def note_body(lead_import: Import, user: User, *, batch: int, attempt: int = 0) -> None:
    """Write down that a request's body was taken, or the answer to one of its attempts."""
    facts = {"kind": "answer" if attempt else "request", "batch": batch}
    facts |= {"attempt": attempt} if attempt else {}
    trail.record(acts.DOWNLOADED, actor=user, lead_import=lead_import, facts=facts)


@transaction.atomic
def note_list(name: str, user: User, teams: Iterable[Team]) -> None:
    """Write down that a list was taken: in the trail of each team that it is about.

    An auditor's list is about all of them; it stands in the trail of the site.
    """
    every: list[Team | None] = [None]
    if not user.is_auditor:
        every = [*sorted(teams, key=lambda team: team.pk)]
    for team in every or [None]:
        trail.record(acts.DOWNLOADED, actor=user, team=team, facts={"list": name})
