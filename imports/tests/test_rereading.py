"""Read again, mapped again, while something else is under way: nothing is lost, nothing comes back.

What goes on at the same time: a reader that stood still, a dry run, another person at the page.
"""

import json
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from imports.audit import acts
from imports.columns import derive, options
from imports.columns.mapping import Mapping
from imports.delivery import claims, control, deliver, dry_runs, plan, pulse, settle
from imports.errors import WrongState
from imports.intake import read, upload
from imports.mega.contract import Answer
from imports.models import (
    Attempt,
    Batch,
    BatchState,
    DryRun,
    Duplicates,
    Event,
    Import,
    ImportState,
    MappingVersion,
    Prediction,
    Row,
)  # fmt: skip
from imports.tests import people
from imports.tests.pages import story

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_folders")]

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)  # these tests are one transaction: its now stands still
TWO_HEADINGS = "Name,Email\nFull name,E-mail\nAnn,ann@example.com\nBob,bob@example.com\n"


@pytest.fixture
def made(acme):
    return story.reviewed(acme, people.ivan(), content=TWO_HEADINGS)


def fresh(lead_import):
    return Import.objects.get(pk=lead_import.pk)


def lapse(lead_import):
    Import.objects.filter(pk=lead_import.pk).update(work_until=timezone.now())


def read_anew(lead_import, header_row=2):
    options.reread(lead_import, None, dialect={**lead_import.dialect, "header_row": header_row})
    return story.read_and_check(lead_import)


def asked(lead_import):
    """A dry run whose one request is on its way to MEGA: the dry run, batch and attempt."""
    pulse.beat("delivery@there:1", "delivery", 32)
    dry_run = control.start_dry_run(lead_import, None)
    plan.plan_dry_run(dry_run.pk)
    dry_run.batches.update(not_before=LONG_AGO)
    (claimed,) = claims.claim()
    attempt_id = deliver.take(claimed, "there:1").attempt_id
    return dry_run, dry_run.batches.get(pk=claimed), attempt_id


def answer(batch):
    results = [{"row_ref": str(number), "status": "created"} for number in batch.row_numbers]
    return Answer(200, {}, json.dumps({"dry_run": True, "results": results}).encode())


# --- readers --------------------------------------------------------------------------------------


def test_a_reader_that_was_overtaken_after_its_last_row_does_not_go_on(acme):
    made = story.uploaded(acme, content=TWO_HEADINGS)
    stood_still = read.read(made.pk)
    lapse(made)
    read._begin(made.pk)  # the second reader drops the rows, and has not stored one yet
    assert not Row.objects.filter(lead_import=made).exists()

    derive.propose(made.pk, stood_still)

    assert (fresh(made).state, fresh(made).mapping) == (ImportState.READING, None)
    lapse(made)
    done = story.read_and_check(made)
    assert (done.state, done.leads.count()) == (ImportState.REVIEW, 3)


def test_an_overtaken_reader_does_not_fail_the_import_either(acme):
    wishes = upload.Wishes(mapping={"columns": {"Nome": "contact_name"}})
    made = story.uploaded(acme, content=TWO_HEADINGS, wishes=wishes)
    stood_still = read.read(made.pk)
    lapse(made)
    read._begin(made.pk)

    derive.propose(made.pk, stood_still)

    assert fresh(made).state == ImportState.READING
    assert not Event.objects.filter(act=acts.FAILED).exists()


def test_the_fence_of_a_former_reading_never_comes_back(acme):
    made = story.uploaded(acme, content=TWO_HEADINGS)
    Import.objects.filter(pk=made.pk).update(mapping_choice={"columns": {"Nome": "contact_name"}})
    former = read.read(made.pk)
    derive.propose(made.pk, former)
    assert fresh(made).state == ImportState.FAILED
    Import.objects.filter(pk=made.pk).update(mapping_choice={})
    options.reread(fresh(made), None, dialect={})
    later = read.read(made.pk)

    derive.propose(made.pk, former)

    assert later > former
    assert (fresh(made).state, fresh(made).mapping) == (ImportState.READING, None)


def test_a_file_read_in_another_way_has_three_beginnings_again(acme):
    made = story.uploaded(acme)
    for _ in range(3):
        assert read._begin(made.pk)
        lapse(made)
    assert read.read(made.pk) is None
    assert "three times" in fresh(made).reason
    options.reread(fresh(made), None, dialect={})

    for _ in range(3):
        assert read._begin(made.pk)
        lapse(made)

    assert read.read(made.pk) is None
    assert "three times" in fresh(made).reason


