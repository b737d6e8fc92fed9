"""An outcome belongs to a row of its batch, and what it refers to stays: without foreign keys."""

import pytest
from django.db import IntegrityError, connection, transaction

from imports.delivery import claims, deliver, outcomes, settle
from imports.mega.contract import RowResult
from imports.models import Attempt, Batch, BatchState, Outcome
from imports.tests import people
from imports.tests.delivery.sending import batch, created

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(made):
    """Two batches of an import, each with its attempt."""
    first, second = batch(made, 2, 3, 4), batch(made, 5, 6)
    assert set(claims.claim()) == {first.pk, second.pk}
    of_first, of_second = (deliver.take(one.pk, "there:1").attempt_id for one in (first, second))
    return first, of_first, second, of_second


def told(lead_import_id, number, batch_id, attempt_id):
    """Store an outcome as whoever forgot the rules might."""
    with transaction.atomic():
        Outcome.objects.create(
            lead_import_id=lead_import_id, number=number, batch_id=batch_id, attempt_id=attempt_id,
            status="created", errors=[], ignored_custom_fields=[],
        )  # fmt: skip


def done(sql, key):
    """Run a statement to the end of its transaction, where deferred checks are made."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [key])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_an_outcome_of_another_row_batch_attempt_or_import_is_refused(made, sent):
    first, of_first, second, of_second = sent
    other = people.an_import(people.customer("Other"))

    for wrong in (
        (made.pk, 2, first.pk, of_second),
        (made.pk, 2, second.pk, of_second),
        (made.pk, 5, first.pk, of_first),
        (other.pk, 2, first.pk, of_first),
        (made.pk, 2, first.pk, 2**40),
        (made.pk, 2, 2**40, of_first),
    ):
        with pytest.raises(IntegrityError):
            told(*wrong)

    told(made.pk, 2, first.pk, of_first)
    assert made.outcomes.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        made.outcomes.update(attempt_id=of_second)


@pytest.mark.parametrize("model", [Attempt, Batch])
def test_what_an_outcome_refers_to_cannot_be_removed(made, sent, model):
    first, of_first, *_ = sent
    settle.record(of_first, created(2, 3, 4))
    table, key = model._meta.db_table, of_first if model is Attempt else first.pk

    with pytest.raises(IntegrityError):
        done(f"UPDATE {table} SET id = id + 1000000 WHERE id = %s", key)
    with pytest.raises(IntegrityError):
        done(f"DELETE FROM {table} WHERE id = %s", key)

    assert made.outcomes.count() == 3


def test_an_import_with_outcomes_cannot_be_removed_behind_their_back(made, sent):
    settle.record(sent[1], created(2, 3, 4))

    with pytest.raises(IntegrityError):
        done("DELETE FROM imports_import WHERE id = %s", made.pk)


def test_whatever_mega_says_is_stored_as_it_was_said(made, sent):
    first, of_first, *_ = sent
    said = {
        "lead_id": r"a\b\tc\N “ü” 😀",
        "status": "failed",
        "errors": [r"C:\new 'x'", 'say "no"'],
    }

    settle.record(of_first, created(2, 3, 4, **said))

    for one in made.outcomes.filter(batch=first):
        assert (one.lead_id, one.errors) == (said["lead_id"], said["errors"])


def test_an_answer_that_is_recorded_twice_leaves_one_outcome_for_each_row(made, sent):
    of_first = sent[1]

    settle.record(of_first, created(2, 3))
    settle.record(of_first, created(2, 3))

    assert sorted(made.outcomes.values_list("number", flat=True)) == [2, 3]


def test_a_row_keeps_the_outcome_that_it_has(made, sent):
    first, of_first, *_ = sent
    settle.record(of_first, created(2, 3))
    first.refresh_from_db()
    assert first.state == BatchState.UNKNOWN

    again = RowResult("2", "failed")
    outcomes.store(first, Attempt.objects.get(pk=of_first), {"2": again, "4": again})

    stored = dict(made.outcomes.values_list("number", "status"))
    assert stored == {2: "created", 3: "created", 4: "failed"}
