"""What must hold after every step of a history, and at its end."""

from django.db import connection

from imports.delivery.conclude import MAYBE_DONE
from imports.models import FINAL, Attempt, Batch, Decision, Outcome
from imports.reports import balance

# What one step, even a whole tick of the clock, may make of a batch.
_LEGAL = {
    "waiting": {"waiting", "claimed", "dropped"},
    "claimed": {"claimed", "waiting", "unknown", "sending", "dropped", "decision"},
    "sending": {"sending", "waiting", "unknown", "done", "replaced", "decision"},
    "unknown": {"unknown", "claimed", "decision", "done"},
    "decision": {"decision", "unknown", "waiting", "dropped", "done"},
    "dropped": {"dropped", "done"},
    "done": {"done"},
    "replaced": {"replaced"},
}
_STATES = "SELECT id, state FROM imports_batch"
_IMPORTS = "SELECT id, state FROM imports_import WHERE id = ANY(%s)"
# What must be so whatever happened; each finds what is not.
_NEVER = """
    -- Whoever waits is dropped by a cancel, split by a refusal, and repeated after any time.
    SELECT 'waits, though it may have arrived', b.id
    FROM imports_batch b JOIN imports_attempt a ON a.batch_id = b.id
    WHERE b.kind = 'send' AND b.state = 'waiting'
      AND (a.ended_at IS NULL OR a.conclusion = ANY(%(maybe_done)s))
    UNION ALL
    -- A part has its parent's rows, and then the parent is replaced.
    SELECT 'a row in two requests', row_number
    FROM imports_batch b, unnest(b.row_numbers) AS row_number
    WHERE b.kind = 'send' AND b.state <> 'replaced'
    GROUP BY b.import_id, row_number HAVING count(*) > 1
    UNION ALL
    -- MEGA refuses a token in the answer to a request that went out with it.
    SELECT 'a token refused for the answer to another', t.id FROM imports_token t
    WHERE t.refused_at IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM imports_attempt a
        WHERE a.token_id = t.id AND a.conclusion IN ('unauthorized', 'forbidden'))
"""


class Books:
    """Remembers how things stood, and compares."""

    def __init__(self, world):
        self.world = world
        self.batches, self.imports = {}, {}
        self.sheets = [(balance.stretch(one), one.row_count) for one in world.all_imports()]

    def look(self):
        """After each step: legal changes, books that balance, no second outcome."""
        self.step()
        self._imports()
        for whose, rows in self.sheets:
            buckets = dict(fetch(balance._RECOUNT, whose))
            assert sum(buckets.values()) == rows, buckets
        wrong = fetch(_NEVER, {"maybe_done": list(MAYBE_DONE)})
        assert not wrong, wrong

    def step(self):
        """After each part of a step: no batch became what it may not become."""
        batches = dict(fetch(_STATES))
        for pk, state in batches.items():
            was = self.batches.get(pk, state)
            assert state in _LEGAL[was], f"batch {pk}: {was} became {state}"
        self.batches = batches

    def _imports(self):
        imports = dict(fetch(_IMPORTS, [self.world.imports]))
        assert "inconsistent" not in imports.values()
        for pk, was in self.imports.items():
            assert was not in FINAL or imports[pk] == was, f"import {pk}: {was} became {imports}"
        self.imports = imports

    def end(self):
        """At the end: every row is final, and what MEGA did is what the reports say."""
        for one in self.world.all_imports():
            if one.state == "review":
                continue
            assert one.state in ("finished", "cancelled"), (one.state, one.question, one.reason)
            assert one.finished_at is not None
            self._row_by_row(one)
        left = Batch.objects.filter(kind="send").exclude(state__in=("done", "replaced", "dropped"))
        assert not left.exists(), list(left.values("state", "reason"))
        assert not Attempt.objects.filter(ended_at=None).exists(), "it holds a slot of its key"

    def _row_by_row(self, one):
        sheet = balance.recount(one)
        assert sheet.is_balanced
        assert sheet.not_sent == 0 or one.state == "cancelled", sheet.summary()
        said = dict(Outcome.objects.filter(lead_import=one).values_list("number", "status"))
        emails = dict(one.leads.values_list("number", "body__contact_email"))
        done = {n for n, email in emails.items() if (str(one.mega_id), email) in self._works}
        told = {n for n, status in said.items() if status == "created"}
        assert told <= done, "reported and never done"
        assert not done & {n for n in said if n not in told}, "done and reported as failed"
        assert len(done - told) <= sheet.unknown, "done, and neither reported nor unknown"
        left = Batch.objects.filter(lead_import=one, decisions__choice=Decision.Choice.LEAVE)
        by_a_person = {
            number for numbers in left.values_list("row_numbers") for number in numbers[0]
        }
        may_be_unknown = by_a_person - said.keys()
        assert sheet.unknown <= len(may_be_unknown), "unknown, and nobody was asked"

    @property
    def _works(self):
        return self.world.mega.works


def fetch(sql, values=None):
    """Return what a query finds: built by the ORM it would take longer than a step."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()
