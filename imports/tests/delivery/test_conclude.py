"""The answer table: what each kind of answer means."""

import json
from datetime import UTC, datetime

import pytest

from imports.delivery.conclude import Code, conclude
from imports.errors import NotSent, OutcomeUnknown
from imports.mega.contract import Answer

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)


def result(ref, status="created"):
    return {"row_ref": ref, "status": status, "lead_id": "a-1", "errors": []}


def answered(status, content=None, **headers):
    body = content if isinstance(content, bytes) else json.dumps(content or {}).encode()
    return Answer(status, headers, body)


BOTH = {"results": [result("2"), result("3")]}


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (answered(200, BOTH), Code.SETTLED),
        (answered(200, {"results": [result("3"), result("2")]}), Code.SETTLED),
        (answered(200, {"results": [*BOTH["results"], result("9")]}), Code.SETTLED),
        (answered(200, {"results": [result("2")]}), Code.INCOMPLETE),
        (answered(200, {"results": [result("2"), result(None)]}), Code.INCOMPLETE),
        (answered(200, {"results": [result("2"), result("3", "merged")]}), Code.INCOMPLETE),
        (answered(200, {"results": [*BOTH["results"], result("2", "failed")]}), Code.INCOMPLETE),
        (answered(200, {"results": []}), Code.INCOMPLETE),
        (answered(200, {"ok": True}), Code.UNCLEAR),
        (answered(200, b"[]"), Code.UNCLEAR),
        (answered(200, b'{"results": ['), Code.UNCLEAR),
        (answered(200, b"<html>"), Code.UNCLEAR),
        (answered(200, b""), Code.UNCLEAR),
        (answered(201, BOTH), Code.UNEXPECTED),
        (answered(202), Code.UNEXPECTED),
        (answered(302), Code.UNEXPECTED),
        (answered(400), Code.REFUSED),
        (answered(401), Code.UNAUTHORIZED),
        (answered(403), Code.FORBIDDEN),
        (answered(404), Code.UNEXPECTED),
        (answered(409), Code.CONFLICT),
        (answered(413), Code.TOO_LARGE),
        (answered(422), Code.UNEXPECTED),
        (answered(429), Code.TOO_MANY),
        (answered(500), Code.UNCLEAR),
        (answered(502, b"<html>"), Code.UNCLEAR),
        (answered(599), Code.UNCLEAR),
        (NotSent("Nothing was sent.", code="connect_refused"), Code.NOT_SENT),
        (OutcomeUnknown("No answer came.", code="reset"), Code.UNCLEAR),
    ],
)
def test_every_answer_has_one_meaning(reply, code):
    assert conclude(reply, ["2", "3"], now=NOON).code == code


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("Tue, 03 Nov 2026 12:00:30 GMT", 30.0),
        ("Tue, 03 Nov 2020 12:00:00 GMT", 0.0),
        ("1000000", 3600.0),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date_and_never_believed_beyond_an_hour(
    value, seconds
):
    found = conclude(answered(503, **{"Retry-After": value}), ["2"], now=NOON)

    assert found.retry_after == seconds


def test_results_are_matched_by_row_ref_and_the_missing_are_counted():
    found = conclude(answered(200, {"results": [result("3", "failed")]}), ["2", "3"], now=NOON)

    assert {ref: one.status for ref, one in found.results.items()} == {"3": "failed"}
    assert found.detail == "MEGA's answer leaves out 1 of 2 rows."


def test_megas_own_words_are_kept():
    said = {"error": {"message": "leads[3].contact_email: invalid email"}}

    assert conclude(answered(400, said), ["2"], now=NOON).detail == said["error"]["message"]
    assert "without a reason" in conclude(answered(400, b"?"), ["2"], now=NOON).detail