def test_a_file_that_was_read_some_thousand_times_is_to_be_uploaded_again(made):
    Import.objects.filter(pk=made.pk).update(read_fence=32_764)

    with pytest.raises(WrongState, match="Upload it again"):
        options.reread(made, None, dialect={})

    assert fresh(made).state == ImportState.REVIEW


# --- mappings -------------------------------------------------------------------------------------


def test_a_mapping_s_number_is_given_once_even_when_the_file_is_read_again(made):
    mapping = derive.mapping_of(made)

    again = read_anew(made)

    assert again.mapping.version == 2
    with pytest.raises(WrongState, match="The portal changed the columns in the meantime"):
        derive.remap(again, mapping, None, expected_version=1)
    assert list(made.mappings.values_list("version", flat=True)) == [1, 2]


def test_leads_are_of_the_newest_reading_only(made):
    again = read_anew(made)

    assert set(again.leads.values_list("mapping", "number")) == {
        (again.mapping_id, 3), (again.mapping_id, 4),
    }  # fmt: skip


def test_the_trail_tells_of_the_portal_s_own_mapping_and_of_a_mapping_file_that_does_not_fit(acme):
    mapped = story.reviewed(acme, people.ivan())
    wishes = upload.Wishes(mapping={"columns": {"Nome": "contact_name"}})
    failed = story.read_and_check(story.uploaded(acme, wishes=wishes))

    event = Event.objects.get(act=acts.MAPPED)
    assert (event.import_id, event.actor) == (mapped.pk, None)
    assert event.facts == {"version": 1, "automatic": True}
    event = Event.objects.get(act=acts.FAILED)
    assert (event.import_id, event.actor) == (failed.pk, None)


# --- dry runs -------------------------------------------------------------------------------------


def test_reading_again_keeps_what_was_asked_and_answered(made):
    dry_run, batch, attempt_id = asked(made)
    options.reread(made, None, dialect={**made.dialect, "header_row": 2})

    settle.record(attempt_id, answer(batch))

    dry_run.refresh_from_db()
    batch.refresh_from_db()
    attempt = Attempt.objects.get(pk=attempt_id)
    assert (dry_run.state, batch.state) == (DryRun.State.CANCELLED, BatchState.DONE)
    assert (attempt.status, attempt.batch_id) == (200, batch.pk)
    assert MappingVersion.objects.filter(lead_import=made).count() == 1
    assert not Prediction.objects.exists(), "of leads that are no more"
    again = story.read_and_check(made)
    assert (again.state, again.mapping.version) == (ImportState.REVIEW, 2)


def test_requests_of_a_dry_run_that_wait_are_dropped_when_the_file_is_read_again(made):
    dry_run = control.start_dry_run(made, None)
    plan.plan_dry_run(dry_run.pk)

    options.reread(made, None, dialect={})
    dry_runs.finish()

    assert dry_run.batches.get().state == BatchState.DROPPED


def test_other_columns_end_a_dry_run_and_its_late_answer_is_harmless(made):
    dry_run, batch, attempt_id = asked(made)
    content = derive.mapping_of(made).to_json()
    derive.remap(made, Mapping.from_json(content), None, expected_version=1)

    settle.record(attempt_id, answer(batch))

    dry_run.refresh_from_db()
    assert dry_run.state == DryRun.State.CANCELLED
    assert Batch.objects.get().state == BatchState.DONE, "and so not asked again"
    assert not Prediction.objects.exists()


def test_a_dry_run_that_is_not_planned_yet_is_not_planned_after_other_options(made):
    dry_run = control.start_dry_run(made, None)

    options.set_options(made, None, duplicates=Duplicates.FIRST)

    assert not plan.plan_dry_run(dry_run.pk)
    dry_run.refresh_from_db()
    assert (dry_run.state, dry_run.batches.count()) == (DryRun.State.CANCELLED, 0)


def test_options_that_stay_as_they_are_end_no_dry_run(made):
    dry_run, batch, attempt_id = asked(made)

    options.set_options(made, None, duplicates=Duplicates.ALL)
    settle.record(attempt_id, answer(batch))
    dry_runs.finish()

    dry_run.refresh_from_db()
    assert (dry_run.state, dry_run.predictions.count()) == (DryRun.State.DONE, batch.rows)
