"""What came of an answer is kept for every kind of exchange, till the import goes; no token is."""

import base64
import hashlib
import json

import pytest
from django.db import connection
from django.test import Client

from imports.columns import derive
from imports.delivery import (
    before,
    checks,
    control,
    leases,
    plan,
    read_quota,
    reading,
    settle,
    window,
)
from imports.models import (
    Attempt,
    Batch,
    BatchState,
    BeforeRead,
    Import,
    OnDuplicate,
    ReadAttempt,
)
from imports.reports import requests
from imports.tests import people
from imports.tests.delivery import wire
from imports.tests.delivery.steps import (
    LONG_AGO,
    answer,
    attempt_of,
    fresh,
    refused,
    results,
    reviewed,
    sent,
)

pytestmark = pytest.mark.django_db

SECRET = people.TOKEN.removeprefix("mega_")
RESULT = b'{"dry_run": %s,  "results": [{"row_ref": "%s", "status": "created"}]}\n'
TOO_LONG = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n" + wire.HEADERS + b"\r\n"
CHUNKED = b"HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n" + wire.HEADERS + b"\r\n"
PAGE = b'{"leads": [], "total":  0, "next_cursor": null}'


def is_kept(attempt, content, status):
    """The answer's bytes, its hash, its status and all of its headers but cookies."""
    assert requests.answer_bytes(attempt) == content
    assert requests._body(content, attempt.answer_sha256).holds
    assert attempt.status == status
    assert (attempt.headers["x-odd"], attempt.headers["via"]) == ("ä ; b", "a, b")
    assert not [name for name in attempt.headers if "cookie" in name]
    assert (attempt.remaining, attempt.ended_at is None) == (9, False)
    return True


# --- every kind of exchange -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begun", "part", "status"),
    [
        (TOO_LONG, RESULT % (b"false", b"2"), 200),  # looks whole, but is announced longer
        (TOO_LONG, b"", 200),
        (CHUNKED + b"5\r\n", b"<html", 503),
    ],
    ids=["length", "head only", "chunked"],
)
def test_what_came_of_an_answer_that_broke_off_is_kept_and_proves_nothing(
    acme, settings, begun, part, status
):
    with wire.answering(settings, begun + part):
        made = sent(acme, 1)
        batch, attempt = wire.carry()
    assert (batch.state, attempt.conclusion) == (BatchState.UNKNOWN, "unclear")
    assert not made.outcomes.exists()
    assert attempt.cut_off
    assert is_kept(attempt, part, status)


def test_the_page_says_that_it_is_only_what_came(acme, settings):
    with wire.answering(settings, TOO_LONG + b"half a line"):
        made = sent(acme, 1)
        batch, _ = wire.carry()
    vera = Client()
    vera.force_login(people.vera())
    page = vera.get(f"/imports/{made.pk}/requests/{batch.pk}/").content.decode()
    assert "HTTP 200, and the answer broke off" in page
    assert "What came of the answer (11 bytes)" in page
    assert "were changed since" not in page


def test_an_answer_that_never_ends_is_kept_to_a_limit(acme, settings):
    flood = b"x" * (9 * 1024 * 1024)
    with wire.answering(settings, wire.whole(b"200 OK", flood)):
        sent(acme, 1)
        batch, attempt = wire.carry()
    assert (batch.state, batch.detail) == (
        BatchState.UNKNOWN,
        "MEGA's answer is larger than this portal accepts.",
    )
    assert is_kept(attempt, flood[: 1024 * 1024], 200)


def test_an_answer_to_a_dry_run_is_kept_with_what_was_asked(acme, settings):
    content = RESULT % (b"true", b"2")
    with wire.answering(settings, wire.whole(b"200 OK", content)) as heard:
        dry_run = control.start_dry_run(reviewed(acme, 1), None)
        assert plan.plan_dry_run(dry_run.pk)
        batch, attempt = wire.carry()
    assert batch.state == BatchState.DONE
    assert is_kept(attempt, content, 200)
    assert requests.request_bytes(batch) == heard[0].partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize(
    ("status", "content", "result"),
    [
        (200, RESULT % (b"true", b"check"), "ok"),
        (401, b'{"error": {"message": "No such key."}}', "unauthorized"),
        (503, b"<html>", ""),
    ],
)
def test_an_answer_to_a_token_check_is_kept(acme, settings, status, content, result):
    with wire.answering(settings, wire.whole(b"%d Said" % status, content)) as heard:
        checks.start_check(acme, None)
        batch, attempt = wire.carry()
    assert is_kept(attempt, content, status)
    assert requests.request_bytes(batch) == heard[0].partition(b"\r\n\r\n")[2]
    assert fresh(acme).token.check_result == result


