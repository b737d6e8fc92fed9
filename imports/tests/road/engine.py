"""What a story of the road needs: the processes of a portal, and client accounts at a MEGA."""

import os
import secrets
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

from django.core.files import File

from imports import customers, tasks
from imports.delivery import control, tokens
from imports.intake import upload
from imports.mega.contract import SCOPE_READ, SCOPE_WRITE
from imports.models import FINAL, Customer, ImportState, OnDuplicate, Unforeseen
from imports.review import guard_answer
from portal.embedded.child import die_with_parent
from portal.models import Team

CHECKOUT = Path(__file__).resolve().parents[3]
FULL = os.environ.get("FAULTS") == "full"  # `make faults`: as often and as long as the case says
PATIENCE = 120.0 if FULL else 40.0  # seconds until a test gives up on the engine
QUICK = {
    "CLOCK_INTERVAL": "0.1",
    "REQUEST_DEADLINE": "3",
    "REQUEST_CONNECT_TIMEOUT": "1",
    "REPLAY_BACKOFF_BASE": "0.05",
    "LEASE_MARGIN": "1",
    "LOG_LEVEL": "WARNING",
}


def wait_until(true, what, patience=PATIENCE):
    """Poll until `true()` is; fail with `what` after a while."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if found := true():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited {patience:.0f} s in vain for: {what}")


class Engine:
    """The processes of one portal, started and killed at will."""

    COMMANDS = {
        "clock": ["manage.py", "clock"],
        "delivery": ["-m", "celery", "-A", "portal", "worker", "-Q", "delivery", "--pool",
                     "threads", "--concurrency", "8", "--without-gossip", "--without-mingle",
                     "--hostname", "delivery-{id}@test", "--loglevel", "WARNING"],
        "intake": ["-m", "celery", "-A", "portal", "worker", "-Q", "intake", "--pool", "prefork",
                   "--concurrency", "1", "--without-gossip", "--without-mingle",
                   "--hostname", "intake-{id}@test", "--loglevel", "WARNING"],
    }  # fmt: skip

    def __init__(self, environment, log):
        self.environment = environment
        self.log = log
        self.processes = []

    @property
    def whole_environment(self):
        return {**os.environ, **self.environment}

    def start(self, kind, **more):
        command = [part.format(id=secrets.token_hex(3)) for part in self.COMMANDS[kind]]
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=CHECKOUT,
            env={**self.whole_environment, **more},
            stdout=self.log,
            stderr=subprocess.STDOUT,
            process_group=0,
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one system call
        )
        process.kind = kind
        self.processes.append(process)
        return process

    def of(self, kind):
        return [one for one in self.processes if one.kind == kind and one.poll() is None]

    def kill(self, kind):
        for process in self.of(kind):
            os.killpg(process.pid, 9)
            process.wait()

    def stop(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, 9)
                process.wait()


class Client:
    """A client account of the agency with its MEGA: what a story needs to import and to judge."""

    def __init__(self, mega, rpm=600, scopes=(SCOPE_WRITE, SCOPE_READ), **account):
        self.mega = mega
        self.raw = f"mega_{secrets.token_hex(32)}"
        self.mega_id = str(uuid.uuid4())
        mega.register(
            token=self.raw,
            customer_id=self.mega_id,
            scopes=scopes,
            requests_per_minute=rpm,
            **account,
        )
        name = f"Client {secrets.token_hex(4)}"
        team, _ = Team.objects.get_or_create(name="Road team", slug="road-team")
        self.customer = customers.create(
            Customer(team=team, name=name, mega_id=self.mega_id, requests_per_minute=rpm), None
        )
        tokens.set_token(self.customer, self.raw, None)

    def upload(self, path, **wishes):
        """Upload a file; what a command sends unasked is sent here, too."""
        wishes.setdefault("unforeseen", Unforeseen.OVERWRITE)
        with path.open("rb") as file:
            made = upload.accept(
                self.customer, None, File(file), path.name, wishes=upload.Wishes(**wishes)
            )
        guard_answer.confirm(made, None, self.customer.name)  # stories share their people
        tasks.nudge_read(made.pk)
        return made

    def review(self, path, **wishes):
        """Upload and wait until every row is checked."""
        made = self.upload(path, **wishes)
        states = (ImportState.REVIEW, ImportState.FAILED, ImportState.MAPPING)
        return wait_for(made, states)

    def send(self, path, on_duplicate=OnDuplicate.UPDATE, unforeseen=None, **wishes):
        made = self.review(path, **wishes)
        assert made.state == ImportState.REVIEW, made.reason
        control.send(made, None, on_duplicate=on_duplicate, undo_seconds=0, unforeseen=unforeseen)
        tasks.nudge_plan(made.pk)
        return made

    @property
    def leads(self):
        return self.mega.leads(self.mega_id)

    def requests(self):
        """The bulk requests that arrived at MEGA with this client's token, in order."""
        return [one for one in self.mega.journal.entries if one.customer_id == self.mega_id]

    def complaints(self):
        """What the portal did to this account against MEGA's rules."""
        both = (self.mega.journal, self.mega.reads)
        return [one for kept in both for one in kept.complaints(self.mega_id)]

    def renew_token(self):
        """MEGA issues a new key, and a manager sets it."""
        self.raw = f"mega_{secrets.token_hex(32)}"
        self.mega.register(self.raw, self.mega_id, requests_per_minute=600)
        tokens.set_token(self.customer, self.raw, None)


def wait_for(lead_import, states=FINAL, patience=PATIENCE):
    """Wait until the import is in one of the states (final ones: and has ended)."""

    def arrived():
        lead_import.refresh_from_db()
        over = lead_import.state not in FINAL or lead_import.finished_at is not None
        return lead_import.state in states and over

    try:
        wait_until(arrived, f"import {lead_import.pk} to be {list(states)}", patience)
    except AssertionError as problem:
        raise AssertionError(
            f"{problem}; it is {lead_import.state}: {lead_import.reason}"
        ) from None
    return lead_import


def phone(place):
    return f"206{2_000_000 + place:07d}"
