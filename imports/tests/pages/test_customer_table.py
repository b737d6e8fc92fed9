"""The list of customers: what each lacks, the one next step, filters that are remembered."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from imports.delivery import readiness, tokens
from imports.delivery.readiness import Lack, Step
from imports.models import (
    Attempt,
    Batch,
    BeforeRead,
    Customer,
    Event,
    Import,
    ImportState,
    Kind,
    Quota,
    ReadAttempt,
    Token,
)
from imports.tests import people
from imports.tests.pages import story


def a_customer(name, token="", **facts):
    """A customer with a token that MEGA accepted, unless the facts about the token differ."""
    customer = people.customer(name)
    if token:
        made = tokens.set_token(customer, "mega_" + token * 32, None)
        now = timezone.now()
        usual = {"check_result": "ok", "checked_at": now}
        Token.objects.filter(pk=made.pk).update(**usual | facts)
    return Customer.objects.get(pk=customer.pk)


def read_leads(customer, status):
    """MEGA was asked for leads with the customer's token, and answered."""
    token, now = customer.token, timezone.now()
    lead_import = people.an_import(customer)
    read = BeforeRead.objects.create(lead_import=lead_import, minutes=5, not_before=now)
    ReadAttempt.objects.create(
        lead_import=lead_import, read=read, quota=token.quota, token=token, worker="w", fence=1,
        started_at=now, ended_at=now, status=status,
    )  # fmt: skip


@pytest.fixture
def every(max_):
    """A customer for each thing that may be lacking, by the name of it."""
    now = timezone.now()
    long_ago = now - timedelta(days=40)
    made = {
        "bare": a_customer("Bare"),
        "fine": a_customer("Fine", "1a"),
        "new": a_customer("Newcomer", "2b", check_result="", checked_at=None),
        "old": a_customer("Oldtimer", "3c", checked_at=long_ago),
        "refused": a_customer(
            "Refused", "4d", check_result="unauthorized", refused_at=now,
            refusal="unauthorized", refusal_message="Unknown token",
        ),
        "scope": a_customer(
            "Scopeless", "5e", check_result="no_scope", refused_at=now, refusal="forbidden",
        ),
        "unread": a_customer("Unread", "6f"),
    }  # fmt: skip
    read_leads(made["unread"], 403)
    read_leads(made["fine"], 200)
    return made


def lines(address, browser):
    """The lines of the page's table, by customer."""
    page = story.text(browser.get(address))
    rows = page.split("<tbody>")[1].split("</tbody>")[0].split("</tr>") if "<tbody>" in page else []
    return {row.split("<bdi>")[1].split("</bdi>")[0]: row for row in rows if "<bdi>" in row}


@pytest.mark.parametrize(
    ("lack", "who"),
    [
        ("token", ["Bare"]),
        ("refused", ["Refused", "Scopeless"]),
        ("check", ["Newcomer"]),
        ("old-check", ["Oldtimer"]),
        ("leads-read", ["Unread"]),
    ],
)
def test_a_chip_shows_who_lacks_something(max_, every, lack, who):
    page = story.text(max_.get("/customers/"))
    assert f'href="?lacks={lack}">{Lack(lack).label} {len(who)}</a>' in page
    assert 'aria-current="true">All 7</a>' in page

    assert list(lines(f"/customers/?lacks={lack}", max_)) == who


def test_each_line_has_the_one_next_step(max_, every):
    found = lines("/customers/", max_)

    assert 'href="/customers/bare/token/"' in found["Bare"]
    assert "Set the token" in found["Bare"]
    assert "Set a new token" in found["Refused"]
    assert "MEGA does not know this token (401)" in found["Refused"]
    assert 'action="/customers/newcomer/check/"' in found["Newcomer"]
    assert "Check now" in found["Oldtimer"]
    assert "the scope public_api:leads:write." in found["Scopeless"]
    assert f"of the MEGA customer {every['scope'].mega_id}" in found["Scopeless"]
    assert "May not write leads" in found["Scopeless"]
    assert "the scope public_api:leads:read." in found["Unread"]
    assert "Check now" not in found["Unread"]
    assert "Nothing: ready to import." in found["Fine"]
    assert "Reads leads" in found["Fine"]
    assert "ends in …1a1a" in found["Fine"]


