"""Rows that are kept back by their own cells, sent all the same: a manager's word, with a reason.

It holds for all rows of one code, and for a rule that cannot be judged since the file lacks its
column. It is undone as any act of a review, and ends when somebody answers anew what it is about.
"""

from imports.columns import bars
from imports.errors import BadInput
from imports.intake.celltext import count
from imports.models import Import, Lead, ReviewAct
from imports.review import acts, holds, standing
from portal.models import User

LONGEST_REASON = 500  # characters


def send_all_the_same(
    lead_import: Import, user: User | None, code: str, why: str, *, seen: str | None = None
) -> ReviewAct:
    """Let no row be kept back for this code. The caller has asked whether the person may.

    BadInput without a reason, or for a code that is none of `bars.CODES`; otherwise as `acts.do`.
    """
    why = " ".join(why.split())[:LONGEST_REASON]
    if code not in bars.CODES:
        raise BadInput("Rows of this kind cannot be sent by a manager's word.")
    if not why:
        raise BadInput("Say why these rows are sent all the same; it stands in the record.")
    held = Lead.objects.filter(lead_import=lead_import, mapping=lead_import.mapping_id, code=code)
    content = {"choice": "send", "rows": held.count()}
    deed = acts.Deed(ReviewAct.Kind.DECIDE, about=code, content=content, why=why)
    act = acts.do(lead_import, user, deed, seen=seen)
    Import.objects.filter(pk=lead_import.pk).update(reason="")  # it may have been why it waited
    return act


def of(lead_import: Import) -> list[ReviewAct]:
    """Those that stand, the first one first."""
    found = standing.of(lead_import).filter(about__in=bars.CODES, kind=ReviewAct.Kind.DECIDE)
    return list(found.select_related("made_by").order_by("pk"))


def codes(lead_import: Import) -> set[str]:
    """The codes for which no row is kept back."""
    return {act.about for act in of(lead_import)}


def told(act: ReviewAct) -> str:
    """What was set aside, in a sentence."""
    rows = count(act.content["rows"], "row")
    return f"Sent all the same: {rows} kept back as “{holds.kind(act.about).title}”."
