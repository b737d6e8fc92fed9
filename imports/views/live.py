"""What moves by itself on reports and lists, and a version that is another whenever it did.

Every open page asks for its version every few seconds: it takes a few narrow queries, and no page
is made while what it shows is true.
"""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Count, Max
from django.utils import timezone

from imports.columns import derive
from imports.delivery import before_words, scheduled
from imports.models import UNDER_WAY, Attempt, Customer, Event, Import, ImportState
from imports.views.http import Request

MOVES = (ImportState.UPLOADED, ImportState.READING, ImportState.CHECKING, *UNDER_WAY)
LISTED = ("pk", "state", "row_count")  # what tables of imports show that moves
_OVER = (ImportState.FINISHED, ImportState.FAILED, ImportState.INCONSISTENT)
_MINUTE = 60


def shown(request: Request) -> str:
    """The version that the page has which asks; lists keep it out of their address, in which
    only filters stand.
    """
    return request.headers.get("X-Shown", "")


def moving(imports: Iterable[Import]) -> bool:
    """Whether one of the imports of a table is under way."""
    return any(one.state in MOVES for one in imports)


def of_list(count: int, rows: Iterable[tuple[Any, ...]]) -> str:
    """The version of a page of imports, each as `LISTED`, of so many in all."""
    return _short(count, list(rows))


def of_customer(customer: Customer, most: int) -> str:
    """The version of a customer's newest imports and of the timetable, whose moments are expected
    anew with each request that is sent: once a minute is often enough.
    """
    going = list(customer.imports.filter(state__in=MOVES).values_list("pk", "state", "priority"))
    later = scheduled.of_customer(customer.pk).select_related(None)
    minute = timezone.now().timestamp() // _MINUTE if going else 0
    return _short(
        list(customer.imports.values_list(*LISTED)[:most]),
        going,
        minute,
        list(later.values_list("pk", "at", "after")),
    )


def is_open(lead_import: Import) -> bool:
    """Whether anything of the import may still change; a cancelled one may be settling."""
    return lead_import.finished_at is None and lead_import.state not in _OVER


def of_requests(lead_import: Import) -> str:
    """The version of the list of an import's requests."""
    batches = lead_import.batches.order_by("kind", "state").values_list("kind", "state")
    attempts = Attempt.objects.filter(batch__lead_import=lead_import)
    return _short(
        list(batches.annotate(Count("pk"), Count("first_sent_at"))),
        attempts.aggregate(Count("pk"), Max("started_at"), Max("ended_at")),
    )


def of_report(lead_import: Import) -> str:
    """The version of an import's report."""
    is_checking = lead_import.state == ImportState.CHECKING
    return _short(
        of_requests(lead_import),
        [getattr(lead_import, name) for name in ("reason", "row_count", "mapping_id")],
        Event.objects.filter(import_id=lead_import.pk).aggregate(Max("pk")),
        derive.progress(lead_import) if is_checking else None,
        before_words.record_of(lead_import),
    )


def part_of(lead_import: Import, before: str, version: Callable[[Import], str]) -> dict[str, Any]:
    """What a live part of an import is given. `before` is the version that its page has, or ""; in
    front of each stands the state, by which the head of the page is known to be true.
    """
    still = is_open(lead_import)
    return {
        "is_open": still,
        "version": f"{lead_import.state}.{version(lead_import)}" if still else "",
        "has_moved_on": bool(before) and before.partition(".")[0] != lead_import.state,
    }


def _short(*facts: object) -> str:
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:12]
