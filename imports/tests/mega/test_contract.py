"""What goes to MEGA byte for byte, and what is believed of its answers."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.mega.contract import (
    STATUSES,
    MalformedAnswer,
    RowResult,
    encode_body,
    error_message,
    looks_like_token,
    named_rows,
    parse_bulk,
)
from imports.mega.rates import RateHeaders

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


# --- the bytes of a request


def test_a_lead_is_sent_in_the_contracts_order_without_blanks():
    lead = {
        "custom_fields": {"city": "Zürich", "budget": 250000, "notes": " ", "asked": False},
        "contact_email": "ann@example.com",
        "contact_phone": "",
        "contact_name": "Ann",
        "stage_slug": None,
        "row_ref": "7",
    }
    assert (
        encode_body([lead], "skip", False)
        == (
            '{"leads":[{"row_ref":"7","contact_name":"Ann","contact_email":"ann@example.com",'
            '"custom_fields":{"asked":false,"budget":250000,"city":"Zürich"}}],'
            '"on_duplicate":"skip","dry_run":false}'
        ).encode()
    )


def test_the_same_lead_is_the_same_bytes_however_its_dict_was_filled():
    lead = {"row_ref": "1", "contact_name": "Ann", "custom_fields": {"b": 1, "a": 2}}
    mirrored = {"custom_fields": {"a": 2, "b": 1}, "contact_name": "Ann", "row_ref": "1"}
    assert encode_body([lead], "update", True) == encode_body([mirrored], "update", True)


def test_a_lead_whose_custom_fields_are_all_blank_is_sent_without_them():
    body = encode_body([{"contact_name": "Ann", "custom_fields": {"city": ""}}], "skip", False)
    assert json.loads(body)["leads"] == [{"contact_name": "Ann"}]


@pytest.mark.parametrize(
    ("leads", "on_duplicate"),
    [
        ([], "skip"),
        ([{"contact_name": "Ann"}] * 501, "skip"),
        ([{"contact_name": "Ann"}], "overwrite"),
        ([{"name": "Ann"}], "skip"),
        ([{"contact_name": "Ann", "custom_fields": {"budget": float("nan")}}], "skip"),
    ],
)
def test_what_could_never_be_a_request_is_refused_here(leads, on_duplicate):
    with pytest.raises(ValueError):  # noqa: PT011 - any of the reasons
        encode_body(leads, on_duplicate, False)


def test_a_token_is_mega_and_64_hex_digits():
    assert looks_like_token("mega_" + "0aF" * 21 + "9")
    assert not looks_like_token("mega_" + "0" * 63)
    assert not looks_like_token("mega_" + "g" * 64)
    assert not looks_like_token("mega_" + "0" * 64 + "\n")


# --- answers


def answer(results, **more):
    content = {"dry_run": False, "summary": {}, "results": results, "unknown_custom_fields": []}
    return json.dumps(content | more).encode()


def result(ref, status="created", **more):
    return {
        "row_ref": ref,
        "status": status,
        "lead_id": f"lead-{ref}",
        "matched_by": None,
        "errors": None,
    } | more


def test_results_are_found_by_row_ref_and_not_by_place():
    read = parse_bulk(answer([result("2", "updated", matched_by="phone"), result("1")]))
    assert read.by_ref(["1", "2"]) == {
        "1": RowResult("1", "created", "lead-1"),
        "2": RowResult("2", "updated", "lead-2", "phone"),
    }


def test_a_failed_row_brings_its_reasons_and_ignored_fields():
    body = answer(
        [result("1", "failed", lead_id=None, errors=["no such stage"])],
        unknown_custom_fields=["shoe_size"],
        summary={"total": 1, "failed": 1, "created": "none"},
    )
    read = parse_bulk(body)
    assert read.by_ref(["1"])["1"].errors == ("no such stage",)
    assert read.unknown_custom_fields == ("shoe_size",)
    assert read.summary == {"total": 1, "failed": 1}
    assert read.dry_run is False


def test_only_trustworthy_results_are_taken():
    read = parse_bulk(
        answer(
            [
                result("kept"),
                result("stranger"),
                result(None),
                result(5),
                result("odd", "merged_sideways"),
                result("twice"),
                result("twice"),
                result("torn"),
                result("torn", "failed"),
                result("half"),
                result("half", "who knows"),
                "not even an object",
            ]
        )
    )
    expected = ["kept", "odd", "twice", "torn", "half", "missing", "5"]
    assert set(read.by_ref(expected)) == {"kept", "twice"}
    assert len(read.results) == 11


def test_texts_of_an_answer_are_fit_for_a_database():
    one = result("1", "failed", lead_id="a\x00b", errors=["x\ud800y\x1b[31m", "z" * 5000, 7])
    read = parse_bulk(answer([one])).by_ref(["1"])["1"]
    assert read.lead_id == "a b"
    assert read.errors[0] == "x y [31m"
    assert len(read.errors[1]) == 1000
    assert len(read.errors) == 2


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Bad gateway</html>",
        b"[]",
        b"null",
        b'"results"',
        b'{"ok": true}',
        b'{"results": {}}',
        b'{"results": [',
        b"[" * 200_000,
        b"\xff\xfe\x00",
        b'{"results": [' + b"9" * 5000 + b"]}",
    ],
)
def test_what_is_not_usable_as_a_whole_is_malformed(body):
    with pytest.raises(MalformedAnswer):
        parse_bulk(body)


ROWS = st.fixed_dictionaries(
    {"row_ref": st.sampled_from("123"), "status": st.sampled_from(STATUSES)},
    optional={
        "lead_id": st.none() | st.text(max_size=9) | st.just("x" * 300),
        "matched_by": st.sampled_from([None, "email", "phone"]),
        "errors": st.none() | st.lists(st.text(max_size=9)),
        "ignored_custom_fields": st.none() | st.lists(st.text(max_size=9)),
        "more": JSON_VALUES,
    },
)


@given(st.lists(ROWS), st.booleans())
def test_what_is_odd_in_an_answer_changes_nothing_else_of_it(rows, dry_run):
    more = {"dry_run": dry_run, "summary": {"total": 3}, "unknown_custom_fields": [" a\tb"]}
    usual = parse_bulk(answer(rows, **more))
    with_an_odd_one = parse_bulk(answer([*rows, "not even an object"], **more))
    assert list(usual.results) == list(with_an_odd_one.results)
    assert usual.by_ref("123") == with_an_odd_one.by_ref("123")
    assert (usual.dry_run, usual.summary) == (dry_run, with_an_odd_one.summary)
    assert usual.unknown_custom_fields == with_an_odd_one.unknown_custom_fields == ("a b",)


def test_bytes_that_are_no_text_spoil_an_answer_wherever_they_stand():
    with pytest.raises(MalformedAnswer):
        parse_bulk(b'{"results": [], "more": "\xff"}')


@given(JSON_VALUES, st.lists(st.text()))
def test_any_json_is_read_or_refused(content, refs):
    try:
        read = parse_bulk(json.dumps(content).encode())
    except MalformedAnswer:
        return
    assert set(read.by_ref(refs)) <= set(refs)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["created", "failed", "??"]))))
def test_no_result_is_taken_where_two_differ(pairs):
    read = parse_bulk(answer([result(ref, status) for ref, status in pairs]))
    said = {ref: {status for other, status in pairs if other == ref} for ref, _status in pairs}
    sure = {ref for ref, statuses in said.items() if len(statuses) == 1 and "??" not in statuses}
    assert set(read.by_ref("abc")) == sure


@given(st.binary())
def test_any_bytes_are_read_or_refused(body):
    error_message(body)
    with suppress(MalformedAnswer):
        parse_bulk(body)


# --- errors


def test_the_vendors_message_is_taken_from_its_envelope():
    body = b'{"error": {"type": "invalid_request_error", "code": 400, "message": "leads: odd\\n"}}'
    assert error_message(body) == "leads: odd"
    assert error_message(b'{"error": "gateway asleep"}') == "gateway asleep"
    assert error_message(b'{"error": {"code": 400}}') == ""
    assert error_message(b"<html>") == ""
    assert len(error_message(json.dumps({"error": {"message": "x" * 9999}}).encode())) == 4000


def test_rows_are_named_by_their_index():
    message = "leads[3].contact_email: bad; leads[12]: nothing; leads.7.owner_id: bad; leads.0: x"
    assert named_rows(message) == {0, 3, 7, 12}


@pytest.mark.parametrize(
    "message",
    ["", "leads: must contain 1 to 500 items, not 501", "misleads[3]", "leads[500]", "leads.1e3"],
)
def test_numbers_that_are_no_rows_are_not_taken_for_rows(message):
    assert named_rows(message) == set()


@given(st.sets(st.integers(0, 499)), st.text())
def test_every_named_row_is_found_whatever_stands_between(indexes, noise):
    noise = noise.replace("leads", "")
    message = "; ".join(f"leads[{index}].x: {noise} " for index in sorted(indexes))
    assert named_rows(message) >= indexes


# --- the quota's headers


def test_the_quotas_headers_are_read():
    headers = {"ratelimit-limit": "10", "RateLimit-Remaining": "3", "ratelimit-reset": "41"}
    assert RateHeaders.parse(headers, now=NOW) == RateHeaders(10, 3, 41)
    assert RateHeaders.parse({}, now=NOW) == RateHeaders()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("6", 6.0),
        ("0", 0.0),
        ("1.5", 1.5),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), 0.0),
        ("Tue, 03 Nov 2026 12:01:00 -0000", 60.0),
        ("1000000", 3600.0),
        ("9" * 400, 3600.0),
        ("-5", None),
        ("soon", None),
        ("１２", None),
        ("nan", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_or_nonsense(text, seconds):
    read = RateHeaders.parse({"retry-after": text}, now=NOW)
    assert read.retry_after == seconds
    assert read.absurd == (("retry-after",) if seconds == 3600.0 else ())


def test_absurd_numbers_are_brought_into_range_and_named():
    headers = {
        "ratelimit-limit": "0",
        "ratelimit-remaining": "99999",
        "ratelimit-reset": "86400",
        "retry-after": "x",
    }
    assert RateHeaders.parse(headers, now=NOW) == RateHeaders(
        limit=1,
        remaining=600,
        reset=3600,
        absurd=("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"),
    )


def test_the_standards_older_form_of_the_limit_is_read():
    assert RateHeaders.parse({"ratelimit-limit": "10, 10;w=60"}, now=NOW).limit == 10


@given(st.dictionaries(st.sampled_from(["ratelimit-limit", "retry-after"]), st.text()))
def test_any_header_is_a_number_in_range_or_nothing(headers):
    read = RateHeaders.parse(headers, now=NOW)
    assert read.limit is None or 1 <= read.limit <= 600
    assert read.retry_after is None or 0 <= read.retry_after <= 3600
