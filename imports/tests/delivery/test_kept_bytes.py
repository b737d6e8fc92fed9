"""What is kept of a request is what was on the wire: every byte, every header but cookies."""

import json

import pytest
from django.db import connection
from django.test import Client

from imports.models import Attempt, Batch, BatchState
from imports.reports import requests
from imports.tests import people
from imports.tests.delivery import wire
from imports.tests.delivery.steps import fresh, sent

pytestmark = pytest.mark.django_db

ODD = b'{ "dry_run" : false,\r\n\t"results": [ {"row_ref":"2","status":"created"} ] }\r\n\n'
HTML = b"<html>\xff\xfe\x00 502 \xe4</html>"
REFUSED = b'{"error":\t{"type": "x_error", "message": "No."}}\n'


def carried(acme, settings, status, content):
    """One request goes out to a server that answers so; return what it read, and the attempt."""
    with wire.answering(settings, wire.whole(status, content)) as heard:
        sent(acme, 1)
        _, attempt = wire.carry()
    return heard[0], attempt


@pytest.mark.parametrize(
    ("status", "content", "state"),
    [
        (b"200 OK", ODD, BatchState.DONE),
        (b"502 Bad Gateway", HTML, BatchState.UNKNOWN),
        (b"503 Service Unavailable", b"", BatchState.UNKNOWN),
        (b"418 I am a teapot", b"no", BatchState.DECISION),
        (b"400 Bad Request", REFUSED, BatchState.DONE),
        (b"401 Unauthorized", REFUSED, BatchState.WAITING),
        (b"403 Forbidden", HTML, BatchState.WAITING),
        (b"409 Conflict", REFUSED, BatchState.DECISION),
        (b"413 Content Too Large", HTML, BatchState.DONE),
        (b"429 Too Many Requests", REFUSED, BatchState.WAITING),
        (b"500 Internal Server Error", REFUSED, BatchState.UNKNOWN),
        (b"200 OK", HTML, BatchState.UNKNOWN),
        (b"200 OK", ODD[:40], BatchState.UNKNOWN),
        (b"200 OK", b"", BatchState.UNKNOWN),
        (b"200 OK", b'{"results": []}', BatchState.UNKNOWN),
    ],
)
def test_both_bodies_are_kept_and_handed_out_byte_for_byte(acme, settings, status, content, state):
    heard, attempt = carried(acme, settings, status, content)
    batch = attempt.batch
    assert fresh(batch).state == state
    on_the_wire = heard.partition(b"\r\n\r\n")[2]
    assert requests.request_bytes(batch) == on_the_wire
    assert json.loads(on_the_wire)["leads"][0]["row_ref"] == "2"
    assert requests.answer_bytes(attempt) == content
    assert requests.request_body(batch).holds

    vera = Client()
    vera.force_login(people.vera())
    path = f"/imports/{batch.lead_import_id}/requests/{batch.pk}"
    for address, expected in (("body/", on_the_wire), (f"answers/{attempt.pk}/", content)):
        assert b"".join(vera.get(f"{path}/{address}").streaming_content) == expected


def test_all_headers_are_kept_but_cookies(acme, settings):
    _, attempt = carried(acme, settings, b"200 OK", ODD)
    assert attempt.headers == {
        "content-length": str(len(ODD)),
        "connection": "close",
        "content-type": "application/json",
        "x-odd": "ä ; b",
        "ratelimit-remaining": "9",
        "via": "a, b",
    }


def test_the_token_that_went_over_the_wire_is_kept_nowhere_in_the_clear(acme, settings):
    heard, attempt = carried(acme, settings, b"200 OK", ODD)
    assert f"Bearer {people.TOKEN}".encode() in heard
    with connection.cursor() as cursor:
        for model in (Batch, Attempt):
            cursor.execute(f"SELECT t::text FROM {model._meta.db_table} t")
            kept = "".join(text for (text,) in cursor.fetchall())
            for secret in (people.TOKEN, people.TOKEN[5:], people.TOKEN.encode().hex(), "earer "):
                assert secret not in kept
    for content in (requests.request_bytes(attempt.batch), requests.answer_bytes(attempt)):
        assert people.TOKEN.encode() not in content


def test_a_token_that_mega_repeats_stands_on_no_page_and_in_no_file(acme, settings):
    said = json.dumps({"error": {"message": f"no such key: {people.TOKEN}"}}).encode()
    _, attempt = carried(acme, settings, b"418 I am a teapot", said)
    vera = Client()
    vera.force_login(people.vera())
    path = f"/imports/{attempt.batch.lead_import_id}/requests/{attempt.batch_id}/"
    page = vera.get(path).content.decode()
    file = b"".join(vera.get(f"{path}answers/{attempt.pk}/").streaming_content).decode()
    for shown in (page, file):
        assert "no such key: [token]" in shown
        assert people.TOKEN[5:] not in shown
    assert "were changed since" not in page
