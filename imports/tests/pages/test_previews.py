"""MEGA is asked first: about a sample or about every row, and each row says what it answered."""

import csv
import io

import pytest
from django.utils import timezone

from imports.columns import options
from imports.delivery import bodies, control, dry_runs, plan, preview
from imports.models import (
    Customer,
    DryRun,
    Duplicates,
    Event,
    Import,
    Lead,
    OnDuplicate,
    Prediction,
    ReviewAct,
)
from imports.reports import balance
from imports.review import acts
from imports.tests.pages import story

SEVERAL = (
    "Name,E-mail\r\n"
    "Ann,ann@example.com\r\nBob,bob@example.com\r\nCy,cy@example.com\r\nDee,dee@example.com\r\n"
)


def review(browser, lead_import):
    return story.text(browser.get(f"/imports/{lead_import.pk}/review/"))


def rows(browser, lead_import, query=""):
    return story.text(browser.get(f"/imports/{lead_import.pk}/rows/{query}"))


def many(count):
    return "Name,E-mail\r\n" + "".join(f"P{n},p{n}@example.com\r\n" for n in range(count))


def predicted(lead_import, statuses, *, is_sample=False):
    """MEGA was asked, and has answered so for these rows."""
    dry_run = DryRun.objects.create(
        lead_import=lead_import, mapping=lead_import.mapping, is_sample=is_sample,
        on_duplicate=lead_import.on_duplicate, state=DryRun.State.RUNNING,
    )  # fmt: skip
    batch = story.a_batch(lead_import, list(statuses), state="done", settled_at=timezone.now())
    type(batch).objects.filter(pk=batch.pk).update(kind="dry_run", dry_run=dry_run)
    digests = dict(Lead.objects.filter(lead_import=lead_import).values_list("number", "digest"))
    Prediction.objects.bulk_create(
        Prediction(
            dry_run=dry_run, number=number, status=status, digest=bytes(digests[number]),
            errors=["=bad stage"] if status == "failed" else [], ignored_custom_fields=[],
            matched_by="phone" if status == "updated" else "",
        )
        for number, status in statuses.items()
    )  # fmt: skip
    dry_runs.finish()
    return DryRun.objects.get(pk=dry_run.pk)


@pytest.fixture
def made(ines, acme):
    return story.reviewed(acme, ines.user, content=SEVERAL)


@pytest.fixture
def asked(made):
    """MEGA would create, update and refuse one each; and create Dee."""
    return predicted(made, {2: "created", 3: "updated", 4: "failed", 5: "created"})


def test_what_asking_costs_is_said_before_it_starts(ines, acme):
    Customer.objects.update(requests_per_minute=1)
    acme.refresh_from_db()
    page = review(ines, story.reviewed(acme, ines.user, content=many(1200)))
    assert "Ask about a sample: costs 1 request" in page
    assert "Ask about every row: costs 3 requests, 2 min" in page


def test_of_what_fits_into_one_request_no_sample_is_offered(ines, made):
    page = review(ines, made)
    assert "Ask about every row: costs 1 request, under a minute" in page
    assert "a sample" not in page


def test_a_sample_is_one_request_of_rows_spread_evenly_over_the_file(ines, acme):
    made = story.reviewed(acme, ines.user, content=many(1200))
    word = {"on_duplicate": "update", "about": "sample"}
    ines.post(f"/imports/{made.pk}/review/ask/", word)
    dry_run = DryRun.objects.get()
    assert (dry_run.is_sample, dry_run.on_duplicate) == (True, "update")
    facts = Event.objects.get(act="dry_run").facts
    assert (facts["leads"], facts["sample"]) == (500, True)

    assert plan.plan_dry_run(dry_run.pk)

    batch = dry_run.batches.get()
    gaps = [b - a for a, b in zip(batch.row_numbers, batch.row_numbers[1:], strict=False)]
    assert (batch.rows, batch.row_numbers[0], set(gaps)) == (500, 2, {2, 3})
    assert batch.row_numbers[-1] >= 1198
    leads, on_duplicate = bodies.decode(batch.body)
    assert (len(leads), on_duplicate) == (500, "update")


def test_a_sample_holds_no_two_rows_of_one_person(ines, acme):
    made = story.reviewed(acme, ines.user, content=SEVERAL + "Ann B,ann@example.com\r\n")
    dry_run = control.start_dry_run(made, None, is_sample=True)
    assert plan.plan_dry_run(dry_run.pk)
    assert dry_run.batches.get().row_numbers == [2, 3, 4, 5]


def test_a_sample_never_counts_as_a_full_preview(ines, made):
    predicted(made, dict.fromkeys([2, 3, 4, 5], "created"), is_sample=True)
    assert preview.full(made) is None
    page = review(ines, made)
    assert "about a sample of 4 rows" in page
    assert "The first request carries at most 25 rows" in page
    full = predicted(made, dict.fromkeys([2, 3, 4, 5], "created"))
    predicted(made, {2: "created"}, is_sample=True)
    assert preview.full(made) == full, "a later sample does not hide it"


