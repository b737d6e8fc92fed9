"""Rows that are kept back: grouped by why in the review, found on the page of rows, judged anew."""

import pytest
from django.urls import reverse

from imports.columns import chunks, options, review, sums, tally
from imports.delivery import control
from imports.models import Duplicates, Import, Lead, OnDuplicate
from imports.review import acts, corrections, judge
from imports.tests import people
from imports.tests.pages import story

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_folders")]

# Rows 2, 4, 5 and 6 hang together by an e-mail and two phones; 3 and 7 stand alone.
TIED = (
    "Name,Email,Phone\nAnn,ann@example.com,2065550101\nBob,bob@example.com,\n"
    "Ann B,ann@example.com,\nAnn B.,c@example.com,(206) 555-0101\n"
    "Ann Bo,c@example.com,2065550102\nEve,eve@example.com,\n"
)


def verdicts(made):
    return list(
        Lead.objects.filter(lead_import=made)
        .order_by("number")
        .values_list("number", "verdict", "code", "reason", "shared")
    )


def test_the_review_groups_what_is_kept_back_and_leads_to_the_rows(acme, client):
    made = story.reviewed(acme, content=TIED)
    options.set_options(made, None, duplicates=Duplicates.FIRST)
    client.force_login(people.ivan())

    page = client.get(reverse("import_review", args=[made.pk])).content.decode()
    assert "3 rows: of one person with another row" in page
    rows = reverse("import_rows", args=[made.pk])
    assert f'href="{rows}?why=duplicate"' in page

    shown = client.get(f"{rows}?why=duplicate").content.decode()
    assert "Has the same e-mail as row 2, which is sent instead." in shown
    assert "Eve" not in shown
    assert "Of one person with another row" in shown


@pytest.mark.parametrize("choice", list(Duplicates))
def test_judging_a_row_and_who_hangs_together_with_it_equals_judging_all(acme, choice):
    made = story.reviewed(acme, content=TIED)
    Import.objects.filter(pk=made.pk).update(duplicates=choice)
    made = Import.objects.get(pk=made.pk)
    judge.apply(made)
    expected = verdicts(made)
    # As if nothing of these was judged yet.
    Lead.objects.filter(lead_import=made, number__in=[2, 4, 5, 6]).update(
        verdict="ok", code="", reason="", shared=False
    )

    judge.apply(made, [5])

    assert verdicts(made) == expected


def test_what_is_kept_of_each_chunk_adds_up_to_what_a_count_of_all_rows_gives(acme, monkeypatch):
    monkeypatch.setattr(chunks, "CHUNK", 2)
    made = story.reviewed(acme, content=TIED + "Fay,,07x 555\nGil,gïl@example.com,\n")

    def counted():
        now = Import.objects.get(pk=made.pk)
        kept = [chunk.sums for chunk in now.mapping.chunks.all()]
        assert (len(kept), None in kept) == (4, False)
        return sums.of(now) == (tally.of(now), review.problem_groups(now))

    assert counted()
    assert (sums.tally_of(made).apart, sums.tally_of(made).first_shared) == (1, 2)
    options.set_options(made, None, duplicates=Duplicates.FIRST)
    assert counted()
    corrections.edit(made, None, 8, {2: "2065550199"}, {2: corrections.seen_as("07x 555")})
    assert counted()
    dropped = acts.drop(made, None, [9, 4])
    assert counted()
    assert sums.tally_of(made).codes["dropped"] == 2
    acts.undo(made, None, dropped.pk)
    assert counted()
    control.send(made, None, on_duplicate=OnDuplicate.SKIP)
    control.undo(made, None)
    assert counted()
