"""The answer table: whatever MEGA answers, no row is lost, doubled or left unexplained."""

import pytest

from imports.delivery import checks, control, tokens
from imports.models import (
    Attempt,
    Batch,
    BatchState,
    Decision,
    ImportState,
    Outcome,
    Process,
    Quota,
)
from imports.reports import balance
from imports.tests.road.engine import wait_for, wait_until
from portal.models import User

pytestmark = pytest.mark.road


@pytest.fixture
def max_(committed):
    """Max, a manager."""
    found = User.objects.filter(email="max@example.com").first()
    return found or User.objects.create_user("max@example.com", name="Max")


def conclusions(lead_import):
    attempts = Attempt.objects.filter(batch__lead_import=lead_import).order_by("id")
    return [one.conclusion for one in attempts]


def finished_whole(lead_import, rows):
    done = wait_for(lead_import)
    sheet = balance.recount(done)
    assert done.state == ImportState.FINISHED, done.reason
    assert (sheet.created, sheet.is_balanced) == (rows, True)
    return sheet


UNCLEAR = [
    {"kind": "drop_before_reading"},
    {"kind": "drop_before_work"},
    {"kind": "drop_after_work"},
    {"kind": "half_body"},
    {"kind": "delay_after", "seconds": 4},
    {"kind": "broken_json"},
    {"kind": "other_type"},
    {"kind": "no_results"},
    {"kind": "status", "status": 502, "body": "html"},
    {"kind": "status_after_work", "status": 500},
    {"kind": "status", "status": 503, "body": "empty", "headers": {"Retry-After": "1"}},
]


@pytest.mark.case(9)
@pytest.mark.parametrize("fault", UNCLEAR, ids=lambda fault: str(list(fault.values())[:2]))
def test_a_request_without_a_clear_answer_is_repeated_identically(client_of, sheet, mega, fault):
    ines = client_of()
    mega.misbehave(**fault, token=ines.raw)

    made = ines.send(sheet(3))
    finished_whole(made, 3)

    assert conclusions(made) == ["unclear", "settled"]
    keys = {(one.key, one.sha256) for one in ines.requests() if one.sha256 and one.key}
    assert len(keys) == 1
    assert len(ines.leads) == 3
    assert ines.complaints() == []


@pytest.mark.case(9)
def test_the_same_500_three_times_needs_nobody(client_of, sheet, mega):
    ines = client_of()
    mega.misbehave("status", status=500, times=3, token=ines.raw)

    made = ines.send(sheet(3))

    finished_whole(made, 3)
    assert conclusions(made) == ["unclear"] * 3 + ["settled"]


@pytest.mark.case(9)
def test_retry_after_as_a_date_is_kept(client_of, sheet, mega):
    ines = client_of()
    mega.misbehave("status", status=503, body="empty", token=ines.raw,
                   headers={"Retry-After": "Tue, 03 Nov 2020 10:00:00 GMT"})  # fmt: skip

    finished_whole(ines.send(sheet(3)), 3)


@pytest.mark.case(9)
@pytest.mark.parametrize(
    "kind", ["more_results", "doubled_results", "shuffled_results", "no_rate_headers"]
)
def test_odd_but_complete_answers_settle_at_once(client_of, sheet, mega, kind):
    ines = client_of()
    mega.misbehave(kind, token=ines.raw)

    made = ines.send(sheet(7))

    finished_whole(made, 7)
    assert conclusions(made) == ["settled"]


@pytest.mark.case(9)
@pytest.mark.parametrize(
    "kind", ["fewer_results", "null_row_refs", "unknown_status", "contradicting_results"]
)
def test_rows_that_an_answer_leaves_out_are_asked_for_once_more(client_of, sheet, mega, kind):
    ines = client_of()
    mega.misbehave(kind, token=ines.raw)

    made = ines.send(sheet(7))

    finished_whole(made, 7)
    assert conclusions(made) == ["incomplete", "settled"]
    assert len(ines.leads) == 7


