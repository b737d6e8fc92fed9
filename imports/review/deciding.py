"""Deciding about rows of one person, of different people and of nobody, and undoing it.

Each decision judges anew only the rows that it is about, with whom they hang together.
"""

from collections.abc import Iterable
from itertools import chain

from django.db import transaction
from django.db.models.functions import Now

from imports.audit import acts, trail
from imports.delivery import dry_runs
from imports.errors import WrongState
from imports.models import Gathering, Import, ImportState, Lead, ReviewAct
from imports.review import decided, judge, persons
from portal.models import User


@transaction.atomic
def for_all(lead_import: Import, user: User | None, about: str, choice: str) -> ReviewAct:
    """Decide for all groups of a kind that have no decision of their own, or for all such rows."""
    locked = _lock(lead_import)
    act = _record(locked, user, about, {"choice": choice})
    _judge(locked, act)
    return act


@transaction.atomic
def for_one(
    lead_import: Import, user: User | None, group: tuple[str, int], choice: str, *, size: int
) -> ReviewAct:
    """Decide for one group, given as its kind and its first row, that was shown with so many rows.

    Raises WrongState where it is no longer that group, or the choice is not open to it.
    """
    locked = _lock(lead_import)
    kind, first = group
    found = Gathering.objects.filter(lead_import=locked, kind=kind, first=first).first()
    if found is None or found.size != size:
        raise WrongState(
            "Somebody changed this group in the meantime, so nothing was decided. Look at it "
            "again, then decide."
        )
    if choice in decided.MERGES and not found.may_merge:
        raise WrongState(
            "Only rows that all bear one name are merged, and these do not. Choose which of them "
            "are sent."
        )
    content = {"choice": choice, "kind": kind}
    act = _record(locked, user, found.about, content, found.rows)
    _judge(locked, act)
    return act


@transaction.atomic
def undo(lead_import: Import, user: User | None, act_id: int) -> None:
    """Undo a decision; what was decided before it counts again. Twice is once."""
    locked = _lock(lead_import)
    act = ReviewAct.objects.filter(
        pk=act_id, lead_import=locked, about__in=decided.CHOICES, undone_at=None
    ).first()
    if act is None:
        raise WrongState("Somebody undid this decision already. Look at the review again.")
    ReviewAct.objects.filter(pk=act.pk).update(undone_by=user, undone_at=Now())
    trail.record(acts.DECISION_UNDONE, actor=user, lead_import=locked, facts=_facts(act))
    _judge(locked, act)


def _lock(lead_import: Import) -> Import:
    locked = Import.objects.select_for_update(no_key=True).get(pk=lead_import.pk)
    if locked.state != ImportState.REVIEW:
        raise WrongState(
            f"This import is “{ImportState(locked.state).label}”: what is sent can no longer be "
            "decided here."
        )
    return locked


def _record(
    locked: Import,
    user: User | None,
    about: str,
    content: dict[str, str],
    rows: Iterable[int] = (),
) -> ReviewAct:
    act = ReviewAct.objects.create(
        lead_import=locked,
        kind=ReviewAct.Kind.DECIDE,
        about=about,
        rows=list(rows),
        content=content,
        made_by=user,
    )
    trail.record(acts.DECIDED, actor=user, lead_import=locked, facts=_facts(act))
    return act


def _facts(act: ReviewAct) -> dict[str, object]:
    """Codes and counts only. An act without rows is about all that are of its kind."""
    facts: dict[str, object] = {"about": act.about, "choice": act.content["choice"]}
    return facts | ({"rows": len(act.rows)} if act.rows else {"rows": "all"})


def _judge(locked: Import, act: ReviewAct) -> None:
    dry_runs.stop(locked)
    judge.apply(locked, act.rows or _concerned(locked, act.about))


def _concerned(locked: Import, about: str) -> list[int] | None:
    """Return the rows that a decision for all may change; None where they are too many to list."""
    if about == decided.NO_MATCH:
        found = Lead.objects.filter(
            lead_import=locked, mapping=locked.mapping_id, email_key=None, phone_key=None
        )
        numbers = list(found.values_list("number", flat=True)[: persons.MOST + 1])
    else:
        rows = Gathering.objects.filter(lead_import=locked).values_list("rows", flat=True)
        numbers = list(chain.from_iterable(rows[: persons.MOST + 1]))
    return numbers if len(numbers) <= persons.MOST else None
