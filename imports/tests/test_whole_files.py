"""Files of any size: joined in one go, reported slice by slice, every row once."""

import pytest
from django.utils import timezone

from imports import whole_file
from imports.columns import derive
from imports.intake.upload import Wishes
from imports.models import (
    Attempt,
    Batch,
    BatchState,
    Duplicates,
    Import,
    Lead,
    NameOnly,
    Outcome,
    Row,
)
from imports.reports import balance, rows
from imports.reports.rows import Selection
from imports.review import judge, known, same_person, unchanged
from imports.review.scope import Scope
from imports.tests.pages import story

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_folders")]

THREE_TIMES_ANN = (
    "Name,Email,Phone\nAnn B,ann@example.com,2065550101\nBob,bob@example.com,\n"
    "Ann Bo,ann@example.com,\nAnn,,(206) 555-0101\n"
)


def plan_of(sql, parameters):
    with whole_file.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}", parameters)
        return "\n".join(line for (line,) in cursor.fetchall())


def test_the_rows_of_a_new_file_are_never_compared_one_by_one_with_each_other(acme):
    made = story.reviewed(acme, content=THREE_TIMES_ANN)
    values = {"import": made.pk, "mapping": made.mapping_id}
    earlier = values | {"imports": [made.pk], "mappings": [made.mapping_id]}
    numbers = [lead.number for lead in Lead.objects.filter(lead_import=made)]
    left_out, _ = unchanged._statement(Scope(made), left_out=True)
    for sql, parameters in [
        (same_person._SHARED.format(among="true"), values | {"codes": ["opt_out"]}),
        (same_person._FLAG, values | {"numbers": numbers}),
        (known._MET.format(among="true", known="true"), earlier),
        (left_out, earlier),
        (balance._STRAY, balance.stretch(made)),
    ]:
        assert "Nested Loop" not in plan_of(sql, parameters), sql


def test_what_follows_is_planned_as_usual(acme):
    with whole_file.cursor() as cursor:
        pass
    with whole_file.connection.cursor() as cursor:
        cursor.execute("SHOW enable_nestloop")
        assert cursor.fetchone() == ("on",)


def test_duplicates_name_the_row_that_is_sent_instead(acme):
    made = story.reviewed(acme, content=THREE_TIMES_ANN)
    Import.objects.filter(pk=made.pk).update(duplicates=Duplicates.FIRST)

    judge.apply(Import.objects.get(pk=made.pk))

    leads = Lead.objects.filter(lead_import=made).order_by("number")
    assert list(leads.values_list("number", "verdict", "reason")) == [
        (2, "ok", ""),
        (3, "ok", ""),
        (4, "duplicate", "Has the same e-mail as row 2, which is sent instead."),
        (5, "duplicate", "Has the same phone as row 2, which is sent instead."),
    ]


def test_a_row_is_unchanged_when_the_newest_import_of_the_person_brought_the_same(acme):
    story.answered(acme)
    made = story.reviewed(acme, content=story.SHEET.replace("ben@", "benny@"))
    Import.objects.filter(pk=made.pk).update(unchanged="skip")

    judge.apply(Import.objects.get(pk=made.pk))

    leads = Lead.objects.filter(lead_import=made).order_by("number")
    assert list(leads.values_list("number", "verdict")) == [
        (2, "unchanged"),
        (3, "ok"),
        (4, "invalid"),
        (5, "ok"),  # MEGA refused it then
    ]
    first = Import.objects.order_by("pk").first()
    assert leads.first().reason == f"Identical to what import {first.pk} already brought (row 2)."


def many_rows(customer, numbers):
    """An import with leads that can be sent at these numbers."""
    made = story.uploaded(customer, wishes=Wishes(name_only=NameOnly.SEND))
    Row.objects.bulk_create(Row(lead_import=made, number=n, cells=[f"Person {n}"]) for n in numbers)
    Import.objects.filter(pk=made.pk).update(
        headers=["Name"], row_count=len(numbers), state="reading"
    )
    derive.propose(made.pk, made.read_fence)
    story.check(made)
    return Import.objects.get(pk=made.pk)


def answer(made, numbers, status):
    now = timezone.now()
    token = made.customer.token
    batch = story.a_batch(made, numbers, state=BatchState.DONE, settled_at=now, first_sent_at=now)
    attempt = Attempt.objects.create(
        batch=batch, quota=token.quota, token=token, kind="send", worker="w", fence=1,
        started_at=now, ended_at=now, status=200,
    )  # fmt: skip
    Outcome.objects.bulk_create(
        Outcome(lead_import=made, number=n, status=status, errors=["No such stage."],
                ignored_custom_fields=[], batch=batch, attempt=attempt)
        for n in numbers
    )  # fmt: skip
    return batch


def test_a_report_gives_every_row_once_whatever_lies_between_their_numbers(acme, monkeypatch):
    numbers = [2, 3, 9, 700, 701, 90_000, 1_048_576]
    made = many_rows(acme, numbers)
    monkeypatch.setattr(rows, "SLICE", 2)

    assert [row.number for row in rows.every(made, Selection())] == numbers
    assert [row.number for row in rows.page(made, Selection(), after=3, limit=2)] == [9, 700]
    assert rows.page(made, Selection(), after=1_048_576) == []


def test_the_few_rows_that_failed_are_found_among_many(acme):
    made = many_rows(acme, range(2, 1_202))
    batch = answer(made, [3, 1_100, 1_201], "failed")

    failed = rows.page(made, Selection(bucket="failed"), limit=2)

    assert [(row.number, row.reason, row.key) for row in failed] == [
        (3, "No such stage.", str(batch.key)),
        (1_100, "No such stage.", str(batch.key)),
    ]
    rest = rows.page(made, Selection(bucket="failed"), after=1_100)
    assert [row.number for row in rest] == [1_201]
    assert rows.count(made, Selection(bucket="failed")) == 3
    assert rows.count(made, Selection()) == 1_200


def test_rows_that_wait_and_rows_that_may_have_arrived_are_told_apart(acme):
    made = many_rows(acme, range(2, 6))
    sent = timezone.now()
    unknown = story.a_batch(made, [2, 3], state=BatchState.UNKNOWN, first_sent_at=sent)
    Batch.objects.filter(pk=unknown.pk).update(detail="No answer within 60 s.")
    waiting = story.a_batch(made, [4], state=BatchState.WAITING, detail="Too many requests.")

    found = rows.page(made, Selection())

    assert [(row.number, row.result, row.batch_id, row.key, row.sent_at) for row in found] == [
        (2, "unknown", unknown.pk, str(unknown.key), sent),
        (3, "unknown", unknown.pk, str(unknown.key), sent),
        (4, "not sent", waiting.pk, "", None),
        (5, "not sent", None, "", None),
    ]
    assert found[0].reason.endswith("Last: No answer within 60 s.")
    assert found[2].reason == "Waiting. Last: Too many requests."
    counted, told = balance.recount(made), balance.balance(made)
    assert (counted.unknown, counted.not_sent) == (told.unknown, told.not_sent) == (2, 2)
