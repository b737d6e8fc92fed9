"""What stops an import and asks a person, how often, and what is not worth a question."""

import json
import uuid

import pytest

from imports.audit import acts
from imports.delivery import claims, control, deliver, plan, settle, tripwire
from imports.mega.contract import Answer
from imports.models import (
    Batch,
    BatchState,
    Customer,
    DryRun,
    Event,
    Import,
    ImportState,
    Lead,
    OnDuplicate,
    Prediction,
)
from imports.tests import people
from imports.tests.delivery.steps import LONG_AGO, attempt_of, fresh, refused, reviewed, sent
from imports.tests.thawed import thawed

pytestmark = pytest.mark.django_db


def mixed(numbers, ignored=(), **counts):
    """An answer with so many rows of each status, the rest created."""
    words = [status for status, count in counts.items() for _ in range(count)]
    words += ["created"] * (len(numbers) - len(words))
    rows = [
        {"row_ref": str(number), "status": word, "lead_id": "l", "ignored_custom_fields": []}
        for number, word in zip(numbers, words, strict=True)
    ]
    content = {"dry_run": False, "results": rows, "unknown_custom_fields": list(ignored)}
    return Answer(200, {}, json.dumps(content).encode())


def answered(made, number, **what):
    """Have a request sent and answered."""
    one = made.batches.get(number=number)
    settle.record(attempt_of(one), mixed(one.row_numbers, **what))
    return fresh(made)


def asked(made):
    events = Event.objects.filter(act=acts.ASKED, import_id=made.pk).order_by("pk")
    return [event.facts["question"] for event in events]


def limits(**changes):
    Customer.objects.update(**changes)


def test_more_than_a_fifth_of_the_first_request_is_a_question(acme):
    made = sent(acme, 600)

    stopped = answered(made, 1, failed=6)

    assert (stopped.state, stopped.question) == (ImportState.DECISION, "first_failures")
    assert stopped.reason.startswith("6 of the first 25 rows were refused by MEGA")
    assert asked(made) == ["first_failures"]
    assert claims.claim() == []


def test_a_fifth_of_the_first_request_is_none(acme):
    assert answered(sent(acme, 600), 1, failed=5).question == ""


def test_each_customer_has_its_own_limit(acme):
    limits(failure_percent=50)
    assert answered(sent(acme, 600), 1, failed=12).question == ""
    limits(failure_percent=0)
    assert answered(sent(acme, 600), 1, failed=1).question == "first_failures"


def test_a_customer_with_a_limit_of_a_hundred_is_never_asked(acme):
    limits(failure_percent=100)
    assert answered(sent(acme, 600), 1, failed=25).question == ""


def test_failures_of_the_whole_are_judged_after_each_request(acme):
    made = sent(acme, 1600)
    assert answered(made, 1).question == ""
    assert answered(made, 2, failed=100).question == ""

    stopped = answered(made, 3, failed=200)

    assert (stopped.state, stopped.question) == (ImportState.DECISION, "failures")
    assert "300 of the 1,025 rows answered so far" in stopped.reason
    event = Event.objects.get(act=acts.ASKED)
    assert event.facts == {"question": "failures", "failed": 300, "rows": 1025}


def test_shares_of_few_rows_say_nothing(acme):
    made = sent(acme, 27)
    with thawed():
        Import.objects.update(planned_at=None)  # more may come
    answered(made, 1)

    assert answered(made, 2, failed=2).question == ""
    assert tripwire.MIN_ROWS > 27


def test_who_went_on_after_the_first_request_is_not_asked_the_same_again(acme):
    limits(failure_percent=10)
    made = sent(acme, 1600)
    answered(made, 1, failed=8)
    control.go_on(made, people.anna())

    assert answered(made, 2, failed=160).question == ""
    worse = answered(made, 3, failed=400)

    assert worse.question == "failures"
    assert asked(made) == ["first_failures", "failures"]


def test_a_question_is_asked_once(acme):
    made = sent(acme, 2100)
    answered(made, 1)
    answered(made, 2, failed=400)
    control.go_on(made, people.anna())
    assert fresh(made).accepted == ["failures"]

    assert answered(made, 3, failed=500).question == ""
    assert asked(made) == ["failures"]


def test_nobody_is_asked_when_nothing_is_left_to_send(acme):
    made = sent(acme, 20)

    assert answered(made, 1, failed=20).question == ""


