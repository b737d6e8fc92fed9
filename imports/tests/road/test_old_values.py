"""Old values: kept before leads are updated, and put back by an import of its own."""

import csv
import time
from io import StringIO

import pytest
from django.utils import timezone

from imports import tasks
from imports.delivery import control, repair
from imports.mega.contract import SCOPE_WRITE
from imports.mega.sandbox.store import new_lead
from imports.models import (
    BeforeImage,
    BeforeRead,
    Event,
    ImportState,
    OnDuplicate,
    ReadAttempt,
    Vocabulary,
)
from imports.reports import balance, old_values
from imports.tests.road.engine import wait_for, wait_until

pytestmark = pytest.mark.road

MAPPING = {"columns": {"City": "custom_fields.city", "Stage": "stage_slug"}}
AS_THEY_WERE = """Name,Email,Phone,City,Stage
Zoe Old,zoe@example.com,,,new
Yan Old,yan@example.com,,,new
Ann Old,ann@example.com,2065550101,Bern,new
Bob Old,bob@example.com,2065550102,,contacted
Cy Old,cy@example.com,,Rome,new
"""
AS_THEY_ARE = """Name,Email,Phone,City,Stage
Ann New,ANN@example.com,,Paris,qualified
Bob New,bob@example.com,2065550102,Oslo,contacted
Cy New,cy.new@example.com,2065559999,Rome,new
Cy Newer,cy@example.com,,London,qualified
Dee New,dee@example.com,,Lima,new
"""
CITY = {"columns": {"City": "custom_fields.city"}}


def by_email(client):
    return {lead["contact_email"]: lead for lead in client.leads}


def reads_of(mega, client):
    return [one for one in mega.reads.entries if one.customer_id == client.mega_id]


def read_already(client):
    """The words of the client's CRM were read: its files ask for no leads."""
    Vocabulary.objects.create(
        customer=client.customer, mega_id=client.mega_id, state="read", read_at=timezone.now()
    )


def put_back(lead_import):
    child = repair.make(lead_import, None)
    tasks.nudge_chunks_of(child.pk)
    return wait_for(child, (ImportState.REVIEW, ImportState.MAPPING))


def send(lead_import):
    control.send(lead_import, None, on_duplicate=OnDuplicate.UPDATE, undo_seconds=0)
    return wait_for(lead_import)


def test_an_update_keeps_what_was_there_and_a_repair_puts_it_back(client_of, tmp_path, mega):
    ines = client_of()
    old, new = tmp_path / "old.csv", tmp_path / "new.csv"
    old.write_text(AS_THEY_WERE)
    wait_for(ines.send(old, mapping=MAPPING))
    before = by_email(ines)
    new.write_text(AS_THEY_ARE)
    updated = wait_for(ines.send(new, mapping=MAPPING))
    assert balance.balance(updated).updated == 3
    assert by_email(ines)["bob@example.com"]["contact_name"] == "Bob New"

    found = repair.assess(updated)
    assert (found.leads, found.can, found.created) == (3, 3, 2)
    assert found.fields_emptied == [("custom_fields.city", 1)]
    child = put_back(updated)
    assert (child.parent, child.row_count) == (updated, 3)
    assert list(child.rows.order_by("number").values_list("number", flat=True)) == [2, 3, 5]
    done = send(child)

    assert done.state == ImportState.FINISHED
    assert balance.balance(done).updated == 3
    after = by_email(ines)
    for person in ("ann", "cy"):
        address = f"{person}@example.com"
        for name in ("id", "contact_name", "contact_phone", "stage_slug", "custom_fields"):
            assert after[address][name] == before[address][name], (person, name)
    bob = after["bob@example.com"]
    assert bob["contact_name"] == "Bob Old"
    assert bob["custom_fields"] == {"city": "Oslo"}  # was empty before: cannot be cleared
    assert len(after) == 7
    assert ines.complaints() == []
    told = Event.objects.filter(import_id=child.pk).order_by("pk").first()
    assert (told.act, told.facts["parent"]) == ("derived", updated.pk)


