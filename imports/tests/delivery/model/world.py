"""One history: a portal in a transaction that is rolled back, and hands that move its time.

Inside one transaction PostgreSQL's now() stands still, and here its clock_timestamp() moves by a
microsecond each time and its statement_timestamp() not at all: a slow machine changes nothing. Time
passes by making all that is written older. What workers hold in their memories is held here.
"""

from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from django.db import connection, transaction

from imports import vault
from imports.delivery import (
    chores,
    claims,
    clock,
    control,
    deliver,
    exchange,
    keys,
    leases,
    lookout,
    outcomes,
    packing,
    parts,
    plan,
    preview,
    pulse,
    settle,
    tokens,
    window,
)
from imports.models import (
    Batch,
    Customer,
    Import,
    Lead,
    MappingVersion,
    OnDuplicate,
    Outcome,
    Quota,
    Row,
    Token,
)
from imports.tests import people
from imports.tests.delivery.model import books

_OLDER = {
    "imports_batch": (
        "not_before", "lease_until", "nudged_at", "claimed_at", "first_sent_at", "settled_at",
    ),
    "imports_attempt": ("started_at", "ended_at", "reset_at"),
    "imports_quota": ("hold_until", "spaced_until", "proved_at"),
    "imports_token": ("set_at", "retired_at", "refused_at", "checked_at"),
    "imports_import": (
        "created_at", "send_after", "blocked_at", "planned_at", "started_at", "work_until",
    ),
    "imports_decision": ("made_at",),
}  # fmt: skip
_PASS = ";".join(
    f"UPDATE {table} SET "
    + ", ".join(f"{name} = {name} - %(seconds)s * interval '1 second'" for name in names)
    for table, names in _OLDER.items()
)
# A function of our own goes first where pg_catalog is named and comes later.
_OUR_CLOCK = """
    CREATE SCHEMA model;
    CREATE SEQUENCE model.moments;
    CREATE FUNCTION model.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS
        $$ SELECT now() + nextval('model.moments') * interval '1 microsecond' $$;
    CREATE FUNCTION model.statement_timestamp() RETURNS timestamptz LANGUAGE sql AS
        $$ SELECT now() $$;
    SET LOCAL search_path = model, public, pg_catalog;
"""
# Keys that got claims beyond their quota: more than that is claimed by now, or holds a slot. What a
# clock that stood still for hours ends now has long given its slot back.
_OVER = """
    WITH keys AS (
        SELECT DISTINCT t.quota_id FROM imports_batch b JOIN imports_token t ON t.id = b.token_id
        WHERE b.id = ANY(%(claimed)s)
    ), used AS (
        SELECT t.quota_id FROM imports_batch b JOIN imports_token t ON t.id = b.token_id
        WHERE b.state = 'claimed'
        UNION ALL
        SELECT a.quota_id FROM imports_attempt a
        WHERE a.was_sent AND (a.ended_at IS NULL OR a.ended_at > now() - interval '1 minute')
          AND a.started_at > now() - interval '1 minute' - %(longest)s
    )
    SELECT quota_id, count(*) FROM keys JOIN used USING (quota_id)
    GROUP BY quota_id HAVING count(*) > %(limit)s
"""
# What is not under way here, or writes files.
_LEFT_OUT = {"forget_the_gone", "export", "tend", "remove_old"}
CHORES = (
    *(one for one in clock._BEFORE if one.__name__ not in _LEFT_OUT),
    claims.claim,
    *(one for one in clock._AFTER if one.__name__ not in _LEFT_OUT),
)
CRASH_POINTS = ((outcomes, "store"), (parts, "offspring"), (exchange, "write"), (keys, "learn"))


class Crash(BaseException):
    """The process died here."""


@dataclass
class Death:
    """Whether it came: what would have been the last call may never have been made."""

    came: bool = False


