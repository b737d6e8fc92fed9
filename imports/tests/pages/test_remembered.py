"""The second file of a supplier: its columns become what they became in the first one."""

from dataclasses import replace

import pytest
from django.utils import timezone

from imports.columns import derive
from imports.delivery import control
from imports.models import Import, ImportState
from imports.tests import people
from imports.tests.pages import story

SHEET = "Client,Tel-Nr,Origin,Memo,When\nAna Souza,2065550123,Print ad,call soon,03/04/2025\n"


def mapped(lead_import, user=None, **chosen):
    """What a person chose for the columns of these headings: a target, or changes to a column."""
    made = derive.mapping_of(lead_import)
    columns = [_chosen(column, chosen.get(column.header.lower())) for column in made.columns]
    wanted = replace(made, columns=tuple(columns))
    return derive.remap(lead_import, wanted, user, expected_version=lead_import.mapping.version)


def _chosen(column, choice):
    if choice is None:
        return column
    changes = choice if isinstance(choice, dict) else {"target": choice}
    if changes.get("target") == "":
        changes = {"target": None}
    return replace(column, **{"confidence": "chosen", "reason": "chosen by a person"} | changes)


def sent(customer, user, content=SHEET, **chosen):
    """A file that was mapped by a person and sent."""
    lead_import = story.reviewed(customer, user, content=content)
    mapped(lead_import, user, **chosen)
    Import.objects.filter(pk=lead_import.pk).update(
        send_after=timezone.now(), state=ImportState.FINISHED
    )
    return Import.objects.get(pk=lead_import.pk)


def columns_of(lead_import):
    return {column.header: column for column in derive.mapping_of(lead_import).columns}


CHOICES = {
    "client": "contact_name",
    "tel-nr": "contact_phone",
    "origin": {"target": "source_platform", "values": {"Print ad": "direct"}},
    "memo": "custom_fields.note",
    "when": {"target": "custom_fields.since", "read_as": "dmy"},
}


def test_the_next_file_of_the_same_supplier_needs_nobody(ines, acme):
    first = sent(acme, ines.user, **CHOICES)
    second = story.reviewed(acme, ines.user, content=SHEET.replace("Ana Souza", "Ben Li"))
    assert second.state == ImportState.REVIEW
    now = columns_of(second)
    assert {heading: column.target for heading, column in now.items()} == {
        "Client": "contact_name",
        "Tel-Nr": "contact_phone",
        "Origin": "source_platform",
        "Memo": "custom_fields.note",
        "When": "custom_fields.since",
    }
    assert now["Origin"].values == {"Print ad": "direct"}
    assert now["When"].read_as == "dmy"
    lead = second.leads.get()
    assert lead.body["source_platform"] == "direct"
    assert lead.body["custom_fields"] == {"note": "call soon", "since": "2025-04-03"}
    page = story.text(ines.get(f"/imports/{second.pk}/columns/"))
    assert "5 remembered" in page or "4 remembered" in page
    assert f"As in import #{first.pk} of " in page


def test_a_colleagues_other_decision_makes_it_a_guess(ines, max_, acme):
    first = sent(acme, ines.user, **CHOICES)
    second = sent(acme, max_.user, **CHOICES | {"memo": "custom_fields.remark"})
    memo = columns_of(story.reviewed(acme, ines.user, content=SHEET))["Memo"]
    assert (memo.target, memo.confidence) == ("custom_fields.remark", "similar")
    assert f"as in import #{second.pk} of " in memo.reason
    assert f"; in import #{first.pk} it was Custom field note" in memo.reason


def test_a_colleagues_other_meaning_of_a_value_makes_it_a_guess(ines, max_, acme):
    first = sent(acme, ines.user, **CHOICES)
    is_now = {"target": "source_platform", "values": {"print AD": "referral"}}
    second = sent(acme, max_.user, **CHOICES | {"origin": is_now})
    third = story.reviewed(acme, ines.user, content=SHEET)
    origin = columns_of(third)["Origin"]
    assert (origin.values, origin.confidence) == ({"print AD": "referral"}, "similar")
    assert f"as in import #{second.pk} of " in origin.reason
    assert f"; in import #{first.pk} “Print ad” meant direct" in origin.reason
    assert third.leads.get().body["source_platform"] == "referral"