@pytest.mark.case(9)
def test_rows_that_stay_left_out_are_unknown_until_a_person_decides(client_of, sheet, mega, max_):
    ines = client_of()
    mega.misbehave("fewer_results", times=2, token=ines.raw)

    made = ines.send(sheet(6))
    asked = wait_for(made, (ImportState.DECISION,))

    assert asked.question == "batches"
    assert (balance.balance(asked).unknown, balance.balance(asked).created) == (2, 4)
    control.decide(made.batches.get(), max_, Decision.Choice.REPEAT)
    finished_whole(made, 6)


@pytest.mark.case(9)
def test_a_429_is_waited_for_and_is_no_failure(client_of, sheet, mega):
    ines = client_of()
    mega.misbehave("status", status=429, headers={"Retry-After": "1"}, token=ines.raw)

    made = ines.send(sheet(3))

    finished_whole(made, 3)
    assert conclusions(made) == ["too_many", "settled"]
    assert made.batches.get().sends == 0
    ines.customer.token.quota.refresh_from_db()
    assert ines.customer.token.quota.spaced_left > 0


@pytest.mark.case(9)
def test_an_absurd_retry_after_is_capped(client_of, sheet, mega):
    ines = client_of()
    mega.misbehave("status", status=429, headers={"Retry-After": "1000000"}, token=ines.raw)

    made = ines.send(sheet(3))
    wait_until(lambda: "too_many" in conclusions(made), "the 429")

    quota = ines.customer.token.quota
    waited = quota.hold_until - Attempt.objects.get(batch__lead_import=made).ended_at
    assert 3_500 < waited.total_seconds() < 3_700
    control.cancel(made, None)
    wait_for(made)


@pytest.mark.case(9)
def test_a_storm_of_429s_is_no_failure_and_asks_nobody(client_of, sheet, mega):
    ines = client_of()
    mega.misbehave("status", status=429, headers={"Retry-After": "0"}, times=12, token=ines.raw)

    made = ines.send(sheet(3))

    finished_whole(made, 3)
    assert conclusions(made) == ["too_many"] * 12 + ["settled"]


@pytest.mark.case(9)
@pytest.mark.parametrize("words", ["soon", "-5", "1e999", "Tue, 99 Nov 2020"])
def test_a_429_that_says_nothing_useful_is_waited_for_a_minute(client_of, sheet, mega, words):
    ines = client_of()
    headers = {"Retry-After": words}
    mega.misbehave("status", status=429, without_rate_headers=True, headers=headers, token=ines.raw)

    made = ines.send(sheet(3))
    wait_until(lambda: "too_many" in conclusions(made), "the 429")

    quota = ines.customer.token.quota
    waited = quota.hold_until - Attempt.objects.get(batch__lead_import=made).ended_at
    assert waited.total_seconds() == pytest.approx(60.6, abs=0.5)
    Quota.objects.filter(pk=quota.pk).update(hold_until=None)  # not waited for here
    finished_whole(made, 3)


@pytest.mark.case(9)
@pytest.mark.parametrize(
    "lies",
    [
        {"RateLimit-Limit": "1000000", "RateLimit-Remaining": "1000000"},
        {"RateLimit-Limit": "-1", "RateLimit-Remaining": "-1", "RateLimit-Reset": "-1"},
        {"RateLimit-Limit": "many", "RateLimit-Remaining": "some", "RateLimit-Reset": "later"},
        {"RateLimit-Remaining": "0", "RateLimit-Reset": "2"},
        {"RateLimit-Reset": "99999999999999999999"},
    ],
    ids=["absurdly much", "negative", "words", "spent", "in a thousand years"],
)
def test_headers_that_lie_stop_nothing_for_long(client_of, sheet, mega, lies):
    ines = client_of()
    mega.misbehave("headers", headers=lies, token=ines.raw)

    made = ines.send(sheet(600))

    finished_whole(made, 600)
    assert conclusions(made) == ["settled"] * 3
    assert ines.complaints() == []


