"""Stopping an import that goes otherwise than it should, before more of it goes out.

Each question is asked once an import, remembered in `Import.accepted` when a person goes on, and
judged at every settled request: also while the import is paused or blocked, else resuming it would
send the rest without the question.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.db.models import Q, Sum

from imports.audit import acts, trail
from imports.columns.fields import CUSTOM
from imports.delivery import questions
from imports.models import OPEN, Batch, BatchState, Import, ImportState, Kind

_STOPPABLE = (ImportState.QUEUED, ImportState.SENDING, ImportState.PAUSED, ImportState.BLOCKED)
_NOT_YET = (BatchState.WAITING, BatchState.CLAIMED, BatchState.SENDING)
# Rows that must be answered before shares of the whole are judged. Of a file of which a tenth
# fails, more than a fifth of a hundred rows do so by chance once in a thousand times; of the first
# 25 rows, once in thirty (they are judged all the same: a wrong column shows there).
MIN_ROWS = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that is due: its sentence, and facts for the trail."""

    code: str
    sentence: str
    facts: dict[str, int]


Judge = Callable[[Import], Asked | None]


def look(batch: Batch, ignored: Collection[str] = ()) -> None:
    """Ask a person when this settled request shows that something is wrong and more is to go.

    `ignored` are the custom fields that MEGA's answer named as unknown. Comes last in a
    transaction. A request that keeps within the customer's limits by itself cannot bring the whole
    over them: it costs no query here.
    """
    judges = [judge for judge, is_due in _judges(batch, ignored) if is_due]
    if not judges:
        return
    lead_import = (
        Import.objects.select_related("customer__team")
        .filter(pk=batch.import_pk, state__in=_STOPPABLE)
        .first()
    )
    if lead_import is None:
        return
    for judge in judges:
        asked = judge(lead_import)
        if asked and _is_open(lead_import, asked) and _more_to_send(lead_import):
            _ask(lead_import, asked)
            return


def _judges(batch: Batch, ignored: Collection[str]) -> Iterator[tuple[Judge, bool]]:
    """Give the questions in their order, each with whether this request may have raised it."""
    limits = batch.customer
    yield _budget, batch.state == BatchState.REPLACED
    yield _first_failures, batch.number == 1 and batch.failed > 0
    yield partial(_ignored, ignored), bool(ignored)
    yield _failures, 100 * batch.failed > limits.failure_percent * batch.answered
    more = batch.updated - batch.foreseen if batch.foreseen is not None else 0
    yield _updates, 100 * more > limits.update_points * batch.answered


def _is_open(lead_import: Import, asked: Asked) -> bool:
    return asked.code in questions.ASKED_AGAIN or asked.code not in lead_import.accepted


def _ask(lead_import: Import, asked: Asked) -> None:
    """Stop the import with a question, unless somebody answered one or ended it in between."""
    going = Import.objects.filter(
        pk=lead_import.pk, state__in=_STOPPABLE, accepted=lead_import.accepted
    )
    if going.update(state=ImportState.DECISION, question=asked.code, reason=asked.sentence):
        facts = {"question": asked.code, **asked.facts}
        trail.record(acts.ASKED, actor=None, lead_import=lead_import, facts=facts)


def _sent(lead_import: Import) -> Q:
    return Q(lead_import=lead_import, kind=Kind.SEND)


def _first_failures(lead_import: Import) -> Asked | None:
    """Judge the import's first request; it may have been taken apart."""
    failed, rows = _first(lead_import)
    if 100 * failed <= lead_import.customer.failure_percent * rows:
        return None
    return Asked(
        questions.FIRST_FAILURES,
        f"{failed:,} of the first {rows:,} rows were refused by MEGA, and nothing else was sent.",
        {"failed": failed, "rows": rows},
    )


def _first(lead_import: Import) -> tuple[int, int]:
    """Return how many rows of the first request failed, and how many it has."""
    sums = Batch.objects.filter(_sent(lead_import), number=1).aggregate(
        failed=Sum("failed"), rows=Sum("rows", filter=Q(parent=None))
    )
    return sums["failed"], sums["rows"]


