"""From planning on what an import sends, and why, stays as it was, whoever asks."""

import pytest
from django.db import IntegrityError, transaction

from imports.delivery import control, plan
from imports.models import (
    Import,
    Lead,
    MappingVersion,
    OnDuplicate,
    ReviewAct,
    Row,
)
from imports.tests import people
from imports.tests.pages import story

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_folders")]


def planned(made):
    control.send(made, None, on_duplicate=OnDuplicate.SKIP, undo_seconds=0)
    Import.objects.update(send_after=None)
    assert plan.plan(made.pk)


def the(model, made):
    return model.objects.filter(lead_import=made)


def add_lead(made):
    lead = the(Lead, made).first()
    lead.number = 99
    Lead.objects.bulk_create([lead])


CHANGES = {
    "a lead's body": lambda made: the(Lead, made).update(body={"contact_name": "Other"}),
    "its problems": lambda made: the(Lead, made).update(problems=[]),
    "its keys": lambda made: the(Lead, made).update(email_key=None),
    "its digest": lambda made: the(Lead, made).update(digest=b"x"),
    "a verdict, back to ok": lambda made: (
        the(Lead, made).filter(verdict="invalid").update(verdict="ok")
    ),
    "a lead, gone": lambda made: the(Lead, made).delete(),
    "a lead, added": add_lead,
    "a row, gone": lambda made: the(Row, made).delete(),
    "the mapping's content": lambda made: the(MappingVersion, made).update(content={}),
    "the region of the mapping": lambda made: the(MappingVersion, made).update(region="FR"),
    "a mapping, added": lambda made: MappingVersion.objects.create(
        lead_import=made, version=9, content={}
    ),
    "a mapping, gone": lambda made: the(MappingVersion, made).filter(version=9).delete(),
    "an act of review": lambda made: ReviewAct.objects.create(lead_import=made, kind="drop"),
    "the current mapping": lambda made: Import.objects.filter(pk=made.pk).update(mapping=None),
    "an option": lambda made: Import.objects.filter(pk=made.pk).update(duplicates="first"),
    "what an update may overwrite": lambda made: Import.objects.filter(pk=made.pk).update(
        never=["owner_id"]
    ),
    "the choice for what nobody foresaw": lambda made: Import.objects.filter(pk=made.pk).update(
        unforeseen="overwrite"
    ),
    "the rules' version": lambda made: Import.objects.filter(pk=made.pk).update(rules_version=1),
    "the phone data's": lambda made: Import.objects.filter(pk=made.pk).update(
        phone_data_version="1"
    ),
    "the portal's": lambda made: Import.objects.filter(pk=made.pk).update(release="0"),
    "the dialect": lambda made: Import.objects.filter(pk=made.pk).update(dialect={"sheet": "B"}),
    "the file's hash": lambda made: Import.objects.filter(pk=made.pk).update(file_sha256="0"),
    "the account": lambda made: Import.objects.filter(pk=made.pk).update(
        mega_id="00000000-0000-4000-8000-000000000001"
    ),
    "the planning": lambda made: Import.objects.filter(pk=made.pk).update(planned_at=None),
}
BEFORE = {"a mapping, gone", "the planning"}  # need something that only planning makes
NEVER = {"the mapping's content", "the region of the mapping"}


@pytest.mark.parametrize("what", CHANGES)
def test_nothing_that_was_planned_changes_afterwards(acme, what):
    made = story.reviewed(acme)
    if what == "a mapping, gone":
        MappingVersion.objects.create(lead_import=made, version=9, content={})
    planned(made)

    with pytest.raises(IntegrityError, match=r"planned|never changed"), transaction.atomic():
        CHANGES[what](made)


@pytest.mark.parametrize("what", sorted(set(CHANGES) - BEFORE - NEVER))
def test_before_that_it_may(acme, what):
    made = story.reviewed(acme)

    CHANGES[what](made)


def test_a_row_is_never_changed_and_a_mapping_only_succeeded(acme):
    made = story.reviewed(acme)

    with pytest.raises(IntegrityError, match="stays as it was read"), transaction.atomic():
        the(Row, made).update(cells=["Somebody else"])
    with pytest.raises(IntegrityError, match="make another version"), transaction.atomic():
        the(MappingVersion, made).update(content={})
    the(MappingVersion, made).update(accepted_by=people.anna())


def test_a_lead_that_waits_may_still_be_kept_back(acme):
    made = story.reviewed(acme)
    planned(made)

    kept = the(Lead, made).filter(verdict="ok").update(verdict="excluded", code="listed")

    assert kept
    assert the(Lead, made).filter(verdict="excluded").count() == kept


def test_the_first_request_that_is_cut_freezes_although_others_are_not_cut_yet(acme):
    made = story.reviewed(acme)
    story.a_batch(made, [2])
    assert Import.objects.get(pk=made.pk).planned_at is None

    with pytest.raises(IntegrityError, match="is planned"), transaction.atomic():
        the(Lead, made).update(body={})
