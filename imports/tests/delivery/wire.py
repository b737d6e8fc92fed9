"""A request that really goes over a wire, to a server that answers byte by byte as it is told."""

from contextlib import contextmanager

from imports.delivery import claims, deliver
from imports.models import Batch
from imports.tests.delivery.steps import LONG_AGO
from imports.tests.mega.conftest import read_request, wire_server

HEADERS = (
    b"Content-Type: application/json\r\nX-Odd: \xc3\xa4 ; b\r\nRateLimit-Remaining: 9\r\n"
    b"Set-Cookie: session=secret; HttpOnly\r\nset-cookie: other=1\r\nVia: a\r\nVia: b\r\n"
)


def whole(status, content, headers=HEADERS):
    """The bytes of an answer: `status` is its line's end, such as `200 OK`."""
    head = b"HTTP/1.1 " + status + b"\r\nContent-Length: %d\r\nConnection: close\r\n"
    return head % len(content) + headers + b"\r\n" + content


@contextmanager
def answering(settings, reply):
    """MEGA is a server that answers every request with these bytes and hangs up; gives what it
    heard.
    """
    heard = []

    def answer(connection):
        heard.append(read_request(connection))
        connection.sendall(reply)

    with wire_server(answer) as url:
        settings.MEGA_BASE_URL = url
        yield heard


def carry():
    """Have what waits claimed and carried, and return it with its newest attempt."""
    Batch.objects.update(not_before=LONG_AGO)
    (claimed,) = claims.claim()
    assert deliver.deliver(claimed, "there:1")
    batch = Batch.objects.get(pk=claimed)
    return batch, batch.attempts.last()