@pytest.mark.case(9)
def test_another_client_of_the_same_key_is_seen_in_the_headers_and_made_room_for(
    client_of, sheet, mega
):
    ines = client_of(rpm=8)
    mega.spend(6, ines.raw)

    made = ines.send(sheet(4_525))  # ten requests: too many to spread them over the minute
    wait_until(lambda: len(ines.requests()) == 2, "what the other client leaves")
    wait_until(lambda: conclusions(made) == ["settled"] * 2, "their answers")
    held = claims_nothing_more(ines)

    assert held
    assert ines.complaints() == []
    control.cancel(made, None)
    wait_for(made)


@pytest.mark.case(10)
@pytest.mark.parametrize("change", ["revoke", "no_scope"])
def test_a_refused_token_blocks_only_its_customer_and_a_new_one_lets_it_go_on(
    client_of, sheet, mega, change
):
    ines, neighbour = client_of(), client_of()
    break_token(mega, ines, change)

    made, other = ines.send(sheet(600)), neighbour.send(sheet(30))
    blocked = wait_for(made, (ImportState.BLOCKED,))

    finished_whole(other, 30)
    assert "Set a new token" in blocked.reason
    assert balance.balance(blocked).not_sent == 600
    assert len(ines.requests()) == 1
    ines.renew_token()
    finished_whole(made, 600)
    assert ines.complaints() == []


def break_token(mega, client, change):
    if change == "revoke":
        mega.revoke(client.raw)
    else:
        mega.register(client.raw, client.mega_id, scopes=[])


@pytest.mark.case(10)
def test_a_late_401_of_the_old_token_does_not_refuse_the_new_one(client_of, sheet, mega):
    ines = client_of()
    mega.misbehave("hold_before", token=ines.raw)
    made = ines.send(sheet(30))
    wait_until(ines.requests, "the request with the old token")

    old = ines.raw
    ines.renew_token()
    mega.revoke(old)
    mega.misbehave("status", status=401, token=old)
    mega.release()

    finished_whole(made, 30)
    assert ines.customer.token.refused_at is None


@pytest.mark.case(11)
def test_a_409_waits_for_a_person_and_never_gets_a_new_key(client_of, sheet, mega, max_):
    ines = client_of()
    mega.misbehave("status", status=409, token=ines.raw)

    made = ines.send(sheet(3))
    asked = wait_for(made, (ImportState.DECISION,))

    assert asked.question == "batches"
    assert balance.balance(asked).unknown == 3
    control.decide(made.batches.get(), max_, Decision.Choice.REPEAT)
    finished_whole(made, 3)
    assert len({one.key for one in ines.requests()}) == 1


@pytest.mark.case(11)
def test_a_409_after_an_unclear_answer_is_still_in_progress(client_of, sheet, mega):
    ines = client_of()
    mega.misbehave("status_after_work", status=500, token=ines.raw)
    mega.misbehave("status", status=409, token=ines.raw)

    made = ines.send(sheet(3))

    finished_whole(made, 3)
    assert conclusions(made) == ["unclear", "conflict", "settled"]


@pytest.mark.case(12)
def test_a_400_that_names_rows_fails_those_and_sends_the_others(client_of, sheet, mega):
    ines = client_of()
    mega.misbehave("status", status=400, token=ines.raw, skip=1,
                   message="leads[3].contact_email: invalid email")  # fmt: skip

    done = wait_for(ines.send(sheet(100)))

    sheet_of = balance.recount(done)
    assert (sheet_of.created, sheet_of.failed) == (99, 1)
    failed = Outcome.objects.get(lead_import=done, status="failed")
    assert failed.number == 2 + 25 + 3
    assert "invalid email" in failed.errors[0]
    assert ines.complaints() == []


@pytest.mark.case(12)
def test_a_400_that_names_nobody_is_halved_until_the_row_is_found(client_of, sheet, mega):
    ines = client_of()
    mega.misbehave("status", status=400, token=ines.raw, message="Bad request", times=2)

    done = wait_for(ines.send(sheet(2)))

    sheet_of = balance.recount(done)
    assert (sheet_of.created, sheet_of.failed) == (1, 1)
    assert done.batches.filter(state=BatchState.REPLACED).count() == 1


