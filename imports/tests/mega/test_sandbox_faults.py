"""The stand-in misbehaves as it is told, and its judge sees what the sender did."""

import json
import threading
import urllib.error
import urllib.request

import pytest

from imports.errors import BadInput, OutcomeUnknown
from imports.mega import contract
from imports.mega.contract import MalformedAnswer, parse_bulk
from imports.mega.sandbox import DEMO_CUSTOMER_ID, DEMO_TOKEN, KINDS, Fault
from imports.mega.wire import steady

ANN = {"row_ref": "1", "contact_name": "Ann", "contact_email": "ann@example.com"}
SIX = [{"row_ref": str(n), "contact_email": f"p{n}@example.com"} for n in range(6)]
REFS = [str(n) for n in range(6)]
TOKEN = "mega_" + "ab" * 32


def call(mega, path, content=None, form=None):
    """Use the control endpoints as a script, or with `form` as the page's forms do."""
    data, kind = None, "application/json"
    if content is not None:
        data = json.dumps(content).encode()
    if form is not None:
        data, kind = form.encode(), "application/x-www-form-urlencoded"
    request = urllib.request.Request(mega.url + path, data, {"Content-Type": kind})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


# --- connections


@pytest.mark.parametrize(
    ("kind", "code", "leads"),
    [
        ("drop_before_reading", "reset", 0),
        ("drop_before_work", "reset", 0),
        ("drop_after_work", "reset", 1),
        ("half_body", "truncated", 1),
    ],
)
def test_a_connection_is_dropped_and_the_replay_settles_it(post, mega, kind, code, leads):
    mega.misbehave(kind)
    with pytest.raises(OutcomeUnknown) as caught:
        post([ANN])
    assert caught.value.code == code
    assert len(mega.leads()) == leads
    assert post([ANN]).status == 200
    assert len(mega.leads()) == 1
    assert mega.journal.complaints() == []


def test_an_answer_that_drips_is_cut_off_by_the_clients_deadline(post, mega):
    mega.misbehave("drip", seconds=0.01)
    started = steady()
    with pytest.raises(OutcomeUnknown) as caught:
        post(SIX, deadline=steady() + 0.4)
    assert caught.value.code == "deadline"
    assert steady() - started < 2


def test_a_request_is_held_until_it_is_released(post, mega):
    mega.misbehave("hold_before")
    answers = []
    sender = threading.Thread(target=lambda: answers.append(post([ANN])))
    sender.start()
    (entry,) = mega.wait_for_requests(1)
    assert entry.status is None
    assert mega.leads() == []
    assert post([ANN]).status == 409  # the same key while the first is in progress
    mega.release()
    sender.join(5)
    assert answers[0].status == 200


@pytest.mark.parametrize("kind", ["hold_before", "hold_after"])
def test_whoever_saw_a_request_arrive_may_release_it_before_it_is_held(post, mega, kind):
    mega.misbehave(kind)
    answers = []
    sender = threading.Thread(target=lambda: answers.append(post([ANN])))
    with mega.service.lock:  # it has arrived, and gets no further
        sender.start()
        mega.wait_for_requests(1)
        mega.release()
    sender.join(5)
    assert [one.status for one in answers] == [200]


def test_a_request_held_after_its_work_has_done_it(post, mega):
    mega.misbehave("hold_after")
    with pytest.raises(OutcomeUnknown):
        post([ANN], deadline=steady() + 0.3)
    assert len(mega.leads()) == 1
    assert post([ANN]).status == 200
    mega.calm()
    assert len(mega.wait_for_answers(2)) == 2


@pytest.mark.parametrize("kind", ["delay_before", "delay_after"])
def test_a_delay_lasts_as_long_as_it_was_told(post, mega, kind):
    mega.misbehave(kind, seconds=0.2)
    started = steady()
    assert post([ANN]).status == 200
    assert steady() - started >= 0.2


# --- answers


def test_statuses_bodies_and_headers_of_a_fault(post, mega):
    date = "Wed, 21 Oct 2026 07:28:00 GMT"
    mega.misbehave("status", status=502, body="html")
    mega.misbehave("status", status=503, body="empty", headers={"Retry-After": date})
    mega.misbehave("status", status=302, body="empty", headers={"Location": "/elsewhere"})
    mega.misbehave("status", status=429, headers={"Retry-After": "soon"})
    mega.misbehave("status", status=429, without_rate_headers=True)
    html, empty, moved, odd, bare = (post([ANN]) for _ in range(5))
    assert (html.status, html.headers["content-type"]) == (502, "text/html")
    assert html.body.startswith(b"<html>")
    assert (empty.status, empty.body, empty.headers["retry-after"]) == (503, b"", date)
    assert (moved.status, moved.headers["location"]) == (302, "/elsewhere")
    assert (odd.status, odd.headers["retry-after"]) == (429, "soon")
    assert odd.headers["ratelimit-limit"] == "100"
    assert bare.status == 429
    assert not {name for name in bare.headers if name.startswith(("ratelimit", "retry"))}
    assert mega.leads() == []
    assert post([ANN]).status == 200


