"""The client against servers that keep the rules and servers that do not, over real sockets."""

import gzip
import logging
import socket
import struct
import threading
import time
import traceback

import pytest

from imports.errors import NotSent, OutcomeUnknown
from imports.mega import wire
from imports.mega.client import MegaClient
from imports.mega.sandbox import DEMO_CUSTOMER_ID, DEMO_TOKEN
from imports.mega.wire import steady
from imports.tests.mega.conftest import read_request, send, wire_server

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def answering(data, seen=None):
    """Return a server that answers each request of a connection with the same bytes."""

    def answer(connection):
        while request := read_request(connection):
            if seen is not None:
                seen.append(request)
            connection.sendall(data)

    return answer


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def unknown(client, answer, **changes):
    """Send to a misbehaving server; return what the client says of it, and how long it took."""
    with wire_server(answer) as url:
        started = steady()
        with pytest.raises(OutcomeUnknown) as caught:
            send(client, url, **changes)
        return caught.value.code, steady() - started


# --- what goes out


def test_the_exact_bytes_go_out_with_the_token_the_customer_and_the_key(client):
    seen = []
    with wire_server(answering(OK, seen)) as url:
        answer = send(client, url, b'{"leads":  [1]}')
    head, _, body = seen[0].partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"POST /api/agents/crm/leads/bulk HTTP/1.1"
    assert f"Authorization: Bearer {DEMO_TOKEN}".encode() in lines
    assert f"x-customer-id: {DEMO_CUSTOMER_ID}".encode() in lines
    assert b"Idempotency-Key: key-1" in lines
    assert b"Content-Type: application/json" in lines
    assert b"Accept-Encoding: identity" in lines
    assert b"User-Agent: mega-lead-portal/0.1.0" in lines
    assert body == b'{"leads":  [1]}'
    assert (answer.status, answer.body) == (200, b"{}")


def test_a_dry_run_carries_no_key(client):
    seen = []
    with wire_server(answering(OK, seen)) as url:
        send(client, url, idempotency_key=None)
    assert b"Idempotency-Key" not in seen[0]


def test_a_page_of_leads_is_asked_for(client):
    seen = []
    with wire_server(answering(OK, seen)) as url:
        answer = client.list_leads(
            base_url=url,
            token=DEMO_TOKEN,
            mega_id=DEMO_CUSTOMER_ID,
            params={"search": "ann@example.com", "limit": "100"},
            deadline=steady() + 5,
        )
    assert seen[0].startswith(b"GET /api/agents/crm/leads?search=ann%40example.com&limit=100 HTTP")
    assert answer.status == 200


def test_cookies_of_one_customer_never_go_out_with_another(client):
    seen = []
    cookie = OK.replace(b"\r\n\r\n", b"\r\nSet-Cookie: session=1; Path=/\r\nX-Kept: yes\r\n\r\n")
    with wire_server(answering(cookie, seen)) as url:
        first = send(client, url)
        send(client, url, mega_id="another")
    assert first.headers["x-kept"] == "yes"
    assert "set-cookie" not in first.headers
    assert b"Cookie" not in seen[1]


def test_a_connection_is_kept_alive_and_used_again(client):
    connections = []

    def answer(connection):
        connections.append(connection)
        answering(OK)(connection)

    with wire_server(answer) as url:
        for _ in range(3):
            send(client, url)
    assert len(connections) == 1


def test_proxies_of_the_environment_are_ignored(monkeypatch):
    seen = []
    monkeypatch.delenv("no_proxy", raising=False)
    with wire_server(answering(OK, seen)) as proxy, wire_server(answering(OK)) as url:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy)
        client = MegaClient()
        assert send(client, url).status == 200
        client.close()
    assert seen == []


def test_a_redirect_is_an_answer_and_not_followed(client):
    seen = []
    with wire_server(answering(OK, seen)) as elsewhere:
        redirect = (
            f"HTTP/1.1 307 Go\r\nLocation: {elsewhere}/x\r\nContent-Length: 0\r\n\r\n".encode()
        )
        with wire_server(answering(redirect)) as url:
            answer = send(client, url)
    assert answer.status == 307
    assert seen == []


# --- nothing left this machine


def test_nobody_listens(client):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(NotSent) as caught:
        send(client, f"http://127.0.0.1:{port}")
    assert caught.value.code == "connect_refused"
    assert caught.value.sentence == (
        "MEGA could not be reached: 127.0.0.1 accepts no connection. Nothing was sent."
    )


def test_the_name_has_no_address(client, monkeypatch):
    def no_address(*_args, **_more):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(wire.socket, "getaddrinfo", no_address)
    with pytest.raises(NotSent) as caught:
        send(client, "https://mega.example")
    assert caught.value.code == "dns"