@contextmanager
def crashing(module, name, after=1):
    """Let the process die when a function was called so many times."""
    real, calls, death = getattr(module, name), 0, Death()

    def dying(*args, **more):
        nonlocal calls
        found = real(*args, **more)
        calls += 1
        if calls >= after:
            raise Crash
        return found

    setattr(module, name, dying)
    try:
        yield death
    except Crash:
        death.came = True
    finally:
        setattr(module, name, real)


class World:
    """Two customers of one key, an import each; no process and no network."""

    def __init__(self, mega, rows):
        self._small = (
            (packing, "MAX_ROWS", 3),
            (plan, "MAX_ROWS", 3),
            (preview, "FIRST_ROWS", 2),
            (plan, "SLICE", 1),
            (deliver, "client", lambda: mega),
            (deliver, "steady", self.now),
        )
        self._real = [(module, name, getattr(module, name)) for module, name, _ in self._small]
        for module, name, value in self._small:
            setattr(module, name, value)
        self._transaction = transaction.atomic()
        self._transaction.__enter__()
        with connection.cursor() as cursor:
            cursor.execute(_OUR_CLOCK)
        self.mega, self._seconds = mega, 0.0
        mega.now = self.now
        self.lookout = lookout.Lookout()
        self.planners = []  # each with the slice that it holds in its hands
        self.nudged, self.taken, self.answered = [], [], []  # batch ids; Taken; (Taken, reply)
        self.made_tokens = 1
        self.anna = people.person("anna@model.example", "manager", people.team("Model"))
        self.customers = [people.customer(name, people.team("Model")) for name in ("One", "Two")]
        Customer.objects.update(requests_per_minute=mega.limit)
        self._first_tokens()
        pulse.beat("delivery@model:1", "delivery", 8)
        self.imports = [
            an_import(one, count).pk for one, count in zip(self.customers, rows, strict=True)
        ]

    def close(self):
        """Leave nothing behind."""
        transaction.set_rollback(True)
        self._transaction.__exit__(None, None, None)
        for module, name, value in self._real:
            setattr(module, name, value)

    def now(self):
        return self._seconds

    def pass_time(self, seconds):
        """Let time pass for everybody: database, workers, MEGA."""
        self._seconds += seconds
        with connection.cursor() as cursor:
            cursor.execute(_PASS, {"seconds": seconds})
        self.taken = [replace(one, began=one.began - seconds) for one in self.taken]
        self.lookout._quiet = {
            key: older(one, timedelta(seconds=seconds)) for key, one in self.lookout._quiet.items()
        }

    def _first_tokens(self):
        raw = f"mega_{self.made_tokens:064x}"
        self.mega.tokens = {raw}
        quota = Quota.objects.create(fingerprint=vault.fingerprint(raw))
        for one in self.customers:
            sealed = vault.seal(raw, one.pk)
            Token.objects.create(customer=one, quota=quota, sealed=sealed, last_four=raw[-4:])

    def new_token(self):
        """Set the same new token for both customers; MEGA knows it, and no older one any more."""
        self.made_tokens += 1
        raw = f"mega_{self.made_tokens:064x}"
        self.mega.tokens = {raw}
        for customer in self.customers:
            tokens.set_token(customer, raw, self.anna)

    def tick(self, chores=CHORES):
        """Do the clock's work, or its beginning; return the claims, whose nudges may be lost."""
        claimed = []
        for chore in chores:
            if chore is claims.claim:
                claimed = self._claim()
            else:
                chore()
        return claimed + [one for one in leases.to_nudge_again() if one not in claimed]

    def _claim(self):
        """Claim as a clock does that remembers; it misses no key that a new clock would find."""
        now, remembered = window.database_now(), sorted(self.lookout._quiet)
        due = [one for one in claims._lock_keys() if one in remembered] if remembered else []
        ready = lookout.Lookout().ready(due, 99, now)[0] if due else []
        claimed = claims.go_round(self.lookout).claimed
        granted = {"claimed": claimed, "limit": self.mega.limit, "longest": window.longest()}
        over = books.fetch(_OVER, granted)
        assert not over, f"a key was granted more than its quota: {over}"
        for missed in {one.quota_id for one in ready} & self.lookout._quiet.keys():
            soon = self.lookout._quiet[missed].allowed.next_at
            assert soon, "a key was forgotten"
            assert soon - now < timedelta(seconds=1), "a key comes late"
        return claimed

    def plan(self, crash_after=0):
        for one in chores.unplanned():
            if crash_after:
                with crashing(plan, "_store_slice", crash_after):
                    plan.plan(one)
            else:
                plan.plan(one)

    def begin_to_plan(self):
        """Let planners begin, and stand still before they store anything."""
        for one in chores.unplanned():
            planner = plan._begin(one)
            self.planners.append((planner, *planner.next_slice()))

    def go_on_planning(self, which):
        """Let a planner store the slice that it holds, and take up the next one."""
        planner, parcels, done = self.planners.pop(which)
        if plan._store_slice(planner, parcels, done=done) and not done:
            self.planners.append((planner, *planner.next_slice()))

    def take(self, batch_id, worker="there:1"):
        """Take a batch; nothing that was never sent starts while its import stands still."""
        before = Batch.objects.filter(pk=batch_id).values("kind", "first_sent_at").get()
        taken = deliver.take(batch_id, worker)
        if taken is None:
            return None
        if before["kind"] == "send" and before["first_sent_at"] is None:
            state = Import.objects.get(batches=batch_id).state
            assert state in ("queued", "sending"), f"a new request of an import that is {state}"
        self.taken.append(taken)
        return taken

    def post(self, taken, way="ok"):
        self.taken.remove(taken)
        self.mega.way = way
        self.answered.append((taken, deliver.post(taken)))

    def settle(self, answered):
        taken, reply = answered
        settle.record(taken.attempt_id, reply)

    def settled_of(self, answered):
        """Return all that settling an answer writes, of its batch and of the import's others."""
        taken, _ = answered
        batch = Batch.objects.defer("body", "body_sha256").get(pk=taken.batch_id)
        return (
            list(batch.attempts.order_by("pk").values("pk", "ended_at", "conclusion")),
            list(Batch.objects.filter(lead_import=batch.lead_import_id).order_by("pk").values()),
            Outcome.objects.count(),
            Quota.objects.values().get(tokens=batch.token_id),
        )

    def send(self, import_id, undo_seconds=0):
        made = Import.objects.get(pk=import_id)
        control.send(made, self.anna, on_duplicate=OnDuplicate.SKIP, undo_seconds=undo_seconds)

    def all_imports(self):
        return list(Import.objects.filter(pk__in=self.imports).order_by("pk"))

    def prove_key(self):
        """Spare the history the one request by which a key is tried."""
        Quota.objects.update(proved_at="2020-01-01T00:00:00Z")


def older(found, by):
    """Return what a clock remembers of a key, as if that were longer ago."""
    next_at = found.allowed.next_at and found.allowed.next_at - by
    return replace(found, at=found.at - by, allowed=replace(found.allowed, next_at=next_at))


def an_import(customer, count):
    """An import of so many good rows in review; the last two rows are of one person."""
    made = people.an_import(customer)
    made.state, made.row_count = "review", count
    made.mapping = MappingVersion.objects.create(lead_import=made, version=1, content={})
    made.save()
    addresses = {n: f"p{n}.{customer.slug}@example.com" for n in range(2, count + 2)}
    Row.objects.bulk_create(
        [Row(lead_import=made, number=n, cells=[one]) for n, one in addresses.items()]
    )
    twins = set(list(addresses)[-2:]) if count > 1 else set()
    Lead.objects.bulk_create(
        [
            Lead(
                lead_import=made, mapping=made.mapping, number=n, verdict="ok", problems=[],
                body={"contact_email": one}, warned=False, digest=b"x",
                email_key="twin" if n in twins else one, shared=n in twins,
            )
            for n, one in addresses.items()
        ]
    )  # fmt: skip
    return made
