"""A client, a sandbox, and servers that break the rules byte by byte."""

import socket
import threading
from contextlib import contextmanager, suppress

import pytest

from imports.mega import contract
from imports.mega.client import MegaClient
from imports.mega.sandbox import DEMO_CUSTOMER_ID, DEMO_TOKEN, Sandbox
from imports.mega.wire import steady


@pytest.fixture
def client():
    client = MegaClient(connect_timeout=2.0, deadline=10.0)
    yield client
    client.close()


@pytest.fixture
def mega():
    with Sandbox(requests_per_minute=100, open_control=True) as mega:
        yield mega


@pytest.fixture
def post(client, mega):
    """Posts leads to the sandbox as the demo customer; every part can be replaced."""

    def post(leads, key="key-1", *, on_duplicate="update", dry_run=False, **changes):
        return send(
            client,
            mega.url,
            contract.encode_body(leads, on_duplicate, dry_run),
            idempotency_key=key,
            **changes,
        )

    return post


def send(client, url, body=b"{}", *, seconds=5.0, **changes):
    now = steady()
    return client.post_bulk(
        **{
            "base_url": url,
            "token": DEMO_TOKEN,
            "mega_id": DEMO_CUSTOMER_ID,
            "body": body,
            "idempotency_key": "key-1",
            "start_by": now + seconds,
            "deadline": now + seconds,
            **changes,
        }
    )


def read_request(connection):
    """Read a whole request: its head, and as many bytes of body as it announces."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return data
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-len")),
        0,
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@contextmanager
def wire_server(answer):
    """Serve `answer(connection)` on each connection; yields the address."""
    listener = socket.create_server(("127.0.0.1", 0))
    connections = []

    def serve():
        while True:
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            connections.append(connection)
            threading.Thread(target=run, args=(connection,), daemon=True).start()

    def run(connection):
        with suppress(OSError), connection:
            answer(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        thread.join(5)