def test_a_resolver_that_hangs_is_not_waited_for(client, monkeypatch):
    woken = threading.Event()
    monkeypatch.setattr(wire.socket, "getaddrinfo", lambda *_args, **_more: woken.wait(30) and [])
    started = steady()
    with pytest.raises(NotSent) as caught:
        send(client, "https://mega.example", seconds=0.3)
    woken.set()
    assert caught.value.code == "dns"
    assert steady() - started < 2


def test_the_second_address_is_tried_when_the_first_never_answers(client, monkeypatch):
    with wire_server(answering(OK)) as url:
        port = int(url.rpartition(":")[2])
        real = socket.create_connection

        def connect(address, timeout):
            if address[0] == "192.0.2.1":
                raise TimeoutError
            return real(address, timeout)

        found = [(2, 1, 6, "", ("192.0.2.1", port)), (2, 1, 6, "", ("127.0.0.1", port))]
        monkeypatch.setattr(wire.socket, "getaddrinfo", lambda *_args, **_more: found)
        monkeypatch.setattr(wire.socket, "create_connection", connect)
        assert send(client, f"http://localhost:{port}").status == 200


def test_a_server_that_speaks_no_tls(client):
    with (
        wire_server(lambda connection: connection.sendall(b"220 hello\r\n")) as url,
        pytest.raises(NotSent) as caught,
    ):
        send(client, url.replace("http", "https"))
    assert caught.value.code == "tls"


def test_a_tls_handshake_that_never_ends_is_not_waited_for(client):
    with (
        wire_server(lambda connection: connection.recv(65536) and connection.recv(1)) as url,
        pytest.raises(NotSent) as caught,
    ):
        send(client, url.replace("http", "https"), seconds=0.3)
    assert caught.value.code == "connect_timeout"


@pytest.mark.parametrize("changes", [{"token": "mega_\r\nX: 1"}, {"mega_id": "ü"}])
def test_what_http_cannot_carry_is_not_sent(client, changes):
    seen = []
    with wire_server(answering(OK, seen)) as url, pytest.raises(NotSent) as caught:
        send(client, url, **changes)
    assert caught.value.code == "unusable"
    assert seen == []


def test_a_late_request_never_leaves_on_a_new_connection(client):
    seen = []
    with wire_server(answering(OK, seen)) as url:
        with pytest.raises(NotSent) as caught:
            send(client, url, start_by=steady() - 0.01)
        assert caught.value.code == "late"
        assert send(client, url).status == 200
    assert len(seen) == 1


def test_a_late_request_never_leaves_on_a_kept_connection(client):
    seen = []
    with wire_server(answering(OK, seen)) as url:
        send(client, url)
        with pytest.raises(NotSent) as caught:
            send(client, url, start_by=steady() - 0.01)
        assert caught.value.code == "late"
        assert send(client, url).status == 200
    assert len(seen) == 2


def test_a_process_frozen_while_connecting_does_not_send_when_it_wakes(client, monkeypatch):
    seen, real = [], socket.create_connection
    start_by = steady() + 0.2

    def freeze(address, timeout):
        connection = real(address, timeout)
        while steady() <= start_by:
            time.sleep(0.01)
        return connection

    monkeypatch.setattr(wire.socket, "create_connection", freeze)
    with wire_server(answering(OK, seen)) as url, pytest.raises(NotSent) as caught:
        send(client, url, start_by=start_by)
    assert caught.value.code == "late"
    assert seen == []


# --- it may have happened


def test_a_reset_before_the_answer(client):
    def answer(connection):
        read_request(connection)
        reset(connection)

    assert unknown(client, answer)[0] == "reset"


def test_a_reset_before_the_body_was_read(client):
    def answer(connection):
        connection.recv(10)
        reset(connection)

    assert unknown(client, answer, body=b"x" * 5_000_000)[0] == "reset"


def test_an_orderly_end_without_an_answer(client):
    assert unknown(client, read_request)[0] == "reset"


def test_an_idle_connection_that_the_server_closed_is_not_used(client):
    closed = threading.Event()

    def answer(connection):
        read_request(connection)
        connection.sendall(OK)
        connection.close()
        closed.set()

    with wire_server(answer) as url:
        for _ in range(3):
            closed.clear()
            assert send(client, url).status == 200
            assert closed.wait(5)


def test_half_an_answer(client):
    def answer(connection):
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")

    assert unknown(client, answer)[0] == "truncated"


def test_half_an_answers_head(client):
    def answer(connection):
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Le")
        reset(connection)

    assert unknown(client, answer)[0] == "truncated"


