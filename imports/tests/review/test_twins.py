"""Several rows of one person: which are sent, and what is said of the others."""

import pytest

from imports.intake.upload import Wishes
from imports.models import Gathering, Import, Lead, ReviewAct
from imports.review import judge
from imports.tests.pages import story
from imports.tests.review.test_melting import decide, leads

pytestmark = pytest.mark.django_db

# Rows 2 and 3 share a phone, 3 and 4 an e-mail; 5 and 6 are the same lead; 7 stands alone.
CHAIN = (
    "Name,Email,Phone,City\n"
    "Ann Smith,,2065550101,\n"
    "Ann Smith,ann@example.com,2065550101,Rome\n"
    "Ann Smith,ann@example.com,2065550199,Oslo\n"
    "Ben Okafor,ben@example.com,,\n"
    "Okafor Ben,ben@example.com,,\n"
    "Cy Young,cy@example.com,,\n"
)
CITY = {"columns": {"City": "custom_fields.city"}}
TWICE = "Name,Email\nBen Okafor,ben@example.com\nBen Okafor,ben@example.com\n"


def chain(acme, choice="ask"):
    return story.reviewed(acme, content=CHAIN, wishes=Wishes(duplicates=choice, mapping=CITY))


def reasons(made):
    found = Lead.objects.filter(lead_import=made).exclude(verdict="ok").order_by("number")
    return dict(found.values_list("number", "reason"))


def test_identical_rows_go_once_and_different_ones_wait_for_a_decision(acme):
    made = story.reviewed(acme, content=TWICE + "Ben O,ben2@example.com\nBen O.,Ben2@example.com\n")
    Import.objects.filter(pk=made.pk).update(duplicates="ask")
    judge.apply(Import.objects.get(pk=made.pk))

    assert leads(made) == [
        (2, "ok", ""),
        (3, "duplicate", "identical"),
        (4, "duplicate", "differs"),
        (5, "duplicate", "differs"),
    ]
    assert reasons(made)[3] == "The same lead as row 2, which is sent."
    assert reasons(made)[4].startswith("Of one person with row 5, but not the same")
    about = Gathering.objects.filter(lead_import=made).values_list("about", "rows", "choice")
    assert set(map(str, about)) == {"('identical', [2, 3], '')", "('differs', [4, 5], '')"}


def test_no_row_is_left_out_in_favour_of_one_that_does_not_go(acme):
    made = chain(acme, "first")
    assert reasons(made) == {
        3: "Has the same phone as row 2, which is sent instead.",
        4: "Has the same e-mail as row 3, and so is of one person with row 2, which is sent "
        "instead.",
        6: "Has the same e-mail as row 5, which is sent instead.",
    }
    made = chain(acme, "last")
    assert [number for number, verdict, _ in leads(made) if verdict == "ok"] == [4, 6, 7]
    assert "row 4, which is sent instead" in reasons(made)[2]


def test_all_are_sent_in_the_order_of_the_sheet(acme):
    made = chain(acme, "all")
    assert {verdict for _, verdict, _ in leads(made)} == {"ok"}
    shared = Lead.objects.filter(lead_import=made, shared=True).values_list("number", flat=True)
    assert sorted(shared) == [2, 3, 4, 5, 6]


def test_none_of_them_is_sent(acme):
    made = chain(acme, "hold")
    assert [number for number, verdict, _ in leads(made) if verdict == "ok"] == [7]
    assert reasons(made)[2] == "Has the same phone as row 3; none of them is sent."


def test_rows_under_one_name_are_merged_in_the_order_that_is_shown(acme):
    made = chain(acme)
    before = list(Lead.objects.filter(lead_import=made).order_by("number").values())
    decide(made, "differs", "merge_first", "d", [2, 3, 4])

    first = Lead.objects.get(lead_import=made, number=2)
    assert first.body == {
        "contact_name": "Ann Smith",
        "contact_phone": "+12065550101",
        "contact_email": "ann@example.com",
        "custom_fields": {"city": "Rome"},
    }
    assert (first.verdict, first.email_key, first.phone_key) == (
        "ok", "ann@example.com", "2065550101",
    )  # fmt: skip
    assert first.problems == [{"c": "rows_merged", "l": "w", "d": "rows 3 and 4"}]
    assert leads(made)[1:3] == [(3, "duplicate", "merged"), (4, "duplicate", "merged")]
    assert reasons(made)[3] == "Merged into row 2, which is sent."

    decide(made, "differs", "merge_last", "d", [2, 3, 4])
    last = Lead.objects.get(lead_import=made, number=4)
    assert last.body["custom_fields"] == {"city": "Oslo"}
    assert last.body["contact_phone"] == "+12065550199"
    assert leads(made)[0] == (2, "duplicate", "merged")

    ReviewAct.objects.update(undone_at="2026-01-01T00:00:00Z")
    judge.apply(Import.objects.get(pk=made.pk))
    assert list(Lead.objects.filter(lead_import=made).order_by("number").values()) == before


def test_rows_without_a_sure_name_are_not_merged(acme):
    made = story.reviewed(
        acme, content="Name,Email,Phone\nAnn Smith,a@example.com,\nA. Smith,a@example.com,\n"
    )
    decide(made, "differs", "merge_first")
    assert {code for *_, code in leads(made)} == {"differs"}
    assert not Gathering.objects.get(lead_import=made).may_merge


def test_a_decision_about_one_group_goes_before_that_about_all(acme):
    made = chain(acme)
    decide(made, "differs", "last", "d", [5, 6])
    decide(made, "differs", "first")
    assert [number for number, verdict, _ in leads(made) if verdict == "ok"] == [2, 6, 7]
