"""The audit trail as auditors and managers read it."""

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
    assert "No event matches" in lines(sam)
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
