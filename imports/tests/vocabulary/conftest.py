"""Acme with a token, and its account at a sandbox of its own."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from imports.delivery import tokens, word_reading, word_wishes
from imports.mega.sandbox import Sandbox
from imports.mega.sandbox.listing import stamp
from imports.mega.sandbox.store import new_lead
from imports.models import Customer, Vocabulary
from imports.tests import people
from imports.tests.delivery.steps import LONG_AGO
from portal.models import Role


@pytest.fixture(autouse=True)
def _plain_settings(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.REPLAY_BACKOFF_BASE = 0.001


@pytest.fixture
def mega(settings):
    with Sandbox(requests_per_minute=600) as mega:
        settings.MEGA_BASE_URL = mega.url
        yield mega


@pytest.fixture
def acme(db):
    customer = people.customer("Acme")
    tokens.set_token(customer, people.TOKEN, None)
    return Customer.objects.get(pk=customer.pk)


@pytest.fixture
def ines(acme):
    client = Client()
    client.user = people.person("ines@example.com", Role.IMPORTER, name="Ines Iversen")
    client.force_login(client.user)
    return client


@pytest.fixture
def crm(mega, acme):
    """Fill Acme's account: `crm(3, stage_slug="won")` adds three leads."""
    mega.register(people.TOKEN, str(acme.mega_id), requests_per_minute=600)
    made = []

    def fill(count, custom=None, **more):
        book = mega.service.store.book(str(acme.mega_id))
        for _ in range(count):
            n = len(made)
            made.append(n)
            now = stamp(timezone.now() - timedelta(seconds=9_000 - n))
            row = {"contact_email": f"p{n}@example.com", **more}
            book.put(new_lead(str(acme.mega_id), now, "new").merged(row, custom or {}, now))

    return fill


@pytest.fixture
def read(acme):
    """Ask for the words, and do what the workers do without waiting between two requests."""

    def go(ask=True):
        found = word_wishes.ask_for(acme, None) if ask else Vocabulary.objects.get()
        for _ in range(20):
            Vocabulary.objects.update(not_before=LONG_AGO)
            word_reading.run(found.pk, "there:1")
            found.refresh_from_db()
            if not found.is_open:
                break
        return found

    return go