def test_an_answer_that_breaks_off_says_nothing_about_a_token(acme, settings):
    with wire.answering(settings, TOO_LONG + b"{"):
        checks.start_check(acme, None)
        for _ in range(checks.MOST_TRIES):
            batch, attempt = wire.carry()
    assert (batch.state, attempt.cut_off) == (BatchState.DONE, True)
    assert fresh(acme).token.check_result == "no_answer"


@pytest.mark.parametrize(
    "reply",
    [results([2]), refused(400), refused(429), answer(502, {"a": "b"})],
    ids=["200", "400", "429", "502"],
)
def test_a_late_answer_is_kept_whoever_else_has_the_request_by_now(acme, reply):
    made = sent(acme, 1)
    late = attempt_of(made.batches.get())
    Batch.objects.update(lease_until=LONG_AGO)
    leases.expire()
    current = attempt_of(made.batches.get())

    settle.record(late, reply)

    kept = Attempt.objects.get(pk=late)
    assert requests.answer_bytes(kept) == reply.body
    assert (kept.status, kept.cut_off) == (reply.status, False)
    settle.record(current, results([2]))
    assert requests.answer_bytes(Attempt.objects.get(pk=current)) == results([2]).body


# --- reads of old values --------------------------------------------------------------------------


def to_update(acme):
    """Sent by Ines's word, so that its old values are read first."""
    made = reviewed(acme, 1)
    wish = before.Wish(minutes=5)
    control.send(made, None, on_duplicate=OnDuplicate.UPDATE, undo_seconds=-1, wish=wish)
    return fresh(made)


def read_once(made):
    one = BeforeRead.objects.get(lead_import=made)
    BeforeRead.objects.update(not_before=LONG_AGO)
    asked = reading.take(one.pk, "there:1")
    reading.settle(asked, reading.ask(asked))
    return ReadAttempt.objects.get(pk=asked.request.attempt_id)


@pytest.mark.parametrize(
    ("reply", "content", "status"),
    [
        (wire.whole(b"403 Forbidden", b"{}"), b"{}", 403),
        (wire.whole(b"429 Slow down", b"later"), b"later", 429),
        (wire.whole(b"502 Bad", b"<html>"), b"<html>", 502),
        (TOO_LONG.replace(b"200 OK", b"502 Bad") + b"<html>", b"<html>", 502),
    ],
    ids=["403", "429", "502", "broken off"],
)
def test_an_answer_to_a_reading_request_is_kept_with_what_was_asked(
    acme, settings, reply, content, status
):
    with wire.answering(settings, reply) as heard:
        attempt = read_once(made := to_update(acme))
    assert is_kept(attempt, content, status)
    assert attempt.lead_import == made
    assert attempt.cut_off == (b"Content-Length: 500" in reply)
    line = heard[0].partition(b"\r\n")[0].decode()
    assert attempt.asked
    assert all(f"{name}={value}" in line for name, value in attempt.asked.items())


@pytest.mark.parametrize("reply", [wire.whole(b"200 OK", PAGE), TOO_LONG + PAGE])
def test_of_a_page_of_leads_only_the_hash_is_kept_for_most_are_not_in_the_sheet(
    acme, settings, reply
):
    with wire.answering(settings, reply):
        attempt = read_once(to_update(acme))
    assert (attempt.status, attempt.answer) == (200, None)
    assert attempt.answer_sha256 == hashlib.sha256(PAGE).digest()
    assert attempt.cut_off == reply.startswith(TOO_LONG)


def test_undoing_forgets_the_old_values_but_not_that_mega_was_asked(acme, settings):
    with wire.answering(settings, wire.whole(b"502 Bad", b"<html>")):
        attempt = read_once(made := to_update(acme))
    control.undo(made, None)
    assert not BeforeRead.objects.exists()
    kept = fresh(attempt)
    assert (kept.lead_import, kept.read, kept.status) == (made, None, 502)
    now = window.database_now()
    assert len(read_quota.exchanges_of(kept.quota, now)) == 1  # the key's budget knows of it, too


