"""The first page: what needs me, what runs, what was done lately."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from imports.models import Import, ImportState, Process, Token
from imports.tests import people
from imports.tests.pages import story
from portal.models import Role


def test_somebody_new_is_told_what_to_do_next(max_, sam):
    assert "Add a customer" in story.text(max_.get("/"))
    viewer = people.person("new@example.com", Role.VIEWER)
    sam.force_login(viewer)
    page = story.text(sam.get("/"))
    assert "Ask a manager" in page
    assert "/customers/new/" not in page


def test_what_waits_for_ines_stands_on_top_with_the_way_there(ines, acme):
    waiting = story.reviewed(acme, ines.user)
    page = story.text(ines.get("/"))
    assert "Needs you" in page
    assert f'href="/imports/{waiting.pk}/review/"' in page
    assert "1 waiting" in page


def test_a_refused_token_needs_somebody(ines, acme):
    Token.objects.update(refused_at=timezone.now(), refusal="unauthorized")
    page = story.text(ines.get("/"))
    assert "MEGA does not know this token (401)" in page
    assert 'href="/customers/acme/"' in page


def test_an_import_that_paused_itself_needs_somebody_one_that_a_person_paused_does_not(ines, acme):
    waiting = story.reviewed(acme, ines.user)
    paused = Import.objects.filter(pk=waiting.pk)
    paused.update(state=ImportState.PAUSED, reason="Paused by Ines.")
    assert "Needs you" not in story.text(ines.get("/"))

    paused.update(question="rights_lost", reason="Somebody else has to send it.")
    assert "Somebody else has to send it." in story.text(ines.get("/"))


def test_running_imports_are_live_and_finished_ones_recent(ines, acme):
    done, going = story.answered(acme, ines.user), story.reviewed(acme, ines.user)
    Import.objects.filter(pk=going.pk).update(state=ImportState.SENDING)
    page = story.text(ines.get("/"))
    assert 'hx-trigger="every 5s, refresh"' in page
    assert "you may close this tab" in page
    assert f"#{done.pk}" in page
    part = story.text(ines.get("/", headers={"HX-Request": "true"}))
    assert part.startswith("<title>Home · ")
    assert '<div id="live"' in part
    assert "<html" not in part


def test_with_nothing_running_home_asks_seldom_and_sees_what_a_colleague_leaves(ines, max_, acme):
    story.answered(acme, ines.user)
    page = story.text(ines.get("/"))
    assert 'hx-trigger="every 15s, refresh"' in page
    address = re.search(r'hx-get="(/\?v=\w+)"', page)[1]
    poll = {"HX-Request": "true"}
    assert ines.get(address, headers=poll).status_code == 204
    story.reviewed(acme, max_.user, name="of-max.csv")
    assert "of-max.csv" in story.text(ines.get(address, headers=poll))


def test_a_standing_clock_is_said_on_every_page(ines, acme):
    for path in ("/", "/customers/", "/history/", "/help/"):
        assert "The clock process stands still" in story.text(ines.get(path))
    now = timezone.now()
    Process.objects.bulk_create(
        Process(name=kind, kind=kind, slots=1, seen_at=now)
        for kind in ("clock", "broker", "delivery", "intake")
    )
    assert "stands still" not in story.text(ines.get("/"))
    Process.objects.filter(kind="broker").update(seen_at=now - timedelta(minutes=2))
    assert "The broker does not answer" in story.text(ines.get("/"))
    Process.objects.filter(kind="delivery").update(seen_at=now - timedelta(minutes=2))
    assert "No delivery worker is running" in story.text(ines.get("/"))


@pytest.mark.parametrize(
    ("url", "badge"), [("http://127.0.0.1:8001", True), ("https://app.gomega.ai", False)]
)
def test_the_sandbox_cannot_be_mistaken(ines, acme, settings, url, badge):
    settings.MEGA_BASE_URL = url
    assert ("Sandbox" in story.text(ines.get("/"))) is badge


def test_of_many_running_imports_home_shows_the_first_and_leads_to_all(ines, acme):
    Import.objects.bulk_create(
        Import(customer=acme, mega_id=acme.mega_id, created_by=ines.user, file_name=f"{i}.csv",
               file_size=1, file_sha256="0" * 64, on_duplicate="skip",
               state="paused" if i % 2 else "reading")
        for i in range(11)
    )  # fmt: skip
    Import.objects.filter(file_name="1.csv").update(question="rights_lost")  # it waits for somebody
    page = story.text(ines.get("/"))
    assert "10 under way" in page
    assert 'needs you, 10 running"' in page
    assert "2 more are under way:" in page
    assert 'href="/history/?state=running"' in page
    assert "10 imports" in story.text(ines.get("/history/?state=running"))