def test_what_somebody_changed_since_is_not_overwritten(client_of, sheet, mega):
    ines = client_of()
    wait_for(ines.send(sheet(3, City=lambda n: "Bern"), mapping=CITY))
    updated = wait_for(ines.send(sheet(3, City=lambda n: "Rome", name="b.csv"), mapping=CITY))
    lead = by_email(ines)["p2@example.com"]
    mega.edit(ines.mega_id, lead["id"], custom_fields={"city": "Lima"})
    lead = by_email(ines)["p3@example.com"]
    moved = {"contact_email": "x@example.com", "contact_phone": "+12069999999"}
    mega.edit(ines.mega_id, lead["id"], **moved)

    done = send(put_back(updated))

    cities = {one["contact_email"][:2]: one["custom_fields"]["city"] for one in ines.leads}
    assert cities == {"p1": "Bern", "p2": "Lima", "x@": "Rome"}
    sheet_of = balance.balance(done)
    assert (sheet_of.updated, sheet_of.created, sheet_of.excluded) == (1, 0, 2)
    held = dict(done.leads.filter(verdict="excluded").values_list("number", "reason"))
    changed = "Held back: somebody changed this lead in MEGA since it was updated by import "
    gone = "Held back: MEGA does not find this lead any more, it would make a new one."
    assert held == {3: f"{changed}{updated.pk}.", 4: gone}


def test_a_key_that_may_not_read_sends_and_the_record_says_so(client_of, sheet, mega):
    ines = client_of(scopes=(SCOPE_WRITE,))
    read_already(ines)
    wait_for(ines.send(sheet(3)))

    again = sheet(3, name="again.csv", City=lambda n: "Rome")
    done = wait_for(ines.send(again, mapping=CITY))

    assert (done.state, balance.balance(done).updated) == (ImportState.FINISHED, 3)
    assert (done.before.state, done.before.why) == ("not_kept", "no_right")
    assert len(reads_of(mega, ines)) == 2
    told = Event.objects.get(import_id=done.pk, act="old_values_missed")
    assert told.facts["why"] == "no_right"
    assert not repair.is_offered(done)


def test_the_file_of_old_values_is_harmless(client_of, tmp_path, mega):
    ines = client_of()
    path = tmp_path / "evil.csv"
    path.write_text('Name,Email\n"=cmd()",eve@example.com\n')
    wait_for(ines.send(path))
    path.write_text("Name,Email\nEve,eve@example.com\n")

    done = wait_for(ines.send(path, melting="send"))

    text = b"".join(old_values.write_csv(done)).decode("utf-8-sig")
    (row,) = csv.DictReader(StringIO(text))
    assert (row["Row"], row["contact_name"]) == ("2", "'=cmd()")
    assert row["Lead ID"] == ines.leads[0]["id"]


def test_a_killed_worker_leaves_its_page_to_the_next_one(client_of, engine, sheet, mega):
    ines = client_of()
    read_already(ines)
    fill(mega, ines, 250)
    mega.misbehave("hold_before", only="read", token=ines.raw, skip=1)
    made = ines.send(sheet(200))
    wait_until(lambda: mega.service.faults.waiting == [], "the second page to be asked for")

    engine.kill("delivery")
    mega.release()
    engine.start("delivery")

    done = wait_for(made)
    attempts = ReadAttempt.objects.filter(read__lead_import=made)
    assert list(attempts.values_list("conclusion", flat=True)) == ["read", "lost", "read", "read"]
    assert (done.before.state, done.before.answered, done.images.count()) == ("done", 3, 200)
    assert balance.balance(done).updated == 200


def fill(mega, client, people):
    """Let the client have had so many leads for long: p1, p2, p3 …"""
    book = mega.service.store.book(client.mega_id)
    for n in range(1, people + 1):
        now = f"2026-01-01T00:00:00.{n:06d}Z"
        row = {"contact_email": f"p{n}@example.com", "contact_name": f"Old {n}"}
        book.put(new_lead(client.mega_id, now, "new").merged(row, {}, now))


def most_in_a_minute(reads):
    times = [one.arrived for one in reads]
    return max(sum(first <= one < first + 60 for one in times) for first in times)


@pytest.mark.timeout(200)  # the key's minute has to pass
def test_reading_keeps_its_quota_and_slows_no_other_import_of_the_key(client_of, sheet, mega):
    """5,300 leads are 53 pages: more than a minute's 50."""
    ines = client_of()
    fill(mega, ines, 5_300)
    reading = ines.send(sheet(100))
    wait_until(lambda: len(reads_of(mega, ines)) > 10, "the reading to be in full swing")

    began = time.monotonic()
    ines.customer.keep_old_values = False
    ines.customer.save()
    other = wait_for(ines.send(sheet(200, start=8_000, name="c.csv")))

    assert balance.balance(other).created == 200
    assert time.monotonic() - began < 30
    assert BeforeRead.objects.get(lead_import=reading).is_open
    done = wait_for(reading, patience=120)
    read = BeforeRead.objects.get(lead_import=reading)
    assert (read.state, read.seen, read.answered) == ("done", 5_500, 55)
    assert BeforeImage.objects.filter(lead_import=done).count() == 100
    assert balance.balance(done).updated == 100
    assert most_in_a_minute(reads_of(mega, ines)) == 50
    assert ines.complaints() == []
