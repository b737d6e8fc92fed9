"""A changed mapping: all rows are checked anew, and what was checked before goes at leisure."""

import pytest
from django.utils import timezone

from imports import tasks
from imports.columns import chunks, derive, former, tally
from imports.models import Chunk, Import, Lead, Row
from imports.tests import people
from imports.tests.pages import story
from imports.tests.thawed import thawed

pytestmark = pytest.mark.django_db
ROWS = 60


@pytest.fixture
def made(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    lines = "".join(f"Ann {n},a{n}@example.com\r\n" for n in range(ROWS))
    return story.reviewed(people.customer(), people.ivan(), content="Name,E-mail\r\n" + lines)


def changed(made):
    derive.remap(made, derive.mapping_of(made), None, expected_version=1)
    return Import.objects.get(pk=made.pk)


def test_former_leads_wait_for_nobody_and_count_nowhere(made):
    again = changed(made)
    assert Lead.objects.filter(lead_import=made).count() == ROWS, "they are dropped later"
    assert tally.of(again).to_send == 0
    story.check(again)
    assert tally.of(again).to_send == ROWS
    left = Lead.objects.filter(lead_import=made)
    assert {lead.mapping_id for lead in left} == {again.mapping_id}


def test_those_that_a_dead_worker_left_go_with_the_next_ones(made):
    for _ in range(2):  # the worker dies before they are dropped
        now = Import.objects.get(pk=made.pk)
        derive.remap(now, derive.mapping_of(now), None, expected_version=now.mapping.version)
        for chunk in derive.unchecked_chunks(made.pk):
            derive.check_chunk(chunk)
    assert Lead.objects.filter(lead_import=made).count() == 3 * ROWS
    now = Import.objects.get(pk=made.pk)
    derive.remap(now, derive.mapping_of(now), None, expected_version=3)
    story.check(made)
    assert Lead.objects.filter(lead_import=made).count() == ROWS


def test_they_go_in_slices_and_stay_once_the_import_is_planned(made, monkeypatch):
    monkeypatch.setattr(former, "SLICE", 7)
    again = changed(made)
    for chunk in derive.unchecked_chunks(made.pk):
        derive.check_chunk(chunk)
    planned = again.pk
    Import.objects.filter(pk=planned).update(planned_at=timezone.now())
    former.drop(planned)
    assert Lead.objects.filter(lead_import=made).count() == 2 * ROWS
    with thawed():
        Import.objects.filter(pk=planned).update(planned_at=None)
    former.drop(planned)
    assert Lead.objects.filter(lead_import=made).count() == ROWS


@pytest.mark.parametrize("gaps", [False, True])
def test_chunks_hold_every_row_once_also_where_numbers_are_missing(made, monkeypatch, gaps):
    monkeypatch.setattr(chunks, "CHUNK", 7)
    if gaps:
        Row.objects.filter(lead_import=made, number__in=[2, *range(10, 31), 61]).delete()
        Import.objects.filter(pk=made.pk).update(row_count=ROWS - 23)
    numbers = list(Row.objects.filter(lead_import=made).values_list("number", flat=True))
    again = changed(Import.objects.get(pk=made.pk))
    cut = list(Chunk.objects.filter(mapping=again.mapping).values_list("first", "last"))
    held = [[n for n in numbers if first <= n <= last] for first, last in cut]
    assert sorted(n for chunk in held for n in chunk) == sorted(numbers)
    assert {len(chunk) for chunk in held[:-1]} == {7}
    assert 1 <= len(held[-1]) <= 7
    story.check(again)
    assert tally.of(Import.objects.get(pk=made.pk)).to_send == len(numbers)


def test_a_file_without_rows_has_one_chunk(made):
    Row.objects.filter(lead_import=made).delete()
    Import.objects.filter(pk=made.pk).update(row_count=0)
    again = changed(Import.objects.get(pk=made.pk))
    assert list(Chunk.objects.filter(mapping=again.mapping).values_list("first", "last")) == [
        (1, 1)
    ]


def test_of_many_chunks_a_page_nudges_a_few_and_a_worker_the_others(
    made, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(chunks, "CHUNK", 1)
    again = changed(made)
    waiting = derive.unchecked_chunks(made.pk)
    assert len(waiting) == ROWS
    queued = []
    monkeypatch.setattr(
        tasks, "publish", lambda task, ids: queued.extend((task.name, one) for one in ids) or True
    )
    with django_capture_on_commit_callbacks(execute=True):
        tasks.nudge_chunks_of(made.pk)
    few = waiting[: tasks.NUDGED_BY_PAGES]
    assert queued == [*(("imports.check", one) for one in few), ("imports.check_all", made.pk)]
    for one in few:
        tasks.check(one)
    queued.clear()
    tasks.check_all(made.pk)
    assert queued == [("imports.check", one) for one in waiting[tasks.NUDGED_BY_PAGES :]]
    for _, one in queued:
        tasks.check(one)
    assert tally.of(again).to_send == ROWS
