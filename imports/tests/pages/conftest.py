"""The people of these stories, their browsers, and a customer with a token."""

import pytest
from django.test import Client

from imports.delivery import tokens
from imports.tests import people
from portal.models import Role


def _browser(user):
    client = Client()
    client.force_login(user)
    client.user = user
    return client


@pytest.fixture(autouse=True)
def _plain_settings(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.MEGA_BASE_URL = "http://127.0.0.1:9"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def acme(db):
    """A customer of North with a token."""
    customer = people.customer("Acme")
    tokens.set_token(customer, people.TOKEN, None)
    return customer


@pytest.fixture
def ines(db):
    """Importer of North, at her browser."""
    return _browser(people.person("ines@example.com", Role.IMPORTER, name="Ines Iversen"))


@pytest.fixture
def max_(db):
    """Manager of North."""
    return _browser(people.person("max@example.com", Role.MANAGER, name="Max Meyer"))


@pytest.fixture
def vera(db):
    """Viewer of North."""
    return _browser(people.vera())


@pytest.fixture
def audrey(db):
    """Auditor, in no team."""
    return _browser(people.person("audrey@example.com", name="Audrey Adams", is_auditor=True))


@pytest.fixture
def sam(db):
    """Manager of South: a stranger to North."""
    return _browser(people.sam())
