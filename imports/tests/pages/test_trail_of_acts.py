"""What people do leaves its event: files taken, names changed, strangers' questions."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from imports.management.base import Problem
from imports.models import Event, Import
from imports.tests import people
from imports.tests.pages import story
from portal.models import Role


@pytest.fixture(autouse=True)
def _servers_run(monkeypatch):
    monkeypatch.setattr("imports.management.base._ask_for_servers", lambda: None)


def events(act):
    found = Event.objects.filter(act=act).select_related("chain__team", "actor").order_by("pk")
    return [(e.actor and e.actor.email, str(e.chain.team or "site"), e.facts) for e in found]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/customers/export.csv", "customers"),
        ("/history/export.csv", "imports"),
        ("/audit/export.csv", "events"),
    ],
)
def test_a_list_that_is_taken_as_a_file_is_told_to_the_teams_it_is_about(max_, audrey, path, name):
    for reader in (max_, audrey):
        assert b"".join(reader.get(path).streaming_content)
    assert events("downloaded") == [
        ("max@example.com", "North", {"list": name}),
        ("audrey@example.com", "site", {"list": name}),
    ]


def test_a_report_that_a_command_writes_is_told(acme, max_, tmp_path):
    made = story.answered(acme, max_.user)
    options = ["--output", str(tmp_path / "report.csv"), "--user", max_.user.email]
    call_command("import_report", made.pk, *options, stdout=StringIO())
    facts = {"rows": "all", "kind": "csv"}
    assert events("downloaded") == [("max@example.com", "North", facts)]


def test_import_leads_with_a_report_is_told(acme, max_, tmp_path, monkeypatch):
    made = story.answered(acme, max_.user)
    done = "imports.management.commands.import_leads."
    monkeypatch.setattr(done + "_accept", lambda *_: made)
    monkeypatch.setattr(done + "_wait", lambda *_, **__: (0, None))
    (tmp_path / "leads.csv").write_text(story.SHEET)
    options = [
        "--customer",
        "acme",
        "--report",
        str(tmp_path / "r.csv"),
        "--user",
        "max@example.com",
    ]
    with pytest.raises(SystemExit):
        call_command("import_leads", str(tmp_path / "leads.csv"), *options, stdout=StringIO())
    assert (tmp_path / "r.csv").exists()
    facts = {"rows": "all", "kind": "csv"}
    assert events("downloaded") == [("max@example.com", "North", facts)]


@pytest.mark.parametrize(
    "command", [["import_leads", "x.csv", "--customer", "acme"], ["set_token", "acme"]]
)
def test_a_command_in_a_strangers_name_is_refused_and_told(acme, sam, command):
    with pytest.raises(Problem, match="There is no customer “acme”"):
        call_command(*command, "--user", "sam@example.com")
    facts = {"kind": "customer", "id": acme.pk}
    assert events("stranger") == [("sam@example.com", "North", facts)]


def test_a_strangers_report_is_refused_and_told(acme, sam, tmp_path):
    made = story.answered(acme)
    with pytest.raises(Problem, match=f"There is no import {made.pk}"):
        call_command(
            "import_report",
            made.pk,
            "--output",
            str(tmp_path / "r.csv"),
            "--user",
            "sam@example.com",
        )
    assert events("stranger") == [("sam@example.com", "North", {"kind": "import", "id": made.pk})]


def test_an_upload_for_another_teams_customer_is_refused_and_told(acme, sam):
    answer = sam.post("/imports/new/", {"customer": "acme", "file": story.a_file()})
    assert answer.status_code == 422
    assert not Import.objects.exists()
    facts = {"kind": "customer", "id": acme.pk}
    assert events("stranger") == [("sam@example.com", "North", facts)]


def test_a_flood_of_a_stranger_is_one_event_an_hour_for_each_thing(acme, sam, monkeypatch):
    made = story.answered(acme)
    for _ in range(5):
        assert sam.get("/customers/acme/").status_code == 404
        assert sam.get(f"/imports/{made.pk}/").status_code == 404
    things = [("customer", acme.pk), ("import", made.pk)]
    told = [("sam@example.com", "North", {"kind": k, "id": pk}) for k, pk in things]
    assert events("stranger") == told

    later = timezone.now() + timedelta(minutes=61)
    monkeypatch.setattr("imports.access.timezone.now", lambda: later)
    assert sam.get("/customers/acme/").status_code == 404
    assert events("stranger") == [*told, told[0]]


def test_each_stranger_is_told_of(acme, sam, client):
    other = people.person("tom@example.com", Role.VIEWER, people.team("South"))
    client.force_login(other)
    for browser in (sam, client):
        assert browser.get("/customers/acme/").status_code == 404
    assert [actor for actor, *_ in events("stranger")] == ["sam@example.com", "tom@example.com"]


def test_who_takes_anothers_name_is_told_by_the_trail_and_known_by_the_email(ines, max_, acme):
    wanted = {"name": "Max Meyer", "time_zone": "UTC", "theme": "", "shortcuts": "on"}
    ines.post("/preferences/", wanted)
    facts = {"user": ines.user.pk, "changed": ["name"]}
    assert events("user_changed") == [("ines@example.com", "site", facts)]
    ines.post("/preferences/", wanted | {"theme": "dark"})
    assert len(events("user_changed")) == 1

    story.uploaded(acme, ines.user)
    assert "ines@example.com" in story.text(max_.get("/audit/"))
    exported = b"".join(max_.get("/audit/export.csv").streaming_content).decode()
    assert "Max Meyer,ines@example.com," in exported
