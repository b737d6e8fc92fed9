"""Failed rows are taken out, repaired, uploaded again and arrive: once, whoever is in a hurry."""

import csv
import io
import threading

import pytest
from django.db import connection, transaction

from imports import tasks
from imports.delivery import children, control
from imports.errors import WrongState
from imports.models import Import, ImportState, Lead, OnDuplicate
from imports.reports import balance, files, to_repair
from imports.reports.rows import Selection
from imports.tests.road.engine import wait_for, wait_until
from imports.tests.road.test_children import on_its_way, waiting

pytestmark = pytest.mark.road


@pytest.fixture
def half_failed(client_of, sheet):
    """Of 30 rows, those whose stage MEGA does not know failed: 13, 19, 25, 31."""
    ines = client_of(stages=["new"])
    path = sheet(30, stage_slug=lambda n: "gone" if n % 6 == 0 and n > 6 else "new")
    done = wait_for(ines.send(path))
    assert (done.state, balance.balance(done).failed) == (ImportState.FINISHED, 4)
    return ines, done


def taken_out(of, folder, name, **corrected):
    """Take the rows out, correct a column in all of them, save them with semicolons."""
    chosen = Selection(buckets=to_repair.buckets(of))
    text = b"".join(files.write_csv(of, chosen, to_repair.REPAIR)).decode("utf-8-sig")
    rows = [row | corrected for row in csv.DictReader(io.StringIO(text))]
    path = folder / name
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0], delimiter=";")
        writer.writeheader()
        writer.writerows(reversed(rows))
    return path


def test_repaired_rows_arrive_and_a_second_upload_sends_nothing(half_failed, tmp_path):
    ines, parent = half_failed
    path = taken_out(parent, tmp_path, "repaired.csv", stage_slug="new")

    child = wait_for(ines.send(path))

    assert (child.parent, child.state) == (parent, ImportState.FINISHED)
    assert child.headers == parent.headers
    assert balance.balance(child).created == 4
    assert len(ines.leads) == 30
    assert {lead["contact_name"] for lead in ines.leads} == {f"Person {n}" for n in range(1, 31)}
    before = len(ines.requests())
    again = ines.review(taken_out(parent, tmp_path, "again.csv", stage_slug="new"))
    assert balance.balance(again).duplicate == 4
    with pytest.raises(WrongState, match="No row of this import can be sent"):
        control.send(again, None, on_duplicate=OnDuplicate.UPDATE, undo_seconds=0)
    assert len(ines.requests()) == before
    assert ines.complaints() == []


def twice(parent):
    return parent, parent


def one_of_a_follow_up(parent):
    return parent, wait_for(on_its_way(children.retry(parent, None, ["failed"])))


@pytest.mark.parametrize("sources", [twice, one_of_a_follow_up])
def test_two_who_send_the_same_rows_at_the_same_moment_send_them_once(
    half_failed, tmp_path, sources
):
    ines, parent = half_failed
    both = [
        ines.review(taken_out(source, tmp_path, f"{name}.csv", stage_slug="new", Name=name))
        for name, source in zip(("Ann", "Bob"), sources(parent), strict=True)
    ]
    assert [balance.balance(one).not_sent for one in both] == [4, 4]
    said = []

    def press(one):
        try:
            control.send(one, None, on_duplicate=OnDuplicate.UPDATE, undo_seconds=0)
        except WrongState as told:
            said.append(told.sentence)
        else:
            said.append("")
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[one]) for one in both]
    with transaction.atomic():  # nobody gets on before both are there
        Import.objects.select_for_update(no_key=True).get(pk=parent.pk)
        for one in threads:
            one.start()
        wait_until(lambda: waiting() >= 2 or len(said) == 2, "both at the eldest's lock")
    for one in threads:
        one.join(10)

    assert sorted(map(bool, said)) == [False, True]
    sent = Lead.objects.filter(verdict="ok")
    (winner,) = Import.objects.filter(pk__in=[one.pk for one in both], state=ImportState.QUEUED)
    tasks.nudge_plan(winner.pk)
    assert wait_for(winner).state == ImportState.FINISHED
    assert sent.filter(lead_import=winner).count() == 4
    assert len(ines.leads) == 30