def test_a_stage_that_was_never_seen_does_not_drop_the_column_of_the_others(ines, acme):
    sheet = "Client,Tel-Nr,Step\nAna,2065550123,Just in\n"
    step = {"target": "stage_slug", "values": {"Just in": "new"}}
    sent(acme, ines.user, sheet, **CHOICES | {"step": step})
    second = story.reviewed(acme, ines.user, content=sheet + "Ben,2065550124,Almost done\n")
    assert columns_of(second)["Step"].target == "stage_slug"
    assert [lead.body["stage_slug"] for lead in second.leads.order_by("number")] == [
        "new", "almost_done",
    ]  # fmt: skip


def test_what_was_left_out_once_is_still_mapped_but_somebody_should_look(ines, acme):
    sheet = "Name,Phone\nAna,2065550123\n"
    sent(acme, ines.user, sheet, phone="")
    phone = columns_of(story.reviewed(acme, ines.user, content=sheet))["Phone"]
    assert (phone.target, phone.confidence) == ("contact_phone", "similar")
    assert ", but left out in import #" in phone.reason


def test_a_heading_whose_cells_are_something_else_now_is_not_taken_for_it(ines, acme):
    sent(acme, ines.user, **CHOICES)
    sheet = "Client,Tel-Nr\nAna Souza,ana@example.com\n"
    assert columns_of(story.reviewed(acme, ines.user, content=sheet))["Tel-Nr"].target is None


def test_without_the_very_same_headings_dates_are_asked_about(ines, acme):
    sent(acme, ines.user, **CHOICES)
    other = story.reviewed(acme, ines.user, content=SHEET.replace("Memo", "Remarks"))
    when = columns_of(other)["When"]
    assert (when.target, when.read_as) == ("custom_fields.since", "")
    assert other.state == ImportState.MAPPING


def test_of_the_teams_customers_only_what_is_everybodys_is_guessed(ines, acme):
    sent(people.customer("Birch"), ines.user, **CHOICES)
    now = columns_of(story.reviewed(acme, ines.user, content=SHEET))
    assert (now["Client"].target, now["Client"].confidence) == ("contact_name", "similar")
    assert now["Client"].reason.endswith(" for another customer")
    assert now["Origin"].values == {"Print ad": "direct"}
    assert now["Memo"].target is None
    assert now["When"].target is None


def test_nothing_is_remembered_of_other_teams_or_of_what_was_never_sent(ines, sam, acme):
    sent(people.customer("Cedar", in_team=people.team("South")), sam.user, **CHOICES)
    mapped(story.reviewed(acme, ines.user, content=SHEET), ines.user, **CHOICES)
    now = columns_of(story.reviewed(acme, ines.user, content=SHEET))
    assert now["Tel-Nr"].confidence != "remembered"
    assert now["Memo"].target is None


@pytest.mark.parametrize("went_out", [False, True])
def test_of_cancelled_imports_those_count_of_which_a_request_went_out(ines, acme, went_out):
    first = story.reviewed(acme, ines.user, content=SHEET)
    mapped(first, ines.user, **CHOICES)
    Import.objects.filter(pk=first.pk).update(send_after=timezone.now(), state=ImportState.SENDING)
    story.a_batch(first, [2], first_sent_at=timezone.now() if went_out else None)
    control.cancel(Import.objects.get(pk=first.pk), ines.user)
    memo = columns_of(story.reviewed(acme, ines.user, content=SHEET))["Memo"]
    assert memo.target == ("custom_fields.note" if went_out else None)


SHEETS_WITH_BOTH = [
    ("Client", "Full name", "Client,Full name\nAna Souza,Someone Else\n"),
    ("Tel-Nr", "Phone", "Tel-Nr,Phone,Name\n2065550123,2065550177,Ana\n"),
]


@pytest.mark.parametrize(("known", "other", "sheet"), SHEETS_WITH_BOTH)
def test_what_a_column_was_before_counts_more_than_what_another_is_called(
    ines, acme, known, other, sheet
):
    sent(acme, ines.user, **CHOICES)
    now = columns_of(story.reviewed(acme, ines.user, content=sheet))
    assert now[known].target == CHOICES[known.lower()]
    assert now[other].target is None
    assert now[other].reason == "its field has a column already"