@pytest.mark.case(12)
def test_a_413_is_halved(client_of, sheet, mega):
    ines = client_of()
    mega.misbehave("status", status=413, token=ines.raw)

    made = ines.send(sheet(4))

    finished_whole(made, 4)
    assert [one.rows for one in ines.requests()] == [4, 2, 2]


@pytest.mark.case(9)
@pytest.mark.parametrize("status", [302, 404, 422, 202])
def test_any_other_answer_waits_for_a_person(client_of, sheet, mega, max_, status):
    ines = client_of()
    mega.misbehave("status", status=status, token=ines.raw, headers={"Location": "/elsewhere"})

    made = ines.send(sheet(3))
    asked = wait_for(made, (ImportState.DECISION,))

    assert asked.question == "batches"
    assert len(ines.requests()) == 1
    control.decide(made.batches.get(), max_, Decision.Choice.LEAVE, "asked MEGA by phone")
    done = wait_for(made)
    assert (done.state, balance.balance(done).unknown) == (ImportState.FINISHED, 3)


@pytest.mark.case(9)
def test_could_not_connect_is_not_sent_and_goes_on_by_itself(client_of, sheet, mega):
    ines = client_of()
    mega.misbehave("hold_after", token=ines.raw)
    made = ines.send(sheet(40))
    wait_until(lambda: made.batches.count() == 2, "both requests to be planned")
    second = Batch.objects.filter(lead_import=made, number=2)
    second.update(base_url="http://127.0.0.1:9")
    mega.release()

    wait_until(lambda: "not_sent" in conclusions(made), "a failed connection")
    assert balance.balance(made).not_sent == 15
    assert second.filter(sends=0, first_sent_at=None).exists()
    second.update(base_url=mega.url)

    finished_whole(made, 40)


def claims_nothing_more(client):
    """Whether a dozen ticks of the clock start no request of this client."""
    seen = set()
    wait_until(
        lambda: (
            seen.update(Process.objects.filter(kind="clock").values_list("seen_at", flat=True))
            or len(seen) > 12
        ),
        "a dozen ticks",
    )
    return len(client.requests()) == 2


def test_the_token_check_says_in_words_what_is_wrong(client_of, mega):
    good, revoked, scopeless, swapped = (client_of() for _ in range(4))
    mega.revoke(revoked.raw)
    mega.register(scopeless.raw, scopeless.mega_id, scopes=[])
    tokens.set_token(swapped.customer, good.raw, None)
    everyone = (good, revoked, scopeless, swapped)

    for one in everyone:
        checks.start_check(one.customer, None)
    for one in everyone:
        wait_until(lambda one=one: not checks.latest_check(one.customer).pending, "the check")

    codes = [checks.latest_check(one.customer).code for one in everyone]
    assert codes == ["ok", "unauthorized", "no_scope", "other_customer"]
    assert "public_api:leads:write" in checks.latest_check(scopeless.customer).sentence


def test_addresses_that_mega_may_refuse_spoil_no_request_of_others(client_of, tmp_path):
    ines = client_of()
    odd = {4: "jörg@example.com", 9: "r&d@example.com"}  # this MEGA refuses the first
    lines = [f"Person {n},{odd.get(n, f'p{n}@example.com')}" for n in range(2, 42)]
    path = tmp_path / "odd.csv"
    path.write_text("\n".join(["Name,Email", *lines]) + "\n", encoding="utf-8")

    made = ines.send(path)

    done = wait_for(made)
    assert done.state == ImportState.FINISHED, done.reason
    outcomes = Outcome.objects.filter(lead_import=done)
    assert outcomes.filter(status="created").count() == 39
    refused = outcomes.get(number=4)
    assert (refused.status, "contact_email" in refused.errors[0]) == ("failed", True)
    rows = [sorted(one.row_numbers) for one in done.batches.order_by("id")]
    assert [4, 9] in rows
    assert all({4, 9} >= set(one) or not {4, 9} & set(one) for one in rows)
    assert {lead["contact_email"] for lead in ines.leads} >= {"r&d@example.com"}
    statuses = [one.status for one in Attempt.objects.filter(batch__lead_import=done)]
    assert statuses.count(400) == 1
