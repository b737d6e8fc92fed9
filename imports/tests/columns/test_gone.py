"""Whatever people do with a family of imports, in whatever order: no row goes twice, none is lost.

The test keeps its own books of which row is whose; the code knows only links and row numbers.
"""

import uuid
from dataclasses import dataclass, field

import pytest
from django.db import transaction
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from imports.columns import gone
from imports.delivery import tokens
from imports.models import (
    Attempt,
    Batch,
    BatchState,
    Import,
    ImportState,
    Kind,
    Lead,
    MappingVersion,
    Origin,
    Outcome,
    Row,
    Verdict,
)
from imports.tests import people

pytestmark = pytest.mark.django_db
ANSWERS = ["created", "updated", "skipped", "failed", "failed", "failed", "unclear", "none"]
STEPS = ["retry", "retry", "file", "file", "send", "send", "answer", "answer", "undo", "move"]
FIRST = 2  # number of a sheet's first row


@dataclass
class Made:
    """An import of the story: whose row each of its rows is, and what became of those it sent."""

    lead_import: Import
    people: dict[int, int]
    state: str = "review"
    ended: dict[int, str] = field(default_factory=dict)  # by row, once it is over

    def sent(self):
        ready = Lead.objects.filter(lead_import=self.lead_import, verdict="ok")
        return set(ready.values_list("number", flat=True))

    def has(self):
        """The people whose rows nobody else may send."""
        if self.state == "queued":
            return {self.people[number] for number in self.sent()}
        ended = self.ended.items()
        return {self.people[n] for n, how in ended if how not in ("failed", "none")}


class Story:
    def __init__(self, customer, rows):
        self.customer, self.next = customer, rows
        self.all = []
        self.make(None, Origin.FILE, {FIRST + n: n for n in range(rows)}, {})

    def make(self, parent, origin, whose, repairs):
        lead_import = Import.objects.create(
            customer=self.customer, mega_id=self.customer.mega_id, origin=origin, parent=parent,
            returned={"linked": True} if parent and origin == Origin.FILE else {}, file="x",
            file_name="x", file_size=1, file_sha256="x", state=ImportState.REVIEW,
        )  # fmt: skip
        mapping = MappingVersion.objects.create(lead_import=lead_import, version=1, content={})
        lead_import.mapping = mapping
        lead_import.save()
        Row.objects.bulk_create(
            Row(lead_import=lead_import, number=number, cells=[], repairs=repairs.get(number))
            for number in whose
        )
        Lead.objects.bulk_create(
            Lead(lead_import=lead_import, mapping=mapping, number=number, verdict="ok", body={},
                 problems=[], warned=False, digest=b"")
            for number in whose
        )  # fmt: skip
        self.all.append(Made(lead_import, whose))

    def retry(self, one, _draw):
        failed = {n for n, how in one.ended.items() if how in ("failed", "none")}
        if whose := {n: one.people[n] for n in failed}:
            self.make(one.lead_import, Origin.RETRY, whose, {})

    def file(self, one, draw):
        """Some rows, turned around, and one that nobody had before."""
        chosen = draw(st.permutations(sorted(one.people)))[: draw(st.integers(1, 4))]
        numbers = range(FIRST, FIRST + len(chosen))
        repairs = dict(zip(numbers, chosen, strict=True))
        whose = {number: one.people[row] for number, row in repairs.items()}
        if draw(st.booleans()):
            whose[FIRST + len(chosen)], self.next = self.next, self.next + 1
        self.make(one.lead_import, Origin.FILE, whose, repairs)

    def send(self, one, _draw):
        if one.state != "review":
            return
        taken = set().union(*(other.has() for other in self.all if other is not one))
        wanted = set(one.people)
        Lead.objects.filter(lead_import=one.lead_import).update(verdict=Verdict.OK, reason="")
        left_out = gone.leave_out(one.lead_import, for_good=True)
        assert one.sent() == {n for n in wanted if one.people[n] not in taken}
        assert left_out == len(wanted) - len(one.sent()) == gone.count(one.lead_import)
        assert not gone.is_changed(one.lead_import)
        event(f"left out: {bool(left_out)}")
        self.put(one, "queued", ImportState.QUEUED)

    def undo(self, one, _draw):
        if one.state == "queued":
            self.put(one, "review", ImportState.REVIEW)

    def move(self, one, draw):
        """What is under way stops here and there."""
        if one.state == "queued":
            states = [ImportState.SENDING, ImportState.PAUSED, ImportState.BLOCKED]
            self.put(one, "queued", draw(st.sampled_from([*states, ImportState.DECISION])))

    def answer(self, one, draw):
        if one.state != "queued":
            return
        for number in sorted(one.sent()):
            how = one.ended[number] = draw(st.sampled_from(ANSWERS))
            if how != "none":
                self.settle(one.lead_import, number, how)
        is_cut = "none" in one.ended.values()
        self.put(one, "over", ImportState.CANCELLED if is_cut else ImportState.FINISHED)

    def settle(self, lead_import, number, how):
        token, is_clear = self.customer.token, how != "unclear"
        batch = Batch.objects.create(
            customer=self.customer, lead_import=lead_import, kind=Kind.SEND, number=number,
            row_numbers=[number], rows=1, mega_id=self.customer.mega_id, base_url="http://x",
            key=uuid.uuid4(), body=b"", body_sha256=b"", first_sent_at="2026-01-01T00:00Z",
            state=BatchState.DONE if is_clear else BatchState.DROPPED,
        )  # fmt: skip
        if not is_clear:
            return
        attempt = Attempt.objects.create(
            batch=batch, quota=token.quota, token=token, kind=Kind.SEND, worker="w", fence=1,
            started_at="2026-01-01T00:00Z", status=200,
        )  # fmt: skip
        Outcome.objects.bulk_create(
            [Outcome(lead_import=lead_import, number=number, status=how, batch=batch,
                     errors=[], attempt=attempt, ignored_custom_fields=[])]
        )  # fmt: skip

    def put(self, one, state, stored):
        one.state, one.lead_import.state = state, stored
        one.lead_import.save(update_fields=["state"])


@pytest.fixture
def acme(db):
    customer = people.customer("Acme")
    tokens.set_token(customer, people.TOKEN, None)
    return customer


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_a_row_is_never_sent_by_two_and_none_is_left_out_for_nothing(acme, data):
    with transaction.atomic():
        story = Story(acme, data.draw(st.integers(1, 4)))
        steps = st.tuples(st.sampled_from(STEPS), st.integers(0, 40))
        for step, which in data.draw(st.lists(steps, min_size=6, max_size=22)):
            one = story.all[which % len(story.all)]
            getattr(story, step)(one, data.draw)
        event(f"imports: {len(story.all)}")
        transaction.set_rollback(True)
