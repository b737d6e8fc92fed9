"""GET /leads of the stand-in: filters, order, pages, cursors and a quota of its own."""

import json

import pytest

from imports.mega.contract import SCOPE_WRITE, error_message
from imports.mega.sandbox import DEMO_CUSTOMER_ID, DEMO_TOKEN, OWNERS
from imports.mega.wire import steady

ADA = next(iter(OWNERS))
PEOPLE = [
    {
        "contact_name": f"Person {n}",
        "contact_email": f"p{n}@example.com",
        "contact_phone": f"(206) 555-010{n}",
        "lead_line": "buyer" if n % 2 else "seller",
        "custom_fields": {"city": "Bern"},
    }
    for n in range(5)
]


@pytest.fixture
def ask(client, mega):
    def ask(**params):
        return client.list_leads(
            base_url=mega.url,
            token=DEMO_TOKEN,
            mega_id=DEMO_CUSTOMER_ID,
            params={name: str(value) for name, value in params.items()},
            deadline=steady() + 5,
        )

    return ask


@pytest.fixture
def names(ask):
    def names(**params):
        answer = ask(**params)
        assert answer.status == 200, answer.body
        return [lead["contact_name"] for lead in json.loads(answer.body)["leads"]]

    return names


def test_a_lead_is_shown_with_its_stage_and_owner(post, ask):
    post([PEOPLE[0] | {"stage_slug": "won", "owner_id": ADA, "source_type": "chat"}])
    answer = json.loads(ask(include_custom_fields="true").body)
    (lead,) = answer["leads"]
    assert (answer["total"], answer["limit"], answer["offset"]) == (1, 20, 0)
    assert answer["next_cursor"] is None
    assert lead["current_stage"]["slug"] == "won"
    assert lead["owner"] == {"id": ADA, "name": "Ada Brook", "role_name": "Agent"}
    assert lead["contact_phone"] == "+12065550100"
    assert lead["custom_fields"] == {"city": "Bern", "lead_line": "seller"}


def test_custom_fields_are_left_out_unless_asked_for(post, ask):
    post(PEOPLE)
    assert "custom_fields" not in json.loads(ask().body)["leads"][0]


def test_leads_are_filtered(post, ask, names):
    post(PEOPLE)
    post([{"contact_email": "p3@example.com", "stage_slug": "won"}], "key-2")
    stage = json.loads(ask(search="p3@").body)["leads"][0]["current_stage"]["id"]
    assert names(search="(206) 555 0102") == ["Person 2"]
    assert names(search="PERSON 4") == ["Person 4"]
    assert names(stageId=stage) == ["Person 3"]
    assert sorted(names(lead_line="buyer")) == ["Person 1", "Person 3"]
    assert names(status="gone") == []
    assert names(created_since="2999-01-01T00:00:00Z") == []
    assert len(names(updated_since="2020-01-01")) == 5


@pytest.mark.parametrize("sort_dir", ["asc", "desc"])
def test_a_cursor_leads_through_all_leads_once(post, ask, mega, sort_dir):
    for n, person in enumerate(PEOPLE):
        post([person], f"key-{n}")
    seen, cursor = [], ""
    for _ in range(3):
        answer = json.loads(
            ask(limit=2, cursor=cursor, sort_by="created_at", sort_dir=sort_dir).body
        )
        assert answer["total"] == 5
        seen += [lead["id"] for lead in answer["leads"]]
        cursor = answer["next_cursor"] or ""
    assert cursor == ""
    kept = [lead["id"] for lead in mega.leads()]
    assert seen == (kept if sort_dir == "asc" else kept[::-1])


def test_an_offset_leads_through_the_orders_that_know_no_cursor(post, ask):
    post(PEOPLE)
    answer = json.loads(ask(sort_by="last_interaction_at", limit=3, offset=3).body)
    assert (len(answer["leads"]), answer["next_cursor"]) == (2, None)


def test_a_cursor_of_another_order_is_refused(post, ask):
    post(PEOPLE)
    cursor = json.loads(ask(limit=2).body)["next_cursor"]
    answer = ask(limit=2, cursor=cursor, sort_dir="desc")
    assert answer.status == 400
    assert error_message(answer.body) == "cursor: was made under another sort_by or sort_dir"


@pytest.mark.parametrize(
    "params",
    [
        {"limit": 0},
        {"limit": 101},
        {"limit": "many"},
        {"offset": -1},
        {"sort_by": "name"},
        {"sort_dir": "up"},
        {"lead_line": "renter"},
        {"cursor": "AAAA"},
        {"created_since": "yesterday"},
        {"include_custom_fields": "yes"},
    ],
)
def test_a_query_that_makes_no_sense_is_refused(ask, params):
    answer = ask(**params)
    assert answer.status == 400
    assert error_message(answer.body).startswith(f"{next(iter(params))}: ")


def test_a_token_without_the_scope_is_a_403(ask, mega):
    mega.register(scopes=[SCOPE_WRITE])
    assert ask().status == 403


def test_it_has_a_quota_of_its_own(post, ask, mega):
    mega.register(requests_per_minute=1)
    post(PEOPLE)
    answers = [ask(limit=1) for _ in range(61)]
    assert [answer.status for answer in answers] == [200] * 60 + [429]
    assert answers[0].headers["ratelimit-limit"] == "60"
    assert "retry-after" in answers[60].headers


def test_the_judge_sees_reading_over_the_quota(ask, mega):
    mega.spend_reads(60)
    assert ask().status == 429
    assert [one.status for one in mega.reads.entries] == [429]
    (complaint,) = mega.reads.complaints()
    assert "over the quota" in complaint
    assert DEMO_TOKEN not in complaint


def test_it_misbehaves_only_where_it_is_told_so_for_reading(post, ask, mega):
    mega.misbehave("status", status=503)
    assert ask().status == 200
    mega.calm()
    mega.misbehave("status", status=502, only="read")
    assert post(PEOPLE).status == 200
    assert [ask().status, ask().status] == [502, 200]
    mega.misbehave("broken_json", only="read")
    with pytest.raises(json.JSONDecodeError):
        json.loads(ask().body)


def test_a_lead_that_somebody_worked_on_shows_it(post, ask, mega):
    post(PEOPLE)
    (lead,) = (one for one in mega.leads() if one["contact_name"] == "Person 2")
    moment = "2026-11-01T10:00:00Z"
    mega.edit(DEMO_CUSTOMER_ID, lead["id"], status="won", last_interaction_at=moment)
    (told,) = json.loads(ask(status="won").body)["leads"]
    assert (told["id"], told["last_interaction_at"]) == (lead["id"], moment)
    assert told["updated_at"] > lead["updated_at"]
    newest = json.loads(ask(sort_by="last_interaction_at", sort_dir="desc", limit=1).body)
    assert newest["leads"][0]["id"] == lead["id"]
