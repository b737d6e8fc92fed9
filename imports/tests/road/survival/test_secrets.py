"""No token and no person stands where it does not belong: broker, logs, tasks, database."""

import contextlib
import threading
import zlib

import pytest
import redis
from django.db import connection

from imports.tests.road.engine import wait_for
from imports.tests.road.survival.own import in_flight

pytestmark = pytest.mark.road

PERSON = (b"Person 7", b"p7@example.com", b"2062000007")


@pytest.fixture
def eavesdropper(servers):
    """Everything that anybody tells the broker while the story lasts."""
    heard = []
    listener = servers.broker()
    with listener.monitor() as monitor:
        thread = threading.Thread(target=listen, args=(monitor, heard), daemon=True)
        thread.start()
        yield heard


def listen(monitor, heard):
    with contextlib.suppress(redis.RedisError, OSError, ValueError):
        heard.extend(one["command"] for one in monitor.listen())


def test_the_token_and_persons_stay_where_they_belong(
    engine, client_of, sheet, mega, servers, eavesdropper
):
    engine.have()
    ines = client_of()
    mega.misbehave("hold_after", token=ines.raw)
    mega.misbehave("broken_json", token=ines.raw)
    message = f"leads[1].contact_email: p7@example.com is no e-mail; your token is {ines.raw}"
    mega.misbehave("status", status=400, message=message, token=ines.raw, skip=1)
    made = ines.send(sheet(30))
    in_flight(ines)
    engine.end(engine.carrier(made))
    mega.release()
    engine.start("delivery")
    wait_for(made)

    said = "\n".join(map(str, eavesdropper)).encode()
    assert b"imports.deliver" in said
    for place, text in {
        "what was told to the broker": said,
        "what the processes said": engine.path.read_bytes(),
        "PostgreSQL's log": b"".join(p.read_bytes() for p in servers.data_dir.rglob("*.log")),
    }.items():
        for secret in (ines.raw.encode(), ines.raw[5:].encode(), *PERSON):
            assert secret not in text, f"{secret!r} stands in {place}"


def test_the_token_stands_in_no_table_even_when_mega_repeats_it(engine, client_of, sheet, mega):
    engine.have()
    ines = client_of()
    mega.misbehave("status", status=400, message=f"Bad token {ines.raw}.", token=ines.raw)
    mega.misbehave("status", status=500, message=f"Bad {ines.raw}.", token=ines.raw)
    mega.misbehave("headers", headers={"X-Echo": f"Bearer {ines.raw}"}, token=ines.raw)
    made = ines.send(sheet(3))
    wait_for(made)

    dumped = whole_database()

    assert b"p1@example.com" in dumped  # the rows are there, so the dump is one
    for form in forms_of(ines.raw):
        assert form not in dumped


def whole_database():
    parts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            with cursor.copy(f'COPY "{table}" TO STDOUT') as copy:
                parts.extend(bytes(part) for part in copy)
        cursor.execute("SELECT body FROM imports_batch")
        parts.extend(zlib.decompress(bytes(body)) for (body,) in cursor.fetchall())
        cursor.execute("SELECT answer FROM imports_attempt WHERE answer IS NOT NULL")
        parts.extend(zlib.decompress(bytes(answer)) for (answer,) in cursor.fetchall())
    return b"\n".join(parts)


def forms_of(raw):
    digits = raw.removeprefix("mega_")
    return [raw.encode(), digits.encode(), bytes.fromhex(digits), raw.encode().hex().encode()]