def test_who_may_not_act_is_told_who_may(vera, ines, every):
    read_only, importer = lines("/customers/", vera), lines("/customers/", ines)

    assert "A manager of <bdi>North</bdi> sets the token." in read_only["Bare"]
    assert "An importer of <bdi>North</bdi> checks the token." in read_only["Newcomer"]
    assert "<form" not in read_only["Scopeless"]
    assert "A manager of <bdi>North</bdi> sets the token." in importer["Bare"]
    assert "Check now" in importer["Newcomer"]
    assert "Add from a list" not in story.text(vera.get("/customers/"))


def test_a_token_that_imports_use_needs_no_check(max_, every):
    Quota.objects.filter(tokens__customer=every["new"]).update(proved_at=timezone.now())
    token = every["old"].token
    batch = Batch.objects.create(
        customer=every["old"], kind=Kind.CHECK, rows=1, mega_id=every["old"].mega_id, body=b"",
        body_sha256=b"", state="done", token=token,
    )  # fmt: skip
    Attempt.objects.create(
        batch=batch, quota=token.quota, token=token, kind=Kind.CHECK, worker="w", fence=1,
        started_at=timezone.now(), status=200,
    )  # fmt: skip

    page = story.text(max_.get("/customers/"))

    assert "lacks=check" not in page
    assert "lacks=old-check" not in page


def test_a_new_token_begins_anew(max_, every):
    tokens.set_token(every["unread"], "mega_" + "8b" * 32, None)

    assert Lack.READ not in readiness.lacks_of(
        readiness.known(Customer.objects.filter(name="Unread")).get()
    )


def test_ines_checks_one_from_the_list_and_comes_back_to_it(ines, every):
    address = f"/customers/{every['new'].slug}/check/"
    answer = ines.post(address, {"back": "?lacks=check&q=new"})

    assert answer["Location"] == "/customers/?lacks=check&q=new"
    page = story.text(ines.get("/customers/?lacks=check"))
    assert "Asking MEGA …" in page
    assert "Check now" not in page
    assert ines.post(address, {"back": "//evil.example"})["Location"] == (
        f"/customers/{every['new'].slug}/"
    )


def test_while_mega_is_asked_the_list_is_live_and_still_until_it_has_answered(ines, every):
    ines.post(f"/customers/{every['new'].slug}/check/")
    page = story.text(ines.get("/customers/?q=new"))
    assert "<title>Asking MEGA · Customers · " in page
    assert 'hx-get="/customers/?q=new"' in page
    mark = page.split('{"X-Asking": "')[1].split('"')[0]
    poll = {"hx-request": "true", "x-asking": mark}
    assert ines.get("/customers/?q=new", headers=poll).status_code == 204

    Batch.objects.update(state="done", settled_at=timezone.now())
    Token.objects.filter(customer=every["new"]).update(check_result="ok", checked_at=timezone.now())

    part = story.text(ines.get("/customers/?q=new", headers=poll))
    assert re.match('<title>Customers · [^<]+</title> <div id="list"', part)
    assert "hx-trigger" not in part
    assert "Nothing: ready to import." in part


def test_all_that_were_never_checked_are_asked_once(ines, vera, every):
    a_customer("Another", "9c", check_result="unreachable")

    answer = ines.post("/tokens/check/", follow=True)

    assert "2 tokens will be checked, each within its quota." in story.text(answer)
    assert answer.redirect_chain[-1][0] == "/customers/?lacks=check"
    checks = Batch.objects.filter(kind=Kind.CHECK)
    assert {batch.customer.name for batch in checks} == {"Newcomer", "Another"}
    again = story.text(ines.post("/tokens/check/", follow=True))
    assert "No token waits for its first check." in again
    assert checks.count() == 2
    assert Event.objects.filter(act="token_checked", actor=ines.user).count() == 2
    assert vera.post("/tokens/check/").status_code == 403


