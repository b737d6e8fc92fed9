"""What is expected of the imports of one key, from the database: the timetable that pages show."""

from dataclasses import dataclass, field
from datetime import datetime

from imports.delivery import habits, line_up, quota, read_ahead, timetable, window
from imports.delivery.timetable import Expected
from imports.delivery.turns import Queued
from imports.models import Customer, Import, ImportState, Quota

UNDO_SECONDS = 10
HELD = (ImportState.PAUSED, ImportState.BLOCKED, ImportState.DECISION)
MOST = 50  # imports that a page names


@dataclass(frozen=True, slots=True)
class Outlook:
    """The timetable of a customer's key: `expected` by import id, other customers' imports with
    the same key among them.
    """

    now: datetime
    facts: quota.KeyFacts | None = None  # None: the customer has no token
    queue: list[Queued] = field(default_factory=list)
    expected: dict[int, Expected] = field(default_factory=dict)

    def others(self, lead_import: Import) -> int:
        """Return how many other imports of the key are being sent or queued."""
        return sum(one.import_id != lead_import.pk for one in self.queue)


@dataclass(frozen=True, slots=True)
class Line:
    """An import of a customer in its timetable; `expected` is None where nothing is foretold."""

    lead_import: Import
    expected: Expected | None


def of(
    customer: Customer, more: Queued | None = None, reads: dict[int, int] | None = None
) -> Outlook:
    """Return the timetable of the customer's key, as if `more` were queued as well, whose reading
    of old values takes so many requests.
    """
    now = window.database_now()
    key = key_of(customer)
    if key is None:
        return Outlook(now)
    facts = window.load([key])[key.pk]
    waiting = line_up.of(key.pk, now, besides=more.import_id if more else 0)
    queue = waiting.imports + ([more] if more else [])
    _wait_for_reading(queue, read_ahead.seconds(key, now, reads))
    expected = timetable.timetable(
        facts,
        queue + waiting.others,
        now,
        known=habits.of(line_up.answers(key.pk), facts.limit),
        company_until=waiting.company_until,
        slots=waiting.slots,
    )
    return Outlook(now, facts, queue, expected)


def _wait_for_reading(queue: list[Queued], ends: dict[int, float]) -> None:
    """Let imports whose old values are still to be read be cut and sent only after that."""
    for one in queue:
        if one.is_uncut:
            one.ready = max(one.ready, ends.get(one.import_id, 0.0) + line_up.CUT_SECONDS)


def key_of(customer: Customer) -> Quota | None:
    """Return the key that the customer's imports are sent with."""
    token = customer.token
    return token.quota if token else None


def before_sending(lead_import: Import, requests: int) -> Outlook:
    """Return the timetable as it would be if the import were sent now, as is usual for it."""
    would_be = Queued(
        lead_import.pk,
        requests,
        lead_import.priority,
        ready=UNDO_SECONDS + line_up.CUT_SECONDS,
        waits={1: 0},
        is_new=True,
        is_uncut=True,
    )
    return of(lead_import.customer, would_be, read_ahead.before_sending(lead_import))


def lines(customer: Customer) -> tuple[list[Line], int]:
    """Return the customer's imports that go or are to go, by expected start; and how many imports
    of other customers with the same key are reckoned with.
    """
    found = of(customer)
    going = customer.imports.filter(pk__in=[one.import_id for one in found.queue]).order_by("pk")
    rows = [Line(one, found.expected.get(one.pk)) for one in going]
    ordered = sorted(rows, key=lambda line: _order(line, found.now))
    return ordered[:MOST], len(found.queue) - len(rows)


def _order(line: Line, now: datetime) -> tuple[datetime, datetime]:
    if line.expected is None:
        return now, now
    return line.expected.starts_at or now, line.expected.ends_at


def held(customer: Customer) -> list[Import]:
    """Return the customer's imports that wait for a person: no timetable counts them."""
    return list(customer.imports.filter(state__in=HELD).order_by("pk")[:MOST])
