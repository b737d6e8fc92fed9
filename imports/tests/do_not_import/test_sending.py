"""Whoever is listed while requests wait is not sent; what may have arrived is repeated as it is."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from imports.delivery import claims, control, deliver, finish, listed, plan, settle
from imports.do_not_import import lists
from imports.models import (
    Attempt,
    Batch,
    BatchState,
    Event,
    Import,
    ImportState,
    Lead,
    OnDuplicate,
    Outcome,
)
from imports.reports import balance
from imports.tests.delivery import wire
from imports.tests.delivery.steps import (
    BROKEN,
    LONG_AGO,
    attempt_of,
    fresh,
    refused,
    reviewed,
)
from imports.tests.do_not_import.conftest import of, of_team, put

pytestmark = pytest.mark.django_db
OTHER_KEY = "b7" * 32


def planned(acme, rows):
    made = reviewed(acme, rows)
    control.send(made, None, on_duplicate=OnDuplicate.SKIP, undo_seconds=0)
    assert plan.plan(made.pk)
    Batch.objects.update(not_before=LONG_AGO)
    return fresh(made)


def claim():
    Batch.objects.update(not_before=LONG_AGO)
    return claims.claim()


def refs(body):
    """The rows and addresses of a request's bytes."""
    leads = json.loads(body)["leads"]
    return [(int(one["row_ref"]), one["contact_email"]) for one in leads]


def said(numbers):
    rows = [{"row_ref": str(n), "status": "created", "lead_id": f"l-{n}"} for n in numbers]
    content = json.dumps({"dry_run": False, "results": rows}).encode()
    return wire.whole(b"200 OK", content)


def heard_of(request):
    return request.partition(b"\r\n\r\n")[2]


def test_who_is_listed_after_planning_is_not_on_the_wire(acme, settings):
    made = planned(acme, 4)
    put(of(acme), "p3@example.com\nP5@EXAMPLE.COM")
    with wire.answering(settings, said([2, 4])) as heard:
        (claimed,) = claim()
        assert not deliver.deliver(claimed, "there:1")  # it was cut anew
        assert heard == []
        Batch.objects.filter(pk=claimed).update(base_url="")
        part = Batch.objects.get(state=BatchState.WAITING)
        Batch.objects.filter(pk=part.pk).update(base_url=settings.MEGA_BASE_URL)
        (claimed,) = claim()
        assert claimed == part.pk
        assert deliver.deliver(claimed, "there:1")

    assert len(heard) == 1
    assert b"p3@" not in heard[0]
    assert b"p5@" not in heard[0].lower()
    finish.finish_imports()
    ended = fresh(made)
    assert ended.state == ImportState.FINISHED
    books = balance.recount(ended)
    assert (books.created, books.excluded, books.not_sent) == (2, 2, 0)
    why = Lead.objects.get(lead_import=made, number=3)
    assert (why.verdict, why.code) == ("excluded", "listed")
    assert "the do-not-import list of Acme (source: unsubscribes)" in why.reason


def test_the_part_goes_under_a_key_of_its_own_in_the_same_turn(acme):
    planned(acme, 4)
    first = Batch.objects.get()
    put(of_team(acme), "p3@example.com")
    (claimed,) = claim()

    assert not listed.look_through(claimed)

    first.refresh_from_db()
    part = Batch.objects.get(parent=first)
    assert (first.state, first.reason) == (BatchState.REPLACED, "listed")
    assert (part.number, part.after, part.state) == (first.number, first.after, "waiting")
    assert part.key != first.key
    assert part.row_numbers == [2, 4, 5]
    assert part.listed_to == first.listed_to == lists.version_for(acme.pk)
    event = Event.objects.get(act="listed_cut")
    assert event.facts == {"batch": first.pk, "rows": 1}


def test_a_request_of_nobody_else_is_not_sent_at_all(acme):
    made = planned(acme, 2)
    put(of(acme), "example.com\np2@example.com\np3@example.com")

    assert not deliver.deliver(claim()[0], "there:1")

    assert Batch.objects.get().state == BatchState.REPLACED
    assert claim() == []
    finish.finish_imports()
    assert fresh(made).state == ImportState.FINISHED
    assert not Attempt.objects.exists()


