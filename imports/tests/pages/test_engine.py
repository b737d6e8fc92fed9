"""The engine's page, and the alarm on pages that are open already."""

import re
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from imports import health
from imports.delivery import pulse
from imports.models import BatchState, Process
from imports.tests import people
from imports.tests.pages import story

KINDS = ("clock", "broker", "delivery", "intake")


@pytest.fixture(autouse=True)
def _fresh_watch(monkeypatch):
    monkeypatch.setattr(health, "_watch", health.Watch())
    monkeypatch.setattr(health, "KEPT", 0.0)


@pytest.fixture
def alive(db):
    names = {"broker": "broker"}
    Process.objects.bulk_create(
        Process(name=names.get(kind, f"{kind}@box:17"), kind=kind, slots=8, seen_at=timezone.now())
        for kind in KINDS
    )


def silence(kind, seconds):
    Process.objects.filter(kind=kind).update(seen_at=timezone.now() - timedelta(seconds=seconds))


def test_an_open_page_hears_nothing_while_all_is_well(alive, django_assert_num_queries):
    with django_assert_num_queries(1):  # no session, no user
        assert Client().get("/engine/alarm?v=").status_code == 204


def test_an_open_page_is_told_and_told_when_it_is_over(alive, max_):
    page = story.text(max_.get("/"))
    assert 'hx-get="/engine/alarm?v="' in page
    assert "banner" not in page

    silence("clock", 7)
    part = story.text(Client().get("/engine/alarm?v="))
    assert "The clock process stands still" in part
    shown = part.partition("/engine/alarm?v=")[2].partition('"')[0]
    assert Client().get(f"/engine/alarm?v={shown}").status_code == 204
    assert f'hx-get="/engine/alarm?v={shown}"' in story.text(max_.get("/"))

    silence("clock", 0)
    part = story.text(Client().get(f"/engine/alarm?v={shown}"))
    assert 'hx-get="/engine/alarm?v="' in part
    assert "banner" not in part


def test_silence_poll_and_what_is_kept_are_ten_seconds_at_most(alive, monkeypatch):
    monkeypatch.undo()  # as in production
    silence("clock", 60)
    monkeypatch.setattr(health, "_watch", health.Watch())
    part = story.text(Client().get("/engine/alarm?v="))

    poll = float(re.search(r'hx-trigger="every (\d+)s', part)[1])
    assert pulse.SILENCE.total_seconds() + health.KEPT + poll < 10


def test_many_pages_ask_the_database_once(alive, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(health, "KEPT", 60.0)
    with django_assert_num_queries(1):
        for _ in range(50):
            Client().get("/engine/alarm?v=")


def test_a_database_that_is_away_is_said_too(alive, monkeypatch):
    def gone():
        raise OperationalError

    monkeypatch.setattr(pulse, "alarm", gone)
    assert "The database does not answer" in story.text(Client().get("/engine/alarm?v="))


def test_max_sees_each_process_and_what_waits(alive, max_, acme):
    story.a_batch(story.reviewed(acme), [2], state=BatchState.WAITING)
    silence("intake", 60)
    Process.objects.create(
        name="delivery@old:3", kind="delivery", slots=8,
        seen_at=timezone.now() - timedelta(hours=1),
    )  # fmt: skip

    page = story.text(max_.get("/engine/"))

    assert "box, process 17" in page
    assert page.count("Alive") == 3
    assert page.count("Gone") == page.count("Silent") == 1
    assert "1 min ago" in page
    assert "<strong>1</strong> <span>waiting for their turn</span>" in page
    part = story.text(max_.get("/engine/", headers={"HX-Request": "true"}))
    assert part.startswith('<div id="engine"')


def test_who_may_see_the_engine(alive, max_, ines, vera, audrey):
    root = Client()
    root.force_login(people.person("root@example.com", is_superuser=True))
    for browser, status in ((max_, 200), (audrey, 200), (root, 200), (ines, 403), (vera, 403)):
        assert browser.get("/engine/").status_code == status
        assert ('href="/engine/"' in story.text(browser.get("/"))) is (status == 200)
