"""What an update may not overwrite: which rows go without which fields, also after a crash."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.delivery import bodies, control, plan
from imports.delivery.overwrite import Lanes, Rules, Without, lane, stripped, without_of
from imports.models import Batch, DryRun, Event, Import, Lead, OnDuplicate, Prediction, Unforeseen
from imports.tests.delivery import steps

STAGE, OWNER = frozenset({"stage_slug"}), frozenset({"owner_id"})
NOTHING, NEVER, ALL = Without


def without(rules, predicted="", *, is_later=False, has_contact=True):
    return rules.without(predicted=predicted, is_later=is_later, has_contact=has_contact)


@pytest.mark.parametrize(
    ("rules", "predicted", "more", "expected"),
    [
        (Rules(STAGE, OWNER, 1), "created", {}, NOTHING),
        (Rules(STAGE, OWNER, 1), "created", {"is_later": True}, ALL),
        (Rules(STAGE, OWNER, 1), "updated", {}, ALL),
        (Rules(STAGE, OWNER, 1), "failed", {}, NEVER),
        (Rules(STAGE, OWNER, 1), "", {}, ALL),
        (Rules(STAGE, OWNER, 1), "", {"has_contact": False}, NOTHING),
        (Rules(STAGE, OWNER), "", {}, ALL),
        (Rules(STAGE, OWNER, None, "leave_out"), "", {}, ALL),
        (Rules(STAGE, OWNER, None, "overwrite"), "", {}, NEVER),
        (Rules(STAGE, OWNER, None, "overwrite"), "", {"has_contact": False}, NOTHING),
        (Rules(STAGE, frozenset(), None, "overwrite"), "", {}, NOTHING),
        (Rules(STAGE, frozenset(), 1), "failed", {}, NOTHING),
        (Rules(frozenset(), OWNER, 1), "updated", {}, NEVER),
        (Rules(frozenset(), OWNER, None, "leave_out"), "", {}, NEVER),
    ],
)
def test_what_a_row_goes_without(rules, predicted, more, expected):
    assert without(rules, predicted, **more) == expected


def test_what_is_left_out_is_named():
    rules = Rules(STAGE, OWNER)
    assert [rules.left_out(one) for one in Without] == [
        [],
        ["owner_id"],
        ["owner_id", "stage_slug"],
    ]


def test_a_body_without_its_last_custom_field_has_none():
    lead = {"contact_name": "Ann", "stage_slug": "won", "custom_fields": {"budget": "5"}}
    left = stripped(lead, ["stage_slug", "custom_fields.budget"])
    assert left == {"contact_name": "Ann"}
    assert lead["custom_fields"] == {"budget": "5"}
    assert stripped(lead, []) == lead


@given(st.sampled_from(list(Without)), st.booleans())
def test_a_lane_tells_what_its_leads_go_without(one, is_odd):
    assert without_of(lane(one, is_odd=is_odd)) == one


def test_without_rules_nobody_looks_at_what_was_foreseen():
    rows = [(2, False, "a@example.com", None, False, True), (3, True, None, "1", True, True)]
    assert [one.lane for one in Lanes().packables(rows)] == [0, 1]


# --- planned --------------------------------------------------------------------------------------


@pytest.fixture
def made(acme):
    """Of 3,000 leads with a stage, every third is to become an update."""
    found = steps.reviewed(acme, 3000)
    content = {"columns": [], "constants": {"stage_slug": "new"}}
    found.mapping = type(found.mapping).objects.create(
        lead_import=found, version=2, content=content
    )
    Lead.objects.filter(lead_import=found).update(mapping=found.mapping)
    found.on_duplicate = OnDuplicate.UPDATE
    found.save()
    for lead in (leads := list(Lead.objects.filter(lead_import=found))):
        lead.body["stage_slug"] = "new"
    Lead.objects.bulk_update(leads, ["body"])
    asked = DryRun.objects.create(
        lead_import=found, mapping=found.mapping, on_duplicate="update", state=DryRun.State.DONE
    )
    Prediction.objects.bulk_create(
        Prediction(
            dry_run=asked, number=lead.number, digest=lead.digest, errors=[],
            ignored_custom_fields=[], status="created" if lead.number % 3 else "updated",
        )
        for lead in leads
    )  # fmt: skip
    return found


def sent(made):
    """Each request's rows: with a stage, or none with it."""
    found = []
    for batch in Batch.objects.filter(lead_import=made, kind="send").order_by("number"):
        leads, _ = bodies.decode(batch.body)
        staged = {"stage_slug" in lead for lead in leads}
        assert len(staged) == 1
        assert batch.left_out == ([] if staged == {True} else ["stage_slug"])
        assert {n % 3 == 0 for n in batch.row_numbers} == {staged == {False}}
        found.append((batch.number, batch.row_numbers))
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("slices", [0, 1, 2, 4, 5])
def test_planning_goes_on_where_it_was_cut_off(made, monkeypatch, slices):
    monkeypatch.setattr(plan, "SLICE", 1)
    control.send(made, None, on_duplicate=OnDuplicate.UPDATE, undo_seconds=0)
    planner = plan._begin(made.pk)
    for _ in range(slices):
        parcels, done = planner.next_slice()
        assert plan._store_slice(planner, parcels, done=done)
    assert Import.objects.get(pk=made.pk).planned_at is None

    assert plan.plan(made.pk)

    found = sent(made)
    assert [number for number, _ in found] == list(range(1, 7))
    assert [len(rows) for _, rows in found] == [500] * 6
    assert sorted(n for _, rows in found for n in rows) == list(range(2, 3002))


@pytest.mark.django_db
def test_who_changes_the_rules_in_between_is_not_sent_by_the_former_ones(made):
    control.send(made, None, on_duplicate=OnDuplicate.UPDATE, undo_seconds=0)
    planner = plan._begin(made.pk)
    parcels, done = planner.next_slice()
    Import.objects.filter(pk=made.pk).update(never=["stage_slug"])

    assert not plan._store_slice(planner, parcels, done=done)


@pytest.mark.django_db
def test_the_trail_knows_the_rules_by_codes(made):
    made.only_new = ["stage_slug", "custom_fields.The Budget"]
    made.save()
    control.send(made, None, on_duplicate=OnDuplicate.UPDATE, undo_seconds=0)
    facts = Event.objects.get(import_id=made.pk, act="sent").facts
    assert (facts["only_new"], facts["never"], facts["unforeseen"]) == (
        ["stage_slug"], [], "previewed",
    )  # fmt: skip


@pytest.mark.django_db
def test_by_choice_the_fields_go_with_every_row(made):
    DryRun.objects.update(is_sample=True)
    control.send(
        made, None, on_duplicate=OnDuplicate.UPDATE, undo_seconds=0,
        unforeseen=Unforeseen.OVERWRITE,
    )  # fmt: skip
    assert plan.plan(made.pk)
    left_out = Batch.objects.filter(lead_import=made, kind="send").values_list(
        "left_out", flat=True
    )
    assert list(left_out) == [[]] * 7