def test_a_list_of_others_costs_a_look_and_nothing_else(acme, settings):
    planned(acme, 3)
    key = Batch.objects.get().key
    put(of(acme), "somebody@else.org")
    with wire.answering(settings, said([2, 3, 4])) as heard:
        Batch.objects.update(base_url=settings.MEGA_BASE_URL)
        (claimed,) = claim()
        assert deliver.deliver(claimed, "there:1")

    assert Batch.objects.get().key == key
    assert len(heard) == 1
    assert Outcome.objects.count() == 3


def test_where_no_list_was_changed_nothing_is_looked_through(acme):
    put(of(acme), "somebody@else.org")
    planned(acme, 3)
    (claimed,) = claim()

    with CaptureQueriesContext(connection) as asked:
        assert deliver.take(claimed, "there:1") is not None

    assert not any("imports_listentry" in one["sql"] for one in asked.captured_queries)


def test_a_request_that_may_have_arrived_is_repeated_unchanged(acme, settings):
    planned(acme, 3)
    one = Batch.objects.get()
    before = bytes(one.body), one.key
    settle.record(attempt_of(one), BROKEN)
    put(of(acme), "p3@example.com")

    with wire.answering(settings, said([2, 3, 4])) as heard:
        Batch.objects.update(base_url=settings.MEGA_BASE_URL)
        (claimed,) = claim()
        assert deliver.deliver(claimed, "there:1")

    one.refresh_from_db()
    assert (bytes(one.body), one.key) == before
    assert refs(heard_of(heard[0])) == [(n, f"p{n}@example.com") for n in (2, 3, 4)]
    assert str(one.key).encode() in heard[0]
    assert Lead.objects.get(number=3).verdict == "ok"


def test_halves_of_a_refused_request_are_looked_through(acme):
    planned(acme, 4)
    one = Batch.objects.get()
    attempt = attempt_of(one)
    put(of(acme), "p3@example.com")
    settle.record(attempt, refused(400))

    claimed = claim()
    carried = [deliver.take(batch, "there:1") for batch in claimed]
    assert not any(carried)
    for batch in claimed:
        listed.look_through(batch)

    waiting = Batch.objects.exclude(state=BatchState.REPLACED)
    assert sorted(n for b in waiting for n in b.row_numbers) == [2, 4, 5]


def test_a_paused_import_is_looked_through_when_it_goes_on(acme):
    made = planned(acme, 3)
    (claimed,) = claim()
    control.pause(made, None)
    put(of(acme), "p3@example.com")
    assert deliver.take(claimed, "there:1") is None
    Batch.objects.update(state=BatchState.WAITING)  # its claim has lapsed

    control.resume(fresh(made), None)
    (claimed,) = claim()
    assert not deliver.deliver(claimed, "there:1")

    assert Batch.objects.get(state=BatchState.WAITING).row_numbers == [2, 4]


def test_who_is_listed_between_the_word_and_the_planning_is_found(acme):
    made = reviewed(acme, 3)
    control.send(made, None, on_duplicate=OnDuplicate.SKIP, undo_seconds=0)
    put(of(acme), "p3@example.com")
    assert plan.plan(made.pk)

    assert not deliver.deliver(claim()[0], "there:1")

    assert Batch.objects.get(state=BatchState.WAITING).row_numbers == [2, 4]


def test_nothing_new_goes_while_the_key_of_the_lists_does_not_open(acme, settings):
    planned(acme, 3)
    put(of(acme), "p3@example.com")
    (claimed,) = claim()
    settings.TOKEN_KEYS = [OTHER_KEY]

    assert not deliver.deliver(claimed, "there:1")

    assert Batch.objects.get().state == BatchState.CLAIMED
    assert not Attempt.objects.exists()


def test_the_word_to_send_notes_by_which_version_it_judged(acme):
    put(of(acme), "p9@example.com")
    made = reviewed(acme, 3)

    control.send(made, None, on_duplicate=OnDuplicate.SKIP)

    assert Import.objects.get(pk=made.pk).listed_to == 1
