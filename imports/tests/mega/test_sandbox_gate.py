"""The sandbox's page is for whoever holds its key, not for every account of the machine."""

import http.client
from urllib.parse import urlsplit

import pytest

from imports.mega.sandbox import DEMO_TOKEN, Sandbox

KEY = "0123456789abcdef0123456789abcdef"
PAGES = ["/", "/?q=ann", "/_sandbox/leads", "/_sandbox/journal", "/_sandbox/style.css"]


@pytest.fixture
def closed():
    with Sandbox(key=KEY) as mega:
        yield mega


def ask(mega, path, method="GET", **headers):
    """The status, the headers and the text; redirects are not followed."""
    connection = http.client.HTTPConnection(urlsplit(mega.url).netloc, timeout=5)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, headers=named)
    answer = connection.getresponse()
    return answer.status, dict(answer.getheaders()), answer.read().decode()


@pytest.mark.parametrize("path", PAGES)
def test_without_the_key_nobody_sees_leads(closed, path):
    status, _headers, text = ask(closed, path)
    assert status == 403
    assert "take its key" in text


@pytest.mark.parametrize("path", ["/_sandbox/reset", "/_sandbox/faults", "/_sandbox/accounts"])
def test_without_the_key_nobody_makes_it_misbehave(closed, path):
    assert ask(closed, path, "POST")[0] == 403


@pytest.mark.parametrize("wrong", ["", "x", KEY[:-1], KEY + "0", DEMO_TOKEN, "\xe4"])
def test_a_wrong_key_opens_nothing(closed, wrong):
    assert ask(closed, "/_sandbox/leads", X_Sandbox_Key=wrong)[0] == 403
    assert ask(closed, "/_sandbox/leads", Authorization=f"Bearer {wrong}")[0] == 403
    assert ask(closed, "/_sandbox/leads?key=" + KEY)[0] == 403


def test_a_program_shows_the_key_in_a_header(closed):
    assert ask(closed, "/_sandbox/leads", X_Sandbox_Key=KEY)[0] == 200
    assert ask(closed, "/_sandbox/reset", "POST", Authorization=f"Bearer {KEY}")[0] == 200


def test_the_printed_address_gives_a_browser_a_cookie_and_leaves_the_key_behind(closed):
    assert closed.page == f"{closed.url}/?key={KEY}"
    status, headers, _text = ask(closed, f"/?key={KEY}")
    assert (status, headers["Location"]) == (303, "/")
    cookie, *flags = headers["Set-Cookie"].split("; ")
    assert {"HttpOnly", "SameSite=Strict"} < set(flags)
    assert ask(closed, "/", Cookie=cookie)[0] == 200
    assert ask(closed, "/_sandbox/reset", "POST", Cookie=cookie)[0] == 200


def test_without_a_key_it_is_closed_to_all_and_open_only_when_asked():
    with Sandbox() as mega:
        assert ask(mega, "/")[0] == 403
        assert ask(mega, "/", X_Sandbox_Key="")[0] == 403
    with Sandbox(open_control=True) as mega:
        assert ask(mega, "/")[0] == 200
