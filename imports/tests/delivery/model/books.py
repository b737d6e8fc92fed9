"""What must hold after every step of a history, and at its end."""

from django.db import connection

from imports.models import FINAL, Batch, Import, Outcome
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


class Books:
    """Remembers how things stood, and compares."""

    def __init__(self, world):
        self.world = world
        self.batches, self.imports = {}, {}

    def look(self):
        """After each step: legal changes, books that balance, no second outcome."""
        self.step()
        self._imports()
        with connection.cursor() as cursor:
            for one in self.world.all_imports():
                cursor.execute(balance._RECOUNT, balance.stretch(one))
                buckets = dict(cursor.fetchall())
                assert sum(buckets.values()) == one.row_count, buckets

    def step(self):
        """After each part of a step: no batch became what it may not become."""
        batches = dict(Batch.objects.values_list("pk", "state"))
        for pk, state in batches.items():
            was = self.batches.get(pk, state)
            assert state in _LEGAL[was], f"batch {pk}: {was} became {state}"
        self.batches = batches

    def _imports(self):
        imports = dict(Import.objects.filter(pk__in=self.world.imports).values_list("pk", "state"))
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

    @property
    def _works(self):
        return self.world.mega.works
