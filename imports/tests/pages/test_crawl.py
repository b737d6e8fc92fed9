"""Everybody walks through the whole portal: along every link, and once through every form.

A link or a button that is shown to somebody must not turn them away, and no page that they come to
may be unsound (`soundness`).
"""

import re
from collections import deque
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from imports import customers
from imports.models import Token
from imports.tests import people
from imports.tests.pages import story, world
from imports.tests.pages.soundness import Page

ALIKE = 3  # addresses that differ in the values of their query only; forms in their ids only
MOST = 1_500  # pages: more of them are a trap of links that never ends
NOT_OURS = ("/admin/",)
LEAVES = {"/sign-out/"}  # ends the walk
FINE = {200, 201, 204, 302, 422}
UNLINKED = {  # reached otherwise than by a link
    "account_reauthenticate",  # asked for by allauth
    "account_signup",
    "account_inactive",
    "account_logout",
    "account_reset_password",  # from the sign-in
    "account_reset_password_done",
    "account_reset_password_from_key",  # by mail
    "account_reset_password_from_key_done",
    "import_rule_columns",  # by a button that keeps what was chosen of the columns
    "import_joins",  # by a button that keeps what was chosen of the columns
}


OF_STATES = {  # pages of a review are linked where there is one
    "import_consent": "asking",
    "import_provenance": "review",
    "import_groups": "gathered",
    "import_grid": "review",
    "import_forbidden_listed": "gathered",
}


@pytest.fixture
def filled(acme, ines, max_):
    """Two teams, customers with odd names, and an import in each state."""
    made = world.fill(acme, ines.user)
    _, refused, _ = (
        customers.create(people.draft(name, "North"), None)
        for name in ("Söhne & <b>Co</b>", "Refused", "No token yet")
    )
    Token.objects.create(
        customer=refused, quota=acme.token.quota, sealed=b"x", last_four="1234",
        refused_at=timezone.now(), refusal="unauthorized",
    )  # fmt: skip
    story.reviewed(people.customer("Elsewhere", people.team("South")))
    return made


def browser(user):
    client = Client()
    client.force_login(user)
    client.user = user
    return client


@pytest.fixture
def someone(request, db):
    """The browser of whoever the test is about; a visitor's is signed in to nothing."""
    makers = {
        "superuser": lambda: people.person("root@example.com", is_superuser=True, is_staff=True),
        "member of nothing": lambda: people.person("nobody@example.com", name="Nils Nobody"),
        "viewer": people.vera,
        "auditor": people.olga,
        "importer": people.ivan,
        "manager": people.anna,
    }
    return browser(makers[request.param]()) if request.param in makers else Client()


