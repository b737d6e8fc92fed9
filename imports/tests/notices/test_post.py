"""A webhook's one request: to public addresses only, to the very one that was looked at, in time.

The server stands on this machine, so the stories' door calls 127.0.0.1 public; a fake resolver says
what names lead to. Everything else is as in production.
"""

import socket
import time

import pytest

from imports.mega.wire import steady
from imports.notices import address
from imports.notices.post import Door, Poster
from imports.tests.notices.servers import HookServer, Listener

URL = "https://hooks.example.com/services/T0/secret?a=b"
REAL = socket.getaddrinfo


@pytest.fixture
def hook():
    made = HookServer()
    yield made
    made.close()


@pytest.fixture
def names(monkeypatch):
    """What the resolver says: each answer in turn, the last one again and again; and who asked."""

    class Names(dict):
        asked = ()

    known = Names({"hooks.example.com": [["127.0.0.1"]]})

    def getaddrinfo(host, port, *rest, **more):
        if host not in known:
            return REAL(host, port, *rest, **more)
        known.asked += (host,)
        answers = known[host]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        family = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(family[":" in one], socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return known


def poster(hook, **changes):
    door = {
        "allows": lambda found: found == "127.0.0.1",
        "port": hook.port,
        "trust": lambda: hook.trusted,
        "seconds": 2.0,
    }
    return Poster(Door(**{**door, **changes}))


def post(hook, url=URL, taken=None, **changes):
    made = poster(hook, **changes)
    return made.post(url, {"webhook-id": "msg_1"}, b'{"a":1}', taken or steady())


def test_the_request_carries_the_name_its_headers_and_the_exact_bytes(hook, names):
    assert post(hook) == "200"

    [(first, headers, body)] = hook.requests
    assert first == "POST /services/T0/secret?a=b HTTP/1.1"
    assert (headers["host"], hook.names) == ("hooks.example.com", ["hooks.example.com"])
    assert headers["content-type"] == "application/json"
    assert headers["webhook-id"] == "msg_1"
    assert "cookie" not in headers
    assert body == b'{"a":1}'


def test_in_production_only_port_443_of_public_addresses_is_open():
    assert Door().port == 443
    assert Door().allows is address.is_public
    assert Door().seconds == 5.0


@pytest.mark.parametrize(
    "inside",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1", "fd00::1", "100.64.0.1",
     "0.0.0.0"],
)  # fmt: skip
def test_a_name_that_leads_inside_is_refused_before_any_connection(hook, names, inside):
    names["hooks.example.com"] = [[inside]]

    assert post(hook, allows=address.is_public) == "not_public"
    assert hook.connections == 0


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0x7f.1", "127.1", "017700000001"])
def test_a_number_that_the_system_takes_for_this_machine_is_refused(hook, host):
    assert post(hook, f"https://{host}/", allows=address.is_public) in {"not_public", "dns"}
    assert hook.connections == 0


@pytest.mark.parametrize("pair", [["127.0.0.1", "10.0.0.1"], ["10.0.0.1", "127.0.0.1"]])
def test_one_inside_address_among_public_ones_is_enough_to_refuse(hook, names, pair):
    names["hooks.example.com"] = [pair]

    assert post(hook) == "not_public"
    assert hook.connections == 0


def test_a_name_that_changes_between_the_look_and_the_connection_leads_nowhere_else(hook, names):
    inside = HookServer(host="127.0.0.2", port=hook.port)
    names["hooks.example.com"] = [["127.0.0.1"], ["127.0.0.2"]]

    assert post(hook) == "200"

    assert names.asked == ("hooks.example.com",)
    assert (hook.connections, inside.connections) == (1, 0)
    inside.close()


def test_after_the_change_the_next_request_is_refused(hook, names):
    names["hooks.example.com"] = [["127.0.0.1"], ["10.0.0.1"]]
    made = poster(hook)

    first = made.post(URL, {}, b"{}", steady())
    second = made.post(URL, {}, b"{}", steady())

    assert (first, second, hook.connections) == ("200", "not_public", 1)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_an_answer_and_not_followed(hook, names, status):
    target = f"https://hooks.example.com:{hook.port}/elsewhere"
    hook.answer = (
        f"HTTP/1.1 {status} Go\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode()
    )

    assert post(hook) == str(status)
    assert len(hook.requests) == 1


def test_a_proxy_of_the_environment_is_not_used(hook, names, monkeypatch):
    proxy = Listener(lambda connection: connection.recv(1))
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")

    assert post(hook) == "200"
    assert proxy.connections == 0
    proxy.close()


def test_a_certificate_of_another_name_or_maker_is_refused(hook, names):
    names["other.example.com"] = [["127.0.0.1"]]

    assert post(hook, "https://other.example.com/") == "tls"
    assert post(hook, trust=Door().trust) == "tls"
    assert hook.requests == []


def test_a_server_that_says_nothing_costs_its_seconds_and_no_more(hook, names):
    hook.answer = None

    began = time.monotonic()
    assert post(hook, seconds=0.5) == "timeout"
    assert time.monotonic() - began < 2


def test_a_server_that_drips_costs_no_more_either(names):
    def drip(connection):
        while True:
            connection.sendall(b"x")
            time.sleep(0.05)

    slow, hook = Listener(drip), HookServer()
    began = time.monotonic()
    assert post(hook, port=slow.port, seconds=0.5) in {"tls", "connect_timeout"}
    assert time.monotonic() - began < 2
    slow.close()
    hook.close()


def test_of_a_huge_answer_nothing_but_the_status_is_read(hook, names):
    hook.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" + b"x" * 1_000_000

    began = time.monotonic()
    assert post(hook) == "200"
    assert time.monotonic() - began < 1.5


@pytest.mark.parametrize("answer", [b"hello\r\n\r\n", b"HTTP/1.1 2", b"\x00\r\n\r\n"])
def test_what_is_no_answer_is_told_as_that(hook, names, answer):
    hook.answer, hook.closes = answer, True

    assert post(hook) == "not_http"


def test_nobody_there(hook, names):
    hook.close()

    assert post(hook) == "connect_refused"
    assert post(hook, "https://nowhere.invalid/") == "dns"


def test_a_process_that_slept_after_taking_the_call_does_not_post(hook, names):
    assert post(hook, taken=steady() - 60) == "late"
    assert hook.requests == []
