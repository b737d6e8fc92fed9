"""What MEGA said about one row is believed of another only where it must be true of it, too."""

import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.delivery import alike, claims, control, finish, plan, refusals, settle
from imports.models import Batch, Import, ImportState, Lead, OnDuplicate, Outcome, RefusedValue
from imports.reports import balance, rows
from imports.tests.delivery.steps import (
    LONG_AGO,
    attempt_of,
    fresh,
    refused,
    results,
    reviewed,
)
from imports.tests.thawed import thawed

SAID = "leads[8].stage_slug: must be one of new, won"
LEADS = [
    {"row_ref": "2", "contact_email": "a@example.com", "stage_slug": "new"},
    {"row_ref": "3", "contact_name": "Bo", "stage_slug": "gone"},
    {"row_ref": "4", "contact_email": "c@example.com", "custom_fields": {"budget": 12}},
    {"row_ref": "5", "contact_email": "d@example.com", "stage_slug": "gone"},
]


@pytest.mark.parametrize(
    ("message", "values"),
    [
        ("leads[1].stage_slug: must be one of new, won", [("stage_slug", '"gone"', 1)]),
        ("leads.0.contact_email: invalid email", [("contact_email", '"a@example.com"', 0)]),
        ("leads[2].custom_fields.budget: expected a string", [("custom_fields.budget", "12", 2)]),
        (
            "leads[0].stage_slug: unknown; leads[1].stage_slug: must be one of won",
            [("stage_slug", '"new"', 0), ("stage_slug", '"gone"', 1)],
        ),
        ("leads[0].contact_phone: must be a phone", []),  # it sent none
        ("leads[9].stage_slug: invalid", []),
        ("leads[1]: at least one contact is required", []),
        ("leads[1].stage_slug: invalid, duplicate of leads[3]", []),
        ("leads[0].contact_email: must be unique", []),
        ("leads[0].contact_email: already exists", []),
        ("leads[1].stage_slug: not today", []),
        ("leads[1].row_ref: must be a string", []),
        ("leads[2].custom_fields: must be an object", []),
        ("Bad request", []),
    ],
)
def test_what_a_message_says_of_rows_that_it_names(message, values):
    found = refusals.of_rows(message, LEADS)

    assert [(one.field, one.value, one.index) for one in found] == values


@pytest.mark.parametrize(
    ("message", "places"),
    [
        ('stage_slug "gone" is not one of new, won', [1, 3]),
        ("unknown stage_slug: 'gone'", [1, 3]),
        ("stage_slug “gone” is invalid", [1, 3]),
        ('stage_slug "other" is unknown', []),
        ('stage_slug "gone" and lead_line "buyer": invalid', []),  # which of them?
        ('stage_slug "gone" already exists', []),
        ('leads[1].stage_slug "gone" is unknown', []),  # it names the row itself
    ],
)
def test_a_message_that_names_one_value_names_the_rows_that_have_it(message, places):
    assert [one.index for one in refusals.quoted(message, LEADS)] == places


@given(st.text(max_size=200))
def test_whatever_mega_says_is_read_without_a_stumble(message):
    for read in (refusals.of_rows, refusals.quoted):
        read(message, LEADS)
        read(f"leads[1].stage_slug {message}", LEADS)


@pytest.fixture
def made(acme):
    """1,100 rows; every tenth has a stage that MEGA does not know."""
    found = reviewed(acme, 1100)
    for lead in Lead.objects.all():
        stage = "gone" if lead.number % 10 == 0 else "new"
        Lead.objects.filter(number=lead.number).update(body=lead.body | {"stage_slug": stage})
    control.send(found, None, on_duplicate=OnDuplicate.SKIP, undo_seconds=0)
    assert plan.plan(found.pk)
    return found


def refuse_the_first(made, message=SAID):
    one = made.batches.get(number=1)
    settle.record(attempt_of(one), refused(400, message))
    return one