# --- nothing else removes them --------------------------------------------------------------------


def test_other_columns_another_reading_and_giving_it_up_remove_no_request(acme, settings):
    with wire.answering(settings, wire.whole(b"200 OK", RESULT % (b"true", b"2"))):
        made = reviewed(acme, 1)
        plan.plan_dry_run(control.start_dry_run(made, None).pk)
        batch, attempt = wire.carry()
    derive.use(fresh(made), derive.Mapping(()), None)
    Import.objects.update(state="review")
    control.discard(made, None)
    assert requests.answer_bytes(fresh(attempt)) == requests.answer_bytes(attempt)
    assert requests.request_bytes(fresh(batch)) == requests.request_bytes(batch)


# --- the token ------------------------------------------------------------------------------------

ECHOES = {
    "whole": people.TOKEN,
    "in capitals": people.TOKEN.upper(),
    "its secret part": SECRET,
    "with Bearer": f"Bearer {people.TOKEN}",
}


def echoing(said, status=b"400 Bad Request"):
    """An answer that repeats the token in its status text, in headers and in its body."""
    body = json.dumps({"error": {"message": f"no such key: {said}", "got": {said: said}}}).encode()
    headers = f"X-Key: {said}\r\nX-{said.replace(' ', '-')}: 1\r\n".encode()
    return wire.whole(status + b" " + said.encode(), body, wire.HEADERS + headers)


def stored():
    """All that is stored in the database, as text and unpacked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE tablename LIKE 'imports\\_%'")
        text = ""
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT t::text FROM {table} t")
            text += "".join(row for (row,) in cursor.fetchall())
    for model in (Attempt, ReadAttempt):
        for one in model.objects.exclude(answer=None):
            text += requests.answer_bytes(one).decode()
    return text


def has_no_token(text):
    """Not in the clear, in no case, neither as hex nor as Base64, nor half of it."""
    half = SECRET[: len(SECRET) // 2]
    encoded = base64.b64encode(people.TOKEN.encode()).decode()[:40]
    return not any(one in text.lower() for one in (half, half.encode().hex(), encoded.lower()))


@pytest.mark.parametrize("said", ECHOES.values(), ids=ECHOES)
@pytest.mark.parametrize("status", [b"400", b"401", b"429", b"500", b"418"])
def test_a_token_that_mega_repeats_is_stored_nowhere(acme, settings, said, status):
    with wire.answering(settings, echoing(said, status)):
        sent(acme, 2)
        _, attempt = wire.carry()
    assert attempt.headers["x-key"].removeprefix("Bearer ") == "[token]"
    assert b"no such key: " in requests.answer_bytes(attempt)
    assert has_no_token(stored())


@pytest.mark.parametrize("said", ECHOES.values(), ids=ECHOES)
def test_nor_is_one_that_is_repeated_to_a_check_or_to_who_reads(acme, settings, said):
    with wire.answering(settings, echoing(said, b"403")):
        read_once(to_update(acme))
        checks.start_check(acme, None)
        wire.carry()
    assert has_no_token(stored())


def test_nor_in_a_row_that_failed(acme, settings):
    row = {"row_ref": "2", "status": "failed", "errors": [f"key {SECRET} may not"]}
    content = json.dumps({"dry_run": False, "results": [row]}).encode()
    with wire.answering(settings, wire.whole(b"200 OK", content)):
        made = sent(acme, 1)
        wire.carry()
    assert made.outcomes.get().errors == ["key [token] may not"]
    assert has_no_token(stored())


@pytest.mark.parametrize("length", [12, 40, 68])
@pytest.mark.parametrize("start", [0, 5], ids=["with mega_", "without"])
def test_nor_the_beginning_of_one_at_which_an_answer_broke_off(acme, settings, start, length):
    said = people.TOKEN[start : start + min(length, 68 - start)]
    with wire.answering(settings, TOO_LONG + f'{{"key": "{said}'.encode()):
        sent(acme, 1)
        _, attempt = wire.carry()
    assert requests.answer_bytes(attempt) == b'{"key": "[token]'