def test_what_is_not_http(client):
    def answer(connection):
        read_request(connection)
        connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
        connection.recv(1)

    assert unknown(client, answer)[0] == "garbled"


def test_no_answer_in_time(client):
    code, took = unknown(client, lambda c: read_request(c) and c.recv(1), seconds=0.4)
    assert code == "read_timeout"
    assert 0.3 < took < 2


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 3,
        b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1388\r\n",
    ],
)
def test_an_answer_that_drips_a_byte_at_a_time_ends_at_the_deadline(client, head):
    stopped = threading.Event()

    def answer(connection):
        read_request(connection)
        connection.sendall(head)
        for byte in (head and b"x" * 5000) or b"HTTP/1.1 200 OK\r\nX-Long: " + b"y" * 5000:
            connection.sendall(bytes([byte]))
            if stopped.wait(0.02):
                return

    code, took = unknown(client, answer, seconds=0.5)
    stopped.set()
    assert code == "deadline"
    assert 0.4 < took < 2


def test_an_answer_that_arrived_while_the_process_was_frozen_is_taken_in(client, monkeypatch):
    arrived, real = threading.Event(), wire.DeadlineStream.read

    def answer(connection):
        read_request(connection)
        connection.sendall(OK[:-2])
        connection.sendall(OK[-2:])
        arrived.set()
        connection.recv(1)

    def wake_up_late(stream, max_bytes, timeout=None):
        arrived.wait(5)
        time.sleep(max(0.0, deadline - steady()) + 0.05)
        return real(stream, min(max_bytes, len(OK) - 2), timeout)

    monkeypatch.setattr(wire.DeadlineStream, "read", wake_up_late)
    deadline = steady() + 0.5
    with wire_server(answer) as url:
        assert send(client, url, deadline=deadline).body == b"{}"


def test_an_endless_stream_of_bytes_ends_soon_after_the_deadline(client):
    def answer(connection):
        read_request(connection)
        while True:
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)

    code, took = unknown(client, answer, seconds=0.5)
    assert code == "deadline"
    assert 0.4 < took < 3


def test_a_server_that_takes_the_body_in_drop_by_drop_ends_at_the_deadline(client):
    stopped = threading.Event()

    def answer(connection):
        while not stopped.wait(0.02) and connection.recv(1000):
            pass

    code, took = unknown(client, answer, body=b"x" * 20_000_000, seconds=0.5)
    stopped.set()
    assert code == "write_timeout"
    assert 0.4 < took < 2


def test_the_clients_own_limit_holds_where_the_caller_allows_more():
    client = MegaClient(deadline=0.3)
    code, took = unknown(client, lambda c: read_request(c) and c.recv(1), seconds=30)
    client.close()
    assert code == "read_timeout"
    assert took < 2


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + b" " * 2000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n"
        + b" " * 2000
        + b"\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n"
        + gzip.compress(b" " * 5_000_000),
    ],
    ids=["plain", "chunked", "gzip bomb"],
)
def test_an_answer_over_the_limit_is_not_read_to_its_end(answer):
    client = MegaClient(largest=1000)
    with wire_server(answering(answer)) as url, pytest.raises(OutcomeUnknown) as caught:
        send(client, url)
    client.close()
    assert caught.value.code == "too_large"


def test_a_gateway_that_compresses_unasked_is_understood(client):
    packed = gzip.compress(b'{"results": []}')
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    with wire_server(answering(head.encode() + packed)) as url:
        assert send(client, url).body == b'{"results": []}'


def test_an_early_refusal_is_heard_although_the_body_was_not_taken(client):
    def answer(connection):
        connection.recv(100)
        connection.sendall(b"HTTP/1.1 413 Too large\r\nContent-Length: 0\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(1_000_000):
            pass

    with wire_server(answer) as url:
        assert send(client, url, b"x" * 1_000_000).status == 413


# --- secrets and people


PERSON = "ann" + "@example.com"  # in two parts: a traceback shows lines of source


def test_no_error_and_no_log_holds_the_token_or_a_lead(client, caplog):
    caplog.set_level(logging.DEBUG)
    with wire_server(read_request) as url:
        with pytest.raises(OutcomeUnknown) as posted:
            send(client, url, PERSON.encode())
        with pytest.raises(OutcomeUnknown) as listed:
            client.list_leads(
                base_url=url,
                token=DEMO_TOKEN,
                mega_id=DEMO_CUSTOMER_ID,
                params={"search": PERSON},
                deadline=steady() + 5,
            )
    told = caplog.text
    for caught in (posted, listed):
        assert caught.value.__context__ is None
        told += "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
    assert DEMO_TOKEN not in told
    assert PERSON not in told
