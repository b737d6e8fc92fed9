"""On the report: what came otherwise than MEGA said first, with why and what to do."""

import pytest

from imports.delivery import finish
from imports.models import DryRun, Import, ImportState, Lead, Outcome, Prediction
from imports.reports import comparison
from imports.tests.pages import story


def foretold(lead_import, statuses):
    dry_run = DryRun.objects.create(
        lead_import=lead_import, mapping=lead_import.mapping, on_duplicate="update",
        state=DryRun.State.DONE,
    )  # fmt: skip
    for lead in Lead.objects.filter(lead_import=lead_import, number__in=statuses):
        Prediction.objects.create(
            dry_run=dry_run, number=lead.number, status=statuses[lead.number], errors=[],
            ignored_custom_fields=[], digest=lead.digest,
        )  # fmt: skip
    Import.objects.filter(pk=lead_import.pk).update(
        preview=dry_run, state=ImportState.SENDING, finished_at=None
    )
    finish.finish_imports()
    return Import.objects.get(pk=lead_import.pk)


def report(browser, lead_import):
    return story.text(browser.get(f"/imports/{lead_import.pk}/report/"))


@pytest.fixture
def answered(ines, acme):
    """MEGA created row 2, updated row 3 and refused row 5."""
    return story.answered(acme, ines.user)


def test_deviations_stand_with_why_and_lead_to_their_rows_and_the_rest_is_one_number(
    ines, answered
):
    done = foretold(answered, {2: "created", 3: "created", 5: "created"})
    page = report(ines, done)
    assert "1 row as foreseen" in page
    assert "1 row: they were to be new, and updated a lead" in page
    assert "1 row: MEGA would have taken them, and refused them" in page
    assert "somebody or another import added it in between" in page
    link = f"/imports/{done.pk}/rows/?predicted=created&amp;result=updated&amp;unforeseen=on"
    assert f'href="{link}"' in page
    rows = story.text(ines.get(link.replace("&amp;", "&")))
    assert "1 row match" in rows
    assert 'id="row-3"' in rows
    assert "Came otherwise" in rows


def test_what_mega_took_after_all_asks_for_nothing(ines, answered):
    done = foretold(answered, {2: "failed", 3: "updated", 5: "failed"})
    page = report(ines, done)
    assert "2 rows as foreseen" in page
    assert "1 row: MEGA would have refused them, and took them" in page
    assert "Nothing to do" in page


def test_when_all_came_as_foreseen_the_page_says_just_that(ines, answered):
    done = foretold(answered, {2: "created", 3: "updated", 5: "failed"})
    assert "nothing came otherwise than the preview said" in report(ines, done)


def test_without_a_full_preview_nothing_is_compared(ines, answered):
    assert answered.came_out is None
    assert "What MEGA said first" not in report(ines, answered)


def test_what_needs_an_act_stands_first():
    made = Import(
        came_out={
            "as_foreseen": 1,
            "otherwise": [["failed", "created", 9], ["updated", "created", 2]],
        }
    )
    assert [one.rows for one in comparison.of(made).groups] == [2, 9]


def test_rows_without_an_answer_are_not_compared(ines, answered):
    Outcome.objects.filter(lead_import=answered, number=5).delete()
    Import.objects.filter(pk=answered.pk).update(state=ImportState.CANCELLED)
    done = foretold(answered, {2: "created", 3: "updated", 5: "created"})
    assert done.came_out == {"as_foreseen": 2, "otherwise": []}
