"""Rows of different people that MEGA would take for one person."""

import pytest

from imports.intake.upload import Wishes
from imports.models import Gathering, Import, Lead, ReviewAct
from imports.review import judge
from imports.tests.pages import story

pytestmark = pytest.mark.django_db

OFFICE = (
    "Name,Email,Phone\n"
    "Ann Smith,ann@example.com,2065550100\n"
    "Ben Okafor,ben@example.com,2065550100\n"
    "Cy Young,,2065550100\n"
    ",dora@example.com,2065550100\n"
    "Eve Novak,eve@example.com,2065550105\n"
)


def leads(made):
    found = Lead.objects.filter(lead_import=made).order_by("number")
    return list(found.values_list("number", "verdict", "code"))


def decide(made, about, choice, kind="", rows=()):
    ReviewAct.objects.create(
        lead_import=made, kind="decide", about=about, rows=list(rows),
        content={"choice": choice, "kind": kind},
    )  # fmt: skip
    judge.apply(Import.objects.get(pk=made.pk))


def test_rows_of_different_people_with_an_office_line_are_kept_back_with_the_reason(acme):
    made = story.reviewed(acme, content=OFFICE)

    assert leads(made) == [
        (2, "excluded", "melts"),
        (3, "excluded", "melts"),
        (4, "excluded", "melts"),
        (5, "excluded", "melts"),
        (6, "ok", ""),
    ]
    reason = Lead.objects.get(lead_import=made, number=2).reason
    assert reason.startswith("3 different people share the last ten digits of a phone")
    found = Gathering.objects.get(lead_import=made)
    assert (found.about, found.kind, found.first, found.rows) == ("melts", "p", 2, [2, 3, 4, 5])
    assert (found.people, found.names) == (3, ["Ann Smith", "Ben Okafor", "Cy Young"])


def test_the_shared_phone_is_left_out_and_who_has_nothing_else_matches_nothing(acme):
    made = story.reviewed(acme, content=OFFICE)
    before = list(Lead.objects.filter(lead_import=made).order_by("number").values())

    decide(made, "melts", "leave_out", "p", [2, 3, 4, 5])

    assert leads(made) == [
        (2, "ok", ""), (3, "ok", ""), (4, "excluded", "no_match"), (5, "ok", ""), (6, "ok", ""),
    ]  # fmt: skip
    ann = Lead.objects.get(lead_import=made, number=2)
    assert ann.body == {"contact_name": "Ann Smith", "contact_email": "ann@example.com"}
    assert (ann.phone_key, ann.email_key, ann.warned) == (None, "ann@example.com", True)
    (note,) = ann.problems
    assert (note["c"], note["h"], note["f"]) == ("phone_shared", "Phone", "contact_phone")
    assert bytes(ann.digest) != bytes(before[0]["digest"])

    ReviewAct.objects.update(undone_at="2026-01-01T00:00:00Z")
    judge.apply(Import.objects.get(pk=made.pk))
    assert list(Lead.objects.filter(lead_import=made).order_by("number").values()) == before


def test_it_is_meant_so_and_all_are_sent_though_never_in_one_request(acme):
    made = story.reviewed(acme, content=OFFICE)
    decide(made, "melts", "send")
    assert [verdict for _, verdict, _ in leads(made)] == ["ok"] * 5
    assert Lead.objects.filter(lead_import=made, shared=True).count() == 4


def test_phones_of_two_countries_that_share_ten_digits_are_seen(acme):
    made = story.reviewed(
        acme,
        content="Name,Email,Phone\nAnn Smith,a@example.com,+44 20 7946 0958\n"
        "Ben Okafor,b@example.com,+1 207 946 0958\n",
    )
    assert leads(made) == [(2, "excluded", "melts"), (3, "excluded", "melts")]


def test_a_row_that_ties_two_people_together_is_seen_and_goes_by_its_email(acme):
    made = story.reviewed(
        acme,
        content="Name,Email,Phone\nAnn Smith,ann@example.com,\nBen Okafor,,2065550102\n"
        ",ann@example.com,2065550102\n",
    )
    assert {code for *_, code in leads(made)} == {"melts"}
    assert Gathering.objects.get(lead_import=made).kind == "t"

    decide(made, "melts", "leave_out")

    tying = Lead.objects.get(lead_import=made, number=4)
    assert tying.body == {"contact_email": "ann@example.com"}


def test_what_the_customer_got_before_under_another_name_is_seen(acme):
    story.answered(acme)
    made = story.reviewed(
        acme, content="Name,Email,Phone\nZoe Other,zoe@example.com,2065550123\nAna S.,,2065550123\n"
    )
    assert leads(made) == [(2, "excluded", "melts"), (3, "excluded", "melts")]
    found = Gathering.objects.get(lead_import=made)
    assert found.before == ["Ana Souza"]

    alone = story.reviewed(acme, content="Name,Phone\nZoe Other,2065550123\n")
    assert leads(alone) == [(2, "excluded", "melts")]
    assert "one of them in MEGA already" in Lead.objects.get(lead_import=alone).reason
    for name in ("SOUZA Ana", "Ana Petrov", "A. Souza", ""):
        same = story.reviewed(acme, content=f"Name,Phone\n{name},2065550123\n")
        assert leads(same) == [(2, "ok", "")], name


def test_who_joins_after_the_decision_is_asked_about_again(acme):
    made = story.reviewed(acme, content=OFFICE)
    decide(made, "melts", "send", "p", [2, 3, 4])
    assert {code for *_, code in leads(made)} == {"melts", ""}


def test_an_import_that_came_with_a_choice_asks_nobody(acme):
    made = story.reviewed(acme, content=OFFICE, wishes=Wishes(melting="leave_out"))
    assert leads(made)[2] == (4, "excluded", "no_match")
    made = story.reviewed(
        acme, content=OFFICE, wishes=Wishes(melting="leave_out", name_only="send")
    )
    assert [verdict for _, verdict, _ in leads(made)] == ["ok"] * 5
