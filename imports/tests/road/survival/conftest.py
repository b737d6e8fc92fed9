"""Instead of the session's engine: servers and processes that these stories may kill."""

import shutil
import tempfile
from pathlib import Path

import pytest
from django.core.management import call_command

from imports.tests.road.engine import QUICK
from imports.tests.road.survival.own import OwnClient, OwnEngine, at_home_in
from portal.tests.running_servers import Servers


@pytest.fixture(scope="package")
def servers(django_db_blocker, django_db_setup):
    """A PostgreSQL and a broker with an empty portal in them."""
    # Not below pytest's own folder: every new session of pytest closes that to other accounts.
    folder = Path(tempfile.mkdtemp(prefix="portal-tests-own-")).resolve()
    folder.chmod(0o711)  # as root, the servers run under another account
    made = Servers(folder, "--temporary").wait_until_ready()
    with django_db_blocker.unblock(), at_home_in(made):
        call_command("migrate", verbosity=0)
    yield made
    made.clean_up()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="package")
def own_engine(servers, mega, tmp_path_factory):
    path = tmp_path_factory.mktemp("engine") / "engine.log"
    environment = {
        **QUICK,
        "REQUEST_DEADLINE": "2",
        "LEASE_MARGIN": "0.5",
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "MEGA_BASE_URL": mega.url,
    }
    with path.open("ab") as log:
        running = OwnEngine(environment, log)
        running.path = path
        yield running
        running.stop()


@pytest.fixture
def engine(own_engine, servers, mega, settings, django_db_blocker):
    """The engine; this process is its portal's web for as long as the story lasts."""
    settings.MEGA_BASE_URL = mega.url
    with django_db_blocker.unblock(), at_home_in(servers):
        yield own_engine
        for process in own_engine.processes:
            if process.poll() is None:
                own_engine.wake(process)


@pytest.fixture
def client_of(engine, mega):
    """Make clients with accounts at MEGA; their faults are gone after the test."""
    yield lambda **options: OwnClient(mega, **options)
    mega.calm()