def _failures(lead_import: Import) -> Asked | None:
    """Judge all rows answered so far.

    Whoever went on after the first request knows its share: they are asked again only when the
    whole is worse than that by as much as the customer's limit.
    """
    judged = Batch.objects.filter(_sent(lead_import)).exclude(state__in=_NOT_YET)
    sums = judged.aggregate(answered=Sum("answered"), failed=Sum("failed"))
    answered, failed = sums["answered"], sums["failed"]
    limit = float(lead_import.customer.failure_percent)
    if questions.FIRST_FAILURES in lead_import.accepted:
        first_failed, first_rows = _first(lead_import)
        limit += 100 * first_failed / first_rows
    if answered < MIN_ROWS or 100 * failed <= limit * answered:
        return None
    return Asked(
        questions.FAILURES,
        f"{failed:,} of the {answered:,} rows answered so far were refused: more than the "
        f"{limit:.0f} % at which the portal asks.",
        {"failed": failed, "rows": answered},
    )


def _updates(lead_import: Import) -> Asked | None:
    """Compare the rows answered so far with what the preview foresaw for these very rows.

    Not with the preview's share of the whole: existing people often stand together in a sheet.
    """
    sums = Batch.objects.filter(_sent(lead_import), state=BatchState.DONE).aggregate(
        answered=Sum("answered"), updated=Sum("updated"), foreseen=Sum("foreseen")
    )
    answered, updated, foreseen = sums["answered"], sums["updated"], sums["foreseen"]
    points = lead_import.customer.update_points
    if points == 100 or answered < MIN_ROWS or 100 * (updated - foreseen) <= points * answered:
        return None
    return Asked(
        questions.UPDATES,
        f"{updated:,} of the {answered:,} rows answered so far updated an existing lead; by what "
        f"MEGA said when it was asked first it would have been {foreseen:,}.",
        {"updated": updated, "foreseen": foreseen, "rows": answered},
    )


def _ignored(ignored: Collection[str], lead_import: Import) -> Asked | None:
    """Ask when a custom field that a person chose for a column or constant comes back ignored."""
    lost = sorted(_chosen(lead_import).intersection(ignored))
    if not lost:
        return None
    names = ", ".join(f"“{slug}”" for slug in lost[:5]) + (" and more" if len(lost) > 5 else "")
    fields, them = ("fields", "them") if len(lost) > 1 else ("field", "it")
    return Asked(
        questions.IGNORED,
        f"MEGA does not know the custom {fields} {names}: the rows so far were imported without "
        f"{them}.",
        {"fields": len(lost)},
    )


def _chosen(lead_import: Import) -> set[str]:
    """Return the slugs that people chose: of the mapping's custom fields, which the portal never
    guesses by itself, and of the one that gets the import's number.
    """
    content = lead_import.mapping.content if lead_import.mapping else {}
    targets = {column["target"] for column in content.get("columns", ())}
    targets.update(content.get("constants", ()))
    chosen = {one.removeprefix(CUSTOM) for one in targets if one and one.startswith(CUSTOM)}
    return chosen | ({lead_import.import_field} - {""})


def _budget(lead_import: Import) -> Asked | None:
    """Ask when parts of refused requests have used up what the import may spend on them.

    Each time that a person goes on, as much again is granted.
    """
    granted = 1 + lead_import.accepted.count(questions.SPLIT_BUDGET)
    spent = Batch.objects.filter(_sent(lead_import), splits__gt=0).count()
    if spent <= granted * settings.SPLIT_BUDGET:
        return None
    return Asked(
        questions.SPLIT_BUDGET,
        f"MEGA refused requests of this import as a whole, and taking them apart has used up the "
        f"{granted * settings.SPLIT_BUDGET:,} requests that it may cost.",
        {"requests": spent},
    )


def _more_to_send(lead_import: Import) -> bool:
    others = Batch.objects.filter(_sent(lead_import), state__in=OPEN)
    return lead_import.planned_at is None or others.exists()
