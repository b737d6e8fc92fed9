"""How much of a quota is used: 200 requests (`--full`: 300) at 60 a minute, each kind of quota.

Clock and one delivery worker as the Procfile has them, over real HTTP. The three kinds run side by
side, each with a sandbox, a customer and a token of its own, started 20 s apart. And in simulated
time 300 at ten a minute, with the portal's own quota and turns.
"""

import contextlib
import time

from django.db import transaction
from django.test import override_settings

from bench import material
from bench.engine import Portal
from bench.measure import figure
from imports.delivery import control, plan
from imports.mega.sandbox import Sandbox
from imports.models import Import, OnDuplicate
from imports.tests.delivery.simulated import Job, world
from imports.tests.road.engine import wait_for, wait_until

BATCHES, FULL_BATCHES, PER_MINUTE = 200, 300, 60
SIMULATED_PER_MINUTE = 10
KINDS = ("fixed", "sliding", "bucket")
ROUND_SECONDS = 61
MORE_THAN_IDEAL = 1.03
APART_SECONDS = 20
PATIENCE = 600.0


def run(*, full: bool) -> None:
    """Send all, then judge by what arrived at MEGA."""
    for kind in KINDS:
        _simulate(kind)
    _send_all(FULL_BATCHES if full else BATCHES)


def _simulate(kind: str) -> None:
    one = world(kind, SIMULATED_PER_MINUTE)
    one.run([Job(FULL_BATCHES)])
    _figure(f"simulated.{kind}", SIMULATED_PER_MINUTE, one.arrivals, one.refused)


def _send_all(batches: int) -> None:
    with contextlib.ExitStack() as stack:
        kinds = {
            kind: stack.enter_context(Sandbox(quota=kind, requests_per_minute=PER_MINUTE))
            for kind in KINDS
        }
        imports = {kind: _checked(mega, batches) for kind, mega in kinds.items()}
        portal = stack.enter_context(Portal())
        portal.start("delivery")
        portal.start("clock")
        for kind, made in imports.items():
            _send(made, kinds[kind], batches)
            time.sleep(APART_SECONDS)
        for kind, made in imports.items():
            wait_for(made, patience=PATIENCE)
            _judge(kind, kinds[kind], made)


def _checked(mega: Sandbox, batches: int) -> Import:
    customer, token = material.a_customer(PER_MINUTE)
    mega.register(token, str(customer.mega_id), requests_per_minute=PER_MINUTE)
    # The first request of an import carries 25 leads.
    return material.checked(customer, 25 + (batches - 1) * 500)


def _send(made: Import, mega: Sandbox, batches: int) -> None:
    """Hand the import over with its batches cut: a batch knows which MEGA it is for."""
    with transaction.atomic(), override_settings(MEGA_BASE_URL=mega.url):
        control.send(made, None, on_duplicate=OnDuplicate.UPDATE, undo_seconds=0)
        assert plan.plan(made.pk)
    assert made.batches.count() == batches


def _judge(kind: str, mega: Sandbox, made: Import) -> None:
    wait_until(lambda: all(one.status is not None for one in mega.journal.entries), "answers")
    entries = mega.journal.entries
    assert not mega.journal.complaints(), mega.journal.complaints()
    refused = sum(one.status == 429 for one in entries)
    _figure(f"{kind}.{made.state}", PER_MINUTE, [one.arrived for one in entries], refused)


def _figure(name: str, per_minute: int, arrivals: list[float], refused: int) -> None:
    seconds = max(arrivals) - min(arrivals)
    bound = (-(-len(arrivals) // per_minute) - 1) * ROUND_SECONDS * MORE_THAN_IDEAL
    figure(
        f"utilisation.{name}",
        requests=len(arrivals),
        per_minute=per_minute,
        refused_429=refused,
        seconds=round(seconds, 1),
        bound_seconds=round(bound, 1),
        share_of_bound=round(seconds / bound, 3),
        kept=seconds <= bound and not refused,
    )
