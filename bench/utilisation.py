"""How much of a quota is used: 200 requests (`--full`: 300) at 60 a minute, each kind of quota.

Clock and one delivery worker as the Procfile has them, over real HTTP. The three kinds run side by
side, each with a process, a portal and a MEGA of its own, so that they do not share a lock. And in
simulated time 300 at ten a minute, with the portal's own quota and turns.
"""

import json
import os
import subprocess
import sys
from typing import Any

from django.db import transaction
from django.test import override_settings

from bench import material
from bench.engine import Portal
from bench.measure import figure
from bench.servers import CHECKOUT
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
PATIENCE = 600.0


def run(*, full: bool) -> None:
    """Send all, then judge by what arrived at MEGA."""
    for kind in KINDS:
        one = world(kind, SIMULATED_PER_MINUTE)
        one.run([Job(FULL_BATCHES)])
        _figure(f"simulated.{kind}", SIMULATED_PER_MINUTE, one.arrivals, one.refused)
    batches = FULL_BATCHES if full else BATCHES
    going = {kind: _in_its_own_process(kind, batches) for kind in KINDS}
    for kind, process in going.items():
        told, _ = process.communicate()
        assert process.returncode == 0, kind
        found: dict[str, Any] = json.loads(told.splitlines()[-1])
        _figure(f"{kind}.{found['state']}", PER_MINUTE, found["arrivals"], found["refused"])


def _in_its_own_process(kind: str, batches: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "bench.one_quota", kind, str(batches)]
    return subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)


def send_all(kind: str, batches: int) -> dict[str, object]:
    """Send an import of so many requests; return its state, the refused requests, the arrivals."""
    with Sandbox(quota=kind, requests_per_minute=PER_MINUTE) as mega, Portal() as portal:
        made = _checked(mega, batches)
        portal.start("delivery")
        portal.start("clock")
        _send(made, mega, batches)
        wait_for(made, patience=PATIENCE)
        entries = mega.journal.entries
        wait_until(lambda: all(one.status is not None for one in entries), "answers")
        assert not mega.journal.complaints(), mega.journal.complaints()
        made.refresh_from_db()
        return {
            "state": made.state,
            "refused": sum(one.status == 429 for one in entries),
            "arrivals": [one.arrived for one in entries],
        }


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
        load=os.getloadavg()[0],
    )