@pytest.mark.django_db
def test_rows_that_wait_with_the_very_same_value_are_held(made):
    first = refuse_the_first(made)
    assert RefusedValue.objects.get().number == first.row_numbers[8] == 10

    alike.hold()

    held = Lead.objects.filter(verdict="invalid")
    assert set(held.values_list("number", flat=True)) == {
        n for n in range(2, 1102) if n % 10 == 0 and n != 10
    }
    assert set(held.values_list("reason", flat=True)) == {
        "Not sent: its Stage (stage_slug) is “gone”, for which MEGA refused row 10 (“"
        + SAID
        + "”)."
    }
    waiting = Batch.objects.filter(lead_import=made, state="waiting")
    assert not any("gone" in zlib.decompress(bytes(one.body)).decode() for one in waiting)
    sent_rows = [n for one in waiting for n in one.row_numbers]
    assert sorted(sent_rows) == sorted(set(range(2, 1102)) - set(range(10, 1102, 10)))
    assert {one.splits for one in waiting if one.number > 1} == {0}  # they cost no request


@pytest.mark.django_db
def test_held_rows_are_in_the_books_and_say_why(made):
    refuse_the_first(made)
    alike.hold()
    Batch.objects.update(not_before=LONG_AGO)
    while waiting := Batch.objects.filter(lead_import=made, state__in=("waiting", "claimed")):
        one = waiting.order_by("number", "pk")[0]
        settle.record(attempt_of(one), results(one.row_numbers))

    finish.finish_imports()

    done = fresh(made)
    sheet = balance.recount(done)
    assert (done.state, done.reason) == (ImportState.FINISHED, "")
    assert (sheet.created, sheet.failed, sheet.invalid) == (990, 1, 109)
    (told,) = rows.page(done, rows.Selection(), after=19, limit=1)
    assert (told.number, told.result, told.key, told.sent_at) == (20, "invalid", "", None)
    assert "for which MEGA refused row 10" in told.reason


@pytest.mark.django_db
def test_a_reason_that_may_not_be_true_of_others_holds_nobody(made):
    refuse_the_first(made, "leads[8].stage_slug: invalid together with leads[3]")

    alike.hold()

    assert not RefusedValue.objects.exists()
    assert not Lead.objects.filter(verdict="invalid").exists()


@pytest.mark.django_db
def test_what_was_sent_before_is_not_touched(made):
    second = made.batches.get(number=2)
    Batch.objects.filter(pk=second.pk).update(state="unknown", first_sent_at=LONG_AGO)
    refuse_the_first(made)

    alike.hold()

    assert fresh(second).state == "unknown"
    assert not Lead.objects.filter(verdict="invalid", number__in=second.row_numbers).exists()


@pytest.mark.django_db
def test_each_waiting_request_is_looked_through_once(made, django_assert_num_queries):
    refuse_the_first(made)
    alike.hold()
    halves = Batch.objects.count()

    with django_assert_num_queries(1):
        alike.hold()

    assert Batch.objects.count() == halves


@pytest.mark.django_db
def test_many_held_rows_are_a_question_too(made):
    with thawed():
        Lead.objects.filter(number__gt=26).update(body={"stage_slug": "gone", "contact_name": "A"})
        Batch.objects.filter(number__gt=1).delete()
        Import.objects.update(planned_at=None)
    assert plan.plan(made.pk)
    refuse_the_first(made)
    Import.objects.update(accepted=["first_failures"])
    claims.claim()

    alike.hold()

    assert fresh(made).question == "failures"


@pytest.mark.django_db
def test_rows_with_a_quoted_value_fail_in_the_refused_request_itself(made):
    one = refuse_the_first(made, 'stage_slug "gone" is not one of new, won')

    assert sorted(Outcome.objects.values_list("number", flat=True)) == [10, 20]
    (part,) = Batch.objects.filter(parent=one)
    leads = json.loads(zlib.decompress(bytes(part.body)))["leads"]
    assert len(leads) == 23
    assert {lead["stage_slug"] for lead in leads} == {"new"}
