"""How much of a quota is used: 200 requests at 60 a minute under each kind of quota.

Clock and one delivery worker as the Procfile has them, over real HTTP. The three kinds run side by
side, each with a sandbox, a customer and a token of its own, started 20 s apart.
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
from imports.tests.road.engine import wait_for, wait_until

BATCHES, PER_MINUTE = 200, 60
LEADS = 25 + (BATCHES - 1) * 500  # the first request of an import carries 25
ROUND_SECONDS = 61
BOUND_SECONDS = (-(-BATCHES // PER_MINUTE) - 1) * ROUND_SECONDS / 0.95
APART_SECONDS = 20
PATIENCE = 600.0


def run(*, full: bool) -> None:  # noqa: ARG001 - there is no longer one
    """Send all, then judge by what arrived at MEGA."""
    with contextlib.ExitStack() as stack:
        kinds = {
            kind: stack.enter_context(Sandbox(quota=kind, requests_per_minute=PER_MINUTE))
            for kind in ("fixed", "sliding", "bucket")
        }
        imports = {kind: _checked(mega) for kind, mega in kinds.items()}
        portal = stack.enter_context(Portal())
        portal.start("delivery")
        portal.start("clock")
        for kind, made in imports.items():
            _send(made, kinds[kind])
            time.sleep(APART_SECONDS)
        for kind, made in imports.items():
            wait_for(made, patience=PATIENCE)
            _judge(kind, kinds[kind], made)


def _checked(mega: Sandbox) -> Import:
    customer, token = material.a_customer(PER_MINUTE)
    mega.register(token, str(customer.mega_id), requests_per_minute=PER_MINUTE)
    return material.checked(customer, LEADS)


def _send(made: Import, mega: Sandbox) -> None:
    """Hand the import over with its batches cut: a batch knows which MEGA it is for."""
    with transaction.atomic(), override_settings(MEGA_BASE_URL=mega.url):
        control.send(made, None, on_duplicate=OnDuplicate.UPDATE, undo_seconds=0)
        assert plan.plan(made.pk)
    assert made.batches.count() == BATCHES


def _judge(kind: str, mega: Sandbox, made: Import) -> None:
    wait_until(lambda: all(one.status is not None for one in mega.journal.entries), "answers")
    entries = mega.journal.entries
    arrivals = [one.arrived for one in entries]
    seconds = max(arrivals) - min(arrivals)
    figure(
        f"utilisation.{kind}",
        state=made.state,
        requests=len(entries),
        refused_429=sum(one.status == 429 for one in entries),
        complaints=mega.journal.complaints(),
        seconds=round(seconds, 1),
        bound_seconds=round(BOUND_SECONDS, 1),
        share_of_bound=round(seconds / BOUND_SECONDS, 3),
        kept=seconds <= BOUND_SECONDS and all(one.status == 200 for one in entries),
    )