def test_a_hundred_are_asked_at_a_time(ines, every, monkeypatch):
    monkeypatch.setattr(readiness, "MOST_CHECKS", 1)
    a_customer("Another", "9c", check_result="")

    page = story.text(ines.post("/tokens/check/", follow=True))

    assert "1 token will be checked, each within its quota. 1 more is left" in page


def test_nobody_checks_another_teams_tokens(sam, every):
    assert "No token waits" in story.text(sam.post("/tokens/check/", follow=True))
    assert not Batch.objects.exists()
    assert lines("/customers/", sam) == {}


def test_imports_that_wait_stand_beside_the_token_that_holds_them_up(max_, every):
    waiting = people.an_import(every["refused"])
    Import.objects.filter(pk=waiting.pk).update(state=ImportState.BLOCKED)
    people.an_import(every["refused"])

    found = lines("/customers/", max_)["Refused"]

    assert "2<span" in found
    assert "1 under way" in found


def test_the_quota_is_megas_where_it_has_told_one(max_, every):
    Quota.objects.filter(tokens__customer=every["fine"]).update(learned_limit=8)

    assert "8 a minute" in lines("/customers/", max_)["Fine"]
    assert "by MEGA; 10 is set here" in lines("/customers/", max_)["Fine"]


def test_filters_are_remembered_shown_as_chips_and_taken_off(max_, every):
    max_.get("/customers/?lacks=refused&q=scope")

    again = max_.get("/customers/")
    assert again["Location"] == "/customers/?lacks=refused&q=scope"
    page = story.text(max_.get(again["Location"]))
    assert "Search: scope" in page
    assert 'href="?lacks=refused"' in page
    assert list(lines(again["Location"], max_)) == ["Scopeless"]
    assert max_.get("/customers/?reset")["Location"] == "/customers/"
    assert max_.get("/customers/").status_code == 200


def test_a_team_is_a_filter_where_there_are_several(audrey, sam, every):
    people.customer("Southern", people.team("South"))

    assert list(lines("/customers/?team=south", audrey)) == ["Southern"]
    assert 'name="team"' not in story.text(sam.get("/customers/?reset", follow=True))


def test_nothing_to_do_differs_from_nothing_found(max_, every):
    empty = story.text(max_.get("/customers/?lacks=old-check&q=zzz"))
    assert "No customer matches “zzz”" in empty
    Token.objects.filter(customer=every["old"]).update(checked_at=timezone.now())
    assert "No customer lacks this any more" in story.text(max_.get("/customers/?lacks=old-check"))


def test_the_export_has_what_the_list_says(max_, every):
    people.customer("Southern", people.team("South"))
    content = b"".join(max_.get("/customers/export.csv?lacks=refused").streaming_content)

    found = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [(one["Customer"], one["Token"], one["Lacks"]) for one in found] == [
        ("Refused", "refused", "refused"),
        ("Scopeless", "refused", "refused"),
    ]
    assert (found[0]["Token ends in"], found[0]["Check found"]) == ("4d4d", "unauthorized")
    everything = b"".join(max_.get("/customers/export.csv").streaming_content).decode()
    assert "Southern" not in everything
    assert "Unread" in everything
    assert Event.objects.filter(act="downloaded", actor=max_.user).count() == 2


def test_the_list_costs_as_many_queries_for_fifty_as_for_seven(
    max_, every, django_assert_max_num_queries
):
    for number in range(50):
        a_customer(f"More{number}", f"{number:02x}")

    with django_assert_max_num_queries(30):
        page = story.text(max_.get("/customers/"))

    assert "57 customers, 1 to 50 shown" in page


def test_the_steps_are_those_of_the_most_urgent_lack(every):
    found = readiness.standings(list(readiness.known(Customer.objects.all()).order_by("name")))

    assert [(one.customer.name, one.step) for one in found] == [
        ("Bare", Step.SET),
        ("Fine", Step.NOTHING),
        ("Newcomer", Step.CHECK),
        ("Oldtimer", Step.CHECK),
        ("Refused", Step.SET),
        ("Scopeless", Step.ASK),
        ("Unread", Step.ASK),
    ]
