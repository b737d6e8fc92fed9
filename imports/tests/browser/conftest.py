"""A real browser on a real portal: web server, clock and workers on the tests' database."""

import http.client
import os
import re
import socket
import subprocess
import sys
from datetime import timedelta

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from django.utils import timezone
from playwright.sync_api import expect, sync_playwright

from imports.delivery import word_wishes
from imports.mega.sandbox.accounts import OWNERS
from imports.mega.sandbox.listing import stamp
from imports.mega.sandbox.store import new_lead
from imports.models import Vocabulary
from imports.tests import people
from imports.tests.road.engine import Engine, wait_until
from portal.models import Membership, Role, Team, User

CHROMIUM = os.environ.get("CHROMIUM", "")
SANDBOXED = os.geteuid() != 0  # Chromium's own sandbox does not work for root
HOME = re.compile(r"^https?://[^/]+/$")
# Else axe hands over thousands of elements that are in order, which takes a third of the time.
LOOK = "axe.run({ resultTypes: ['violations'] }).then(({ violations }) => ({ violations }))"
PATIENCE = 30_000  # milliseconds until a story gives up waiting for what it expects on a page


class Web(Engine):
    """The web server."""

    COMMANDS = {"web": ["-m", "gunicorn", "--config", "gunicorn.conf.py", "portal.wsgi"]}


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _answers(port):
    try:
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        asked.request("GET", "/healthz")
        return asked.getresponse().status == 200
    except OSError:
        return False


@pytest.fixture(scope="session")
def portal(engine, tmp_path_factory):
    """The address of the portal."""
    port = _free_port()
    environment = {
        **engine.environment,
        "PORT": str(port),
        "HOST": "127.0.0.1",
        "WEB_PROCESSES": "1",
    }
    path = tmp_path_factory.mktemp("web") / "web.log"
    with path.open("ab") as log:
        web = Web(environment, log)
        web.start("web")
        wait_until(lambda: _answers(port), f"the web server; its log is {path}")
        yield f"http://127.0.0.1:{port}"
        web.stop()


@pytest.fixture(scope="session")
def launch():
    """Start a Chromium, with the given arguments."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in our thread
    expect.set_options(timeout=PATIENCE)
    path = CHROMIUM or _found()
    always = () if SANDBOXED else ("--no-sandbox",)
    with sync_playwright() as playwright:
        yield lambda *args: playwright.chromium.launch(executable_path=path, args=[*always, *args])
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def chromium(launch):
    """One Chromium for all stories; each has a window of its own."""
    browser = launch()
    yield browser
    browser.close()


def _found():
    """What `make test` would set."""
    script = subprocess.run(
        [sys.executable, "scripts/browser.py"], capture_output=True, text=True, check=True
    )
    return script.stdout.strip()


@pytest.fixture
def window(chromium, portal):
    """Open windows; afterwards none of them may have complained in its console."""
    opened, complaints = [], []

    def open_one(**options):
        context = chromium.new_context(base_url=portal, accept_downloads=True, **options)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda m: complains(m) and complaints.append(f"{m.type}: {m.text}"))
        page.on("pageerror", lambda e: complaints.append(str(e)))
        opened.append(context)
        return page

    yield open_one
    for context in opened:
        context.close()
    assert complaints == []


@pytest.fixture
def ines(committed):
    """A manager of the team that the clients of these stories belong to."""
    return team_manager()


def team_manager():
    """Ines, who is made once for all stories of this process."""
    user, made = User.objects.get_or_create(
        email="ines@browser.example", defaults={"name": "Ines Iversen"}
    )
    if made:
        user.set_password(people.PASSWORD)
        user.save()
    team, _ = Team.objects.get_or_create(name="Road team", slug="road-team")
    Membership.objects.get_or_create(user=user, team=team, defaults={"role": Role.MANAGER})
    return user


@pytest.fixture
def crm_of():
    """Give a client a lead of each owner in the CRM, with these custom fields, and have it read."""

    def fill(client, custom_fields):
        service = client.mega.service
        service.accounts.set_up(client.mega_id, custom_fields=custom_fields)
        for n, owner in enumerate(OWNERS):
            row = {"contact_email": f"known{n}@example.com", "owner_id": owner}
            now = stamp(timezone.now() - timedelta(hours=n + 1))
            lead = new_lead(client.mega_id, now, "new")
            custom = dict.fromkeys(custom_fields, "x")
            service.store.book(client.mega_id).put(lead.merged(row, custom, now))
        account = word_wishes.ask_for(client.customer, None)
        read = Vocabulary.objects.filter(pk=account.pk, state=Vocabulary.State.READ)
        wait_until(read.exists, "the leads to be read")
        return client

    return fill


def complains(message):
    """Whatever stands in the console, save for Chromium's own remark on an answer of 422 or 409, or
    on the page that is asked for because it is not there, and its hints (verbose) to developers."""
    expected = message.location.get("url", "").endswith("/no-such-page/")
    refused = any(f"status of {status}" in message.text for status in (409, 422))
    return not refused and not expected and message.type != "verbose"


def sign_in(page, user):
    page.goto("/sign-in/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(people.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(HOME)


def assert_open_to_all(page):
    """Let axe look at the page, once all of it has arrived."""
    page.wait_for_load_state()
    page.evaluate(AXE_SCRIPT)
    found = AxeResults(page.evaluate(LOOK))
    assert found.violations_count == 0, f"{page.url}: {found.generate_report()}"
