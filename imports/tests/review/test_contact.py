"""Whom nobody may contact is contacted by no other row; who only shares a placeholder is free."""

import pytest

from imports.intake.upload import Wishes
from imports.models import Import, Lead, ReviewAct
from imports.review import gates, judge
from imports.tests.pages import story

pytestmark = pytest.mark.django_db

PLAN = {"columns": {"Opt out": {"consent": {"forbids": ["yes"], "allows": ["no", ""]}}}}
SAID = "Column “Opt out” says “yes”, which forbids contact."


def reviewed(acme, *rows, **wishes):
    content = "\n".join(["Name,Email,Phone,Opt out", *rows, ""])
    made = story.reviewed(acme, content=content, wishes=Wishes(mapping=PLAN, **wishes))
    assert gates.open_gates(made) == []
    return made


def decide(made, about, choice, kind="", rows=()):
    ReviewAct.objects.create(
        lead_import=made, kind="decide", about=about, rows=list(rows),
        content={"choice": choice, "kind": kind},
    )  # fmt: skip
    judge.apply(Import.objects.get(pk=made.pk), rows or None)


def codes(made):
    found = Lead.objects.filter(lead_import=made).order_by("number")
    return list(found.values_list("code", flat=True))


def reasons(made):
    return dict(Lead.objects.filter(lead_import=made).values_list("number", "reason"))


FIRST = ["Ann", "Boris", "Chloe", "Dmitri", "Elena", "Farid"]
LAST = ["Abel", "Brook", "Castro", "Dunn", "Ek", "Fox", "Gale"]
PEOPLE = [f"{one} {other}" for one in FIRST for other in LAST][:38]


def test_one_of_38_people_with_a_placeholder_phone_said_no_and_the_others_are_sent_without_it(acme):
    rows = [f"{name},p{n}@example.com,2065550100," for n, name in enumerate(PEOPLE)]
    rows[0] += "yes"
    made = reviewed(acme, *rows)
    assert codes(made) == ["opt_out", *["melts"] * 37]

    decide(made, "melts", "leave_out", "p", range(2, 40))

    assert codes(made) == ["opt_out", *[""] * 37]
    sent = Lead.objects.filter(lead_import=made, verdict="ok")
    assert not any("contact_phone" in body for body in sent.values_list("body", flat=True))
    assert "contact_phone" in Lead.objects.get(lead_import=made, number=2).body

    ReviewAct.objects.update(undone_at="2026-01-01T00:00:00Z")
    decide(made, "melts", "hold", "p", range(2, 40))
    assert codes(made) == ["opt_out", *["melts"] * 37]


def test_two_people_with_one_phone_are_asked_about_though_one_of_them_is_not_sent(acme):
    made = reviewed(acme, "Ann Abel,ann@example.com,2065550100,yes", "Ben Ek,,2065550100,no")
    assert codes(made) == ["opt_out", "melts"]
    decide(made, "melts", "leave_out")
    assert codes(made) == ["opt_out", "no_match"]


def test_who_is_meant_to_become_one_lead_with_them_is_not_contacted_either(acme):
    made = reviewed(
        acme,
        "Ann Abel,ann@example.com,2065550100,yes",
        "Ben Ek,ben@example.com,2065550100,no",
        melting="send",
    )
    assert codes(made) == ["opt_out", "opt_out"]
    assert reasons(made)[3] == f"Has the same phone as row 2, of which this holds: {SAID}"


def test_all_rows_of_the_person_stay_back_also_those_that_hang_together_by_others(acme):
    made = reviewed(
        acme,
        "Ann Abel,ann@example.com,,yes",
        "Ann Abel,ann@example.com,2065550100,no",
        "A. Abel,abel@example.com,2065550100,no",
        "Zoe Ek,zoe@example.com,2065550101,no",
        duplicates="all",
    )
    assert codes(made) == ["opt_out", "opt_out", "opt_out", ""]
    assert reasons(made)[3] == f"Has the same e-mail as row 2, of which this holds: {SAID}"
    said = "By other rows in between of one person with row 2"
    assert reasons(made)[4] == f"{said}, of which this holds: {SAID}"


def test_a_row_that_tied_a_person_to_another_one_does_so_no_more(acme):
    made = reviewed(
        acme,
        "Ann Abel,ann@example.com,,yes",
        ",ann@example.com,2065550100,no",
        "Ben Ek,,2065550100,no",
    )
    assert codes(made) == ["opt_out", "melts", "melts"]
    decide(made, "melts", "leave_out", "t", [2, 3, 4])
    assert codes(made) == ["opt_out", "opt_out", ""]


def test_a_refusal_counts_whatever_became_of_its_row(acme):
    made = reviewed(
        acme,
        "Ann Abel,ann@example.com,,yes",
        "Ann Abel,ann@example.com,,no",
        "Ben Ek,ben@example.com,,no",
    )
    ReviewAct.objects.create(
        lead_import=made, kind="drop", about="dropped", rows=[2], content={}, why=""
    )
    for numbers in ([2], [3], None):
        judge.apply(Import.objects.get(pk=made.pk), numbers)
        assert codes(made) == ["dropped", "opt_out", ""]


def test_a_manager_who_sets_the_refusal_aside_frees_all_of_them(acme):
    made = reviewed(
        acme, "Ann Abel,ann@example.com,,yes", "Ann A.,ann@example.com,,no", duplicates="all"
    )
    decide(made, "opt_out", "send")
    assert codes(made) == ["", ""]
