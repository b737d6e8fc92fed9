"""When the old values of imports will have been read, so that they can be cut and sent."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from imports.delivery import before, before_words, read_quota, read_ways
from imports.models import BeforeRead, Import, OnDuplicate, Origin, Quota, ReadQuota


def seconds(key: Quota, now: datetime, more: Mapping[int, int] | None = None) -> dict[int, float]:
    """Return for each import of the key whose old values are read, or will be: seconds from now.

    `more` are imports that are not to be sent yet, each with the requests that its reading takes.
    Reading is given up when the minutes that the import may wait for it are over.
    """
    reads = before.open_of(key).select_related("lead_import__customer")
    found = {one.lead_import_id: one for one in reads}
    requests = {pk: _left(one) for pk, one in found.items()} | dict(more or {})
    if not requests:
        return {}
    exchanges = read_quota.exchanges_of(key, now)
    budget = ReadQuota.objects.filter(quota=key).first()
    hold_until = budget.hold_until if budget else None
    ends = {
        pk: read_quota.seconds_left(exchanges, count, now, hold_until)
        for pk, count in shared(requests).items()
    }
    return {pk: _at_most(found.get(pk), end, now) for pk, end in ends.items()}


def shared(requests: Mapping[int, int]) -> dict[int, int]:
    """Return after how many requests of the key each reading ends, when they take turns."""
    return {
        pk: sum(min(other, count) for other in requests.values()) for pk, count in requests.items()
    }


def before_sending(lead_import: Import) -> dict[int, int]:
    """Return how many requests its reading would take, were it sent now; empty: nothing is read."""
    wish = before.Wish.of(lead_import.customer)
    reads = wish.reads or lead_import.origin == Origin.REPAIR
    if lead_import.on_duplicate != OnDuplicate.UPDATE or not reads:
        return {}
    return {lead_import.pk: _cost(lead_import, wish.minutes)}


def _left(read: BeforeRead) -> int:
    if read.needed is None:  # its first answer will tell; each poll of a page asks
        rows = read.lead_import.to_send or read.lead_import.row_count
        return min(rows, read.minutes * read_quota.PER_MINUTE) + 1
    return max(read.needed - read.answered, 0)


def _cost(lead_import: Import, minutes: int) -> int:
    """Count what is not known yet in full; of what is too much or refused one page is asked for."""
    cost = read_ways.cost(lead_import, minutes)
    if cost.is_too_much or before_words.refused(lead_import.customer):
        return 1
    return cost.most_requests if cost.requests is None else cost.requests


def _at_most(read: BeforeRead | None, end: float, now: datetime) -> float:
    if read is None:
        return end
    latest = read.give_up_at or now + timedelta(minutes=read.minutes)
    return max(min(end, (latest - now).total_seconds()), 0.0)
