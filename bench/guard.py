"""How often the wrong-customer guard asks: on ordinary files, and on the same ones mixed up.

Histories of 60 customers over two years (imports/tests/review/histories.py), several seeds. Each
file is looked at when its turn comes, as its own customer's and as another's who was chosen by
chance. `guard.look` is how long that takes; with `--full` beside a million leads of others.
"""

import statistics

from django.db import connection

from bench import material
from bench.measure import figure
from imports.models import MappingVersion
from imports.tests.review import played
from imports.tests.thawed import thawed

CLIENTS = 60
SEEDS = (range(1, 3), range(1, 7))
MILLION = """
    INSERT INTO imports_lead (import_id, mapping_id, number, verdict, reason, body, problems,
                              warned, email_key, phone_key, shared, digest)
    SELECT %s, %s, n, 'ok', '', '{}', '[]', false, 'other.' || n || '@example.com',
           lpad((4000000000 + n)::text, 10, '0'), false, ''
    FROM generate_series(2, 1000001) n
"""


def run(*, full: bool) -> None:
    """Play the histories; report the alarms in percent."""
    if full:
        _a_million()
    for seed in SEEDS[full]:
        ordinary, swapped = played.play(CLIENTS, seed)
        _report("guard.ordinary", seed, ordinary)
        _report("guard.swapped", seed, swapped, named=swapped.named)
        taken = sorted(1000 * one for one in ordinary.seconds + swapped.seconds)
        figure(
            "guard.look",
            seed=seed,
            median_ms=round(statistics.median(taken), 1),
            p99_ms=round(taken[int(len(taken) * 0.99)], 1),
            worst_ms=round(taken[-1], 1),
        )


def _report(name: str, seed: int, tally: played.Tally, **more: int) -> None:
    figure(
        name,
        seed=seed,
        files=tally.files.total(),
        alarms=tally.alarms.total(),
        percent=tally.percent,
        **{f"{kind}_percent": value for kind, value in tally.by_kind().items()},
        **more,
    )


def _a_million() -> None:
    """Leads of an import of another team."""
    customer, _ = material.a_customer()
    (pk,) = material.queued([customer.pk], 1_000_000)
    with thawed(), connection.cursor() as cursor:
        mapping = MappingVersion.objects.create(lead_import_id=pk, version=1, content={})
        cursor.execute(MILLION, [pk, mapping.pk])
        cursor.execute("ANALYZE imports_lead")
