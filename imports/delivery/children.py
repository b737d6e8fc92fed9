"""Imports that are made of another import's rows: those that failed, those that were not sent.

A child has the parent's very cells under the parent's row numbers, its file, mapping and options,
and goes through checking and review like any other. A row of the parent goes into one child only,
unless that child was discarded before it was sent; what fails or is left over there again is taken
up from there. So no two imports that may both be sent ever hold the same row.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from imports import whole_file
from imports.audit import acts, trail
from imports.columns import derive
from imports.errors import WrongState
from imports.models import BatchState, Import, ImportState, Kind, Origin
from imports.reports.balance import BUCKET, ROWS_WITH_ALL, stretch
from imports.review import carry, carry_merged, decided
from portal.models import User

# Buckets of the parent, in the order of the page. Of its invalid rows those are apart that were
# held for another's refusal (`alike`): only these have a reason, with nothing else wrong.
RETRIED = ("failed", "held", "invalid", "unknown")
OF_PARENT = (Origin.RETRY, Origin.REST)
MOVING = (BatchState.WAITING, BatchState.CLAIMED, BatchState.SENDING)

# Unknown rows only once a person has left them so (until then they are still being settled), and
# only with an e-mail or phone, by which MEGA finds the lead that it may have made of them: one with
# only a name could become a second lead. Rows that are said not to be sent, and yet stand in a
# request that was answered or may have arrived, would be wrong books: they go nowhere.
_CHOSEN = f"""
    FROM (
        SELECT r.number, r.cells, r.note, m.batch_id,
               CASE WHEN ({BUCKET}) = 'invalid' AND l.reason <> '' THEN 'held'
                    ELSE {BUCKET} END AS bucket,
               coalesce(l.email_key, l.phone_key) IS NOT NULL AS has_contact
        {ROWS_WITH_ALL}
    ) x LEFT JOIN imports_batch b ON b.id = x.batch_id
    WHERE x.bucket = ANY(%(buckets)s)
      AND (x.bucket <> 'unknown' OR (b.state = 'dropped' AND x.has_contact))
      AND (x.bucket <> 'not_sent' OR NOT EXISTS (
            SELECT 1 FROM imports_batch s CROSS JOIN LATERAL unnest(s.row_numbers) AS n (number)
            WHERE s.import_id = %(import)s AND s.kind = 'send' AND n.number = x.number
              AND (s.state = 'done' OR s.first_sent_at IS NOT NULL)))
      AND NOT EXISTS (SELECT 1 FROM imports_row c
                      WHERE c.import_id = ANY(%(siblings)s) AND c.number = x.number)
"""  # noqa: S608 - made of constants
_COUNT = f"SELECT x.bucket, count(*) {_CHOSEN} GROUP BY 1"
_COPY = f"""
    INSERT INTO imports_row (import_id, number, cells, note)
    SELECT %(child)s, x.number, x.cells, x.note {_CHOSEN}
"""
# Rows of people of whom a later row of the sheet has arrived already.
_OUTRUN = """
    SELECT count(*)
    FROM imports_row c JOIN imports_lead l ON l.import_id = %(parent)s
        AND l.mapping_id = %(mapping)s AND l.number = c.number AND l.shared
    WHERE c.import_id = %(child)s AND EXISTS (
        SELECT 1 FROM imports_lead k
        JOIN imports_outcome o ON o.import_id = k.import_id AND o.number = k.number
        WHERE k.import_id = %(parent)s AND k.mapping_id = %(mapping)s AND k.number > l.number
          AND (k.email_key = l.email_key OR k.phone_key = l.phone_key)
          AND o.status IN ('created', 'updated'))
"""

_REASONS = """
    SELECT w.words, count(*)
    FROM (
        SELECT e.words
        FROM imports_row c
            JOIN imports_outcome o ON o.import_id = %(parent)s AND o.number = c.number
            CROSS JOIN LATERAL jsonb_array_elements_text(o.errors) AS e (words)
        WHERE c.import_id = %(child)s
        UNION ALL
        SELECT l.reason
        FROM imports_row c JOIN imports_lead l ON l.import_id = %(parent)s
            AND l.mapping_id = %(mapping)s AND l.number = c.number
        WHERE c.import_id = %(child)s AND l.verdict = 'invalid' AND l.reason <> ''
    ) w
    GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %(most)s
"""
MOST_REASONS = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows of a parent a child is to get: buckets of the parent's balance sheet."""

    origin: Origin
    buckets: tuple[str, ...]


def retry(parent: Import, user: User | None, buckets: Collection[str]) -> Import:
    """Make an import of the parent's rows in these buckets (of `RETRIED`).

    Raises WrongState with a sentence when the parent is not over, its books do not balance, or
    no such row is left. Nudge the child's chunks and columns afterwards.
    """
    chosen = tuple(name for name in RETRIED if name in buckets)
    if not chosen:
        raise WrongState("Choose which rows are to be sent again.")
    return _make(parent, user, Wanted(Origin.RETRY, chosen))


def rest(parent: Import, user: User | None) -> Import:
    """Make an import of the rows that a cancelled parent did not send; raises as `retry`.

    What is still unknown there is not among them, and goes on being settled there.
    """
    return _make(parent, user, Wanted(Origin.REST, ("not_sent",)))


