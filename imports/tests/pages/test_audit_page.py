"""The audit trail as auditors and managers read it."""

import re

import pytest
from django.db import connection

from imports.models import Event
from imports.tests.pages import story


@pytest.fixture
def done(ines, acme):
    return story.answered(acme, ines.user)


def lines(client, query=""):
    return story.text(client.get(f"/audit/{query}"))


def test_audrey_sees_every_teams_events_and_sam_only_his_own(audrey, sam, done):
    assert "File uploaded" in lines(audrey)
    assert "Acme" in lines(audrey)
    assert "No event yet" in lines(sam)
    assert "Acme" not in lines(sam)


def test_events_are_filtered_by_act_person_customer_import_and_team(audrey, ines, max_, done):
    max_.post("/customers/acme/check/")
    assert "File uploaded" not in lines(audrey, "?act=token_checked").split("<tbody>")[1]
    assert "Token checked" not in lines(audrey, f"?who={ines.user.pk}").split("<tbody>")[1]
    assert "Token checked" not in lines(audrey, f"?import_id={done.pk}").split("<tbody>")[1]
    assert "File uploaded" in lines(audrey, "?customer=acme&team=north").split("<tbody>")[1]
    assert "No event matches" in lines(audrey, "?since=2001-01-01&until=2001-01-02")


def test_no_lead_data_stands_in_the_trail(audrey, done):
    page = lines(audrey)
    for found in ("Ana Souza", "ana@example.com", "555-0123", "leads.csv"):
        assert found not in page


def test_the_export_carries_the_chain(max_, done):
    answer = max_.get("/audit/export.csv")
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert content.startswith("Trail,Position,At,Act,Code,By,")
    newest = Event.objects.filter(chain__team__slug="north").order_by("-pk").first()
    assert bytes(newest.digest).hex() in content


def test_a_whole_chain_is_said_to_hold_and_a_broken_one_is_named(audrey, done):
    assert "events hold." in story.text(audrey.get("/audit/check/"))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE imports_event DISABLE TRIGGER USER")
        cursor.execute("UPDATE imports_event SET act = 'paused' WHERE act = 'uploaded'")
        cursor.execute("ALTER TABLE imports_event ENABLE TRIGGER USER")
    page = story.text(audrey.get("/audit/check/"))
    assert "was changed after it was written" in page


def test_facts_are_words_and_a_print_says_whose_it_is_and_when(max_, ines, done):
    story.text(max_.get(f"/imports/{done.pk}/to-repair.csv"))
    page = lines(max_, f"?import_id={done.pk}")
    assert "to repair: yes" in page
    assert "rows: failed, invalid" in page
    assert "to_repair" not in page
    printed = page.split('<p class="print-only">')[1].split("</p>")[0]
    assert printed.startswith("Printed by Max Meyer on 20")
    assert printed.endswith(f"UTC. Import number: {done.pk}.")


def test_the_filters_of_the_trail_are_remembered_until_they_are_taken_off(audrey, done):
    audrey.get("/audit/?act=uploaded")
    assert audrey.get("/audit/")["Location"] == "/audit/?act=uploaded"
    assert audrey.get("/audit/?reset")["Location"] == "/audit/"
    assert audrey.get("/audit/").status_code == 200


def test_every_page_of_an_import_says_on_paper_what_it_is_about(audrey, done):
    for step in ("file", "columns", "review", "send", "report", "rows", "requests"):
        page = story.text(audrey.get(f"/imports/{done.pk}/{step}/"))
        printed = page.split('<p class="print-only">')[1].split("</p>")[0]
        assert f"Import #{done.pk} of leads.csv (SHA-256 {done.file_sha256}) for Acme" in printed
        assert "by Ines Iversen." in printed
        assert "Printed by Audrey Adams on 20" in printed


def test_an_event_that_is_noted_meanwhile_shifts_no_page(audrey, ines, done, monkeypatch):
    monkeypatch.setattr("imports.views.audit.PER_PAGE", 3)

    def trail(page):
        return re.findall(r'data-label="Trail">([^<]+)</td>', page)

    in_order = [
        f"{one.chain.team or 'Site'} {one.position}" for one in Event.objects.order_by("-pk")
    ]
    first = lines(audrey)
    ines.get(f"/imports/{done.pk}/report.csv")
    second = lines(audrey, re.search(r'rel="next" href="([^"]+)">Older', first)[1])
    assert trail(first) + trail(second) == in_order
    assert trail(lines(audrey))[1:] == in_order[:2]