def test_work_is_done_and_an_error_answered(post, mega):
    mega.misbehave("status_after_work", status=500)
    assert post([ANN]).status == 500
    assert len(mega.leads()) == 1
    assert post([ANN]).status == 200
    assert len(mega.leads()) == 1


@pytest.mark.parametrize("kind", ["broken_json", "other_type", "no_results"])
def test_an_answer_that_cannot_be_used(post, mega, kind):
    mega.misbehave(kind)
    answer = post(SIX)
    assert answer.status == 200
    with pytest.raises(MalformedAnswer):
        parse_bulk(answer.body)
    assert len(parse_bulk(post(SIX).body).by_ref(REFS)) == 6


@pytest.mark.parametrize(
    ("kind", "trustworthy"),
    [
        ("fewer_results", {"1", "2", "4", "5"}),
        ("more_results", set(REFS)),
        ("doubled_results", set(REFS)),
        ("contradicting_results", {"1", "2", "4", "5"}),
        ("shuffled_results", set(REFS)),
        ("null_row_refs", {"1", "2", "4", "5"}),
        ("unknown_status", {"1", "2", "4", "5"}),
    ],
)
def test_an_answer_that_can_be_trusted_in_part(post, mega, kind, trustworthy):
    mega.misbehave(kind)
    assert set(parse_bulk(post(SIX).body).by_ref(REFS)) == trustworthy
    assert set(parse_bulk(post(SIX).body).by_ref(REFS)) == set(REFS)


def test_headers_lie(post, mega):
    mega.misbehave("headers", headers={"RateLimit-Remaining": "7000"})
    mega.misbehave("no_rate_headers")
    assert post([ANN]).headers["ratelimit-remaining"] == "7000"
    assert "ratelimit-remaining" not in post([ANN]).headers


# --- which requests


def test_a_fault_lets_some_pass_then_strikes_so_often(post, mega):
    mega.misbehave("status", skip=1, times=2)
    assert [post([ANN], str(n)).status for n in range(4)] == [200, 500, 500, 200]


def test_a_fault_for_one_token_or_for_dry_runs_only(post, mega):
    mega.register(TOKEN, DEMO_CUSTOMER_ID)
    mega.misbehave("status", token=TOKEN, status=500)
    mega.misbehave("status", only="dry_run", status=503)
    assert post([ANN]).status == 200
    assert post([ANN], "k", dry_run=True).status == 503
    assert post([ANN], "k", token=TOKEN).status == 500


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "explode"},
        {"kind": "status", "status": 99},
        {"kind": "status", "times": 0},
        {"kind": "delay_before", "seconds": 1e9},
        {"kind": "status", "headers": {"X": "a\r\nY: b"}},
        {"kind": "status", "body": "xml"},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(mega, wrong):
    with pytest.raises(BadInput):
        Fault(**wrong)
    assert call(mega, "/_sandbox/faults", wrong)[0] == 400


# --- the journal and the judge


def test_a_sender_that_keeps_the_rules_hears_no_complaint(post, mega):
    post([ANN])
    post([ANN])
    post([ANN | {"contact_name": "Ann B."}], "key-2")
    post([ANN], "key-3", dry_run=True)
    assert mega.journal.complaints() == []
    assert mega.journal.busiest_minute() == 4
    assert [entry.did_work for entry in mega.journal.entries] == [True, False, True, False]


def test_a_key_with_two_bodies_a_row_under_two_keys_and_too_many_requests_are_seen(post, mega):
    mega.register(requests_per_minute=3)
    post([ANN])
    post([ANN | {"contact_name": "Ann B."}])
    post([ANN], "key-2")
    post([ANN], "key-3")
    assert mega.journal.complaints() == [
        "Key key-1 was sent with 2 different bodies.",
        "Request 4 of mega_…d3d3 was over the quota of 3 a minute.",
        "1 rows were processed under key-1 and again under key-2.",
    ]


def test_a_row_that_failed_may_come_again_under_another_key(post, mega):
    post([ANN | {"stage_slug": "gone"}])
    post([ANN | {"stage_slug": "gone"}], "key-2")
    assert mega.journal.complaints() == []


def test_the_journal_shows_no_token_and_no_lead(post, mega):
    post([ANN])
    status, text = call(mega, "/_sandbox/journal")
    told = json.loads(text)
    assert (status, told["count"], told["complaints"]) == (200, 1, [])
    assert told["requests"][0]["rows"] == 1
    assert DEMO_TOKEN not in text
    assert "ann" not in text.lower()