@pytest.mark.parametrize("meanwhile", [ImportState.PAUSED, ImportState.BLOCKED])
def test_the_whole_is_judged_while_the_import_stands_still(acme, meanwhile):
    made = sent(acme, 1600)
    answered(made, 1)
    one = made.batches.get(number=2)
    attempt = attempt_of(one)
    Import.objects.update(state=meanwhile)

    settle.record(attempt, mixed(one.row_numbers, failed=300))

    assert fresh(made).question == "failures"


@pytest.mark.parametrize("failed", [0, 100])
def test_a_request_within_the_limit_costs_no_query(acme, django_assert_num_queries, failed):
    made = sent(acme, 600)
    answered(made, 1)
    answered(made, 2, failed=failed)
    one = made.batches.select_related("customer").get(number=2)

    with django_assert_num_queries(0):
        tripwire.look(one)


# --- a full preview -------------------------------------------------------------------------------


def previewed(customer, rows, updated=(), **changes):
    """Reviewed, and every row was asked about: these are to become updates."""
    made = reviewed(customer, rows)
    asked_by = DryRun.objects.create(
        lead_import=made, mapping=made.mapping, on_duplicate="update", state=DryRun.State.DONE
    )
    Prediction.objects.bulk_create(
        Prediction(
            dry_run=asked_by, number=number, errors=[], ignored_custom_fields=[], digest=b"x",
            status="updated" if number in updated else "created",
        )
        for number in range(2, rows + 2)
    )  # fmt: skip
    DryRun.objects.update(**changes)
    return made


def planned(made, on_duplicate=OnDuplicate.UPDATE):
    control.send(made, None, on_duplicate=on_duplicate, undo_seconds=0)
    assert plan.plan(made.pk)
    Batch.objects.update(not_before=LONG_AGO)
    return fresh(made)


def sizes(made):
    return list(made.batches.filter(kind="send").values_list("rows", flat=True))


def test_after_a_full_preview_the_first_request_is_full(acme):
    made = planned(previewed(acme, 600))

    assert sizes(made) == [500, 100]
    assert made.preview == DryRun.objects.get()


def of_another_mapping(made):
    other = type(made.mapping).objects.create(lead_import=made, version=2, content={})
    DryRun.objects.update(mapping=other)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda made: DryRun.objects.update(state="failed"),
        lambda made: DryRun.objects.update(on_duplicate="skip"),
        of_another_mapping,
        lambda made: Prediction.objects.filter(number=300).delete(),
        lambda made: Lead.objects.filter(number=300).update(digest=b"corrected"),
    ],
    ids=["failed", "skip", "mapping", "unasked", "corrected"],
)
def test_a_preview_of_something_else_spares_nothing(acme, spoil):
    made = previewed(acme, 600)
    spoil(made)

    made = planned(made)

    assert sizes(made) == [25, 500, 75]
    assert made.preview is None
    assert set(made.batches.values_list("foreseen", flat=True)) == {None}


def test_a_row_that_is_left_out_after_the_preview_does_not_spoil_it(acme):
    made = previewed(acme, 600)
    Lead.objects.filter(number=300).update(verdict="excluded")

    assert sizes(planned(made)) == [500, 99]


def test_more_updates_than_foreseen_are_a_question(acme):
    made = planned(previewed(acme, 600, updated=range(2, 102)))

    stopped = answered(made, 1, updated=151)

    assert (stopped.state, stopped.question) == (ImportState.DECISION, "updates")
    assert "151 of the 500 rows answered so far updated an existing lead" in stopped.reason
    assert "it would have been 100" in stopped.reason


def test_updates_within_ten_points_are_none(acme):
    made = planned(previewed(acme, 600, updated=range(2, 102)))

    assert answered(made, 1, updated=150).question == ""


def test_updates_are_compared_row_by_row_not_with_the_share_of_the_whole(acme):
    made = planned(previewed(acme, 1600, updated=range(2, 502)))

    assert answered(made, 1, updated=500).question == ""


def test_the_second_row_of_a_person_is_an_update_that_no_preview_foresees(acme):
    made = previewed(acme, 600)
    Lead.objects.filter(number__lte=301).update(shared=True)

    assert answered(planned(made), 1, updated=300).question == ""


def test_without_a_preview_any_number_of_updates_is_fine(acme):
    made = sent(acme, 1600)
    answered(made, 1, updated=25)

    assert answered(made, 2, updated=500).question == ""


def test_a_part_of_a_refused_request_knows_what_was_foreseen_of_its_rows(acme):
    made = planned(previewed(acme, 600, updated=range(2, 12)))
    one = made.batches.get(number=1)

    settle.record(attempt_of(one), refused(400, "leads[0].contact_email: must be an email"))

    (part,) = Batch.objects.filter(parent=one)
    assert (one.foreseen, part.foreseen) == (10, 9)