def test_the_counts_lead_to_the_rows_and_each_row_says_why(ines, made, asked):
    assert asked.counted == {"created": 2, "updated": 1, "failed": 1}
    page = review(ines, made)
    assert f'href="/imports/{made.pk}/rows/?predicted=failed">Would fail 1</a>' in page
    assert f'href="/imports/{made.pk}/predicted.csv"' in page

    page = rows(ines, made, "?predicted=updated")
    assert "1 row match" in page
    assert "MEGA said it would update a lead. The last ten digits of the phone are those" in page
    assert 'id="row-3"' in page
    assert 'id="row-2"' not in page
    page = rows(ines, made, "?predicted=failed")
    assert "MEGA said it would refuse the row. =bad stage" in page
    assert "MEGA said it would create a lead" in rows(ines, made)


def test_a_prediction_is_a_filter_among_others(ines, made, asked):
    page = rows(ines, made, "?predicted=created&result=not_sent")
    assert "2 rows match" in page
    assert "0 rows match" in rows(ines, made, "?predicted=created&result=invalid")
    page = rows(ines, made, "?predicted=nonsense")
    assert "4 rows" in page


def test_the_pages_of_one_prediction_follow_each_other(ines, acme):
    made = story.reviewed(acme, ines.user, content=many(300))
    predicted(made, {n: "updated" if n % 2 else "created" for n in range(2, 302)})
    page = rows(ines, made, "?predicted=updated")
    assert "150 rows match" in page
    assert 'href="?predicted=updated&amp;after=201"' in page
    page = rows(ines, made, "?predicted=updated&after=201")
    assert 'id="row-203"' in page
    assert page.count('id="row-') == 50


def lines(answer):
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_the_predictions_are_taken_away_as_csv_with_harmless_cells(ines, made, asked):
    found = lines(ines.get(f"/imports/{made.pk}/predicted.csv"))
    assert found[0] == ["Row", "MEGA would", "Why", "Ignored custom fields", "Name", "E-mail"]
    assert [one[:2] for one in found[1:]] == [
        ["2", "create a lead"], ["3", "update a lead"], ["4", "refuse the row"],
        ["5", "create a lead"],
    ]  # fmt: skip
    answer = ines.get(f"/imports/{made.pk}/predicted.csv?predicted=failed")
    assert "predicted-failed.csv" in answer["Content-Disposition"]
    assert lines(answer)[1:] == [["4", "refuse the row", "'=bad stage", "", "Cy", "cy@example.com"]]
    taken = Event.objects.filter(act="downloaded").values_list("facts__rows", flat=True)
    assert set(taken) == {"predicted", "predicted_failed"}
    assert ines.get(f"/imports/{made.pk}/predicted.csv?predicted=x").status_code == 400


def test_corrected_cells_stand_in_the_file_as_they_were_sent_to_mega(ines, made):
    act = ReviewAct.objects.create(lead_import=made, kind="cell", made_by=ines.user)
    act.corrections.create(lead_import=made, number=4, column=0, old="Cy", new="Cyril")
    predicted(made, {4: "created"})
    found = lines(ines.get(f"/imports/{made.pk}/predicted.csv"))
    assert found[1] == [
        "4", "create a lead", "It has no lead of this person.", "", "Cyril", "cy@example.com",
    ]  # fmt: skip


def test_what_was_left_out_or_changed_since_is_no_longer_foretold(ines, acme):
    made = story.reviewed(acme, ines.user, content=SEVERAL + "Ann B,ann@example.com\r\n")
    predicted(made, dict.fromkeys([2, 3, 4, 5, 6], "created"))
    page = rows(ines, made)
    assert page.count("MEGA said it would create") == 5
    assert "Another row of the file is of the same person" in page
    options.set_options(made, None, duplicates=Duplicates.FIRST)
    Lead.objects.filter(lead_import=made, number=3).update(digest=b"another")
    assert rows(ines, made).count("MEGA said it would create") == 3
    assert len(lines(ines.get(f"/imports/{made.pk}/predicted.csv"))) == 4


def test_a_preview_that_no_longer_fits_says_so(ines, made, asked):
    assert "no longer a full preview" not in review(ines, made)
    options.set_options(made, None, on_duplicate=OnDuplicate.UPDATE)
    fresh = Import.objects.get(pk=made.pk)
    assert "no longer a full preview" in review(ines, fresh)


def test_strangers_find_no_predictions_and_viewers_read_them(sam, vera, made, asked):
    assert sam.get(f"/imports/{made.pk}/predicted.csv").status_code == 404
    assert "Would fail 1" in rows(vera, made)
    word = {"on_duplicate": "skip", "about": "sample"}
    assert vera.post(f"/imports/{made.pk}/review/ask/", word).status_code == 403


def test_a_choice_that_does_not_exist_is_told(ines, made):
    word = {"on_duplicate": "skip", "about": "half"}
    answer = ines.post(f"/imports/{made.pk}/review/ask/", word)
    assert answer.status_code == 422
    assert "Choose whether MEGA is asked about a sample or all." in story.text(answer)
    assert not DryRun.objects.exists()


def test_before_anything_was_asked_there_is_nothing_to_take(ines, made):
    answer = ines.get(f"/imports/{made.pk}/predicted.csv")
    assert answer["Location"] == f"/imports/{made.pk}/review/"
    assert "Filter by what MEGA said" not in rows(ines, made)


def test_what_mega_foretold_of_rows_that_no_longer_go_draws_no_bar_backwards(ines, made, asked):
    acts.drop(made, ines.user, [2, 3])

    foretold = balance.predicted(asked)
    assert (foretold.rows, foretold.not_sent, foretold.is_balanced) == (4, 0, True)
    assert 'width="-' not in review(ines, made)
