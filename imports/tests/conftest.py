"""The whole engine for tests: real PostgreSQL, broker, clock, workers, and a MEGA over real HTTP.

Everything these tests write is committed, as the workers must see it; each story has its own
customer and token, so that none disturbs another. They run after all others. There is one engine
for all folders: a second one on the same tables would carry the first one's requests to its own
MEGA.
"""

import os
import re
import uuid

import environ
import pytest
from django.db import connection

from imports.delivery import pulse, tokens
from imports.mega.sandbox import Sandbox
from imports.tests import people
from imports.tests.road.engine import QUICK, Client, Engine, wait_until


@pytest.fixture(autouse=True)
def heads_of_its_own(settings):
    """Let no trail be compared with the heads of another test's, which was rolled back."""
    settings.AUDIT_HEADS_DIR = settings.DATA_DIR / f"audit-{uuid.uuid4()}"


@pytest.fixture
def own_folders(settings, tmp_path):
    """Let files that a test stores be its own."""
    settings.MEDIA_ROOT = tmp_path
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path


@pytest.fixture
def acme(db, own_folders):
    """A customer with a token."""
    customer = people.customer()
    tokens.set_token(customer, people.TOKEN, None)
    return customer


@pytest.fixture(scope="session")
def committed(django_db_setup, django_db_blocker):
    """Let tests write for good: there is no rollback and no flush on the road."""
    with django_db_blocker.unblock():
        yield
        connection.close()


@pytest.fixture(scope="session")
def mega():
    """A MEGA for all stories; each has its own customer there."""
    with Sandbox(port=0, requests_per_minute=600, quota="sliding") as sandbox:
        yield sandbox


def url_of_test_database():
    """The environment's URL names the database that the test database was made beside."""
    url, name = os.environ["DATABASE_URL"], connection.settings_dict["NAME"]
    plain = re.escape(environ.Env.db_url_config(url)["NAME"])
    return re.sub(rf"(?<=/){plain}(?=\?|$)|(?<=dbname=){plain}(?=&|$)", name, url)


@pytest.fixture(scope="session")
def engine(committed, mega, tmp_path_factory):
    """One clock, one delivery and one intake worker on the tests' database."""
    environment = {**QUICK, "DATABASE_URL": url_of_test_database(), "MEGA_BASE_URL": mega.url}
    path = tmp_path_factory.mktemp("engine") / "engine.log"
    with path.open("ab") as log:
        running = Engine(environment, log)
        running.path = path
        for kind in ("clock", "delivery", "intake"):
            running.start(kind)
        wait_until(lambda: not pulse.silent_kinds(), "the engine's signs of life")
        yield running
        running.stop()


@pytest.fixture
def client_of(engine, mega):
    """Make clients with accounts at MEGA; their faults are gone after the test."""
    yield lambda **options: Client(mega, **options)
    mega.calm()