class Walk:
    """From one page along every link, broad first."""

    def __init__(self, client, start):
        self.client = client
        self.faults, self.titles = [], {}
        self.seen, self.alike, self.forms = set(), {}, {}
        self.queue = deque([(start, "the start", False)])

    def all(self):
        while self.queue:
            assert len(self.seen) < MOST, "the links never end"
            self._visit(*self.queue.popleft())
        return self

    def _visit(self, address, came_from, part):
        headers = {"HX-Request": "true"} if part else {}
        answer = self.client.get(address, headers=headers, follow=not part)
        here = answer.request["PATH_INFO"]
        if answer.status_code not in FINE:
            self.faults.append(f"{came_from} links to {address}: {answer.status_code}")
        elif answer.headers.get("Content-Type", "").startswith("text/html") and story.text(answer):
            self._read(Page(answer.content.decode(), part=part), here, part)
        elif answer.streaming:
            b"".join(answer.streaming_content)

    def _read(self, page, here, part):
        self.faults += [f"{here}: {fault}" for fault in page.faults()]
        if not part and self.titles.setdefault(page.title, here) != here:
            self.faults.append(f"{here} and {self.titles[page.title]} are both {page.title!r}")
        links, asked = page.links
        for link in links:
            self._note(urljoin(here, link), here)
        for link in asked:
            self._note(urljoin(here, link), here, part=True)
        for form in page.named("form"):
            self._fill_in(form, here)

    def _note(self, address, here, *, part=False):
        parts = urlsplit(address)
        if parts.netloc or parts.scheme or parts.path.startswith(NOT_OURS):
            return
        asked = tuple(sorted(name for name, _ in parse_qsl(parts.query, keep_blank_values=True)))
        key = (parts.path, asked, part)
        address = parts._replace(fragment="").geturl()
        if (address, part) in self.seen or self.alike.get(key, 0) >= ALIKE:
            return
        self.alike[key] = self.alike.get(key, 0) + 1
        self.seen.add((address, part))
        self.queue.append((address, here, part))

    # --- forms: sent as they stand, and taken back ------------------------------------------------

    def _fill_in(self, form, here):
        if (form.attrs.get("method") or "get").lower() != "post":
            return
        buttons = [one for one in _below(form) if one.name == "button"]
        own = urljoin(here, form.attrs.get("action") or "")
        actions = {own} | {urljoin(here, b.attrs["formaction"]) for b in buttons
                           if b.attrs.get("formaction")}  # fmt: skip
        for action in actions:
            kind = re.sub(r"\d+", "N", urlsplit(action).path)
            self.forms[kind] = self.forms.get(kind, 0) + 1
            if kind not in LEAVES and self.forms[kind] <= ALIKE:
                self._send(action, _values(form), here)

    def _send(self, action, values, here):
        with transaction.atomic():
            answer = self.client.post(action, values)
            transaction.set_rollback(True)
        if answer.status_code not in FINE:
            self.faults.append(f"a form of {here} to {action}: {answer.status_code}")
        elif answer.status_code == 422:
            page = Page(answer.content.decode())
            self.faults += [f"{here}, refused: {fault}" for fault in page.faults()]


def _below(node):
    for child in node.children or ():
        if getattr(child, "attrs", None) is not None:
            yield child
            yield from _below(child)


def _values(form):
    """What a browser would send, without files."""
    values = {}
    for one in _below(form):
        name, kind = one.attrs.get("name"), one.attrs.get("type", "text")
        if one.name == "input" and name and kind not in {"file", "submit"}:
            if kind not in {"radio", "checkbox"} or "checked" in one.attrs:
                values[name] = one.attrs.get("value") or ""
        elif one.name == "select" and name:
            options = [o for o in _below(one) if o.name == "option"]
            chosen = next((o for o in options if "selected" in o.attrs), None)
            values[name] = ((chosen or options[0]).attrs.get("value") or "") if options else ""
        elif one.name == "textarea" and name:
            values[name] = ""
    return values


SOMEBODY = ["viewer", "importer", "manager", "auditor", "superuser", "member of nothing"]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("someone", [*SOMEBODY, "visitor"], indirect=True)
def test_no_link_no_form_and_no_page_lets_anybody_down(someone, filled, request):
    signed_in = hasattr(someone, "user")
    walk = Walk(someone, "/" if signed_in else "/sign-in/").all()
    found = "\n".join(walk.faults)
    assert not walk.faults, f"{len(walk.faults)} faults:\n{found}"
    least = {"visitor": 2, "superuser": 8, "member of nothing": 6}
    assert len(walk.titles) >= least.get(request.node.callspec.params["someone"], 60)


@pytest.mark.timeout(600)
def addresses_where_they_belong(filled):
    found = world.addresses(filled)
    for name, state in OF_STATES.items():
        meant = filled.imports[state]
        found[name] = found[name].replace(f"/{filled.finished.pk}/", f"/{meant.pk}/")
    return found


def test_the_manager_comes_to_every_page_that_there_is(max_, filled):
    walk = Walk(max_, "/").all()
    been = {urlsplit(address).path for address, _ in walk.seen} | {"/"}
    missing = [
        (name, address)
        for name, address in addresses_where_they_belong(filled).items()
        if address not in been and world.is_page(max_.get(address)) and name not in UNLINKED
    ]
    assert not missing, missing


def test_every_address_of_the_urls_is_known_here(filled):
    """A new page whose address needs something new fails here, until `world` says what."""
    assert world.addresses(filled)
