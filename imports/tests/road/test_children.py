"""Rows go again on the whole road: only these, under new keys, and the parent stays as it was."""

import json
import threading
import zlib

import pytest
from django.db import connection, transaction

from imports import tasks
from imports.delivery import children, control
from imports.errors import WrongState
from imports.mega.sandbox.journal import mark
from imports.models import Import, ImportState, OnDuplicate, Outcome, Row
from imports.reports import balance
from imports.tests.road.engine import wait_for, wait_until
from imports.tests.road.test_road import report

pytestmark = pytest.mark.road


def on_its_way(child):
    """Checked by the workers, then sent."""
    tasks.nudge_chunks_of(child.pk)
    wait_for(child, (ImportState.REVIEW,))
    control.send(child, None, on_duplicate=OnDuplicate.UPDATE, undo_seconds=0)
    tasks.nudge_plan(child.pk)
    return child


@pytest.fixture
def half_failed(client_of, sheet):
    """Of 60 rows, those whose stage MEGA does not know failed: 8, 14, 20 … 56."""
    ines = client_of(stages=["new"])
    path = sheet(60, stage_slug=lambda n: "gone" if n % 6 == 1 and n > 6 else "new")
    done = wait_for(ines.send(path))
    assert (done.state, balance.balance(done).failed) == (ImportState.FINISHED, 9)
    return ines, done


def test_only_the_failed_rows_arrive_again_under_new_keys(half_failed, mega):
    ines, parent = half_failed
    told, before = report(parent), ines.requests()
    failed = [row["Row"] for row in told if row["Result"] == "failed"]
    mega.register(ines.raw, ines.mega_id, requests_per_minute=600, stages=["new", "gone"])

    child = wait_for(on_its_way(children.retry(parent, None, ["failed"])))

    assert child.state == ImportState.FINISHED
    again = ines.requests()[len(before) :]
    assert sorted(one for entry in again for one in entry.marks) == sorted(
        mark(lead)
        for batch in parent.batches.all()
        for lead in json.loads(zlib.decompress(batch.body))["leads"]
        if lead["row_ref"] in failed
    )
    assert not {one.key for one in again} & {one.key for one in before}
    assert [(row["Row"], row["Result"]) for row in report(child)] == [
        (number, "created") for number in failed
    ]
    assert len(ines.leads) == 60
    assert report(parent) == told
    parent.refresh_from_db()
    assert balance.recount(parent).failed == 9
    assert ines.complaints() == []


def test_what_was_left_after_a_cancel_arrives_once(client_of, sheet, mega):
    ines = client_of()
    mega.misbehave("hold_after", token=ines.raw)
    parent = ines.send(sheet(120))
    wait_until(ines.requests, "the first request")
    control.cancel(parent, None)
    with pytest.raises(WrongState, match="still settling"):
        children.rest(parent, None)
    mega.release()
    wait_for(parent)

    child = wait_for(on_its_way(children.rest(parent, None)))

    assert (balance.balance(parent).created, balance.balance(child).created) == (25, 95)
    assert balance.balance(child).rows == 95
    assert len(ines.leads) == 120
    theirs = Outcome.objects.filter(lead_import=parent).values_list("number", flat=True)
    assert not Row.objects.filter(lead_import=child, number__in=list(theirs)).exists()


def test_two_who_press_at_the_same_moment_get_one_child(half_failed):
    _, parent = half_failed
    results = []

    def press():
        try:
            results.append(children.retry(parent, None, ["failed"]).pk)
        except WrongState as told:
            results.append(told.sentence)
        finally:
            connection.close()

    both = [threading.Thread(target=press) for _ in range(2)]
    with transaction.atomic():  # nobody gets on before both are there
        Import.objects.select_for_update(no_key=True).get(pk=parent.pk)
        for one in both:
            one.start()
        wait_until(lambda: waiting() >= 2 or len(results) == 2, "both at the parent's lock")
    for one in both:
        one.join(10)

    (child,) = parent.children.all()
    assert child.pk in results
    assert f"All such rows are in import #{child.pk} already, made by a command. Go on there." in (
        results
    )


def waiting():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0]