def offer(parent: Import) -> dict[str, int]:
    """Return for each bucket of `RETRIED` how many rows a child would get; raises as `retry`."""
    _refuse(parent, Wanted(Origin.RETRY, RETRIED))
    with whole_file.cursor() as cursor:
        cursor.execute(_COUNT, _parameters(parent, RETRIED))
        counts: dict[str, int] = dict(cursor.fetchall())
    return {name: counts.get(name, 0) for name in RETRIED}


@transaction.atomic
def _make(parent: Import, user: User | None, wanted: Wanted) -> Import:
    """1. Lock the parent, so that two people get one child. 2. Copy the rows, with what people
    corrected in them, left out of them or merged into them. 3. Take over the mapping, under which
    they are checked anew. 4. Tell the trail of both.
    """
    locked = (
        Import.objects.select_for_update(no_key=True, of=("self",))
        .select_related("customer__team", "mapping")
        .get(pk=parent.pk)
    )
    _refuse(locked, wanted)
    child = _new(locked, user, wanted.origin)
    with whole_file.cursor() as cursor:
        cursor.execute(_COPY, _parameters(locked, wanted.buckets) | {"child": child.pk})
        rows = cursor.rowcount
    if not rows:
        raise WrongState(_none_left(locked, child))
    child.row_count, child.doubts = rows, [*locked.doubts, *_doubts(locked, child)]
    child.save(update_fields=["row_count", "doubts"])
    carry.over(locked, child)
    carry.left_out(locked, child)
    carry_merged.over(locked, child)
    derive.use(child, derive.mapping_of(locked), user)
    facts = {"origin": str(wanted.origin), "rows": rows, "which": list(wanted.buckets)}
    for lead_import, other in ((locked, {"child": child.pk}), (child, {"parent": locked.pk})):
        act = acts.FOLLOWED if lead_import is locked else acts.DERIVED
        trail.record(act, actor=user, lead_import=lead_import, facts=facts | other)
    return child


def _new(parent: Import, user: User | None, origin: Origin) -> Import:
    taken_over = (
        "customer", "mega_id", "file_name", "file_size", "file_sha256", "dialect_choice", "dialect",
        "sheets", "headers", "sensitive", "on_duplicate", "only_new", "never", "unforeseen",
    )  # fmt: skip
    return Import.objects.create(
        parent=parent,
        origin=origin,
        created_by=user,
        file=parent.file.name,
        state=ImportState.CHECKING,
        release=settings.RELEASE,
        **{name: getattr(parent, name) for name in taken_over},
        **decided.carried(parent),
    )


def _refuse(parent: Import, wanted: Wanted) -> None:
    state = ImportState(parent.state)
    if state == ImportState.INCONSISTENT:
        raise WrongState(
            "The books of this import do not balance, so nobody can say which rows may go again. "
            "An administrator has to look at it first."
        )
    is_rest = wanted.origin == Origin.REST
    over = (ImportState.CANCELLED,) if is_rest else (ImportState.FINISHED, ImportState.CANCELLED)
    if state not in over:
        what = "cancelled imports" if is_rest else "imports that are over"
        raise WrongState(f"This import is “{state.label}”: only rows of {what} can go again.")
    if parent.send_after is None:
        raise WrongState(
            "This import was discarded before it was sent. Upload the file again instead."
            if parent.origin not in OF_PARENT
            else f"These rows were discarded here; take them up from import #{parent.parent_id}."
        )
    # A request that is on its way could still carry, or give back, rows that are not sent yet.
    if parent.batches.filter(kind=Kind.SEND, state__in=MOVING).exists():
        raise WrongState(
            "The portal is still settling the last requests of this import. Try again in a minute."
        )


def reasons(child: Import) -> list[tuple[str, int]]:
    """Return why a child's rows failed in its parent, in MEGA's words, or were held there: the most
    frequent reasons with their counts.
    """
    if child.origin != Origin.RETRY or child.parent is None:
        return []
    ids = {"parent": child.parent.pk, "mapping": child.parent.mapping_id, "child": child.pk}
    ids["most"] = MOST_REASONS
    with whole_file.cursor() as cursor:
        cursor.execute(_REASONS, ids)
        found: list[tuple[str, int]] = cursor.fetchall()
    return found


def holding(parent: Import) -> QuerySet[Import]:
    """Return the children that hold rows of the parent for good: all but the discarded ones."""
    discarded = Q(state=ImportState.CANCELLED, send_after=None)
    return parent.children.filter(origin__in=OF_PARENT).exclude(discarded)


def _parameters(parent: Import, buckets: Collection[str]) -> dict[str, Any]:
    siblings = list(holding(parent).values_list("pk", flat=True))
    return stretch(parent) | {"buckets": list(buckets), "siblings": siblings}


def _none_left(parent: Import, child: Import) -> str:
    others = holding(parent).exclude(pk=child.pk)
    newest = others.select_related("created_by").order_by("-pk").first()
    if newest is None:
        return "This import has no such row."
    who = newest.created_by or "a command"
    return f"All such rows are in import #{newest.pk} already, made by {who}. Go on there."


def _doubts(parent: Import, child: Import) -> list[str]:
    ids = {"parent": parent.pk, "mapping": parent.mapping_id, "child": child.pk}
    with connection.cursor() as cursor:
        cursor.execute(_OUTRUN, ids)
        outrun: int = cursor.fetchone()[0]
    if not outrun:
        return []
    sentence = (
        f"A later row of the same person has arrived at MEGA already, for {outrun:,} of these "
        "rows. If existing leads are updated, the older values here overwrite the newer ones."
    )
    return [sentence]