# --- the control endpoints


def test_a_script_registers_an_account_and_takes_its_rights_away(post, mega):
    account = {"token": TOKEN, "customer_id": "11111111-2222-4333-8444-555555555555"}
    status, text = call(
        mega,
        "/_sandbox/accounts",
        account | {"stages": ["fresh"], "requests_per_minute": 7, "custom_fields": []},
    )
    assert (status, json.loads(text)["requests_per_minute"]) == (200, 7)
    mine = {"token": TOKEN, "mega_id": account["customer_id"]}
    answer = post([ANN], **mine)
    assert (answer.status, answer.headers["ratelimit-limit"]) == (200, "7")
    for change, expected in [
        ({"scopes": []}, 403),
        ({"scopes": [contract.SCOPE_WRITE], "revoked": True}, 401),
        ({"revoked": False, "customer_id": DEMO_CUSTOMER_ID}, 403),
    ]:
        assert call(mega, "/_sandbox/accounts", {"token": TOKEN} | change)[0] == 200
        assert post([ANN], **mine).status == expected


@pytest.mark.parametrize(
    "wrong",
    [
        {"token": "secret", "customer_id": DEMO_CUSTOMER_ID},
        {"token": TOKEN},
        {"token": TOKEN, "customer_id": "me"},
        {"token": DEMO_TOKEN, "colour": "red"},
        {"token": DEMO_TOKEN, "requests_per_minute": "many"},
        {"token": DEMO_TOKEN, "owners": ["Ada"]},
    ],
)
def test_an_account_that_makes_no_sense_is_refused(mega, wrong):
    assert call(mega, "/_sandbox/accounts", wrong)[0] == 400


def test_a_script_queues_faults_and_resets(post, mega):
    call(mega, "/_sandbox/faults", {"kind": "status", "status": 503, "retry_after": 9})
    answer = post([ANN])
    assert (answer.status, answer.headers["retry-after"]) == (503, "9")
    post([ANN])
    assert json.loads(call(mega, "/_sandbox/leads")[1])["count"] == 1
    call(mega, "/_sandbox/faults", {"kind": "status", "times": 9})
    assert call(mega, "/_sandbox/reset", {})[0] == 200
    assert mega.leads() == []
    assert mega.journal.entries == []
    assert post([ANN]).status == 200


def test_an_unknown_address_is_a_404_in_the_vendors_envelope(mega):
    status, text = call(mega, "/api/agents/crm/stages")
    assert (status, json.loads(text)["error"]["type"]) == (404, "not_found_error")


def test_another_sites_page_cannot_use_the_control_endpoints(mega):
    request = urllib.request.Request(
        mega.url + "/_sandbox/reset", b"", {"Origin": "https://evil.example"}
    )
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(request)


# --- the page


def test_the_page_shows_leads_requests_and_accounts_and_escapes_them(post, mega):
    post([ANN | {"contact_name": "<script>alert(1)</script>", "custom_fields": {"city": "A&B"}}])
    status, html = call(mega, "/")
    assert status == 200
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script" not in html
    assert "city: A&amp;B" in html
    assert "1 lead, the last changed first" in html
    assert "The sender has kept every rule so far." in html
    assert "mega_…d3d3" in html
    assert DEMO_TOKEN not in html
    assert all(kind in html for kind in KINDS)
    assert call(mega, "/_sandbox/style.css")[0] == 200


def test_leads_are_searched_and_paged_the_newest_first(post, mega):
    people = [
        {"contact_name": f"Person {n:03}", "contact_phone": f"20655501{n:02}"} for n in range(60)
    ]
    post(people)
    first = call(mega, "/")[1]
    assert "page 1 of 2" in first
    assert 'href="/?page=2"' in first
    assert "page 2 of 2" in call(mega, "/?page=2")[1]
    found = call(mega, "/?q=%28206%29+555-0107")[1]
    assert "1 lead," in found
    assert "Person 007" in found
    assert "No lead matches." in call(mega, "/?q=nobody")[1]


def test_the_pages_forms_lead_back_to_it(post, mega):
    form = "kind=status&times=1&skip=0&seconds=3&status=503&body=empty&retry_after=5"
    status, html = call(mega, "/_sandbox/faults", form=form)
    assert (status, "Waiting: <code>status</code>" in html) == (200, True)
    assert post([ANN]).headers["retry-after"] == "5"
    key = next(iter(mega.service.accounts.keys))
    call(mega, "/_sandbox/accounts", form=f"fingerprint={key}&revoked=true")
    assert post([ANN]).status == 401
    call(mega, "/_sandbox/accounts", form=f"fingerprint={key}&revoked=false")
    call(mega, "/_sandbox/accounts", form=f"fingerprint={key}&scopes=public_api%3Aleads%3Aread")
    assert post([ANN]).status == 403
