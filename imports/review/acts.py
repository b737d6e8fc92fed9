"""What people do in review: done, undone, each with its event. Nothing is overwritten silently.

Whoever changes something holds the import's row, in review only; dry runs end, since they ask
about what would be sent no more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction
from django.db.models.functions import Now

from imports.audit import acts, trail
from imports.delivery import dry_runs
from imports.errors import LookAgain, WrongState
from imports.models import Import, ImportState, ReviewAct
from imports.review import (
    consent_cells,
    decided,
    dropped,
    frozen,
    judge,
    overlay,
    recheck,
    standing,
)
from portal.models import User

Kind = ReviewAct.Kind
_EVENTS: Final[Mapping[str, str]] = {
    Kind.CELL: acts.CORRECTED,
    Kind.REPLACE: acts.REPLACED,
    Kind.FILL: acts.VALUE_SET,
    Kind.DROP: acts.ROWS_DROPPED,
    Kind.DECIDE: acts.REVIEW_DECIDED,
}
CORRECTING: Final = (Kind.CELL, Kind.REPLACE, Kind.FILL)


@dataclass(frozen=True, slots=True)
class Deed:
    """What a person does: fields of `ReviewAct`. `about` is a code of `review.holds`."""

    kind: Kind
    about: str = ""
    rows: Sequence[int] = ()
    content: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""


@transaction.atomic
def do(lead_import: Import, user: User | None, deed: Deed, *, seen: str | None = None) -> ReviewAct:
    """Record a decision, or rows that are dropped, and judge anew whom it is about.

    These are its `rows` and whoever shares a person with them; without any, all rows, or those
    that a decision is about (`decided.concerned`). All of a large file are judged in the
    background (`judge.anew`): nudge its chunks afterwards. `seen` is the token of the page on which
    it was decided. LookAgain when somebody changed the review since; WrongState when the import is
    in no review.
    """
    locked = lock(lead_import, seen)
    act = record(locked, user, deed)
    judge.anew(locked, decided.concerned(locked, act))
    tell(locked, user, act)
    return act


def drop(
    lead_import: Import,
    user: User | None,
    numbers: Sequence[int],
    *,
    why: str = "",
    seen: str | None = None,
) -> ReviewAct | None:
    """Drop rows: they are not sent. None when all of them were dropped before; raises as `do`."""
    rows = dropped.still_in(lead_import, numbers)
    deed = Deed(Kind.DROP, dropped.CODE, rows=rows, why=why)
    return do(lead_import, user, deed, seen=seen) if rows else None


def lock(lead_import: Import, seen: str | None = None) -> Import:
    """Lock the import's row for a change in review, and end its dry runs. Raises as `do`."""
    locked = (
        Import.objects.select_for_update(no_key=True, of=("self",))
        .select_related("customer__team", "mapping")
        .get(pk=lead_import.pk)
    )
    if locked.state != ImportState.REVIEW:
        raise WrongState(_not_in_review(ImportState(locked.state)))
    if seen is not None and seen != standing.token(locked):
        raise LookAgain(
            "Somebody changed something in this review since the page was shown. Nothing was done. "
            "Look at it again, then decide."
        )
    dry_runs.stop(locked)
    return locked


def record(locked: Import, user: User | None, deed: Deed) -> ReviewAct:
    """Keep the act alone; `lock` went before, judging and `tell` follow."""
    return ReviewAct.objects.create(
        lead_import=locked,
        kind=deed.kind,
        about=deed.about,
        rows=list(deed.rows),
        content=dict(deed.content),
        why=deed.why,
        made_by=user,
    )


def tell(locked: Import, user: User | None, act: ReviewAct) -> None:
    """Write the act's event: the last thing in its transaction."""
    facts = {"act": act.pk, "rows": len(act.rows)} | ({"about": act.about} if act.about else {})
    trail.record(_EVENTS[act.kind], actor=user, lead_import=locked, facts=facts)


@transaction.atomic
def undo(lead_import: Import, user: User | None, pk: int, *, seen: str | None = None) -> ReviewAct:
    """Let an act count no more, and have its rows checked and judged as if it had never been.

    Raises as `do`; LookAgain also when it was undone already, or when a later act that stands
    changed a cell of it again: that one goes first. BadInput as `consent_cells.refuse`.
    """
    locked = lock(lead_import, seen)
    act = _standing(locked, pk)
    if act.kind in CORRECTING:
        overlay.refuse_covered(act)
        consent_cells.refuse(locked, user, _columns(act))
    ReviewAct.objects.filter(pk=act.pk).update(undone_by=user, undone_at=Now())
    if act.kind in CORRECTING:
        recheck.rows(locked, act.rows, user)
    else:
        judge.anew(locked, decided.concerned(locked, act))
    facts = {"act": act.pk, "kind": str(act.kind), "rows": len(act.rows)}
    trail.record(acts.REVIEW_UNDONE, actor=user, lead_import=locked, facts=facts)
    return act


def _columns(act: ReviewAct) -> list[int]:
    changed = act.corrections.order_by().values_list("column", flat=True)
    return list(changed.distinct())


def _standing(locked: Import, pk: int) -> ReviewAct:
    act = ReviewAct.objects.filter(lead_import=locked, pk=pk).select_related("undone_by").first()
    if act is None:
        raise LookAgain("There is no such change in this review. Look at the list again.")
    if act.undone_at is not None:
        who = act.undone_by or "the portal"
        raise LookAgain(f"This change was undone already, by {who}.")
    return act


def _not_in_review(state: ImportState) -> str:
    if state == ImportState.CHECKING:
        return "The rows are being checked. Make your change as soon as that has ended."
    return frozen.sentence(
        state,
        f"This import is “{state.label}”: what is sent can be changed only while it is in review. "
        "Nothing was changed.",
    )
