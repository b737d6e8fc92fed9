"""After a full preview the outcome differs only where MEGA's side changed, and says why."""

import pytest

from imports import tasks
from imports.delivery import control
from imports.models import DryRun, Import, ImportState, OnDuplicate
from imports.reports import balance, comparison, foretold
from imports.reports import rows as row_report
from imports.reports.rows import Selection
from imports.tests.road.engine import wait_for, wait_until

pytestmark = pytest.mark.road


def previewed(client, path, on_duplicate):
    made = client.review(path)
    Import.objects.filter(pk=made.pk).update(on_duplicate=on_duplicate)
    asked = control.start_dry_run(made, None)
    tasks.nudge_plan_dry_run(asked.pk)
    done = DryRun.objects.filter(pk=asked.pk, state=DryRun.State.DONE)
    wait_until(done.exists, "the dry run")
    return made, done.get()


def sent(made, on_duplicate):
    control.send(made, None, on_duplicate=on_duplicate, undo_seconds=0)
    tasks.nudge_plan(made.pk)
    return wait_for(made)


def otherwise(made):
    found = comparison.of(made)
    return found.as_foreseen, {(one.predicted, one.result): one.rows for one in found.groups}


def test_what_changed_at_mega_in_between_is_all_that_came_otherwise(client_of, sheet, mega):
    ines = client_of(stages=["new", "won"])
    assert wait_for(ines.send(sheet(30, name="there.csv"))).state == ImportState.FINISHED
    # Of 120 rows 30 are known already; twenty have a stage of their own.
    path = sheet(120, stage_slug=lambda n: "won" if n > 100 else "new")
    made, asked = previewed(ines, path, OnDuplicate.SKIP)
    assert asked.counted == {"created": 90, "skipped": 30}

    wait_for(ines.send(sheet(5, start=51, name="meanwhile.csv")))
    lead = next(one for one in ines.leads if one["contact_email"] == "p7@example.com")
    mega.edit(ines.mega_id, lead["id"], contact_email="moved@example.com", contact_phone=None)
    mega.register(ines.raw, ines.mega_id, requests_per_minute=600, stages=["new"])
    type(ines.customer).objects.filter(pk=ines.customer.pk).update(failure_percent=100)

    done = sent(made, OnDuplicate.SKIP)

    assert done.state == ImportState.FINISHED
    as_foreseen, groups = otherwise(done)
    assert groups == {
        ("created", "skipped"): 5,
        ("skipped", "created"): 1,
        ("created", "failed"): 20,
    }
    assert as_foreseen == 120 - 26
    assert all(one.kind.act and one.kind.why for one in comparison.of(done).groups)
    for (was, came), rows in groups.items():
        chosen = Selection(came, predicted=was, dry_run=asked.pk, unforeseen=True)
        assert row_report.count(done, chosen) == rows
        assert len(row_report.page(done, chosen)) == rows
    only = Selection("skipped", predicted="created", dry_run=asked.pk, unforeseen=True)
    assert [row.number for row in row_report.page(done, only)] == [52, 53, 54, 55, 56]
    assert ines.complaints() == []


def test_when_nothing_changed_every_row_came_as_foreseen_also_people_in_two_rows(
    client_of, tmp_path
):
    ines = client_of()
    path = tmp_path / "twice.csv"
    people = "".join(
        f"P{n % 40},p{n % 40}@example.com,{f'206555{n:04}' if n < 40 else ''}\n" for n in range(60)
    )
    path.write_text(f"Name,Email,Phone\n{people}")
    made, asked = previewed(ines, path, OnDuplicate.UPDATE)
    assert asked.counted == {"created": 60}

    done = sent(made, OnDuplicate.UPDATE)

    sheet_of = balance.recount(done)
    assert (sheet_of.created, sheet_of.updated) == (40, 20)
    assert otherwise(done) == (60, {})
    assert foretold.newest(done) == asked


def test_a_sample_foretells_rows_from_all_over_and_is_compared_with_nothing(client_of, sheet):
    ines = client_of()
    wait_for(ines.send(sheet(100, start=801, name="there.csv")))
    made = ines.review(sheet(1000))
    asked = control.start_dry_run(made, None, is_sample=True)
    tasks.nudge_plan_dry_run(asked.pk)
    wait_until(DryRun.objects.filter(pk=asked.pk, state="done").exists, "the sample")
    asked.refresh_from_db()
    assert asked.counted == {"created": 450, "skipped": 50}

    done = sent(made, OnDuplicate.SKIP)

    assert done.came_out is None
    assert [one.rows for one in ines.requests() if one.key][2] == 25, "the first stays small"
