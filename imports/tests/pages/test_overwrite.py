"""What an update may overwrite is shown in review, chosen by field, and stays on record."""

import pytest

from imports.delivery import plan
from imports.models import DryRun, Event, Import, ImportState, Lead, Prediction
from imports.tests.pages import story


def review(browser, made):
    return story.text(browser.get(f"/imports/{made.pk}/review/")).replace("&#x27;", "'")


def fresh(made):
    return Import.objects.get(pk=made.pk)


@pytest.fixture
def made(ines, acme):
    """Its sheet has a source and a budget."""
    return story.reviewed(acme, ines.user)


def word(made, **more):
    return {
        "on_duplicate": "update",
        "expected_mapping": made.mapping_id,
        "expected_leads": 3,
        **more,
    }


def previewed(made):
    Import.objects.filter(pk=made.pk).update(on_duplicate="update")
    asked = DryRun.objects.create(
        lead_import=made, mapping=made.mapping, on_duplicate="update", state="done",
        counted={"created": 2, "updated": 1},
    )  # fmt: skip
    Prediction.objects.bulk_create(
        Prediction(
            dry_run=asked, number=lead.number, digest=lead.digest, errors=[],
            ignored_custom_fields=[], status="updated" if lead.number == 2 else "created",
        )
        for lead in Lead.objects.filter(lead_import=made, verdict="ok")
    )  # fmt: skip
    return fresh(made)


def choose(browser, made, **rules):
    brought = {"contact_name": "always", "source_platform": "only_new"}
    given = {f"rule-{name}": rule for name, rule in {**brought, **rules}.items()}
    return browser.post(f"/imports/{made.pk}/review/overwrite/", given)


def test_source_is_for_new_leads_only_unless_somebody_says_otherwise(ines, made):
    page = review(ines, made)

    assert "What an update may overwrite" in page
    assert 'name="rule-contact_name"' in page
    assert 'name="rule-contact_email"' not in page
    assert '<option value="only_new" selected>Only for new leads' in page
    assert "Source platform may be set for new leads only." in page
    assert "nobody knows which rows update a lead" in page


def test_an_update_takes_a_choice_where_nobody_knows_which_rows_are_new(ines, made):
    answer = ines.post(f"/imports/{made.pk}/send/", word(made))

    assert answer.status_code == 422
    assert "Choose what becomes of these fields, or ask MEGA about every row" in story.text(answer)
    assert fresh(made).state == ImportState.REVIEW
    assert ines.post(f"/imports/{made.pk}/send/", word(made, unforeseen="all")).status_code == 422

    ines.post(f"/imports/{made.pk}/send/", word(made, unforeseen="leave_out"))
    assert (fresh(made).state, fresh(made).unforeseen) == (ImportState.QUEUED, "leave_out")
    facts = Event.objects.get(import_id=made.pk, act="sent").facts
    assert facts["only_new"] == ["source_platform"]
    assert facts["unforeseen"] == "leave_out"


def test_who_leaves_existing_leads_as_they_are_is_asked_nothing(ines, made):
    ines.post(f"/imports/{made.pk}/send/", word(made, on_duplicate="skip"))
    assert fresh(made).state == ImportState.QUEUED


def test_after_a_full_preview_nothing_is_asked_and_the_report_says_what_was_left_out(ines, made):
    made = previewed(made)
    page = review(ines, made)
    assert "it would add 2 new leads and update 1" in page
    assert 'name="unforeseen"' not in page
    assert "<strong>2</strong> <span>requests to MEGA</span>" in page

    ines.post(f"/imports/{made.pk}/send/", word(made))
    assert fresh(made).state == ImportState.QUEUED
    Import.objects.filter(pk=made.pk).update(send_after=None)
    assert plan.plan(made.pk)
    assert [(b.row_numbers, b.left_out) for b in made.batches.order_by("number")] == [
        ([3, 5], []),
        ([2], ["source_platform"]),
    ]
    report = story.text(ines.get(f"/imports/{made.pk}/report/"))
    assert "Only for new leads: Source platform." in report
    assert "1 row went without some of them." in report


def test_ines_lets_the_source_be_overwritten_and_protects_the_name(ines, made):
    choose(ines, made, source_platform="always", contact_name="never")

    assert "source_platform" not in fresh(made).only_new
    assert fresh(made).never == ["contact_name"]
    assert "may be set for new leads only" not in review(ines, made)
    facts = Event.objects.filter(import_id=made.pk, act="options_set").latest("pk").facts
    assert facts["never"] == ["contact_name"]
    ines.post(f"/imports/{made.pk}/send/", word(made))
    assert fresh(made).state == ImportState.QUEUED


def test_rules_for_fields_that_the_sheet_lacks_stay(ines, made):
    choose(ines, made, source_platform="always")
    assert fresh(made).only_new == ["owner_id", "source_type", "stage_slug"]


def test_a_new_rule_asks_anew_what_becomes_of_what_nobody_foresaw(ines, made):
    Import.objects.filter(pk=made.pk).update(unforeseen="overwrite")
    choose(ines, made, contact_name="only_new")
    assert fresh(made).unforeseen == ""


def test_a_rule_that_is_none_changes_nothing_and_is_told(ines, made):
    choose(ines, made, source_platform="sometimes")
    assert fresh(made).only_new == made.only_new
    assert "Choose from the lists what an update may overwrite" in review(ines, made)


def test_once_it_is_sent_the_rules_stay(ines, made):
    Import.objects.filter(pk=made.pk).update(state=ImportState.QUEUED)
    choose(ines, made, source_platform="always")
    assert fresh(made).only_new == made.only_new


def test_only_importers_choose(vera, sam, made):
    assert choose(vera, made, source_platform="always").status_code == 403
    assert choose(sam, made, source_platform="always").status_code == 404
    assert "What an update may overwrite" not in review(vera, made)