# --- custom fields --------------------------------------------------------------------------------


def with_columns(made, *targets, constants=()):
    columns = [{"target": target, "confidence": "chosen"} for target in targets]
    made.mapping.content = {"columns": columns, "constants": dict.fromkeys(constants, "x")}
    with thawed():
        made.mapping.save()
    return made


def test_a_chosen_custom_field_that_mega_ignores_is_a_question(acme):
    made = with_columns(sent(acme, 600), "contact_email", "custom_fields.budget", None)

    stopped = answered(made, 1, ignored=["budget"])

    assert (stopped.state, stopped.question) == (ImportState.DECISION, "ignored_fields")
    assert "custom field “budget”: the rows so far were imported without it" in stopped.reason
    control.go_on(made, people.anna())
    assert answered(made, 2, ignored=["budget"]).question == ""


def test_a_field_that_only_a_row_names_as_ignored_counts_too(acme):
    made = with_columns(sent(acme, 600), constants=["custom_fields.origin"])
    one = made.batches.get(number=1)
    reply = mixed(one.row_numbers)
    content = json.loads(reply.body)
    content["results"][3]["ignored_custom_fields"] = ["origin"]

    settle.record(attempt_of(one), Answer(200, {}, json.dumps(content).encode()))

    assert fresh(made).question == "ignored_fields"


def test_what_mega_says_of_fields_that_nobody_sent_is_no_question(acme):
    made = with_columns(sent(acme, 600), "custom_fields.budget")

    assert answered(made, 1, ignored=["other", "lead_line"]).question == ""


# --- the budget of refused requests ---------------------------------------------------------------


def test_past_the_budget_the_import_stops_and_asks_and_others_go_first(acme, settings):
    settings.SPLIT_BUDGET = 2
    made, other = sent(acme, 60), sent(acme, 10)
    settle.record(attempt_of(made.batches.get(number=1)), refused(400))
    assert fresh(made).question == ""

    settle.record(attempt_of(made.batches.filter(state="waiting", number=1).first()), refused(400))

    stopped = fresh(made)
    assert (stopped.state, stopped.question) == (ImportState.DECISION, "split_budget")
    assert "used up the 2 requests" in stopped.reason
    Batch.objects.update(not_before=LONG_AGO)
    claims.claim()
    assert not any(deliver.take(one.pk, "there:1") for one in made.batches.all())
    assert deliver.take(other.batches.get().pk, "there:1") is not None


def test_going_on_grants_another_budget_each_time(acme, settings):
    settings.SPLIT_BUDGET = 3
    made = sent(acme, 60)

    def refuse_one():
        waiting = made.batches.filter(state="waiting", number=1).order_by("-rows", "pk")
        settle.record(attempt_of(waiting.first()), refused(400))
        return fresh(made).question

    assert [refuse_one(), refuse_one()] == ["", "split_budget"]
    anna = people.anna()
    control.go_on(made, anna)
    assert [refuse_one(), refuse_one()] == ["", "split_budget"]
    control.go_on(made, anna)
    assert fresh(made).accepted == ["split_budget", "split_budget"]
    assert fresh(made).state == ImportState.QUEUED


def test_after_a_cancel_the_parts_are_not_sent_and_nobody_is_asked(acme, settings):
    settings.SPLIT_BUDGET = 0
    made = sent(acme, 60)
    attempt = attempt_of(made.batches.get(number=1))
    control.cancel(made, None)

    settle.record(attempt, refused(400))

    assert fresh(made).state == ImportState.CANCELLED
    assert asked(made) == []
    assert not made.batches.exclude(state__in=(BatchState.WAITING, BatchState.REPLACED)).exists()


def test_a_question_that_somebody_answered_in_between_is_not_put_over_the_answer(acme):
    made = sent(acme, 600)
    stale = Import.objects.select_related("customer__team").get(pk=made.pk)
    Import.objects.update(accepted=["first_failures"])

    tripwire._ask(stale, tripwire.Asked("first_failures", "Many failed.", {}))

    assert fresh(made).state != ImportState.DECISION
    assert asked(made) == []


def test_going_on_is_for_questions_about_the_whole_import(acme):
    made = sent(acme, 600)
    with thawed():
        Import.objects.update(state=ImportState.DECISION, question="batches", mega_id=uuid.uuid4())

    with pytest.raises(control.WrongState, match="single requests"):
        control.go_on(made, people.anna())
