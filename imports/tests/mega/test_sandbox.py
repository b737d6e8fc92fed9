"""The stand-in keeps the vendor's contract, over real HTTP."""

import json
import urllib.request
from datetime import UTC, datetime

import pytest

from imports.mega import contract
from imports.mega.contract import SCOPE_READ, error_message
from imports.mega.rates import RateHeaders
from imports.mega.sandbox import DEMO_CUSTOMER_ID, OWNERS, Sandbox
from imports.mega.sandbox.matching import e164, phone_key
from imports.tests.mega.conftest import send

ADA = next(iter(OWNERS))
ANN = {"row_ref": "1", "contact_name": "Ann", "contact_email": "ann@example.com"}
OTHER_CUSTOMER = "11111111-2222-4333-8444-555555555555"
TOKEN = "mega_" + "ab" * 32


def results(answer):
    assert answer.status == 200, answer.body
    return contract.parse_bulk(answer.body).results


def one(answer):
    (result,) = results(answer)
    return result


def raw(client, mega, content):
    """Post what `encode_body` would never make."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return send(client, mega.url, body)


# --- rows


def test_a_new_person_becomes_a_lead(post, mega):
    lead = ANN | {
        "contact_phone": "(206) 555-0123",
        "source_platform": "google_ads",
        "source_type": "form",
        "stage_slug": "qualified",
        "owner_id": ADA.upper(),
        "lead_line": "buyer",
        "custom_fields": {"city": "Seattle", "budget": 500000},
    }
    result = one(post([lead]))
    assert (result.row_ref, result.status, result.matched_by) == ("1", "created", None)
    (kept,) = mega.leads()
    assert kept["id"] == result.lead_id
    assert kept["contact_phone"] == "+12065550123"
    assert kept["owner_id"] == ADA
    assert kept["stage_slug"] == "qualified"
    assert kept["custom_fields"] == {"city": "Seattle", "budget": 500000}


def test_a_new_lead_starts_in_the_first_stage(post, mega):
    post([ANN])
    assert mega.leads()[0]["stage_slug"] == "new"


def test_the_same_email_in_other_letters_is_the_same_person(post, mega):
    post([ANN])
    result = one(post([{"contact_email": "ANN@Example.com", "contact_name": "Ann B."}], "key-2"))
    assert (result.status, result.matched_by, result.row_ref) == ("updated", "email", None)
    (kept,) = mega.leads()
    assert (kept["contact_name"], kept["id"]) == ("Ann B.", result.lead_id)


def test_the_last_ten_digits_of_a_phone_are_the_same_person(post, mega):
    post([{"contact_name": "Ann", "contact_phone": "+1 206 555 0123"}])
    result = one(post([{"contact_phone": "(206) 555-0123 ext. 9"}], "key-2"))
    assert (result.status, result.matched_by) == ("updated", "phone")
    assert len(mega.leads()) == 1


def test_a_phone_of_nine_digits_matches_nobody(post, mega):
    post([{"contact_phone": "206 555 012"}])
    assert one(post([{"contact_phone": "206 555 012"}], "key-2")).status == "created"


def test_a_name_alone_matches_nobody(post, mega):
    post([{"contact_name": "Ann"}])
    assert one(post([{"contact_name": "Ann"}], "key-2")).status == "created"


def test_the_email_goes_before_the_phone(post, mega):
    post([{"contact_email": "ann@example.com"}, {"contact_phone": "2065550123"}])
    both = {"contact_email": "ann@example.com", "contact_phone": "2065550123"}
    result = one(post([both], "key-2"))
    assert (result.matched_by, result.lead_id) == ("email", mega.leads()[0]["id"])


def test_an_update_merges_what_the_row_brings_and_leaves_the_rest(post, mega):
    post([ANN | {"source_type": "form", "custom_fields": {"city": "Bern", "budget": 1}}])
    post([{"contact_email": "ann@example.com", "custom_fields": {"budget": 2}}], "key-2")
    (kept,) = mega.leads()
    assert (kept["contact_name"], kept["source_type"]) == ("Ann", "form")
    assert kept["custom_fields"] == {"city": "Bern", "budget": 2}


def test_an_email_that_changed_is_found_and_the_old_one_no_longer(post, mega):
    post([ANN | {"contact_phone": "2065550123"}])
    post([{"contact_phone": "2065550123", "contact_email": "new@example.com"}], "key-2")
    assert one(post([{"contact_email": "new@example.com"}], "key-3")).matched_by == "email"
    assert one(post([{"contact_email": "ann@example.com"}], "key-4")).status == "created"


def test_skip_leaves_the_lead_untouched(post, mega):
    post([ANN])
    before = mega.leads()
    result = one(post([ANN | {"contact_name": "Changed"}], "key-2", on_duplicate="skip"))
    assert (result.status, result.lead_id) == ("skipped", before[0]["id"])
    assert mega.leads() == before


def test_two_rows_of_one_person_are_worked_on_in_their_order(post, mega):
    first, second = results(post([ANN, ANN | {"row_ref": "2", "contact_name": "Ann B."}]))
    assert (first.status, second.status) == ("created", "updated")
    assert first.lead_id == second.lead_id
    assert mega.leads()[0]["contact_name"] == "Ann B."


def test_one_failed_row_never_stops_the_others(post, mega):
    strange = {"row_ref": "2", "contact_name": "Bo", "stage_slug": "nowhere", "owner_id": TOKEN[5:]}
    strange["owner_id"] = OTHER_CUSTOMER
    answer = post([ANN, strange, ANN | {"row_ref": "3", "contact_email": "c@example.com"}])
    created, failed, last = results(answer)
    assert (created.status, failed.status, last.status) == ("created", "failed", "created")
    assert failed.lead_id is None
    assert failed.errors == (
        "stage_slug: 'nowhere' is not a stage of this customer's pipeline",
        f"owner_id: '{OTHER_CUSTOMER}' is not one of this customer's team members",
    )
    assert contract.parse_bulk(answer.body).summary == {
        "total": 3,
        "created": 2,
        "updated": 0,
        "skipped": 0,
        "failed": 1,
    }


def test_unknown_custom_fields_are_ignored_and_named(post, mega):
    lead = ANN | {"custom_fields": {"city": "Bern", "shoe_size": 44, "lead_line": "buyer"}}
    answer = post([lead])
    assert one(answer).status == "created"
    assert one(answer).ignored_custom_fields == ("lead_line", "shoe_size")
    assert contract.parse_bulk(answer.body).unknown_custom_fields == ("lead_line", "shoe_size")
    assert mega.leads()[0]["custom_fields"] == {"city": "Bern"}


def test_results_come_in_any_order_when_asked_to(client):
    with Sandbox(shuffle=True, requests_per_minute=100) as mega:
        leads = [{"row_ref": str(n), "contact_name": "x"} for n in range(200)]
        answer = send(client, mega.url, contract.encode_body(leads, "skip", False))
    refs = [result.row_ref for result in results(answer)]
    assert refs != sorted(refs, key=int)
    assert sorted(refs, key=int) == [str(n) for n in range(200)]


# --- dry runs


def test_a_dry_run_predicts_and_writes_nothing(post, mega):
    post([ANN])
    before = mega.leads()
    leads = [ANN, ANN | {"row_ref": "2", "contact_email": "b@example.com"}]
    answer = post(leads, "key-2", dry_run=True)
    updated, created = results(answer)
    assert (updated.status, updated.lead_id) == ("updated", before[0]["id"])
    assert (created.status, created.lead_id) == ("created", None)
    assert contract.parse_bulk(answer.body).dry_run is True
    assert mega.leads() == before


def test_a_dry_run_is_not_kept_under_its_key(post, mega):
    post([ANN], dry_run=True)
    assert one(post([ANN])).status == "created"
    assert len(mega.leads()) == 1


# --- whole requests that are refused


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "body: must be JSON"),
        (b'{"leads": [{"contact_name": NaN}]}', "body: must be JSON"),
        (b"[" * 100_000, "body: must be JSON"),
        ([], "body: must be a JSON object"),
        ({}, "leads: must be an array"),
        ({"leads": []}, "leads: must contain 1 to 500 items, not 0"),
        ({"leads": [ANN] * 501}, "leads: must contain 1 to 500 items, not 501"),
        ({"leads": [ANN], "on_duplicate": "merge"}, "on_duplicate: must be one of update, skip"),
        ({"leads": [ANN], "dry_run": "yes"}, "dry_run: must be a boolean"),
        ({"leads": [ANN, "Bo"]}, "leads[1]: must be an object"),
    ],
)
def test_a_malformed_request_is_refused_whole(client, mega, content, message):
    answer = raw(client, mega, content)
    assert (answer.status, error_message(answer.body)) == (400, message)
    assert mega.leads() == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"contact_email": "ann@"}, ".contact_email: must be a valid email address"),
        ({"contact_email": ""}, ".contact_email: must be a valid email address"),
        ({"contact_email": "ann@localhost"}, ".contact_email: must be a valid email address"),
        ({"contact_email": "a..b@example.com"}, ".contact_email: must be a valid email address"),
        ({"contact_name": 5}, ".contact_name: must be a string"),
        ({"contact_phone": None}, ".contact_phone: must be a string"),
        ({"row_ref": 1}, ".row_ref: must be a string"),
        ({"source_type": "fax"}, ".source_type: must be one of form, phone_call, email, chat, "),
        ({"source_platform": "Google Ads"}, ".source_platform: must be one of google_ads, meta_"),
        ({"lead_line": "renter"}, ".lead_line: must be one of buyer, seller"),
        ({"owner_id": "ada"}, ".owner_id: must be a UUID"),
        ({"custom_fields": []}, ".custom_fields: must be an object"),
        ({"custom_fields": {"a": {}}}, ".custom_fields.a: must be a string, number, boolean or"),
    ],
)
def test_one_malformed_row_refuses_the_whole_request_and_is_named(client, mega, change, message):
    answer = raw(client, mega, {"leads": [ANN, ANN | change]})
    assert answer.status == 400
    assert error_message(answer.body).startswith("leads[1]" + message)
    assert contract.named_rows(error_message(answer.body)) == {1}
    assert mega.leads() == []


def test_a_row_without_any_contact_is_named_with_every_other_offender(client, mega):
    leads = [{"source_type": "fax"}, ANN, {"contact_name": "  "}]
    answer = raw(client, mega, {"leads": leads})
    assert contract.named_rows(error_message(answer.body)) == {0, 2}
    assert json.loads(answer.body)["error"]["type"] == "invalid_request_error"
    assert json.loads(answer.body)["error"]["code"] == 400


def test_properties_that_the_schema_does_not_know_are_ignored(client, mega):
    answer = raw(client, mega, {"leads": [ANN | {"shoe_size": [44]}], "extra": {}})
    assert one(answer).status == "created"


def test_a_body_over_the_limit_is_a_413(client):
    with Sandbox(largest_body=1000) as mega:
        answer = send(client, mega.url, b"x" * 2_000_000)
        assert (answer.status, mega.leads()) == (413, [])


# --- who may call


@pytest.mark.parametrize(
    "changes",
    [
        {"token": "mega_" + "00" * 32},
        {"token": "secret"},
        {"mega_id": ""},
        {"mega_id": "not-a-uuid"},
    ],
)
def test_without_a_known_token_and_a_customer_it_is_a_401(post, mega, changes):
    answer = post([ANN], **changes)
    assert answer.status == 401
    assert json.loads(answer.body)["error"]["type"] == "authentication_error"


def test_a_revoked_token_is_a_401_until_it_is_registered_again(post, mega):
    mega.revoke()
    assert post([ANN]).status == 401
    mega.register()
    assert post([ANN]).status == 200


def test_a_token_of_another_customer_is_a_403(post, mega):
    answer = post([ANN], mega_id=OTHER_CUSTOMER)
    assert answer.status == 403
    assert error_message(answer.body) == "The token is locked to a different customer."


def test_a_token_without_the_scope_is_a_403(post, mega):
    mega.register(scopes=[SCOPE_READ])
    answer = post([ANN])
    assert answer.status == 403
    assert error_message(answer.body) == "The token lacks the scope public_api:leads:write."


def test_two_customers_share_nothing(post, mega):
    mega.register(TOKEN, OTHER_CUSTOMER, stages=["fresh"], owners={}, custom_fields=[])
    post([ANN])
    result = one(post([ANN], token=TOKEN, mega_id=OTHER_CUSTOMER))
    assert result.status == "created"
    assert mega.leads(OTHER_CUSTOMER)[0]["stage_slug"] == "fresh"
    assert one(post([ANN | {"owner_id": ADA}], "k", token=TOKEN, mega_id=OTHER_CUSTOMER)).errors


def test_an_unknown_token_is_bound_to_the_customer_it_first_comes_with(client):
    body = contract.encode_body([ANN], "skip", False)
    with Sandbox(accept_any=True) as mega:
        first = send(client, mega.url, body, token=TOKEN, mega_id=OTHER_CUSTOMER)
        second = send(client, mega.url, body, token=TOKEN, mega_id=DEMO_CUSTOMER_ID)
        misspelt = send(client, mega.url, body, token=TOKEN[:-1], mega_id=OTHER_CUSTOMER)
    assert (first.status, second.status, misspelt.status) == (200, 403, 401)


# --- keys


def test_the_same_key_and_body_get_the_first_answer_byte_for_byte(post, mega):
    first = post([ANN])
    post([ANN | {"contact_name": "Changed since"}], "key-2")
    again = post([ANN])
    assert again.body == first.body
    assert mega.leads()[0]["contact_name"] == "Changed since"
    assert [entry.was_replay for entry in mega.journal.entries] == [False, False, True]


def test_the_same_key_with_another_body_is_a_409(post, mega):
    post([ANN])
    answer = post([ANN | {"contact_name": "Other"}])
    assert answer.status == 409
    assert mega.leads()[0]["contact_name"] == "Ann"


def test_the_same_key_of_another_customer_is_another_key(post, mega):
    mega.register(TOKEN, OTHER_CUSTOMER)
    post([ANN])
    other = post([ANN | {"contact_name": "Other"}], token=TOKEN, mega_id=OTHER_CUSTOMER)
    assert other.status == 200


def test_a_refused_request_is_not_kept_under_its_key(client, mega):
    assert raw(client, mega, {"leads": [{"contact_name": 1}]}).status == 400
    assert raw(client, mega, {"leads": [ANN]}).status == 200


# --- the quota


def test_over_the_quota_it_is_a_429_and_every_answer_tells_where_one_stands(client):
    moment = 0.0
    with Sandbox(requests_per_minute=2, clock=lambda: moment) as mega:
        told = [send(client, mega.url, b"{}", idempotency_key=str(n)) for n in range(3)]
        moment = 60.0
        later = send(client, mega.url, b"{}")
    read = [RateHeaders.parse(a.headers, now=datetime.now(UTC)) for a in (*told, later)]
    assert [answer.status for answer in told] == [400, 400, 429]
    assert later.status == 400
    assert [(r.limit, r.remaining, r.reset) for r in read] == [
        (2, 1, 60),
        (2, 0, 60),
        (2, 0, 60),
        (2, 1, 60),
    ]
    assert [r.retry_after for r in read] == [None, None, 60.0, None]


def test_every_token_has_a_quota_of_its_own(post, mega):
    mega.register(requests_per_minute=1)
    mega.register(TOKEN, OTHER_CUSTOMER)
    assert [post([ANN], str(n)).status for n in range(2)] == [200, 429]
    assert post([ANN], token=TOKEN, mega_id=OTHER_CUSTOMER).status == 200


def test_replays_and_dry_runs_spend_quota_and_others_may_use_the_key(post, mega):
    mega.register(requests_per_minute=5)
    post([ANN])
    post([ANN])
    post([ANN], dry_run=True)
    mega.spend(2)
    assert post([ANN]).status == 429


def test_even_an_unknown_token_is_told_a_quota(post, mega):
    answer = post([ANN], token=TOKEN)
    assert (answer.status, answer.headers["ratelimit-limit"]) == (401, "100")


# --- phones


@pytest.mark.parametrize(
    ("given", "kept", "key"),
    [
        ("(206) 555-0123", "+12065550123", "2065550123"),
        ("1-206-555-0123", "+12065550123", "2065550123"),
        ("+44 20 7946 0958", "+442079460958", "2079460958"),
        ("0044 20 7946 0958", "+442079460958", "2079460958"),
        ("２０６ 555 0123", "+12065550123", "2065550123"),
        ("206-555-0123 x45", "+12065550123", "2065550123"),
        ("555-0123", "555-0123", None),
        ("call me", "call me", None),
    ],
)
def test_phones_in_any_notation(given, kept, key):
    assert (e164(given), phone_key(given)) == (kept, key)


# --- what is left when it is restarted


def test_leads_answers_and_accounts_outlive_a_restart(client, tmp_path):
    body = contract.encode_body([ANN], "update", False)
    mine = {"token": TOKEN, "mega_id": OTHER_CUSTOMER}
    file = tmp_path / "data" / "sandbox.sqlite3"
    with Sandbox(data=file) as mega:
        mega.register(TOKEN, OTHER_CUSTOMER, stages=["fresh"])
        first = send(client, mega.url, body, **mine)
        kept = mega.leads(OTHER_CUSTOMER)
    assert TOKEN.encode() not in file.read_bytes()
    with Sandbox(data=file) as mega:
        assert mega.leads(OTHER_CUSTOMER) == kept
        assert send(client, mega.url, body, **mine).body == first.body
        again = one(send(client, mega.url, body, **mine, idempotency_key="key-2"))
        assert (again.status, again.lead_id) == ("updated", kept[0]["id"])
        mega.reset()
    with Sandbox(data=file) as mega:
        assert mega.leads(OTHER_CUSTOMER) == []


def test_it_listens_on_this_machine_only(mega):
    with pytest.raises(Exception, match="listens on this machine only"):
        Sandbox(host="0.0.0.0")
    request = urllib.request.Request(mega.url + "/", headers={"Host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(request)
