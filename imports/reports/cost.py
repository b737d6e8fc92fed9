"""What sending an import would take: requests to MEGA, and minutes."""

from dataclasses import dataclass

from django.db import connection

from imports.columns import sums
from imports.columns.tally import Tally
from imports.delivery import packing, plan, preview
from imports.delivery.overwrite import Lanes, Rules
from imports.mega.contract import MAX_ROWS
from imports.models import DryRun, Import

# Where persons have this many rows at most, the last rows are packed to see how many requests
# they take; with more, the person with the most rows decides.
FEW = 20


@dataclass(frozen=True, slots=True)
class Cost:
    """What sending would take: leads, requests, and minutes at the customer's quota.

    The first request carries `first_rows` at most; a dry run would cost `to_ask` requests.
    `preview` is the one that asked about every row, just as it will go.
    """

    leads: int
    requests: int
    minutes: float
    limit_per_minute: int
    first_rows: int
    to_ask: int
    preview: DryRun | None = None

    @property
    def minutes_to_ask(self) -> float:
        return _minutes(self.to_ask, self.limit_per_minute)

    @property
    def is_previewed(self) -> bool:
        """Whether MEGA was asked about every row, so that the first request is no small one."""
        return self.first_rows == MAX_ROWS


_LARGEST_GROUP = """
    SELECT greatest(
        (SELECT count(*) FROM imports_lead WHERE import_id = %(import)s AND mapping_id = %(mapping)s
           AND verdict = 'ok' AND shared AND email_key IS NOT NULL
         GROUP BY email_key ORDER BY 1 DESC LIMIT 1),
        (SELECT count(*) FROM imports_lead WHERE import_id = %(import)s AND mapping_id = %(mapping)s
           AND verdict = 'ok' AND shared AND phone_key IS NOT NULL
         GROUP BY phone_key ORDER BY 1 DESC LIMIT 1), 1)
"""


def cost(lead_import: Import, leads: Tally | None = None) -> Cost:
    """Foretell what sending the import would take.

    The first request carries few rows, unless a full preview has shown what is wrong, the others
    500; rows of one person go in different requests, so the largest group of rows that share an
    e-mail or a phone needs as many requests. Where an update may not overwrite everything, updates
    are taken to be those of the preview; later rows of persons who are new join them when sent.
    """
    counted = leads or sums.tally_of(lead_import)
    asked = preview.standing(lead_import)
    first_rows = preview.first_rows(asked)
    largest = _largest_group(lead_import) if counted.shared else 1
    last = _last(lead_import) if 1 < largest <= FEW else []

    updates = _in_lanes_of_their_own(lead_import, asked, counted.to_send - counted.apart)

    def requests_of(first: int, further: list[int]) -> int:
        by_size = packing.count(counted.to_send, first, last, further)
        return max(by_size, largest) if counted.to_send else 0

    requests = requests_of(first_rows, [counted.apart, *updates])
    customer = lead_import.customer
    token = customer.token
    limit = (token.quota.learned_limit if token else None) or customer.requests_per_minute
    to_ask, minutes = requests_of(MAX_ROWS, [counted.apart]), _minutes(requests, limit)
    return Cost(counted.to_send, requests, minutes, limit, first_rows, to_ask, asked)


def _in_lanes_of_their_own(lead_import: Import, asked: DryRun | None, leads: int) -> list[int]:
    """How many leads go without some of their fields by the preview, by what they lack."""
    rules = Rules.of(lead_import, asked.pk if asked else None)
    if not rules or asked is None:
        return []
    said = asked.counted or {}
    updated = min(said.get("updated", 0), leads)
    failed = min(said.get("failed", 0), leads - updated) if rules.never else 0
    return [failed, updated]


def without(costs: Cost, leads: int) -> tuple[int, float]:
    """Return how many requests and minutes fewer it takes when so many of the leads do not go.

    With a negative number: how many it would take more than now if so many came in addition.
    """
    now, then = (packing.count(n, costs.first_rows, []) for n in (costs.leads, costs.leads - leads))
    limit = costs.limit_per_minute
    return abs(now - then), abs(_minutes(now, limit) - _minutes(then, limit))


def _minutes(requests: int, limit: int) -> float:
    return max(-(-requests // limit) - 1, 0) * 61 / 60


def _last(lead_import: Import) -> list[packing.Packable]:
    """The last rows to be sent of those that MEGA takes, in sheet order: those before them fill
    their requests."""
    sendable = plan.sendable(lead_import).order_by("-number")
    rows = sendable.values_list(*plan.AS_PACKED)[: 2 * MAX_ROWS]
    found = Lanes().packables(list(reversed(rows)))
    return [one for one in found if not one.lane]


def _largest_group(lead_import: Import) -> int:
    parameters = {"import": lead_import.pk, "mapping": lead_import.mapping_id}
    with connection.cursor() as cursor:
        cursor.execute(_LARGEST_GROUP, parameters)
        rows: int = cursor.fetchone()[0]
    return rows
