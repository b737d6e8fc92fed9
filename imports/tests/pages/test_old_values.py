"""Old values on the pages: chosen at review, watched while they are read, taken, put back."""

import csv
import json
from io import StringIO

import pytest
from django.utils import timezone

from imports.delivery import before, control
from imports.models import (
    BeforeRead,
    Event,
    Import,
    ImportState,
    Lead,
    OnDuplicate,
    Unforeseen,
)
from imports.tests.pages import story
from imports.tests.thawed import thawed
from imports.views import old_values

State = BeforeRead.State


def word(lead_import, **more):
    shown = {"expected_mapping": lead_import.mapping_id, "expected_leads": 3}
    return {"on_duplicate": "update", "unforeseen": "overwrite", **shown, **more}


def review(client, lead_import):
    return story.text(client.get(f"/imports/{lead_import.pk}/review/"))


def test_the_review_says_what_reading_costs_before_anything_is_sent(ines, acme):
    lead_import = story.reviewed(acme, ines.user)
    page = review(ines, lead_import)
    assert "Keep the old values of leads that are updated" in page
    assert "At most 5 reading requests, 1 minute;" in page  # two e-mails, two phones, a page
    assert "MEGA counts them apart from the requests that send." in page


def test_the_review_knows_how_many_leads_there_were_the_last_time(ines, acme):
    earlier = story.answered(acme, ines.user)
    BeforeRead.objects.create(
        lead_import=earlier, minutes=5, state=State.DONE, total=250, answered=3,
        not_before=timezone.now(), ended_at=timezone.now(),
    )  # fmt: skip
    page = review(ines, story.reviewed(acme, ines.user, name="next.csv"))
    assert "About 3 reading requests, under a minute; never more than 5 minutes." in page


def test_the_review_says_that_mega_refused_it_the_last_time(ines, acme):
    earlier = story.answered(acme, ines.user)
    BeforeRead.objects.create(
        lead_import=earlier, minutes=5, state=State.NOT_KEPT, why="no_right",
        not_before=timezone.now(), ended_at=timezone.now(),
    )  # fmt: skip
    page = review(ines, story.reviewed(acme, ines.user, name="next.csv"))
    assert "The last time MEGA refused it: the token may not read leads" in page


def test_what_ines_chooses_is_written_down_with_her_word_to_send(ines, acme):
    lead_import = story.reviewed(acme, ines.user)
    chosen = {"keep_old_values": "on", "hold_lost": "on", "hold_days": "14"}
    ines.post(f"/imports/{lead_import.pk}/send/", word(lead_import, **chosen))
    read = BeforeRead.objects.get(lead_import=lead_import)
    assert (read.state, read.hold_won, read.hold_lost, read.hold_days) == (
        State.WAITING, False, True, 14,
    )  # fmt: skip


def test_what_is_not_ticked_is_not_read_and_the_page_says_so(ines, acme):
    lead_import = story.reviewed(acme, ines.user)
    ines.post(f"/imports/{lead_import.pk}/send/", word(lead_import))
    page = story.text(ines.get(f"/imports/{lead_import.pk}/send/"))
    assert "Old values were not kept: nobody asked for it." in page


def test_the_customers_settings_are_the_default(max_, acme):
    page = story.text(max_.get("/customers/acme/settings/"))
    assert "Minutes that sending waits for that at most" in page
    fields = {
        "name": "Acme", "mega_id": str(acme.mega_id), "region": "US", "requests_per_minute": "10",
        "on_duplicate": "update", "keep_minutes": "9", "hold_won": "on", "hold_days": "30",
    }  # fmt: skip
    assert max_.post("/customers/acme/settings/", fields).status_code == 302
    acme.refresh_from_db()
    assert (acme.keep_old_values, acme.keep_minutes) == (False, 9)
    assert (acme.hold_won, acme.hold_lost, acme.hold_days) == (True, False, 30)
    assert "won leads are held back; leads contacted within 30 days" in story.text(
        max_.get("/customers/acme/")
    )
    told = Event.objects.latest("pk").facts
    assert told["keep_minutes"] == 9
    too_long = max_.post("/customers/acme/settings/", fields | {"keep_minutes": "60"})
    assert too_long.status_code == 422


@pytest.fixture
def reading(ines, acme):
    """Confirmed a while ago; its old values are being read."""
    lead_import = story.reviewed(acme, ines.user)
    control.send(
        lead_import, ines.user, on_duplicate=OnDuplicate.UPDATE, undo_seconds=-1,
        unforeseen=Unforeseen.OVERWRITE, wish=before.Wish(minutes=5),
    )  # fmt: skip
    BeforeRead.objects.update(state=State.READING, needed=40, answered=12)
    return lead_import


def test_the_live_page_says_what_sending_waits_for(ines, vera, reading):
    page = story.text(ines.get(f"/imports/{reading.pk}/send/"))
    assert "Reading the old values of leads that may be updated: 12 of 40 requests." in page
    assert "Sending starts afterwards, in 5 minutes at the latest." in page
    assert "Send without waiting" in page
    assert "Send without waiting" not in story.text(vera.get(f"/imports/{reading.pk}/send/"))
    live = f"/imports/{reading.pk}/send/live/?v="
    version = page.split("/send/live/?v=")[1].split('"')[0]
    assert ines.get(live + version).status_code == 204
    BeforeRead.objects.update(answered=13)
    assert ines.get(live + version).status_code == 200


