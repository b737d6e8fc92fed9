"""What a load balancer and an operator are told."""

from datetime import timedelta

import pytest
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from imports.models import Process
from imports.tests import people
from portal import health

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ask_anew():
    health._are_migrated.cache_clear()
    yield
    health._are_migrated.cache_clear()


def tick(seconds_ago=0):
    seen = timezone.now() - timedelta(seconds=seconds_ago)
    Process.objects.update_or_create(name="clock-1", defaults={"kind": "clock", "seen_at": seen})


def test_alive_is_alive_whoever_asks_under_whatever_name(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    answer = client.get("/healthz", HTTP_HOST="10.0.0.7:8000")

    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert answer["Cache-Control"] == "no-store"
    assert client.post("/healthz").status_code != 200


def test_ready_with_database_broker_migrations_and_a_recent_tick(client):
    tick()

    answer = client.get("/readyz")

    assert (answer.status_code, answer.content) == (200, b"ready\n")


def test_who_asks_for_the_workers_too_hears_which_are_missing(client):
    tick()
    Process.objects.create(name="delivery-1", kind="delivery", seen_at=timezone.now())

    answer = client.get("/readyz?workers")

    assert answer.status_code == 503
    assert answer.content == b"intake: has no worker that gives a sign of life\n"
    assert client.get("/readyz").status_code == 200

    Process.objects.create(name="intake-1", kind="intake", seen_at=timezone.now())
    assert client.get("/readyz?workers").content == b"ready\n"


def test_without_a_clock_it_says_so(client):
    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.content.decode() == "clock: has never run: start `manage.py clock`\n"


def test_with_a_clock_that_stands_still_it_says_since_when(client):
    tick(seconds_ago=30)

    assert "clock: has not ticked since 20" in client.get("/readyz").content.decode()


def test_with_a_migration_missing_it_says_so(client):
    tick()
    MigrationRecorder.Migration.objects.filter(app="imports").delete()

    assert client.get("/readyz").content.decode().startswith("migrations: some were not applied")


def test_without_a_broker_it_says_so(client, settings):
    tick()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    answer = client.get("/readyz")

    assert (answer.status_code, answer.content) == (
        503,
        b"broker: does not answer (ConnectionError)\n",
    )


def test_metrics_are_off_unless_allowed(settings):
    assert Client().get("/metrics").status_code == 404

    settings.METRICS_ALLOWED = True
    tick(seconds_ago=5)
    people.an_import()
    lines = Client().get("/metrics").content.decode().splitlines()

    assert 'portal_imports{state="uploaded"} 1.0' in lines
    [age] = [line.split()[1] for line in lines if line.startswith("portal_clock_age_seconds")]
    assert 5 <= float(age) < 60
