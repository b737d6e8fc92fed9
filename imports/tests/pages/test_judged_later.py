"""All rows of a large file are judged anew by a worker: no page waits for that."""

import pytest

from imports import tasks
from imports.columns import chunks
from imports.delivery import chores
from imports.models import Import, ImportState, Lead, MappingVersion
from imports.review import decided, judge, persons
from imports.review.corrections import seen_as
from imports.tests.pages import story
from imports.tests.pages.test_groups import WISHES, decide, groups, review, sheet

ROWS = (
    "Name,Email,Phone,City\n"
    "Eve Novak,eve@example.com,,Rome\n"
    "Eve Novak,eve@example.com,,Oslo\n"
    "Fay Li,fay@example.com,,\n"
)


@pytest.fixture
def made(acme, ines, monkeypatch):
    made = story.reviewed(acme, ines.user, content=ROWS, wishes=WISHES)
    monkeypatch.setattr(judge, "AT_ONCE", 2)
    monkeypatch.setattr(decided, "MOST", 0)  # as if it were about more rows than can be listed
    return made


@pytest.fixture
def nudged(monkeypatch):
    """The chunks that a page would have workers take."""
    found = []
    monkeypatch.setattr(tasks, "publish", lambda task, ids: found.extend(ids) or True)
    return found


def state(made):
    return Import.objects.get(pk=made.pk).state


def test_a_decision_for_all_is_kept_at_once_and_judged_by_a_worker(
    ines, made, nudged, django_capture_on_commit_callbacks
):
    assert sheet(made) == {"not_sent": 1, "duplicate": 2}
    before = groups(ines, made, "differs")
    with django_capture_on_commit_callbacks(execute=True):
        answer = decide(ines, made, "differs", "all", page=before)
    assert answer["Location"] == f"/imports/{made.pk}/review/"
    assert state(made) == ImportState.CHECKING
    assert "Comparing 3 rows with each other" in review(ines, made)
    late = decide(ines, made, "differs", "last", page=before)
    assert "The rows are being checked. Make your change as soon" in story.text(
        ines.get(late["Location"])
    )
    (chunk,) = nudged
    tasks.check(chunk)
    assert state(made) == ImportState.REVIEW
    assert sheet(made) == {"not_sent": 3}
    assert "Decided for all" in groups(ines, made, "differs")


def test_what_nobody_was_nudged_for_is_found_by_the_clock(ines, made):
    decide(ines, made, "differs", "all")
    MappingVersion.objects.update(created_at="2026-01-01T00:00Z")
    for chunk in chores.unchecked():
        tasks.check(chunk)
    assert state(made) == ImportState.REVIEW
    assert sheet(made) == {"not_sent": 3}


def test_options_for_all_rows_are_judged_by_a_worker_too(
    ines, acme, made, nudged, django_capture_on_commit_callbacks
):
    story.sent(made, {4: "created"}, ines.user)
    again = story.reviewed(acme, ines.user, content=ROWS, wishes=WISHES)
    assert Lead.objects.filter(lead_import=again, verdict="unchanged").count() == 0
    with django_capture_on_commit_callbacks(execute=True):
        ines.post(f"/imports/{again.pk}/review/unchanged/", {"unchanged": "skip"})
    assert state(again) == ImportState.CHECKING
    tasks.check(nudged[-1])
    assert sheet(again)["unchanged"] == 1


def test_a_cell_of_somebody_tied_to_very_many_is_corrected_at_once_and_judged_later(
    ines, made, monkeypatch
):
    monkeypatch.setattr(persons, "MOST", 0)  # as if they were too many to be judged by themselves
    seen = {"cell-1": "eva@example.com", "seen-1": seen_as("eve@example.com")}
    assert ines.post(f"/imports/{made.pk}/review/rows/3/", seen).status_code == 302
    assert state(made) == ImportState.CHECKING
    (chunk,) = chunks.to_conclude(made.pk)
    tasks.check(chunk)
    assert sheet(made) == {"not_sent": 3}  # two people now