def test_ines_does_not_wait(ines, reading):
    ines.post(f"/imports/{reading.pk}/send/skip-reading/")
    page = story.text(ines.get(f"/imports/{reading.pk}/send/"))
    assert "Old values were not kept: somebody chose not to wait for it." in page
    assert "Send without waiting" not in page
    told = Event.objects.filter(import_id=reading.pk).latest("pk")
    assert (told.act, told.actor) == ("old_values_missed", ines.user)
    again = ines.post(f"/imports/{reading.pk}/send/skip-reading/", follow=True)
    assert "The old values are not being read any more." in story.text(again)


def test_ines_takes_her_word_back_while_old_values_are_read(ines, reading):
    ines.post(f"/imports/{reading.pk}/send/undo/")
    assert Import.objects.get(pk=reading.pk).state == ImportState.REVIEW
    assert not BeforeRead.objects.exists()


def test_the_report_offers_old_values_as_a_harmless_file(vera, acme):
    lead_import = story.answered(acme)
    story.kept(lead_import, contact_name="=cmd()")
    page = story.text(vera.get(f"/imports/{lead_import.pk}/report/"))
    assert "Old values were kept of every row for which MEGA had a lead." in page
    answer = vera.get(f"/imports/{lead_import.pk}/old-values.csv")
    assert "no-store" in answer["Cache-Control"]
    assert "attachment" in answer["Content-Disposition"]
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(StringIO(text))
    assert (row["Row"], row["Lead ID"], row["contact_name"]) == ("3", "lead-3", "'=cmd()")
    assert row["custom_fields.budget"] == "400"
    told = Event.objects.latest("pk")
    assert (told.act, told.facts["rows"]) == ("downloaded", "old_values")


def test_what_cannot_be_put_back_is_listed_before_anything_is_made(ines, vera, acme):
    lead_import = story.answered(acme, ines.user)
    story.kept(lead_import)
    address = f"/imports/{lead_import.pk}/put-back/"
    page = story.text(ines.get(address))
    assert "Make an import of 1 old lead" in page
    assert "<code>source_platform</code> is not" not in page
    assert "New leads stay: MEGA's API deletes none." in page
    assert "Make an import of" not in story.text(vera.get(address))


def test_the_page_of_a_large_import_answers_before_it_compares(ines, acme, monkeypatch):
    monkeypatch.setattr(old_values, "AT_ONCE", 0)
    lead_import = story.answered(acme, ines.user)
    story.kept(lead_import)
    address = f"/imports/{lead_import.pk}/put-back/"
    page = story.text(ines.get(address))
    assert 'hx-get="?count" hx-trigger="load" hx-select="#found"' in page
    assert "Make an import of" not in page
    page = story.text(ines.get(f"{address}?count"))
    assert "Make an import of 1 old lead" in page
    assert "hx-trigger" not in page.split('id="found"')[1].split(">")[0]


def test_ines_puts_old_values_back_once(ines, acme):
    lead_import = story.answered(acme, ines.user)
    story.kept(lead_import)
    made = ines.post(f"/imports/{lead_import.pk}/put-back/")
    child = Import.objects.get(parent=lead_import)
    assert made["Location"] == f"/imports/{child.pk}/"
    story.check(child)
    child.refresh_from_db()
    assert (child.state, child.on_duplicate, child.origin) == (
        ImportState.REVIEW, "update", "repair",
    )  # fmt: skip
    assert "Send 1 lead to Acme" in review(ines, child)
    (lead,) = child.leads.all()
    assert lead.number == 3
    assert lead.body["contact_email"] == "ana@example.com"
    assert lead.body["contact_name"] == "Ana Before"
    page = story.text(ines.get(f"/imports/{lead_import.pk}/put-back/"))
    assert f'<a href="/imports/{child.pk}/">#{child.pk}</a> does this already' in page
    again = ines.post(f"/imports/{lead_import.pk}/put-back/", follow=True)
    assert f"Import #{child.pk} puts these old values back already." in story.text(again)
    ines.post(f"/imports/{child.pk}/send/cancel/")
    assert "Make an import of 1 old lead" in story.text(
        ines.get(f"/imports/{lead_import.pk}/put-back/")
    )


def test_an_import_without_old_values_says_so(ines, acme):
    lead_import = story.answered(acme, ines.user)
    page = story.text(ines.get(f"/imports/{lead_import.pk}/put-back/"))
    assert "Old values can be put back once the import is over, if they were kept." in page
    assert "The old values were not read." in page
    ines.post(f"/imports/{lead_import.pk}/put-back/")
    assert not lead_import.children.exists()


def test_a_question_that_cannot_be_understood_is_asked_again_whole(ines, acme):
    lead_import = story.reviewed(acme, ines.user)
    answer = ines.post(f"/imports/{lead_import.pk}/review/ask/", {"on_duplicate": "eat"})
    assert answer.status_code == 422


def test_numbers_and_yes_or_no_go_back_as_mega_showed_them(ines, acme):
    lead_import = story.answered(acme, ines.user, statuses=("created", "updated", "updated"))
    sent = {"budget": "1", "vip": "no", "note": "x"}
    with thawed():
        Lead.objects.filter(lead_import=lead_import, number__in=[3, 5]).update(
            body={"contact_name": "Dora", "custom_fields": sent}
        )
    old = {"budget": 400.5, "vip": True, "note": 12}
    story.kept(lead_import, custom_fields=old)
    story.kept(lead_import, 5, custom_fields=old | {"budget": 300, "note": "call"})
    answer = ines.post(f"/imports/{lead_import.pk}/put-back/")
    child = Import.objects.get(origin="repair")
    assert answer["Location"] == f"/imports/{child.pk}/"
    story.check(child)
    bodies = child.leads.order_by("number").values_list("body", flat=True)
    assert [json.dumps(body["custom_fields"], sort_keys=True) for body in bodies] == [
        '{"budget": 400.5, "note": "12", "vip": true}',
        '{"budget": 300, "note": "call", "vip": true}',
    ]
